"""Reports, and the rows that add up to each figure."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common import exports
from common.addresses import address
from common.dates import today
from common.lists import PAGE_SIZES
from common.printing import pdf_response, render_pdf
from counterparties.figures import figures
from finance.figures import MoneyFigure, items_url
from finance.lists.figures import show_items
from finance.reports import Report, reports
from finance.reports.base import Row

EXPORT = "finance.export_financialdocument"
PRINT = "finance.print_financialdocument"
# Beyond so many rows a report is printed from its file, not by us.
PRINTED = 1500


@login_required
def figure_items(request: HttpRequest, name: str) -> HttpResponse:
    return show_items(request, name)


@login_required
def figure_lines(request: HttpRequest, name: str) -> HttpResponse:
    return show_items(request, name, lines=True)


def demand_reports(request: HttpRequest) -> None:
    if not Report.is_open_to(request.user):
        raise PermissionDenied


@login_required
def report_list(request: HttpRequest) -> HttpResponse:
    """All reports, and the lists of figures that are looked at across all parties."""
    demand_reports(request)
    user: Any = request.user
    cards = [
        {"title": one.title, "text": one.text, "icon": one.icon, "url": address("finance:report", one.slug)}
        for one in reports
        if one.is_open_to(user)
    ]
    cards.append(
        {
            "title": _("Payment reminders"),
            "text": _("Who is overdue, and when each was reminded last; reminders for many at once."),
            "icon": "envelope-exclamation",
            "url": reverse("finance:reminder_list"),
        }
    )
    listed = [
        {"label": capfirst(str(one.label)), "url": items_url(one.name, None, today())}
        for one in figures
        if isinstance(one, MoneyFigure) and one.items is not None and one.is_open_to(user)
    ]
    return render(request, "finance/report_list.html", {"cards": cards, "listed": listed})


@login_required
def report_detail(request: HttpRequest, slug: str) -> HttpResponse:
    demand_reports(request)
    kind = reports.get(slug)
    if kind is None:
        raise Http404
    if not kind.is_open_to(request.user):
        raise PermissionDenied
    report = kind(request.GET, request.user)
    if (form := request.GET.get("export")) in exports.FORMATS:
        return export(request, report, str(form))
    if request.GET.get("print"):
        return print_report(request, report)
    sizes = {str(size): size for size in PAGE_SIZES}
    user: Any = request.user
    paginator = Paginator(report.rows, sizes.get(request.GET.get("page_size", ""), user.page_size))
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "report": report,
        "page_title": report.title,
        "rows": [cells(report, row) for row in report.told(list(page.object_list))],
        "total_cells": cells(report, report.totals, total=True),
        "filter": {"form": report.form, "primary_fields": list(report.form)},
        "clear_url": f"{request.path}?own_firm=" if user.firm_in_force is not None else request.path,
        "chips": [name for name in report.names if report.data.get(name)],
        "page_obj": page,
        "paginator": paginator,
        "page_range": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "page_sizes": PAGE_SIZES,
        "total": paginator.count,
        "exports": {form: with_parameter(request, "export", form) for form in exports.FORMATS}
        if user.has_perm(EXPORT)
        else {},
        "print_url": with_parameter(request, "print", "1") if user.has_perm(PRINT) else "",
        "crumbs": [(_("Reports"), reverse("finance:report_list"))],
    }
    return render(request, "finance/report_detail.html", context)


def cells(report: Report, row: Row, *, total: bool = False) -> list[dict[str, Any]]:
    """A row as its cells in words, each with the way to what adds up to it."""
    made = []
    for column in report.columns:
        value = row.get(column.name)
        url = column.url(row) if column.url is not None and value not in (None, "") else ""
        words = column.words(value, report.currency)
        if column.kind == "money" and not value:
            words, url = ("" if value is None else words) if total else "", ""
        made.append({"words": words, "url": url, "column": column})
    return made


def with_parameter(request: HttpRequest, name: str, value: str) -> str:
    params = request.GET.copy()
    params.pop("page", None)
    params[name] = value
    return f"{request.path}?{params.urlencode()}"


def export(request: HttpRequest, report: Report, form: str) -> Any:
    """All rows of the report, and its totals as the last."""
    if not request.user.has_perm(EXPORT):
        raise PermissionDenied
    names = [column.name for column in report.columns]
    header = [str(column.label) for column in report.columns]
    rows = [[plain(row.get(name)) for name in names] for row in report.told(list(report.rows))]
    totals = [plain(report.totals.get(name)) for name in names]
    return exports.export_response(form, str(report.title), header, [*rows, [_("Total"), *totals[1:]]])


def plain(value: Any) -> Any:
    """A value for a file; percents are rounded as on the page."""
    if hasattr(value, "as_tuple") and value.as_tuple().exponent < -2:
        return round(value, 2)
    return value if value is None or isinstance(value, (int, float)) or hasattr(value, "as_tuple") else str(value)


def print_report(request: HttpRequest, report: Report) -> HttpResponse:
    if not request.user.has_perm(PRINT):
        raise PermissionDenied
    shown = report.told(list(report.rows[:PRINTED]))
    context = {
        "report": report,
        "rows": [cells(report, row) for row in shown],
        "total_cells": cells(report, report.totals, total=True),
        "left_out": len(report.rows) - len(shown),
        "printed_on": today(),
        "user": request.user,
    }
    pdf = render_pdf("finance/print/report.html", context, ["css/finance-report.css"])
    return pdf_response(pdf, exports.file_name(str(report.title), "pdf"))
