"""What tests of prints share: the text of a PDF, by its pages."""

from __future__ import annotations

import pypdfium2

from common.file_content import pdfium_lock


def pages_of(data: bytes) -> list[str]:
    """The text of each page, its spaces made one."""
    with pdfium_lock:
        document = pypdfium2.PdfDocument(data)
        found = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
        document.close()
    return found


def text_of(data: bytes) -> str:
    return " ".join(pages_of(data))
