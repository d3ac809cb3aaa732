"""What each party and we owe each other in all: the parts of the balance and the balance, as of a day."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.figures import (
    ADVANCES_IN,
    ADVANCES_OUT,
    CREDITS_GIVEN,
    CREDITS_RECEIVED,
    PARTS,
    PAYABLE,
    RECEIVABLE,
    VIEW_PAYMENTS,
    balance_url,
    items_url,
    open_documents,
    open_payments,
    total,
    words_of_balance,
)
from finance.reports.base import Report, ReportColumn, Row, label, name_parties, register


@register
class Balances(Report):
    slug = "balances"
    title = gettext_lazy("Balances")
    text = gettext_lazy("Receivable, payable, advances and unused credit notes of each counterparty, and the balance.")
    icon = "sliders"
    order = 30

    @classmethod
    def is_open_to(cls, user: Any) -> bool:
        return super().is_open_to(user) and bool(user.has_perm(VIEW_PAYMENTS))

    @cached_property
    def columns(self) -> list[ReportColumn]:
        def of_figure(name: str) -> Any:
            return lambda row: items_url(name, self.party_of(row), self.on, **self.link_filters)

        return [
            ReportColumn("name", _("Counterparty"), url=lambda row: row.get("url", "")),
            ReportColumn("number", _("EIK / number"), css="number is-code"),
            *(
                ReportColumn(part.figure.name, label(part.figure.label), "money", of_figure(part.figure.name))
                for part in PARTS
            ),
            ReportColumn(
                "balance",
                _("Balance"),
                "money",
                lambda row: balance_url(self.party_of(row), self.on) if row.get("party") else "",
            ),
            ReportColumn("words", ""),
        ]

    @cached_property
    def rows(self) -> list[Row]:
        conditions = (
            ("receivable", RECEIVABLE),
            ("payable", PAYABLE),
            ("credits_given", CREDITS_GIVEN),
            ("credits_received", CREDITS_RECEIVED),
        )
        found: dict[int, Row] = {}
        documents = self.narrowed(open_documents(None, None, self.on, self.user)).order_by().values("party")
        payments = self.narrowed(open_payments(None, None, self.on, self.user)).order_by().values("party")
        advances = (("advances_in", ADVANCES_IN), ("advances_out", ADVANCES_OUT))
        for rows, its in ((documents, conditions), (payments, advances)):
            for row in rows.annotate(**{name: total(self.amount, condition) for name, condition in its}):
                found.setdefault(row["party"], {}).update(row)
        for row in found.values():
            for part in PARTS:
                row.setdefault(part.figure.name, Decimal("0.00"))
            row["balance"] = sum(part.sign * row[part.figure.name] for part in PARTS)
            row["words"] = words_of_balance(row["balance"])
        return sorted(found.values(), key=lambda row: (-row["balance"], row["party"]))

    def told(self, rows: list[Row]) -> list[Row]:
        return name_parties(rows)
