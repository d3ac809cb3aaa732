"""Runs a command with the environment that the product needs, and the embedded PostgreSQL under it.

    python bin/environment.py [--test] [--database NAME] COMMAND [ARGUMENT…]

Whatever the user sets, in the environment or in `.env`, is left alone. What is missing is filled in for a machine of
one's own: SECRET_KEY and FIELD_ENCRYPTION_KEYS (kept in var/secret_key and var/encryption_key), DEBUG=1, and
DATABASE_URL of the embedded engine, which is started for the command and stopped after it. `--test` takes the faster
cluster for tests. `--database` takes another database of the same server and makes it when there is none.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from postgres import ROOT, Cluster, EngineError

sys.path.append(str(ROOT))

from config.keys import kept_key, new_encryption_key, new_secret_key

VARIABLE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")


def from_dotenv(path: Path = ROOT / ".env") -> dict[str, str]:
    """What `.env` sets; the settings read the file themselves, here it is only asked what is there."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (match.groups() for match in map(VARIABLE.match, lines) if match)
    return {name: value.strip("'\"") for name, value in pairs}


def with_database(url: str, name: str) -> str:
    """The same server's URL with another database in it."""
    return re.sub(r"^([\w+]+://[^/?]*)(/[^?]*)?", rf"\g<1>/{name}", url)


def make_database(url: str, name: str) -> None:
    """Makes the database when there is none; `url` is of another database on that server."""
    import psycopg  # only here: everything else runs before the packages are installed
    from psycopg import sql

    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


@contextmanager
def environment(*, test: bool = False, database: str = "") -> Iterator[dict[str, str]]:
    """Yields the environment for a child process while its database can be reached. Raises EngineError."""
    given = from_dotenv() | {name: value for name, value in os.environ.items() if value}
    result = dict(os.environ)
    if not given.get("SECRET_KEY"):
        result["SECRET_KEY"] = kept_key(ROOT / "var" / "secret_key", new_secret_key)
    if not given.get("FIELD_ENCRYPTION_KEYS"):
        result["FIELD_ENCRYPTION_KEYS"] = kept_key(ROOT / "var" / "encryption_key", new_encryption_key)
    if "DEBUG" not in given:
        result["DEBUG"] = "1"
    # Programs of the virtual environment come first, and what they print appears at once.
    result["PATH"] = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    result["PYTHONUNBUFFERED"] = "1"
    result.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    def complete(url: str) -> dict[str, str]:
        if database:
            make_database(url, database)
            url = with_database(url, database)
        return result | {"DATABASE_URL": url}

    if url := given.get("DATABASE_URL"):
        yield complete(url)
    else:
        with Cluster(test=test).in_use() as url:
            yield complete(url)


def run(command: list[str], environ: dict[str, str]) -> int:
    """Runs the command to its end and returns its status; a signal to us is passed on, never left to kill us alone."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    child = subprocess.Popen(command, env=environ)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the child as well
    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGHUP, pass_on)
    status = child.wait()
    return status if status >= 0 else 128 - status


def main() -> int | str:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--database", default="")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("which command?")
    try:
        with environment(test=options.test, database=options.database) as environ:
            return run(options.command, environ)
    except EngineError as error:
        return str(error)
    except FileNotFoundError as error:
        return f"{error.filename} was not found: run `make setup` first."


if __name__ == "__main__":
    sys.exit(main())
