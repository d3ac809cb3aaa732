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


def right_edge(data: bytes) -> float:
    """Where the last letter of the first page ends, in points from the left."""
    with pdfium_lock:
        document = pypdfium2.PdfDocument(data)
        letters = document[0].get_textpage()
        places = [at for at in range(letters.count_chars()) if letters.get_text_range(at, 1).strip()]
        found = max(letters.get_charbox(at)[2] for at in places)
        document.close()
    return float(found)
