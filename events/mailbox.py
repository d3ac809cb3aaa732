"""The mailbox that the worker reads over IMAP, when the environment names one. Nothing in it is changed or deleted.

Letters are taken by their numbers, each committed before the next is asked for; a server that counts anew (another
UIDVALIDITY) is read from the beginning, and what is here already is known by its Message-ID.
"""

from __future__ import annotations

import datetime as dt
import imaplib
import logging
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from imap_tools import (
    ImapToolsError,
    MailBox,
    MailboxFolderSelectError,
    MailboxFolderStatusError,
    MailboxLoginError,
    MailBoxUnencrypted,
)
from procrastinate.contrib.django import app

from events.models import Mailbox
from events.receiving import AlreadyHere, Unreadable, take_in, take_in_unreadable

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 500
LARGEST = 50 * 1024 * 1024
TIMEOUT = 60


class Address:
    """Where the mailbox is, out of `imaps://user:password@host:993/INBOX`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.secure = parts.scheme == "imaps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (993 if self.secure else 143)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.folder = unquote(parts.path.strip("/")) or "INBOX"

    @property
    def name(self) -> str:
        """How the mailbox is called in the database and on pages; without the password."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"[:300]


@app.periodic(cron="*/2 * * * *", periodic_id="read_mailbox")
@app.task(name="events.read_mailbox", queueing_lock="read_mailbox", lock="read_mailbox")
def read_mailbox(timestamp: int) -> None:
    """Every two minutes: take in what has come since."""
    if settings.IMAP_URL:
        read(settings.IMAP_URL)


def read(url: str) -> int:
    """Read the mailbox once. Returns how many letters were new here; what went wrong is kept in words."""
    address = Address(url)
    row, _made = Mailbox.objects.get_or_create(name=address.name)
    error, taken = "", 0
    with translation.override(settings.LANGUAGE_CODE):
        try:
            taken = _read(address, row)
        except MailboxLoginError:
            error = _("The mail server did not accept the name or the password.")
        except (MailboxFolderSelectError, MailboxFolderStatusError):
            error = _("There is no folder “%(name)s” in the mailbox.") % {"name": address.folder}
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as failure:
            logger.warning("The mailbox %s could not be read: %s", address.name, failure)
            error = _("The mail server could not be reached. (%(answer)s)") % {"answer": str(failure)[:200]}
    Mailbox.objects.filter(pk=row.pk).update(error=error, read_at=row.read_at if error else timezone.now())
    return taken


def _read(address: Address, row: Mailbox) -> int:
    kind = MailBox if address.secure else MailBoxUnencrypted
    with kind(address.host, port=address.port, timeout=TIMEOUT).login(
        address.user, address.password, initial_folder=None
    ) as box:
        box.folder.set(address.folder, readonly=True)
        validity = box.folder.status(address.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
        if row.uid_validity != validity:
            row.uid_validity, row.last_uid = validity, 0
            row.save(update_fields=["uid_validity", "last_uid"])
        # "n:*" gives the last letter even when its number is smaller than n.
        uids = sorted(uid for uid in map(int, box.uids(f"UID {row.last_uid + 1}:*")) if uid > row.last_uid)
        taken = 0
        for uid in uids[:MOST_AT_ONCE]:
            taken += _take(box.client, uid)
            row.last_uid = uid
            row.save(update_fields=["last_uid"])
        return taken


def _take(client: Any, uid: int) -> int:
    """Take in one letter; 1 when it is new here. One that nobody can read waits in the inbox as it is."""
    size, received_at = _facts(client, uid)
    if size is None:
        return 0  # deleted meanwhile
    data = _bytes(client, uid, "BODY.PEEK[]" if size <= LARGEST else "BODY.PEEK[HEADER]")
    try:
        if size > LARGEST:
            words = _("The letter is too large (%(size)s MB): only its headers are kept. It is in the mailbox.")
            take_in_unreadable(data, words % {"size": size // 1024**2}, received_at)
        else:
            take_in(data, received_at=received_at)
    except AlreadyHere:
        return 0
    except Unreadable:
        take_in_unreadable(data, _("The letter is damaged. The whole of it is kept as a file."), received_at)
    except (DatabaseError, InterfaceError):
        if not _database_answers():
            raise
        logger.exception("Letter %s of the mailbox could not be taken in", uid)
        take_in_unreadable(data, _("The letter could not be taken in. The log says why."), received_at)
    except Exception:
        logger.exception("Letter %s of the mailbox could not be taken in", uid)
        take_in_unreadable(data, _("The letter could not be taken in. The log says why."), received_at)
    return 1


def _database_answers() -> bool:
    try:
        return connection.is_usable()
    except Exception:
        return False


def _facts(client: Any, uid: int) -> tuple[int | None, dt.datetime | None]:
    """Size and day of arrival."""
    _status, answer = client.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)")
    line = b" ".join(piece if isinstance(piece, bytes) else b" ".join(piece) for piece in answer if piece)
    size = re.search(rb"RFC822\.SIZE (\d+)", line)
    when = imaplib.Internaldate2tuple(line)
    return (
        int(size[1]) if size else None,
        dt.datetime(*when[:6]).astimezone(dt.UTC) if when else None,  # by the clock of this machine
    )


def _bytes(client: Any, uid: int, part: str) -> bytes:
    _status, answer = client.uid("FETCH", str(uid), f"({part})")
    return next((bytes(piece[1]) for piece in answer if isinstance(piece, tuple)), b"")
