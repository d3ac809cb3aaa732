"""Which format a file is in, and its statements."""

from __future__ import annotations

from collections.abc import Mapping

from contacts.importing.reading import UnreadableFile, decode
from finance.statements import camt, swift, tables
from finance.statements.records import (
    Statement,
    Told,
    finished,
    not_a_statement,
    refuse_large,
    refuse_many_movements,
)

_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_statements(
    data: bytes, file_name: str, mapping: Mapping[int, str] | None = None, told: Told | None = None
) -> list[Statement]:
    """The statements of a file: CAMT.053, MT940, or a table, by its content.

    `mapping` (column index to field of `tables.FIELDS`) and `told` are for tables alone; without a mapping the
    headings decide. Raises StatementError, with the code "mapping" when the user has to tell more.
    """
    refuse_large(data)
    statements = finished(_read(data, file_name, mapping, told))
    refuse_many_movements(sum(len(statement.entries) for statement in statements))
    return statements


def _read(data: bytes, file_name: str, mapping: Mapping[int, str] | None, told: Told | None) -> list[Statement]:
    if camt.is_xml(data):
        return camt.read_camt(data)
    if not data.startswith(_PACKED):
        try:
            text, _encoding = decode(data)
        except UnreadableFile as refusal:
            raise not_a_statement() from refusal
        if swift.is_mt940(text):
            return swift.read_mt940(text)
    return tables.read_table_statement(data, file_name, mapping, told)
