"""Uploaded files: what they are is decided by their content, never by their name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from common.file_content import content_type_of, holds_markup, open_as
from common.file_types import (
    DOCUMENT_TYPES,
    DOCX,
    EML,
    ENDINGS,
    INLINE_TYPES,
    MAX_PIXELS,
    MAX_UNPACKED,
    OFFICE_TYPES,
    REFUSALS,
    TABLE_TYPES,
    XLSX,
    XML,
)
from common.previews import preview_png
from common.text import clean_text

# The one place that others ask.
__all__ = [
    "DOCUMENT_TYPES",
    "DOCX",
    "ENDINGS",
    "INLINE_TYPES",
    "MAX_PIXELS",
    "MAX_UNPACKED",
    "OFFICE_TYPES",
    "TABLE_TYPES",
    "XLSX",
    "CheckedFileField",
    "check_upload",
    "content_type_of",
    "inline",
    "preview_png",
    "safe_name",
    "serve",
    "stored_path",
]


def check_upload(file: UploadedFile, allowed: Iterable[str] = DOCUMENT_TYPES, max_bytes: int | None = None) -> str:
    """Refuse a file that is empty, too large, of a type not allowed, or not what its name says; return its type.

    Raises ValidationError that says what is wrong. Images, PDFs, archives and XML are really opened.
    """
    limit = max_bytes or settings.UPLOAD_MAX_BYTES
    if not file.size:
        raise ValidationError(_("The file is empty."), code="empty")
    if file.size > limit:
        raise ValidationError(
            _("The file is larger than %(limit)s MB.") % {"limit": limit // (1024 * 1024)}, code="too_large"
        )
    bytes_of = cast(Any, file)
    found = content_type_of(bytes_of)
    ending = PurePosixPath(file.name or "").suffix.lower()
    if found in (EML, XML) and ending in ENDINGS["text/plain"] and not holds_markup(bytes_of):
        found = "text/plain"  # a note that only begins as a letter or as an element does
    if found in REFUSALS:
        raise ValidationError(REFUSALS[found], code="type")
    if found not in allowed:
        raise ValidationError(_("Files of this type (%(type)s) are not accepted.") % {"type": found}, code="type")
    if ending not in ENDINGS[found]:
        raise ValidationError(
            _("The file is not what its name says: the content is %(type)s, the name ends in “%(ending)s”.")
            % {"type": found, "ending": ending},
            code="name",
        )
    try:
        open_as(bytes_of, found)
    except ValidationError:
        raise
    except Exception as error:
        raise ValidationError(_("The file is damaged and cannot be opened."), code="damaged") from error
    finally:
        file.seek(0)
    return found


# No file may be called so on Windows, with any ending.
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
LONGEST, LONGEST_IN_BYTES = 150, 240


def safe_name(name: str) -> str:
    """Return a file name without path, control and direction characters, short enough for any disk, with its ending."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in base if char.isprintable() and char not in '<>:"|?*;')
    try:
        kept = clean_text(kept)
    except ValueError:
        kept = kept.encode("ascii", "ignore").decode()
    kept = kept.strip().rstrip(". ")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        stem, ending = kept, ""
    ending = f".{ending[:10].rstrip('. ')}" if ending else ""
    stem = stem.strip(". ")[: LONGEST - len(ending)]
    while len(f"{stem}{ending}".encode()) > LONGEST_IN_BYTES:
        stem = stem[:-1]
    stem = stem.rstrip(". ") or "file"
    return f"{'_' if RESERVED.match(stem) else ''}{stem}{ending}"


def stored_path(folder: str, content_type: str) -> str:
    """A path in the file store that says nothing of the name or the owner."""
    key = uuid.uuid4().hex
    return f"{folder}/{key[:2]}/{key}{ENDINGS.get(content_type, ('.bin',))[0]}"


class CheckedFileField(models.FileField):
    """A file that is checked by content before it is stored, under a path that is not the user's."""

    def __init__(self, *args: Any, allowed: Iterable[str] = DOCUMENT_TYPES, **kwargs: Any) -> None:
        self.allowed = tuple(allowed)
        kwargs.setdefault("max_length", 200)
        super().__init__(*args, **kwargs)

    def generate_filename(self, instance: Any, filename: Any) -> str:
        folder = self.upload_to if isinstance(self.upload_to, str) else "files"
        ending = PurePosixPath(str(filename)).suffix.lower()
        kind = next((kind for kind, endings in ENDINGS.items() if ending in endings), "")
        return stored_path(folder, kind)

    def clean(self, value: Any, model_instance: Any) -> Any:
        value = super().clean(value, model_instance)
        upload = getattr(value, "file", None) if value and not getattr(value, "_committed", True) else None
        if isinstance(upload, UploadedFile):
            check_upload(upload, self.allowed)
        return value


def serve(file: Any, name: str) -> FileResponse:
    """Answer a stored file as a download that no browser will run; the caller has checked the right."""
    response = FileResponse(file.open("rb"), as_attachment=True, filename=safe_name(name))
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return _guarded(response)


def inline(file: Any, name: str, content_type: str) -> FileResponse:
    """Answer a stored picture or PDF to be shown within our own page; anything else becomes a download.

    The caller has checked the right, and gives the type that was found when the file was stored.
    """
    if content_type not in INLINE_TYPES:
        return serve(file, name)
    response = FileResponse(file.open("rb"), filename=safe_name(name), content_type=content_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'self'"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return _guarded(response)


def _guarded(response: FileResponse) -> FileResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
