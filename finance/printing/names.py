"""Names of the files that prints become."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst, slugify

from common.text import transliterate
from finance.printing.protocols import name_of


def file_name_of(document: Any, ending: str = "pdf") -> str:
    """A plain ASCII name for a browser: faktura-0000000123.pdf."""
    return f"{slugify(transliterate(f'{name_of(document)} {document.number or document.pk}'))}.{ending}"


def attachment_name_of(document: Any, ending: str = "pdf") -> str:
    """The name under which it is sent and filed: Фактура 0000000123.pdf."""
    return f"{capfirst(name_of(document))} {document.number}.{ending}"
