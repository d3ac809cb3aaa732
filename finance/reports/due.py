"""What falls due week by week: what is to come in, what is to go out, and the difference."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import DateField
from django.db.models.functions import Trunc
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dates import format_date
from finance.figures import PAYABLE, RECEIVABLE, items_url, open_documents, total
from finance.reports.base import Report, ReportColumn, Row, register

WEEKS = 12


@register
class DueByWeek(Report):
    slug = "due"
    title = gettext_lazy("Falling due by week")
    text = gettext_lazy("What is overdue, what falls due in each of the next twelve weeks, and what later.")
    icon = "calendar-week"
    order = 40
    names = ("own_firm", "party", "trader", "type", "currency")

    @cached_property
    def columns(self) -> list[ReportColumn]:
        def link(figure: str) -> Any:
            return lambda row: items_url(
                figure,
                self.data.get("party"),
                self.on,
                due_since=row.get("since", ""),
                due_until=row.get("until", ""),
                **self.link_filters,
            )

        return [
            ReportColumn("name", _("Week")),
            ReportColumn("incoming", _("To come in"), "money", link("receivable")),
            ReportColumn("outgoing", _("To go out"), "money", link("payable")),
            ReportColumn("net", _("Difference"), "money"),
            ReportColumn("running", _("From the beginning"), "money"),
        ]

    @cached_property
    def rows(self) -> list[Row]:
        monday = self.on - dt.timedelta(days=self.on.weekday())
        spans: list[tuple[str, dt.date | None, dt.date | None]] = [
            (_("overdue"), None, self.on - dt.timedelta(days=1)),
        ]
        for week in range(WEEKS + 1):
            first = max(monday + dt.timedelta(weeks=week), self.on)
            last = monday + dt.timedelta(weeks=week, days=6)
            spans.append((f"{format_date(first)} – {format_date(last)}", first, last))
        spans.append((_("later"), spans[-1][2] and spans[-1][2] + dt.timedelta(days=1), None))
        documents = self.narrowed(open_documents(None, None, self.on, self.user)).filter(RECEIVABLE | PAYABLE)
        days = documents.order_by().annotate(day=Trunc("payable_by", "day", output_field=DateField())).values("day")
        sums = days.annotate(incoming=total(self.amount, RECEIVABLE), outgoing=total(self.amount, PAYABLE))
        made: list[Row] = []
        asked = list(sums)
        running = Decimal("0.00")
        for name, since, until in spans:
            inside = [row for row in asked if within(row["day"], since, until)]
            incoming = sum((row["incoming"] for row in inside), Decimal("0.00"))
            outgoing = sum((row["outgoing"] for row in inside), Decimal("0.00"))
            running += incoming - outgoing
            made.append(
                {
                    "name": name,
                    "since": since.isoformat() if since else "",
                    "until": until.isoformat() if until else "",
                    "incoming": incoming,
                    "outgoing": outgoing,
                    "net": incoming - outgoing,
                    "running": running,
                }
            )
        return made

    @cached_property
    def totals(self) -> Row:
        totals = super().totals
        return totals | {"running": None}


def within(day: dt.date | None, since: dt.date | None, until: dt.date | None) -> bool:
    """Whether a day lies between two others; what has no day falls due later than all."""
    if day is None:
        return until is None
    return (since is None or day >= since) and (until is None or day <= until)
