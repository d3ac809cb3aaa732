"""A mail server of the tests' own: takes letters over a real socket and keeps them."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, cast


class _Session(socketserver.StreamRequestHandler):
    """Just so much of SMTP as smtplib speaks."""

    def answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.answer("220 localhost")
        while line := self.rfile.readline():
            verb = line.decode().strip().upper().partition(" ")[0]
            if verb == "DATA":
                self.answer("354 go on")
                self.receive()
                self.answer("250 kept")
            elif verb == "QUIT":
                self.answer("221 bye")
                return
            else:
                self.answer("250 localhost")

    def receive(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        cast(Any, self.server).letters.append(letter)


@contextmanager
def mail_server() -> Iterator[tuple[int, list[EmailMessage]]]:
    """Serve on a free port; gives the port, and the list that letters arrive in."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        cast(Any, server).letters = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], cast(Any, server).letters
        finally:
            server.shutdown()
