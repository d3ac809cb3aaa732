"""A mail server of the tests' own, on a real socket, that can refuse people and break off in the middle."""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Handler:
    """Keeps letters; `refuse` are addresses that nobody has, `cut` is where the connection breaks."""

    def __init__(self, refuse: tuple[str, ...] = (), cut: str = "", answer: str = "250 kept", slow: float = 0) -> None:
        self.refuse, self.cut, self.answer, self.slow = refuse, cut, answer, slow
        self.letters: list[EmailMessage] = []
        self.envelopes: list[Any] = []

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.cut == "mail":
            server.transport.abort()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.slow:
            time.sleep(self.slow)
        if self.answer.startswith("250"):
            self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.envelopes.append(envelope)
        if self.cut == "data":
            server.transport.abort()
        return self.answer


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """The library looks at the port that it was given; with port 0 the system chose another."""
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp(settings: Any, **behaviour: Any) -> Iterator[Handler]:
    """Serve on a free port, with the product's settings leading there."""
    handler = Handler(**behaviour)
    controller = _Controller(handler, hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    try:
        yield handler
    finally:
        controller.stop()
