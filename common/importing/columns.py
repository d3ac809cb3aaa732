"""Which column of a file is which field, by its header in English or Bulgarian."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from common.text import fold

IGNORED = "-"


@dataclass(frozen=True)
class Field:
    """One of the fields a file may bring. `label` names it on pages, `bulgarian` heads it in the sample file."""

    name: str
    label: Any
    bulgarian: str
    aliases: tuple[str, ...] = ()
    max_length: int = 255


def key_of(header: str) -> str:
    """A header without case, spaces and punctuation, in Latin letters."""
    return fold(header[:300]).replace(" ", "")


# Columns that our own file of errors adds.
OF_ERRORS = {key_of(text): IGNORED for text in ("Reason", "Причина", "Error", "Грешка")}


class Columns:
    """The fields of one kind of file. `required` are those without which nothing can be imported."""

    def __init__(self, fields: Iterable[Field], required: Iterable[str]) -> None:
        self.fields = {field.name: field for field in fields}
        self.required = tuple(required)
        self._known = {
            key_of(text): field.name
            for field in self.fields.values()
            for text in (field.name, field.bulgarian, *field.aliases)
        } | OF_ERRORS

    def field_of(self, header: str) -> str:
        """Name of the field that a header stands for, "-" for a column to pass over, "" when it is not known."""
        return self._known.get(key_of(header), "")

    def known_columns(self, header: Sequence[str]) -> int:
        """How many of our fields a row, taken for a header, names."""
        return len({self.field_of(cell) for cell in header} - {"", IGNORED})

    def guess(self, header: Sequence[str]) -> list[str]:
        """The field of each column as far as the headers tell; the first column of a field keeps it."""
        taken: set[str] = set()
        mapping = []
        for text in header:
            name = self.field_of(text) if text.strip() else ""
            if name in taken:
                name = ""
            if name not in ("", IGNORED):
                taken.add(name)
            mapping.append(name)
        return mapping

    def all_known(self, header: Sequence[str], mapping: Sequence[str]) -> bool:
        """Whether nothing has to be asked: every column with a header is known, and what is required is there."""
        return set(self.required) <= set(mapping) and all(
            name for text, name in zip(header, mapping, strict=True) if text.strip()
        )


def header_key(header: Sequence[str]) -> str:
    """What a set of headers is remembered by; the headers themselves, which may be data, are not kept."""
    return hashlib.sha256("\n".join(key_of(text) for text in header).encode()).hexdigest()
