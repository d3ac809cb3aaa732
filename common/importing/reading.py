"""Rows of cells out of a CSV or XLSX file, whatever program wrote it. A broken row is told apart; the others go on."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import python_calamine
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.dates import format_date
from common.importing.workbooks import MAX_COLUMNS, highest_row, too_many_columns
from common.importing.workbooks import UnreadableFile as UnreadableFile

DELIMITERS = (";", ",", "\t", "|")
LINES_IN_A_CELL = 100
LINES_IN_A_HEADER = 5
LINES_FOR_A_ROW = 20
# How many characters are looked through, in all, for the ends of quotation marks that are not closed.
SEARCHED = 30_000_000
HEADER_WITHIN = 10
BROKEN_CHARACTER = "\ufffd"
ENDINGS = ("csv", "txt", "tsv", "xlsx")

# A cell may be long enough to be refused with a reason, rather than to stop the reading.
csv.field_size_limit(64 * 1024 * 1024)

# How many columns of a row, taken for a header, are known: what a file is about decides.
Known = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class RawRow:
    """A row as the file has it: its number there, its cells as text, and what is broken about it ("" when sound)."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """What a file holds. `header_number` is the header's row number in the file, `above` the rows over the header."""

    header: list[str]
    rows: list[RawRow]
    form: str
    header_number: int = 1
    delimiter: str = ""
    encoding: str = ""
    above: list[list[str]] = field(default_factory=list)

    def without_header(self) -> Table:
        """The same table when its first row is no header but data."""
        first = RawRow(self.header_number, self.header)
        return Table([""] * len(self.header), [first, *self.rows], self.form, 0, self.delimiter, self.encoding)


def row_limit() -> int:
    return settings.IMPORT_MAX_ROWS


