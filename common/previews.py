"""Small pictures of stored files: of a picture, or of the first page of a PDF."""

from __future__ import annotations

import io
from typing import IO

import pypdfium2
from PIL import Image, ImageOps

from common.file_content import pdfium_lock
from common.file_types import MAX_PIXELS, PDF, PICTURES

LEAST, MOST = 16, 1600
TALLEST = 3  # times the width


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
