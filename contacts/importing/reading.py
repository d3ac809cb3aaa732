"""The reader of tables, knowing the columns of an import of parties unless it is told of others."""

from __future__ import annotations

from common.importing.reading import (
    BROKEN_CHARACTER,
    ENDINGS,
    Known,
    RawRow,
    Table,
    UnreadableFile,
    cell_text,
    decode,
    row_limit,
)
from common.importing.reading import read_table as read
from contacts.importing.columns import known_columns


def read_table(content: bytes, name: str = "", limit: int | None = None, known: Known = known_columns) -> Table:
    """Read a file's content; with `limit` only that many rows after the header. Raises UnreadableFile."""
    return read(content, name, limit, known=known)


__all__ = [
    "BROKEN_CHARACTER",
    "ENDINGS",
    "Known",
    "RawRow",
    "Table",
    "UnreadableFile",
    "cell_text",
    "decode",
    "read_table",
    "row_limit",
]
