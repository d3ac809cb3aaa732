"""A row of e-mail as the letter that goes out, and letters as bytes in the file store."""

from __future__ import annotations

import hashlib
from email import encoders
from email.mime.base import MIMEBase
from email.utils import format_datetime, formataddr
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

from common.file_types import EML
from common.uploads import stored_path
from documents.models import FileContent
from events.models import Email


class LetterError(Exception):
    """Why the letter cannot be built, in words for the author."""


def build(email: Email) -> EmailMessage:
    """The letter of a row, with its attachments as they are now. Raises LetterError when one cannot be read."""
    headers = {"Message-ID": email.message_id, "Date": format_datetime(timezone.localtime())}
    if email.in_reply_to:
        headers["In-Reply-To"] = email.in_reply_to
        headers["References"] = references_of(email)
    message = EmailMessage(
        subject=" ".join(email.subject.split()),
        body=email.text,
        from_email=header_of(email.sender_name, email.sender_email),
        to=written(email, "to"),
        cc=written(email, "cc"),
        bcc=written(email, "bcc"),
        reply_to=[header_of(str(email.author), email.author.email)] if email.author and email.author.email else [],
        headers=headers,
    )
    for file in email.files.select_related("content").order_by("pk"):
        try:
            with file.content.file.open("rb") as stored:
                message.attach(attachment(file.name, stored.read(), file.content.content_type))
        except OSError as error:
            words = _("The attachment “%(name)s” cannot be read. Nothing was sent.")
            raise LetterError(words % {"name": file.name}) from error
    return message


def attachment(name: str, data: bytes, content_type: str) -> MIMEBase:
    """The bytes just as they are: text would get other line ends on its way, a letter other headers."""
    if content_type == EML:
        content_type = "application/octet-stream"
    part = MIMEBase(*content_type.split("/", 1))
    part.set_payload(data)
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part


def header_of(name: str, email: str) -> str:
    """Name and address as headers have them; a domain in Cyrillic becomes what servers know."""
    user, _sign, domain = email.rpartition("@")
    return formataddr((name, f"{user}@{punycode(domain)}"))


def written(email: Email, way: str) -> list[str]:
    return [header_of(one.get("name", ""), one["email"]) for one in email.addresses(way)]


def references_of(email: Email) -> str:
    """The chain of letters that this one ends: those that the answered one names, and that one."""
    before = Email.objects.filter(message_id=email.in_reply_to).values_list("in_reply_to", flat=True).first()
    return f"{before} {email.in_reply_to}" if before else email.in_reply_to


def encoded_size(text: str, sizes: list[int]) -> int:
    """About how many bytes a letter becomes: attachments grow by a third and by line ends."""
    return len(text.encode()) * 2 + sum(size * 4 // 3 + size // 38 + 500 for size in sizes) + 2000


def too_large(text: str, sizes: list[int]) -> str:
    """A sentence when the letter would be larger than the mail server takes; else ""."""
    limit = settings.EMAIL_MAX_BYTES
    if encoded_size(text, sizes) <= limit:
        return ""
    return _(
        "The letter would be %(size)s MB large; at most %(limit)s MB can be sent. Attachments grow by a third."
    ) % {"size": -(-encoded_size(text, sizes) // 1024**2), "limit": limit // 1024**2}


def largest_letter() -> int:
    """How large a letter may be that is uploaded: it carries its attachments a third larger than they are."""
    return int(max(settings.UPLOAD_MAX_BYTES, settings.EMAIL_MAX_BYTES))


def keep_raw(data: bytes, content_type: str = EML) -> FileContent:
    """Store a letter as it is. It is served as a download only, so that nothing of it needs to be checked."""
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        # Held, so that the nightly clearing of what nobody files any more cannot take it away meanwhile.
        if found := FileContent.objects.select_for_update(no_key=True).filter(sha256=digest).first():
            return found
    made = FileContent(sha256=digest, size=len(data), content_type=content_type)
    made.file.save(stored_path("mail", content_type), ContentFile(data), save=False)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:  # somebody else was storing the same bytes and was faster
        made.file.delete(save=False)
        return FileContent.objects.get(sha256=digest)
    return made


def raw_bytes(email: Email) -> bytes:
    raw: Any = email.raw
    if raw is None:
        return b""
    with raw.file.open("rb") as stored:
        return bytes(stored.read())