def read_table(content: bytes, name: str = "", limit: int | None = None, *, known: Known) -> Table:
    """Read a file's content; with `limit` only that many rows after the header (for a look at the columns).

    `name` is only asked whether it agrees with the content; `known` tells a header from the titles above it, by
    itself the columns of an import of parties. Raises UnreadableFile.
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if not content.strip():
        raise UnreadableFile(_("The file is empty."))
    if content.startswith(b"PK\x03\x04"):
        if ending in ("csv", "txt", "tsv"):
            raise UnreadableFile(_("The file is not what its name says: this is a workbook or an archive, no CSV."))
        if ending not in ("", "xlsx"):
            raise UnreadableFile(_("The name of the file must end in .csv, .txt, .tsv or .xlsx."))
        return _read_xlsx(content, limit, known)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(
            _("This is a workbook in the old format (.xls) or with a password: save it as .xlsx without a password.")
        )
    if ending == "xlsx":
        raise UnreadableFile(_("The file is not what its name says: this is no XLSX workbook."))
    if ending and ending not in ENDINGS:
        raise UnreadableFile(_("The name of the file must end in .csv, .txt, .tsv or .xlsx."))
    text, encoding = decode(content)
    return _read_csv(text, encoding, limit, known)


# -- CSV ------------------------------------------------------------------------------------------


def decode(content: bytes) -> tuple[str, str]:
    """Text of the bytes and the encoding: UTF-8 (also with a few broken places) or else cp1251."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            raise UnreadableFile(_("The file is no text that can be read: save it as CSV in UTF-8.")) from None
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x7fELF", b"\x1f\x8b")):
        raise UnreadableFile(_("The file is neither CSV nor XLSX."))
    head = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg", b"<table")):
        raise UnreadableFile(_("The file is a page or an XML document, no CSV, whatever its name says."))
    try:
        text, encoding = content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = _decode_broken(content)
    controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 32)))
    if controls > max(20, len(text) // 100):
        raise UnreadableFile(_("The file is no text: it is neither CSV nor XLSX."))
    return text, encoding


def _decode_broken(content: bytes) -> tuple[str, str]:
    """In Cyrillic of cp1251 nearly nothing is valid UTF-8; in UTF-8 with a broken place nearly everything is."""
    text = content.decode("utf-8-sig", errors="replace")
    broken = text.count(BROKEN_CHARACTER)
    sound = sum(1 for char in text if char > "\x7f") - broken
    if broken * 10 <= sound:
        return text, "utf-8"
    return content.decode("cp1251", errors="replace"), "cp1251"


def _read_csv(text: str, encoding: str, limit: int | None, known: Known) -> Table:
    # Cells of several lines and empty lines are welcome, within reason.
    if max(text.count("\n"), text.count("\r")) > LINES_FOR_A_ROW * row_limit():
        _refuse_too_many(row_limit() + 1, row_limit())
    lines = re.split("\r\n|\n|\r", text)
    start = 0
    delimiter = ""
    if match := re.fullmatch(r'"?sep=(.)"?', lines[0].strip(" \ufeff")):
        delimiter, start = match[1], 1
    if delimiter not in DELIMITERS:
        delimiter = sniff(lines[start:], known)
    start, header, above = _find_header(lines, start, delimiter, known)
    rows: list[RawRow] = []
    allowed = row_limit()
    for row in _csv_rows(lines, start, delimiter, len(header)):
        rows.append(row)
        if limit is not None and len(rows) >= limit:
            break
        _refuse_too_many(len(rows), allowed)
    return Table(header, rows, "csv", start, delimiter, encoding, above)


def _refuse_too_many(count: int, allowed: int) -> None:
    if count > allowed:
        raise UnreadableFile(
            ngettext(
                "The file has more than %(count)d row, which is the most that is taken at once: cut it in parts.",
                "The file has more than %(count)d rows, which is the most that is taken at once: cut it in parts.",
                allowed,
            )
            % {"count": allowed}
        )


def sniff(lines: list[str], known: Known) -> str:
    """The delimiter: the one by which the first row falls into most columns that we know, or into equal rows."""
    sample = list(islice((line for line in lines if line.strip()), 30))

    def score(delimiter: str) -> tuple[int, int, int]:
        widths = [len(_split(line, delimiter) or []) for line in sample]
        heads = ((_split(line, delimiter) or [])[:MAX_COLUMNS] for line in sample[:HEADER_WITHIN])
        named = max(map(known, heads), default=0)
        usual = max(set(widths), key=widths.count) if widths else 1
        return named, widths.count(usual) if usual > 1 else 0, usual

    best = max(DELIMITERS, key=score)
    # One column: a comma in a name parts nothing.
    width = len(_split(sample[0], best) or []) if sample else 1
    return best if width > 1 or score(best)[1] * 2 > len(sample) else "\t"


def _find_header(lines: list[str], start: int, delimiter: str, known: Known) -> tuple[int, list[str], list[list[str]]]:
    """The index of the line after the header, the header, and the titles above it; empty lines are passed over."""
    candidates: list[tuple[int, list[str]]] = []
    index = start
    search = _Search()
    while index < len(lines) and len(candidates) < HEADER_WITHIN:
        cells, index_after = _record(lines, index, delimiter, None, search)
        if any(cell.strip() for cell in cells or []):
            candidates.append((index_after, [cell.strip() for cell in cells or []]))
        index = index_after
    return _choose_header(candidates, known)


def _choose_header(candidates: list[tuple[int, list[str]]], known: Known) -> tuple[int, list[str], list[list[str]]]:
    if not candidates:
        raise UnreadableFile(_("The file is empty."))
    first = candidates[0]
    if not known(first[1][:MAX_COLUMNS]):
        first = next((one for one in candidates if known(one[1][:MAX_COLUMNS]) >= 2), first)
    after, header = first
    above = [cells for index, cells in candidates if index < after]
    while len(header) > 1 and not header[-1]:
        header.pop()
    if len(header) > MAX_COLUMNS:
        raise too_many_columns()
    return after, header, above


def _csv_rows(lines: list[str], start: int, delimiter: str, width: int) -> Iterator[RawRow]:
    index = start
    search = _Search()
    while index < len(lines):
        line = lines[index]
        if not line.strip(" \t;,|\x1a"):
            index += 1
            continue
        cells, after = _record(lines, index, delimiter, width, search)
        if cells is None:
            yield RawRow(
                index + 1,
                _fitted(line.split(delimiter), width, delimiter),
                _("The row is broken: a quotation mark is opened and not closed, or stands inside a cell."),
            )
        elif not any(cell.strip() for cell in cells):
            pass
        else:
            yield checked_width(index + 1, cells, width, delimiter)
        index = after


def checked_width(number: int, cells: list[str], width: int, delimiter: str = " ") -> RawRow:
    """A row of as many cells as the header has; empty ones past its end are let go."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) == width:
        return RawRow(number, cells)
    problem = _("The row has %(cells)d cells, the header has %(columns)d.") % {"cells": len(cells), "columns": width}
    return RawRow(number, _fitted(cells, width, delimiter), problem)


def _fitted(cells: list[str], width: int, delimiter: str) -> list[str]:
    """The cells brought to the header's width without losing any text."""
    if len(cells) > width:
        return [*cells[: width - 1], delimiter.join(cells[width - 1 :])]
    return cells + [""] * (width - len(cells))


class _Search:
    """How much may still be looked through: a file full of open quotation marks would take hours."""

    def __init__(self) -> None:
        self.left = SEARCHED


def _record(
    lines: list[str], index: int, delimiter: str, width: int | None, search: _Search
) -> tuple[list[str] | None, int]:
    """The cells that begin on a line, and the index of the next line; None when its quotation marks make no sense.

    A cell in quotation marks may run over several lines, but only if the row then has the header's width: otherwise
    an unclosed mark would swallow all the rows below.
    """
    line = lines[index]
    if (cells := _split(line, delimiter)) is not None:
        return cells, index + 1
    for last in range(index + 1, min(index + (LINES_IN_A_CELL if width else LINES_IN_A_HEADER), len(lines))):
        # Only a line with a mark can close the cell.
        if '"' in lines[last] and search.left > 0:
            text = "\n".join(lines[index : last + 1])
            search.left -= len(text) + LINES_IN_A_CELL
            cells = _split(text, delimiter)
            if cells is not None and width in (None, len(cells)):
                return cells, last + 1
    return None, index + 1


def _split(line: str, delimiter: str) -> list[str] | None:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        pass
    except StopIteration:
        return [""]
    # Written by hand: "Алфа" ООД stands for itself as long as its marks come in pairs.
    cells = line.split(delimiter)
    if "\n" in line or any(cell.count('"') % 2 for cell in cells):
        return None
    return cells


# -- XLSX -----------------------------------------------------------------------------------------


def _read_xlsx(content: bytes, limit: int | None, known: Known) -> Table:
    try:
        # Empty rows between the full ones are welcome, within reason.
        last_row = 2 * row_limit() + 1000
        if highest_row(content, last_row) > last_row:
            _refuse_too_many(last_row, row_limit())
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            and sheet.visible == python_calamine.SheetVisibleEnum.Visible
        ]
        sheets = (book.get_sheet_by_name(name) for name in visible)
        sheet = next((sheet for sheet in sheets if sheet.height), None)
        values = sheet.to_python(skip_empty_area=False) if sheet is not None else []
    except UnreadableFile:
        raise
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the reader is written in Rust: its panics are no Exceptions
        raise UnreadableFile(
            _("The file is no XLSX workbook that can be opened: it is damaged or of another kind.")
        ) from error
    candidates: list[tuple[int, list[str]]] = []
    for index, row in enumerate(values):
        cells = [cell_text(value).strip() for value in row]
        if any(cells):
            candidates.append((index + 1, cells))
        if len(candidates) == HEADER_WITHIN:
            break
    start, header, above = _choose_header(candidates, known)
    allowed = row_limit()
    rows: list[RawRow] = []
    for number, row in enumerate(values[start:], start=start + 1):
        cells = [cell_text(value) for value in row]
        if any(cell.strip() for cell in cells):
            rows.append(checked_width(number, cells, len(header)))
            if limit is not None and len(rows) >= limit:
                break
            _refuse_too_many(len(rows), allowed)
    return Table(header, rows, "xlsx", start, above=above)


def cell_text(value: object) -> str:
    """A cell's value as text: whole numbers without ".0", days as dd.mm.yyyy."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
        case dt.datetime():
            return value.isoformat(" ") if value.time() != dt.time() else format_date(value.date())
        case dt.date():
            return format_date(value)
    return str(value)
