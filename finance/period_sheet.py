"""What stands in the months of an own firm: how much is entered, what still waits, which months are closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse

from common.dates import format_date, today
from finance.models import FinancialDocument, Payment, PeriodClosing
from finance.models.periods import month_of

MONTHS_SHOWN = 24


@dataclass
class Month:
    """A month of the firm. `documents` and `payments` are issued (posted), the drafts of each wait."""

    month: dt.date
    documents: int = 0
    draft_documents: int = 0
    payments: int = 0
    draft_payments: int = 0
    closing: PeriodClosing | None = None
    last_reopened: PeriodClosing | None = None
    firm: int = 0

    @property
    def is_closed(self) -> bool:
        return self.closing is not None

    @property
    def has_ended(self) -> bool:
        return self.month < month_of(today())

    @property
    def words(self) -> str:
        return f"{self.month:%m.%Y}"

    def drafts_url(self, name: str = "finance:financialdocument_list") -> str:
        """The list of what waits in this month."""
        last = next_month(self.month) - dt.timedelta(days=1)
        asked = {
            "own_firm": self.firm,
            "state": "draft",
            "since": format_date(self.month),
            "until": format_date(last),
        }
        return f"{reverse(name)}?{urlencode(asked)}"

    def close_url(self) -> str:
        return reverse("finance:period_close", args=[self.firm, f"{self.month:%Y-%m}"])

    def documents_url(self) -> str:
        asked = {"own_firm": self.firm, "period": self.words}
        return f"{reverse('finance:financialdocument_list')}?{urlencode(asked)}"


def next_month(month: dt.date) -> dt.date:
    return month_of(month + dt.timedelta(days=32))


def months_of(firm: Any, user: Any, year: int | None = None) -> tuple[list[Month], list[int]]:
    """The months of a year (the last two years' when None), newest first, and the years that have anything."""
    documents = FinancialDocument.objects.visible_to(user).filter(own_firm=firm)
    payments = Payment.objects.visible_to(user).filter(own_firm=firm)
    first = first_day(documents, payments)
    years = list(range(today().year, first.year - 1, -1))
    newest = month_of(today()) if year is None or year >= today().year else dt.date(year, 12, 1)
    oldest = dt.date(year, 1, 1) if year is not None else months_before(newest, MONTHS_SHOWN - 1)
    oldest = max(oldest, month_of(first))
    found: dict[dt.date, Month] = {}
    month = newest
    while month >= oldest:
        found[month] = Month(month, firm=firm.pk)
        month = month_of(month - dt.timedelta(days=1))
    count(documents.annotate(month=TruncMonth(Coalesce("vat_period", "date"))), found, oldest, "documents")
    count(payments.annotate(month=TruncMonth("date")), found, oldest, "payments")
    for closing in PeriodClosing.objects.filter(own_firm=firm, month__gte=oldest).select_related(
        "closed_by", "reopened_by"
    ):
        if (here := found.get(closing.month)) is None:
            continue
        if closing.reopened_at is None:
            here.closing = closing
        elif here.last_reopened is None or here.last_reopened.reopened_at < closing.reopened_at:
            here.last_reopened = closing
    return list(found.values()), years


def count(rows: Any, months: dict[dt.date, Month], oldest: dt.date, name: str) -> None:
    """Count issued ones and drafts per month; cancelled ones count as issued, for they were."""
    sums = (
        rows.filter(month__gte=oldest)
        .order_by()
        .values("month")
        .annotate(drafts=Count("pk", filter=Q(state="draft")), rest=Count("pk", filter=~Q(state="draft")))
    )
    for row in sums:
        if (here := months.get(row["month"])) is not None:
            setattr(here, name, row["rest"])
            setattr(here, f"draft_{name}", row["drafts"])


def first_day(documents: Any, payments: Any) -> dt.date:
    days = [rows.aggregate(first=Min("date"))["first"] for rows in (documents.order_by(), payments.order_by())]
    return min((day for day in days if day is not None), default=month_of(today()))


def months_before(month: dt.date, many: int) -> dt.date:
    number = month.year * 12 + month.month - 1 - many
    return dt.date(number // 12, number % 12 + 1, 1)


def month_at(firm: Any, user: Any, month: dt.date) -> Month:
    """One month of the firm."""
    found, _years = months_of(firm, user, month.year)
    return next((one for one in found if one.month == month), Month(month, firm=firm.pk))


def open_before(firm: Any, month: dt.date, user: Any) -> list[Month]:
    """Earlier months of the same year with something in them that are still open."""
    found, _years = months_of(firm, user, month.year)
    return [one for one in found if one.month < month and not one.is_closed and (one.documents or one.payments)]
