"""Uploaded files: what they are is decided by their content, never by their name."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any, cast

import magic
import pypdfium2
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _
from PIL import Image

from common.text import clean_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# Name endings that go with a content type; the first is given to a stored file.
ENDINGS: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "text/plain": (".txt", ".csv"),
    "text/csv": (".csv", ".txt"),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
}
DOCUMENT_TYPES = ("application/pdf", "image/png", "image/jpeg", "text/plain", "text/csv", XLSX, DOCX)
TABLE_TYPES = ("text/plain", "text/csv", XLSX)
MAX_PIXELS = 60_000_000
MAX_UNPACKED = 200 * 1024 * 1024


def content_type_of(file: UploadedFile) -> str:
    """Return the content type that the file's bytes show."""
    file.seek(0)
    head = file.read(64 * 1024)
    file.seek(0)
    found = magic.from_buffer(head, mime=True)
    if found in ("application/zip", "application/octet-stream") and zipfile.is_zipfile(cast(Any, file)):
        file.seek(0)
        try:
            names = set(zipfile.ZipFile(cast(Any, file)).namelist())
        except zipfile.BadZipFile:  # the end of a directory is there, the directory is not
            names = set()
        found = XLSX if "xl/workbook.xml" in names else DOCX if "word/document.xml" in names else "application/zip"
    file.seek(0)
    # Tables with few commas, or in cp1251, are "text" or "unknown" to libmagic: what decodes without NULs is text.
    if (found.startswith("text/") and found != "text/csv") or (found in UNSURE and _is_text(head)):
        found = "text/html" if _looks_like_markup(head) else "text/plain"
    if found == "text/plain" and b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "application/octet-stream"  # libmagic takes some programs for text; only UTF-16 has NULs in its letters
    return found


UNSURE = ("application/octet-stream", "application/csv", "application/json", "application/x-ndjson")


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and sum(byte < 9 or 13 < byte < 32 for byte in head) == 0


def _looks_like_markup(head: bytes) -> bool:
    return any(mark in head[:2048].lower() for mark in (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml"))


def check_upload(file: UploadedFile, allowed: Iterable[str] = DOCUMENT_TYPES, max_bytes: int | None = None) -> str:
    """Refuse a file that is empty, too large, of a type not allowed, or not what its name says; return its type.

    Raises ValidationError that says what is wrong. Images and PDFs are really opened.
    """
    limit = max_bytes or settings.UPLOAD_MAX_BYTES
    if not file.size:
        raise ValidationError(_("The file is empty."), code="empty")
    if file.size > limit:
        raise ValidationError(
            _("The file is larger than %(limit)s MB.") % {"limit": limit // (1024 * 1024)}, code="too_large"
        )
    found = content_type_of(file)
    if found not in allowed:
        raise ValidationError(_("Files of this type (%(type)s) are not accepted.") % {"type": found}, code="type")
    ending = PurePosixPath(file.name or "").suffix.lower()
    if ending not in ENDINGS[found]:
        raise ValidationError(
            _("The file is not what its name says: the content is %(type)s, the name ends in “%(ending)s”.")
            % {"type": found, "ending": ending},
            code="name",
        )
    try:
        _open_it(file, found)
    except ValidationError:
        raise
    except Exception as error:
        raise ValidationError(_("The file is damaged and cannot be opened."), code="damaged") from error
    finally:
        file.seek(0)
    return found


def _open_it(file: UploadedFile, content_type: str) -> None:
    file.seek(0)
    if content_type.startswith("image/"):
        with Image.open(cast(Any, file)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(_("The picture has too many pixels."), code="too_large")
            image.verify()
    elif content_type == "application/pdf":
        pypdfium2.PdfDocument(file.read()).close()
    elif content_type in (XLSX, DOCX):
        with zipfile.ZipFile(cast(Any, file)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise ValidationError(_("The file unpacks to too much."), code="too_large")


def safe_name(name: str) -> str:
    """Return a file name without path, control and direction characters, at most 150 characters long."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in base if char.isprintable() and char not in '<>:"|?*;')
    try:
        kept = clean_text(kept)
    except ValueError:
        kept = kept.encode("ascii", "ignore").decode()
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        return kept[:150] or "file"
    return f"{stem[: 149 - len(ending)] or 'file'}.{ending[:10]}"


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
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
