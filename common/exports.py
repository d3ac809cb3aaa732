"""CSV and XLSX from rows of values, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from common import jobs
from common.dates import today
from common.models import Job
from common.text import transliterate

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A larger XLSX is made by the worker, with a progress bar; a CSV flows at any size.
AT_ONCE = 5_000


# What XML cannot hold: one such sign, come in past the forms, would spoil the whole workbook.
NOT_FOR_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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
        sheet.append([_cell(sheet, _native(value)) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _native(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, (bool, int, float, Decimal, dt.date)):
        return value
    return safe_cell(NOT_FOR_XML.sub("", str(value)))


def _cell(sheet: Any, value: Any) -> Any:
    """Amounts of two decimals and days look as they do on the page; what is computed with stays the number itself."""
    if isinstance(value, Decimal) and value.as_tuple().exponent == -2:
        shape = "#,##0.00"
    elif isinstance(value, dt.datetime):
        shape = "dd.mm.yyyy hh:mm"
    elif isinstance(value, dt.date):
        shape = "dd.mm.yyyy"
    else:
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = shape
    return cell


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


def told_to(running: jobs.RunningJob | None, rows: Iterable[Any]) -> Iterator[Any]:
    """The rows themselves; a job in the background is told how many have gone by."""
    total = running.arguments["total"] if running else 0
    for number, row in enumerate(rows):
        if running and number % 500 == 0:
            running.progress(number, total)
        yield row


def start_in_background(request: HttpRequest, title: str, total: int) -> Job:
    """Hand a large export to the worker: the same address, asked in the name of the same user."""
    words = _("Export: %(title)s") % {"title": title}
    return jobs.start(request.user, "common.export", words, address=request.get_full_path(), total=total)


@jobs.task("common.export")
def export_in_background(running: jobs.RunningJob) -> None:
    """Ask the list for its file with the rights that the user has now; keep it with the job."""
    request = RequestFactory().get(running.arguments["address"], SERVER_NAME="localhost")
    request.user = get_user_model().objects.with_rights().get(pk=running.user.pk)
    request.running_job = running  # type: ignore[attr-defined]
    found = resolve(request.path)
    try:
        response = found.func(request, *found.args, **found.kwargs)
    except (PermissionDenied, Http404) as refusal:
        raise jobs.JobRefused(_("You may not export this list any more.")) from refusal
    running.attach(file_name(running.job.title, "xlsx"), response.content)
    running.finish(_("The file is ready."), reverse("common:job_file", args=[running.job.pk]))
