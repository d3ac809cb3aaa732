"""Previews of stored files: a small picture of a picture or of the first page of a PDF, the beginning of a text."""

from __future__ import annotations

import codecs
import io
from typing import IO, NamedTuple

import pypdfium2
from PIL import Image, ImageOps

from common.file_content import pdfium_lock
from common.file_types import MAX_PIXELS, PDF, PICTURES

LEAST, MOST = 16, 1600
TALLEST = 3  # times the width
TEXT_BYTES, TEXT_LINES = 20 * 1024, 200


def preview_png(file: IO[bytes], content_type: str, width: int) -> bytes | None:
    """PNG of at most this width; None for other types, and for what cannot be drawn (locked, damaged, too large)."""
    width = max(LEAST, min(width, MOST))
    try:
        file.seek(0)
        if content_type == PDF:
            image = _first_page(file.read(), width)
        elif content_type in PICTURES:
            image = _picture(file, PICTURES[content_type], width)
        else:
            return None
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, Image.DecompressionBombError, MemoryError,
            pypdfium2.PdfiumError):  # fmt: skip
        return None
    output = io.BytesIO()
    image.save(output, "PNG", optimize=True)
    return output.getvalue()


def _picture(file: IO[bytes], kind: str, width: int) -> Image.Image:
    with Image.open(file, formats=[kind]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        box = (width, width * TALLEST)
        image.draft("RGB", (box[0] * 2, box[1] * 2))
        drawn = image.convert("RGBA" if image.has_transparency_data else "RGB")
        drawn = ImageOps.exif_transpose(drawn)
        drawn.thumbnail(box)
    drawn.info.clear()  # what the camera wrote (place, owner) stays in the original
    return drawn


def _first_page(content: bytes, width: int) -> Image.Image:
    with pdfium_lock:
        document = pypdfium2.PdfDocument(content)
        try:
            page = document[0]
            across, down = page.get_size()
            scale = min(width / across, width * TALLEST / down)
            return page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        finally:
            document.close()


# -- Texts ---------------------------------------------------------------------------------------


class TextPreview(NamedTuple):
    """The beginning of a text; `is_cut` when there is more of it."""

    text: str
    is_cut: bool


def preview_text(file: IO[bytes]) -> TextPreview | None:
    """The first lines of a text in UTF-8, UTF-16 or as Windows writes Cyrillic; None for what is no text."""
    file.seek(0)
    data = file.read(TEXT_BYTES + 1)
    is_cut = len(data) > TEXT_BYTES
    text = _decoded(data[:TEXT_BYTES], is_whole=not is_cut)
    if text is None or any(char < " " and char not in "\t\n\r\f" for char in text):
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return TextPreview("\n".join(lines[:TEXT_LINES]).rstrip(), is_cut or len(lines) > TEXT_LINES)


def _decoded(data: bytes, *, is_whole: bool) -> str | None:
    """A sign that the end of the bytes cuts is left out."""
    names = ["utf-16"] if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ["utf-8-sig", "cp1251"]
    for name in names:
        try:
            return codecs.getincrementaldecoder(name)().decode(data, final=is_whole)
        except UnicodeError:
            continue
    return None
