"""What is attached to a letter that waits in the inbox: read out of the letter itself, as there are no files yet."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from common.uploads import check_upload
from events.letters import raw_bytes
from events.models import Email
from events.reading_mail import Attached, Unreadable, read_letter
from events.receiving import name_for


@dataclass(frozen=True)
class WaitingFile:
    """An attachment, numbered as it stands in the letter. `refusal` says why it is not handed out; else empty."""

    number: int
    name: str
    data: bytes
    refusal: str = ""

    @property
    def size(self) -> int:
        return len(self.data)


def waiting_files(email: Email) -> list[WaitingFile]:
    """The attachments, each checked like any upload; none of a letter that cannot be read."""
    return [checked(number, one) for number, one in enumerate(_attached(email), start=1)]


def waiting_file(email: Email, number: int) -> WaitingFile | None:
    """The attachment of that number, when it may be handed out."""
    attached = _attached(email)
    if not 1 <= number <= len(attached):
        return None
    found = checked(number, attached[number - 1])
    return None if found.refusal else found


def _attached(email: Email) -> list[Attached]:
    if email.raw_id is None:
        return []
    try:
        return read_letter(raw_bytes(email)).attachments
    except (Unreadable, OSError):
        return []


def checked(number: int, attached: Attached) -> WaitingFile:
    name = name_for(attached)
    try:
        check_upload(SimpleUploadedFile(name, attached.data))
    except ValidationError as refusal:
        return WaitingFile(number, attached.name[:150], attached.data, " ".join(refusal.messages))
    return WaitingFile(number, name, attached.data)
