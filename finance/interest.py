"""Statutory interest on what is paid late (ПМС 426/2014), told piece by piece so that anybody can count it again.

The rate in force on 1 January and on 1 July holds for the half-year that begins then; a day costs 1/360 of a year. A
half-year whose rate is not entered has no rate: none of another half-year stands in for it. All is in euro; what is in
levs or in another currency counts by its stored value in euro.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from common.dates import format_date, today
from common.money import format_money, round_money
from finance.kinds import DocumentKind
from finance.models import InterestRate, Settlement
from trade.amounts import ZERO
from trade.errors import DocumentError

DAYS_OF_A_YEAR = 360


class InterestRateMissing(DocumentError):
    """No rate is entered for a half-year; the message says for which."""


@dataclass(frozen=True)
class InterestPart:
    """One piece: so much was owed for so many days of one half-year."""

    amount: Decimal
    since: dt.date
    until: dt.date
    percent: Decimal
    interest: Decimal

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def __str__(self) -> str:
        return _("%(amount)s × %(percent)s %% × %(days)d / 360 days, %(since)s – %(until)s: %(interest)s") % {
            "amount": format_money(self.amount),
            "percent": f"{self.percent.normalize():f}".replace(".", ","),
            "days": self.days,
            "since": format_date(self.since),
            "until": format_date(self.until),
            "interest": format_money(self.interest),
        }


class Rates:
    """The yearly rates by half-year, read once for any number of documents."""

    def __init__(self) -> None:
        self.known = {row.valid_from: row.percent for row in InterestRate.objects.all()}

    def of(self, half_year: dt.date) -> Decimal:
        """The rate of the half-year that begins on the day. Raises InterestRateMissing."""
        if half_year not in self.known:
            raise InterestRateMissing(
                _("The rate of the statutory interest from %(day)s on is not entered: ask the administrator for it.")
                % {"day": format_date(half_year)},
                code="interest_rate",
            )
        return self.known[half_year]


def half_year_of(day: dt.date) -> dt.date:
    """The first day of the half-year."""
    return dt.date(day.year, 1 if day.month < 7 else 7, 1)


def next_half_year(half_year: dt.date) -> dt.date:
    return dt.date(half_year.year, 7, 1) if half_year.month == 1 else dt.date(half_year.year + 1, 1, 1)


def interest_on(amount: Decimal, due: dt.date, until: dt.date, rates: Rates | None = None) -> list[InterestPart]:
    """The interest on an amount in euro from the day after `due` up to and with `until`, one piece for each half-year.

    Each piece is rounded once. Raises InterestRateMissing when a rate is needed that is not entered.
    """
    parts: list[InterestPart] = []
    first = due + dt.timedelta(days=1)
    if amount <= 0 or first > until:
        return parts
    rates = rates or Rates()
    while first <= until:
        half_year = half_year_of(first)
        last = min(until, next_half_year(half_year) - dt.timedelta(days=1))
        percent, days = rates.of(half_year), (last - first).days + 1
        parts.append(
            InterestPart(amount, first, last, percent, round_money(amount * percent * days / (100 * DAYS_OF_A_YEAR)))
        )
        first = last + dt.timedelta(days=1)
    return parts


def parts_of(document: Any, on: dt.date | None = None, rates: Rates | None = None) -> list[InterestPart]:
    """The interest on a document as of a day, piece by piece: what was paid in part counts from the day of paying.

    None for what owes nothing, is a draft or cancelled, or was paid in time; none for a credit note.
    """
    on = on or today()
    if not document.is_issued or document.kind == DocumentKind.CREDIT_NOTE or document.payable_by is None:
        return []
    if not document.owed_eur or document.payable_by >= on:
        return []
    return pieces(document.owed_eur, document.payable_by, on, paid_by_day(document, on), rates)


def pieces(
    owed: Decimal, due: dt.date, on: dt.date, paid: Iterable[tuple[dt.date, Decimal]], rates: Rates | None = None
) -> list[InterestPart]:
    """The pieces of what was owed and paid in parts (day and amount); the day of paying is still one of delay."""
    parts: list[InterestPart] = []
    since = due
    for day, amount in sorted(paid):
        if day > since:
            parts += interest_on(owed, since, min(day, on), rates)
            since = day
        owed -= amount
    return parts + interest_on(owed, since, on, rates)


def paid_by_day(document: Any, on: dt.date) -> list[tuple[dt.date, Decimal]]:
    """Days and euro amounts by which the document was settled, as of a day."""
    rows = Settlement.objects.in_force(on).of(document)
    column = f"{document.side}_eur"
    return [(row["on"], row[column]) for row in rows.order_by("on", "pk").values("on", column)]


def statutory_interest(document: Any, on: dt.date | None = None, rates: Rates | None = None) -> Decimal:
    """The interest on a document as of a day, in euro. Raises InterestRateMissing."""
    return sum((part.interest for part in parts_of(document, on, rates)), ZERO)
