"""Small real files that tests upload."""

from __future__ import annotations

import io
import zipfile

import pypdfium2
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def upload(content: bytes = b"hello", name: str = "note.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def pdf() -> bytes:
    """One empty page."""
    document, output = pypdfium2.PdfDocument.new(), io.BytesIO()
    document.new_page(300, 400)
    document.save(output)
    return output.getvalue()


def png(color: str = "teal", size: tuple[int, int] = (40, 30)) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, color).save(output, "PNG")
    return output.getvalue()


def archive(**entries: bytes) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return output.getvalue()
