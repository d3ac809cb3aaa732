"""Received letters as bytes, read into what is kept of them. Nothing that a letter says may break the reading.

Text in HTML is turned into plain text and never drawn as HTML. What cannot be read at all raises Unreadable.
"""

from __future__ import annotations

import datetime as dt
import email
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from django.core.validators import validate_email
from django.utils import timezone
from inscriptis import get_text
from oxmsg import Message as OutlookMessage

from common.text import clean_text
from events.composing import MADE_UP

MOST_PARTS = 5000
MOST_ATTACHMENTS = 100
MOST_TEXT = 200_000
MOST_HTML = 2_000_000
# Pictures of signatures: small ones that stand within the text.
SMALL_PICTURE = 10 * 1024
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OUTLOOK_ENDING = ".msg"


class Unreadable(Exception):
    """The bytes are no letter."""


@dataclass
class Attached:
    name: str
    data: bytes


@dataclass
class Letter:
    """What is kept of a letter. `sent_at` is its own date, None when it says none that can be."""

    message_id: str
    in_reply_to: str = ""
    references: list[str] = field(default_factory=list)
    sender_name: str = ""
    sender_email: str = ""
    recipients: list[dict[str, str]] = field(default_factory=list)
    subject: str = ""
    text: str = ""
    sent_at: dt.datetime | None = None
    attachments: list[Attached] = field(default_factory=list)
    # How many attachments are only in the letter itself, because there are too many.
    left_in: int = 0

    @property
    def answered_ids(self) -> list[str]:
        """The letters that this one answers, the nearest first."""
        return list(dict.fromkeys(one for one in [self.in_reply_to, *reversed(self.references)] if one))


def read_letter(data: bytes) -> Letter:
    """Read an .eml or a .msg. Raises Unreadable."""
    try:
        return _read_outlook(data) if data.startswith(OLE) else _read_mime(data)
    except Unreadable:
        raise
    except Exception as error:  # two libraries and whatever people send: any failure means the same
        raise Unreadable(str(error)[:200]) from error


def made_up_id(data: bytes) -> str:
    """A Message-ID for a letter without one: the same bytes always get the same."""
    return f"<{hashlib.sha256(data).hexdigest()}{MADE_UP}"


# -- .eml ----------------------------------------------------------------------------------------


def _read_mime(data: bytes) -> Letter:
    message = email.message_from_bytes(data, policy=compat32)
    if not any(message.get(name) for name in ("From", "Date", "Subject", "Message-ID", "Received")):
        raise Unreadable("no headers of a letter")
    letter = _from_headers(message, data)
    plain, rich = _take_parts(message, letter)
    letter.text = harmless("\n".join(plain) if any(one.strip() for one in plain) else text_of_html("\n".join(rich)))
    return letter


def _from_headers(message: Message, data: bytes) -> Letter:
    sender = people_in(header(message, "From"))[:1] or people_in(header(message, "Sender"))[:1]
    recipients = [
        {"name": name, "email": address, "way": way}
        for way in ("to", "cc")
        for name, address in people_in(", ".join(headers(message, way)))
    ]
    return Letter(
        message_id=clean_id(header(message, "Message-ID")) or made_up_id(data),
        in_reply_to=next(iter(ids_in(header(message, "In-Reply-To"))), ""),
        references=ids_in(header(message, "References"))[-50:],
        sender_name=sender[0][0] if sender else "",
        sender_email=sender[0][1] if sender else "",
        recipients=recipients[:200],
        subject=harmless(decoded(header(message, "Subject")), multiline=False)[:300],
        sent_at=date_in(header(message, "Date")),
    )


def headers(message: Message, name: str) -> list[str]:
    """Values of a header as text; bytes that are no ASCII are read as what Bulgarian programs write."""
    found = []
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            text = str(value)
            if any("\udc80" <= char <= "\udcff" for char in text):
                text = as_text(text.encode("utf-8", "surrogateescape"), "")
            found.append(re.sub(r"[\r\n]+[ \t]*", " ", text).replace("\0", ""))
    return found


def header(message: Message, name: str) -> str:
    return next(iter(headers(message, name)), "")[:50_000]


def decoded(text: str) -> str:
    """A header with its encoded words made readable, whatever charset they claim."""
    try:
        pieces = decode_header(text)
    except Exception:  # wrong base64 and worse: what stands there is shown as it is
        return text
    words = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            words.append(piece)
        elif charset is None:  # what stands beside encoded words; so the library hands it over
            words.append(piece.decode("raw-unicode-escape", "replace"))
        else:
            words.append(as_text(piece, charset))
    return "".join(words)


def people_in(text: str) -> list[tuple[str, str]]:
    """Name and address of each in a header; what is no address is left out."""
    found = []
    for name, address in getaddresses([text])[:500]:
        try:
            validate_email(address)
        except Exception:  # noqa: S112  (not an address: "undisclosed-recipients:;")
            continue
        found.append((harmless(decoded(name), multiline=False)[:200], address[:254]))
    return found


def ids_in(text: str) -> list[str]:
    return [one for one in re.findall(r"<[^<>\s]{1,253}>", text) if one.isprintable()]


def clean_id(text: str) -> str:
    """A Message-ID as it is compared; one that is missing, too long or not one is ""."""
    bare = text.strip()
    found = ids_in(bare) or ids_in(f"<{bare}>")
    return found[0] if found else ""


def date_in(text: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except Exception:  # the library's errors are of many kinds
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=dt.UTC)
    return believable(found)


