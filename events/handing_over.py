"""Handing a letter to the mail server, step by step, so that it is known what a failure means.

Until the letter itself is handed over (DATA) a failure means that nothing went out; from there until the server's
answer, that it may have.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.utils.translation import gettext as _


class NotHandedOver(Exception):
    """Why, in words for the author. `unsure`: it may have gone out all the same."""

    def __init__(self, words: str, *, unsure: bool = False) -> None:
        super().__init__(words)
        self.unsure = unsure


class Handover:
    """One attempt. `begun` says whether the letter itself was on its way; `refused` who was not accepted."""

    def __init__(self) -> None:
        self.begun = False
        self.refused: dict[str, str] = {}

    def send(self, message: EmailMessage, content: bytes) -> None:
        """Send through the configured backend; `content` is the message as bytes. Raises NotHandedOver."""
        backend = get_connection()
        if not isinstance(backend, EmailBackend):
            self.begun = True
            backend.send_messages([message])
            return
        self._open(backend)
        try:
            self._talk(backend.connection, message, content)
        finally:
            _close(backend)

    def refused_words(self) -> str:
        """A sentence that names the recipients who were not accepted; "" when all were."""
        if not self.refused:
            return ""
        return _("The mail server did not accept: %(refused)s.") % {"refused": said_of(self.refused)}

    def _open(self, backend: EmailBackend) -> None:
        try:
            backend.open()
        except smtplib.SMTPAuthenticationError as error:
            words = _("The mail server did not accept our name and password. Nothing was sent. (%(answer)s)")
            raise NotHandedOver(words % {"answer": answer_of(error.smtp_code, error.smtp_error)}) from error
        except (OSError, smtplib.SMTPException) as error:
            words = _("The mail server could not be reached. Nothing was sent. (%(answer)s)")
            raise NotHandedOver(words % {"answer": str(error)[:200]}) from error

    def _talk(self, smtp: Any, message: EmailMessage, content: bytes) -> None:
        encoding = message.encoding or "utf-8"
        try:
            sender = sanitize_address(message.from_email, encoding)
            recipients = [(one, sanitize_address(one, encoding)) for one in message.recipients()]
        except (ValueError, UnicodeError) as error:
            raise NotHandedOver(_("An address cannot be written to. Nothing was sent. (%s)") % error) from error
        try:
            self._announce(smtp, sender, recipients, len(content))
        except NotHandedOver:
            raise
        except (OSError, smtplib.SMTPException) as error:
            words = _("The connection to the mail server broke before the letter was handed over. Nothing was sent.")
            raise NotHandedOver(words) from error
        self.begun = True
        try:
            code, answer = smtp.data(content)
        except smtplib.SMTPDataError as error:  # it did not even want to begin
            code, answer = error.smtp_code, error.smtp_error
        except (OSError, smtplib.SMTPException) as error:
            words = _("The connection broke while the letter was being handed over. It may have arrived.")
            raise NotHandedOver(words, unsure=True) from error
        if code != 250:
            words = _("The mail server refused the letter. Nothing was sent. (%(answer)s)")
            raise NotHandedOver(words % {"answer": answer_of(code, answer)})

    def _announce(self, smtp: Any, sender: str, recipients: list[tuple[str, str]], size: int) -> None:
        """Name the sender and each recipient; those refused are remembered, and all refused is a failure."""
        smtp.ehlo_or_helo_if_needed()
        options = [f"size={size}"] if smtp.does_esmtp and smtp.has_extn("size") else []
        code, answer = smtp.mail(bare(sender), options)
        if code != 250:
            words = _("The mail server refused the sender %(sender)s. Nothing was sent. (%(answer)s)")
            raise NotHandedOver(words % {"sender": sender, "answer": answer_of(code, answer)})
        for written, address in recipients:
            code, answer = smtp.rcpt(bare(address))
            if code not in (250, 251):
                self.refused[bare(written)] = answer_of(code, answer)
            if code == 421:
                raise smtplib.SMTPServerDisconnected
        if len(self.refused) == len({bare(written) for written, _address in recipients}):
            words = _("The mail server refused every recipient. Nothing was sent: %(refused)s.")
            raise NotHandedOver(words % {"refused": said_of(self.refused)})


def _close(backend: EmailBackend) -> None:
    """A server that will not say good-bye changes nothing of what went before."""
    try:
        backend.close()
    except (OSError, smtplib.SMTPException):
        backend.connection = None


def bare(address: str) -> str:
    """The address alone of `Name <address>`."""
    return address.rpartition("<")[2].rstrip(">").strip()


def answer_of(code: int, answer: Any) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return f"{code} {' '.join(text.split())}"[:200]


def said_of(refused: dict[str, str]) -> str:
    return "; ".join(f"{address} ({answer})" for address, answer in refused.items())
