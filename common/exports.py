"""CSV and XLSX from rows of values, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from common.dates import today
from common.text import transliterate

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
XLSX_MAX_ROWS = 1_048_575


class _Echo:
    def write(self, value: str) -> str:
        return value


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula is written with an apostrophe before it."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        stripped = value.replace(" ", "")
        # Phone numbers begin with a plus and are no formula.
        if not (stripped[0] == "+" and stripped[1:].isdigit()):
            return "'" + value
    return value


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case dt.datetime():
            return localtime(value).strftime("%d.%m.%Y %H:%M")
        case dt.date():
            return value.strftime("%d.%m.%Y")
        case Decimal():
            return f"{value:f}".replace(".", ",")
    return str(safe_cell(str(value)))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Lines of a CSV as Bulgarian Excel opens it: BOM, semicolons, comma decimals."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff"
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([_text(value) for value in row])


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> bytes:
    """An XLSX workbook with one sheet; numbers and dates keep their type."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet((title or "1")[:31].translate({ord(char): " " for char in "[]:*?/\\"}))
    sheet.freeze_panes = "A2"
    for index, label in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = max(12, min(40, len(label) + 6))
    head = []
    for label in header:
        cell = WriteOnlyCell(sheet, value=label)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for row in rows:
        sheet.append([_native(value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _native(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, (bool, int, float, Decimal, dt.date)):
        return value
    return safe_cell(str(value))


def file_name(title: str, ending: str) -> str:
    """A plain ASCII name with today's date for a file made from a page."""
    return f"{slugify(transliterate(title)) or 'export'}-{today():%Y-%m-%d}.{ending}"


def export_response(
    form: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponse | StreamingHttpResponse:
    """Answer the rows as a download in the format `csv` or `xlsx`."""
    response: HttpResponse | StreamingHttpResponse
    if form == "csv":
        response = StreamingHttpResponse(csv_lines(header, rows), content_type=FORMATS["csv"])
    else:
        response = HttpResponse(xlsx_bytes(header, rows, title), content_type=FORMATS["xlsx"])
    response["Content-Disposition"] = f'attachment; filename="{file_name(title, form)}"'
    return response
