"""What is open between a party and one of our firms as of a day, with the sums per currency."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from counterparties.models import Counterparty
from finance.figures import open_documents, open_payments
from finance.models.choices import Side
from trade.models.rates import LEV_PER_EURO, to_euro

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Sums:
    """In one currency: what they owe us, what we owe them, and the difference (above zero: they owe us)."""

    currency: str
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        return self.debit - self.credit

    @property
    def balance_eur(self) -> Decimal | None:
        """A balance in levs told in euro at the fixed rate, without its sign; None for any other and for nothing."""
        return to_euro(abs(self.balance), LEV_PER_EURO) if self.currency == "BGN" and self.balance else None


@dataclass(frozen=True)
class OpenItems:
    debit: list[Any]
    credit: list[Any]
    sums: list[Sums]

    @classmethod
    def of(cls, party: Counterparty, own_firm: Counterparty, on: dt.date, user: Any) -> OpenItems:
        """Documents and payments, each with `left`, by due day; payments after documents."""
        documents = open_documents(party, own_firm, on, user).defer("search_text", "note", "internal_note")
        items = [*documents.order_by("payable_by", "pk"), *open_payments(party, own_firm, on, user).order_by("date")]
        debit = [item for item in items if item.side == Side.DEBIT]
        credit = [item for item in items if item.side == Side.CREDIT]
        codes = sorted({item.currency for item in items}, key=lambda code: (code != "EUR", code))
        sums = [Sums(code, summed(debit, code), summed(credit, code)) for code in codes]
        return cls(debit, credit, sums)


def summed(items: list[Any], currency: str) -> Decimal:
    return sum((item.left for item in items if item.currency == currency), ZERO)
