"""Serves the product on this machine: database, migrations, demonstration data, web server and worker as one.

    python bin/serve.py [PORT]

All stop together: on Ctrl-C, on SIGTERM, or when either the server or the worker ends by itself.
"""

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from environment import environment
from postgres import ROOT, EngineError

HOST = "127.0.0.1"
WORKERS, THREADS = 2, 4
GRACE = 10  # seconds between asking a process to stop and making it
LOG_INS = "admin manager seller buyer accountant warehouse viewer auditor"


class Stopped(Exception):
    """Someone asked us to stop."""


def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # once is enough
    raise Stopped


def die_with_parent() -> None:
    """In the child: a supervisor that is killed outright must not leave its server behind (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG


def port_is_free(port: int) -> bool:
    with socket.socket() as knock:
        knock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            knock.bind((HOST, port))
        except OSError:
            return False
    return True


def start(environ: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    # A session of its own: the terminal's Ctrl-C comes to us alone, and we stop all in order.
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environ, start_new_session=True, preexec_fn=die_with_parent
    )


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Asks the processes to stop, waits, and ends those that do not."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/accounts/login/", headers={"X-Forwarded-Proto": "https"})
        connection.getresponse()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def prepare(environ: dict[str, str]) -> str | None:
    """Migrations and demonstration data; returns what went wrong, if anything (details have been printed)."""
    process = start(environ, "bin/prepare.py")
    try:
        status = process.wait()
    finally:
        stop([process])
    return f"The database could not be prepared (status {status})." if status else None


def serve(environ: dict[str, str], port: int) -> str | None:
    """Runs server and worker until one ends or we are asked to stop; returns what went wrong, if anything."""
    processes = {
        "web server": start(
            environ,
            *("-m", "gunicorn", "config.wsgi", f"--bind={HOST}:{port}", f"--workers={WORKERS}", f"--threads={THREADS}"),
            *("--preload", "--log-level=warning", "--graceful-timeout=5", "--no-control-socket"),
        ),
        "worker": start(environ, "manage.py", "procrastinate", "worker", "--shutdown-graceful-timeout=8"),
    }
    told = False
    try:
        while True:
            for name, process in processes.items():
                if process.poll() is not None:
                    return f"The {name} ended by itself (status {process.returncode}), so all stops."
            if not told and answers(port):
                told = True
                tell(port, demonstration=environ.get("DEBUG", "").lower() in ("1", "true", "yes", "on"))
            time.sleep(0.2 if not told else 0.5)
    except Stopped:
        return None
    finally:
        stop(list(processes.values()))


def tell(port: int, *, demonstration: bool) -> None:
    log_ins = f"  Demonstration log-ins     {LOG_INS}\n  with the password         demo\n" if demonstration else ""
    print(f"\n  The product is served on  http://{HOST}:{port}/\n{log_ins}  Stop with Ctrl-C\n", flush=True)


def main(arguments: list[str]) -> str | None:
    try:
        port = int(arguments[0]) if arguments else 8000
        if not 0 < port < 65536:
            raise ValueError
    except ValueError:
        return f"“{arguments[0]}” is not a port; try `make run PORT=8123`."
    if not port_is_free(port):
        return f"Port {port} on {HOST} is taken. Stop what listens there, or choose another: make run PORT={port + 1}"
    os.chdir(ROOT)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    try:
        with environment() as environ:
            environ.setdefault("LOG_LEVEL", "WARNING")  # the address and the log-ins stay in sight
            return prepare(environ) or serve(environ, port)
    except Stopped:
        return None
    except EngineError as error:
        return str(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