def believable(moment: dt.datetime | None) -> dt.datetime | None:
    """The moment, unless it lies before e-mail or in the future (clocks differ by some minutes)."""
    try:
        if moment is None or not EARLIEST < moment < timezone.now() + dt.timedelta(minutes=10):
            return None
        return moment.astimezone(dt.UTC)
    except (OverflowError, ValueError, TypeError):
        return None


def _take_parts(message: Message, letter: Letter) -> tuple[list[str], list[str]]:
    """Walk through the parts, one list instead of recursion; gives the plain and the HTML texts."""
    plain: list[str] = []
    rich: list[str] = []
    waiting: list[Message] = [message]
    seen = 0
    while waiting and (seen := seen + 1) <= MOST_PARTS:
        part = waiting.pop()
        kind = part.get_content_type()
        inner: Any = part.get_payload()
        if kind == "message/rfc822" and isinstance(inner, list) and inner and part is not message:
            _attach(letter, part, inner[0].as_bytes(), f"{decoded(header(inner[0], 'Subject'))[:80] or 'letter'}.eml")
        elif isinstance(inner, list):
            waiting.extend(reversed([one for one in inner if isinstance(one, Message)]))
        else:
            body: Any = part.get_payload(decode=True)
            content = body if isinstance(body, bytes) else b""
            stands_apart = part.get_content_disposition() == "attachment" or bool(name_of(part))
            if kind in ("text/plain", "text/html") and not stands_apart:
                text = as_text(content, str(part.get_content_charset() or ""))
                (plain if kind == "text/plain" else rich).append(text)
            elif not _is_of_the_signature(part, content):
                _attach(letter, part, content, name_of(part))
    return plain, rich


def _is_of_the_signature(part: Message, content: bytes) -> bool:
    within = part.get_content_disposition() == "inline" or bool(part.get("Content-ID"))
    return within and part.get_content_maintype() == "image" and len(content) <= SMALL_PICTURE


def _attach(letter: Letter, part: Message, content: bytes, name: str) -> None:
    if len(letter.attachments) >= MOST_ATTACHMENTS:
        letter.left_in += 1
        return
    number = len(letter.attachments) + 1
    letter.attachments.append(Attached(harmless(name, multiline=False)[:300] or f"attachment-{number}", content))


def name_of(part: Message) -> str:
    try:
        return decoded(str(part.get_filename() or ""))
    except Exception:  # parameters of a header can be broken in many ways
        return ""


# -- .msg ----------------------------------------------------------------------------------------


def _read_outlook(data: bytes) -> Letter:
    outlook = OutlookMessage.load(data)
    told: dict[str, Any] = {name.lower(): value for name, value in outlook.message_headers.items()}
    lines = "".join(f"{name}: {value}\n" for name, value in outlook.message_headers.items())
    head = email.message_from_string(f"{lines}\n", policy=compat32)
    letter = _from_headers(head, data)
    if not letter.sender_email:
        sender = people_in(str(attempt(lambda: outlook.sender) or ""))
        letter.sender_name, letter.sender_email = sender[0] if sender else ("", "")
    if not letter.recipients:
        for one in attempt(lambda: outlook.recipients) or ():
            letter.recipients += [
                {"name": harmless(one.name, multiline=False)[:200], "email": address, "way": "to"}
                for _name, address in people_in(one.email_address)
            ]
    letter.subject = harmless(attempt(lambda: outlook.subject) or letter.subject, multiline=False)[:300]
    letter.sent_at = letter.sent_at or believable(attempt(lambda: outlook.sent_date))
    text = attempt(lambda: outlook.body) or ""
    letter.text = harmless(text) or harmless(text_of_html(attempt(lambda: outlook.html_body) or ""))
    for one in attempt(lambda: outlook.attachments) or ():
        content = attempt(lambda one=one: one.file_bytes)
        name = attempt(lambda one=one: one.file_name) or ""
        if content is not None:
            _attach(letter, head, content, name)
        else:
            letter.left_in += 1  # a letter within the letter, or a link to a file
    if not (told or letter.sender_email or letter.subject or letter.text):
        raise Unreadable("nothing in it")
    return letter


def attempt(read: Any) -> Any:
    """What the library reads; None when it stumbles over this one thing."""
    try:
        return read()
    except Exception:
        return None


# -- Text ----------------------------------------------------------------------------------------


def as_text(content: bytes, charset: str) -> str:
    """Bytes as text: as they claim, else as UTF-8, else as Windows writes Cyrillic."""
    for name in (charset, "utf-8", "windows-1251"):
        try:
            if name and name.lower() not in ("us-ascii", "ascii", "unknown-8bit", "8bit"):
                return content.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("latin-1")


def text_of_html(html: str) -> str:
    if not html.strip():
        return ""
    try:
        return str(get_text(html[:MOST_HTML]))
    except Exception:  # what no parser understands is shown without its tags
        return re.sub(r"<[^>]*>", " ", html[:MOST_HTML])


def harmless(text: str, *, multiline: bool = True) -> str:
    """The text without signs that deceive or that the database cannot hold; never refused, as it was not typed here."""
    text = text[:MOST_TEXT]
    if not multiline:
        text = " ".join(text.split())
    try:
        return clean_text(text, multiline=multiline)
    except ValueError:
        composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        kept = (char for char in composed if char in "\n\t" or unicodedata.category(char)[0] not in "CM")
        plain = "".join(kept)
        try:
            return clean_text(plain, multiline=multiline)
        except ValueError:
            return plain.encode("ascii", "ignore").decode()
