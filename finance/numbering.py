"""Proof of the numbers: every tax series of an own firm walked from its first to its last number.

Read in order from the server, so a series of any length takes no memory to speak of.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from counterparties.models import Counterparty
from documents.models import NumberSeries
from documents.numbering import series_kinds
from finance.kinds import TAX_SERIES
from finance.models import FinancialDocument
from finance.recounting import rows

KEPT = 1000  # irregularities of a series that are named; all are counted
BY_POSITION = """
    SELECT position, number, date, state FROM finance_financialdocument
    WHERE own_firm_id = %s AND series = %s ORDER BY position, id
"""


@dataclass
class Named:
    """Irregularities of one sort: all are counted, the first thousand named."""

    count: int = 0
    named: list[str] = field(default_factory=list)

    def add(self, words: str, count: int = 1) -> None:
        self.count += count
        if len(self.named) < KEPT:
            self.named.append(words)


@dataclass
class SeriesReport:
    """What stands in a series of an own firm, and what is wrong with it."""

    own_firm: Counterparty
    code: str
    ranges: list[NumberSeries]
    first: str = ""
    last: str = ""
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    count: int = 0
    cancelled: int = 0
    missing: Named = field(default_factory=Named)
    repeated: Named = field(default_factory=Named)
    out_of_order: Named = field(default_factory=Named)
    unfit: Named = field(default_factory=Named)

    @property
    def label(self) -> str:
        kind = series_kinds.get(self.code)
        return str(kind.label) if kind else self.code

    @property
    def is_clean(self) -> bool:
        return not (self.missing.count or self.repeated.count or self.out_of_order.count or self.unfit.count)

    @property
    def next_number(self) -> str:
        """The number that comes next; empty when all ranges are used up."""
        for one in self.ranges:
            if one.is_active and (one.last_number is None or one.next_number <= one.last_number):
                return one.written(one.next_number)
        return ""

    def cancelled_rows(self) -> Iterator[dict[str, Any]]:
        """Number, day, day of the annulment and reason of what was cancelled, by number."""
        found = FinancialDocument.objects.filter(own_firm=self.own_firm, series=self.code, state="cancelled")
        columns = ("number", "date", "cancelled_on", "cancel_reason")
        yield from found.order_by("position", "pk").values(*columns).iterator(1000)


def series_reports(own_firm: Counterparty | None = None) -> Iterator[SeriesReport]:
    """Each tax series of each own firm (or of the one given)."""
    ranges = NumberSeries.objects.filter(code__in=TAX_SERIES)
    documents = FinancialDocument.objects.filter(series__in=TAX_SERIES)
    if own_firm is not None:
        ranges, documents = ranges.filter(own_firm=own_firm), documents.filter(own_firm=own_firm)
    pairs = set(ranges.order_by().values_list("own_firm", "code").distinct())
    pairs |= set(documents.order_by().values_list("own_firm", "series").distinct())
    firms = Counterparty.objects.select_related("legal_form").in_bulk({firm for firm, _code in pairs})
    for firm, code in sorted(pairs, key=lambda pair: (pair[0], TAX_SERIES.index(pair[1]))):
        known = list(ranges.filter(own_firm=firm, code=code).order_by("first_number"))
        yield walked(SeriesReport(firms[firm], code, known))


def walked(report: SeriesReport) -> SeriesReport:
    """Walk the series: each number that was given is there once, in the order of days, and no other."""
    before = 0
    day: dt.date | None = None
    for row in rows(BY_POSITION, [report.own_firm.pk, report.code]):
        position, number = row["position"], row["number"]
        if not report.count:
            report.first, report.first_day = number, row["date"]
        report.count += 1
        report.cancelled += row["state"] == "cancelled"
        report.last, report.last_day = number, row["date"]
        check_number(report, position, number)
        if report.count > 1 and position is not None and position == before:
            report.repeated.add(number)
        elif position is not None:
            add_missing(report, before, position)
            before = position
        if day is not None and row["date"] < day:
            report.out_of_order.add(f"{number} от {row['date']:%d.%m.%Y} г. след документ от {day:%d.%m.%Y} г.")
        day = row["date"]
    add_missing(report, before, None)
    return report


def check_number(report: SeriesReport, position: int | None, number: str) -> None:
    """A number of a tax document is ten digits, those of its place in the series, given from a range of the firm."""
    if not re.fullmatch(r"[0-9]{10}", number):
        report.unfit.add(f"{number}: не е от десет цифри")
    elif position is None or int(number) != position:
        report.unfit.add(f"{number}: не отговаря на мястото си в поредицата ({position})")
    elif not any(one.first_number <= position < one.next_number for one in report.ranges):
        report.unfit.add(f"{number}: не е даван от поредицата")


def add_missing(report: SeriesReport, after: int, before: int | None) -> None:
    """Numbers that the ranges gave between two that are there (up to the end of what was given when None)."""
    for one in report.ranges:
        first = max(one.first_number, after + 1)
        last = one.next_number - 1 if before is None else min(one.next_number, before) - 1
        if first <= last:
            words = one.written(first) if first == last else f"{one.written(first)} – {one.written(last)}"
            report.missing.add(words, last - first + 1)
