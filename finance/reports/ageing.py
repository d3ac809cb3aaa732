"""Who owes us and whom we owe, and since when: by party and class of age, as of a day."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.figures import (
    ADVANCES_IN,
    ADVANCES_OUT,
    AGE_CLASSES,
    CREDITS_GIVEN,
    CREDITS_RECEIVED,
    PAYABLE,
    RECEIVABLE,
    VIEW_PAYMENTS,
    items_url,
    open_documents,
    open_payments,
    total,
)
from finance.reports.base import Report, ReportColumn, Row, label, name_parties, register

ZERO = Decimal("0.00")


class Ageing(Report):
    """By party and class. Advances and unused notes stand in columns of their own and lessen nothing."""

    figure = ""
    condition: Any = None
    notes: tuple[str, Any] = ("", None)
    advances: tuple[str, Any] = ("", None)

    def link(self, figure: str, row: Row, **more: Any) -> str:
        return items_url(figure, self.party_of(row), self.on, **self.link_filters, **more)

    @cached_property
    def columns(self) -> list[ReportColumn]:
        def of_age(slug: str) -> Any:
            return lambda row: self.link(self.figure, row, age=slug)

        columns = [
            ReportColumn("name", _("Counterparty"), url=lambda row: row.get("url", "")),
            ReportColumn("number", _("EIK / number"), css="number is-code"),
            *(ReportColumn(one.slug, label(one.label), "money", of_age(one.slug)) for one in AGE_CLASSES),
            ReportColumn("sum", _("Total"), "money", lambda row: self.link(self.figure, row)),
            ReportColumn("notes", _("Unused credit notes"), "money", lambda row: self.link(self.notes[0], row)),
        ]
        if self.user.has_perm(VIEW_PAYMENTS):
            columns.append(
                ReportColumn("advances", _("Advances"), "money", lambda row: self.link(self.advances[0], row))
            )
        return columns

    @cached_property
    def rows(self) -> list[Row]:
        found: dict[int, Row] = {}
        sums = {one.slug: total(self.amount, self.condition & one.condition(self.on)) for one in AGE_CLASSES}
        documents = self.narrowed(open_documents(None, None, self.on, self.user))
        documents = documents.filter(self.condition | self.notes[1]).order_by().values("party")
        for row in documents.annotate(
            **sums, sum=total(self.amount, self.condition), notes=total(self.amount, self.notes[1]), count=Count("pk")
        ):
            found[row["party"]] = row
        if self.user.has_perm(VIEW_PAYMENTS):
            payments = self.narrowed(open_payments(None, None, self.on, self.user)).filter(self.advances[1])
            for row in payments.order_by().values("party").annotate(advances=total(self.amount)):
                found.setdefault(row["party"], self.empty(row["party"]))["advances"] = row["advances"]
        return sorted(found.values(), key=lambda row: (-row["sum"], row["party"]))

    def empty(self, party: int) -> Row:
        return {"party": party, **{one.slug: ZERO for one in AGE_CLASSES}, "sum": ZERO, "notes": ZERO}

    def told(self, rows: list[Row]) -> list[Row]:
        return name_parties(rows)


@register
class Receivables(Ageing):
    slug = "receivables"
    title = gettext_lazy("Receivables by age")
    text = gettext_lazy("Who owes us, and how long overdue, as of any day.")
    icon = "hourglass-split"
    order = 10
    figure = "receivable"
    condition = RECEIVABLE
    notes = ("credits_given", CREDITS_GIVEN)
    advances = ("advances_in", ADVANCES_IN)


@register
class Payables(Ageing):
    slug = "payables"
    title = gettext_lazy("Payables by age")
    text = gettext_lazy("Whom we owe, and how long overdue, as of any day.")
    icon = "hourglass-bottom"
    order = 20
    figure = "payable"
    condition = PAYABLE
    notes = ("credits_received", CREDITS_RECEIVED)
    advances = ("advances_out", ADVANCES_OUT)
