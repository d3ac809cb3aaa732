"""Amounts of a document: lines, VAT per rate, totals. Asks the database nothing.

EN 16931: a line is rounded to the currency's cent, the base of a rate is the sum of its lines, VAT is rounded once per
rate. A document priced gross fixes the gross of each rate instead: VAT = gross × rate / (100 + rate), base = the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from common.money import round_money

HUNDRED = Decimal(100)
ZERO = Decimal("0.00")


class VatKey(NamedTuple):
    """What is taxed together: category of EN 16931, percent, and the ground when nothing is charged."""

    category: str
    percent: Decimal
    ground: str


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line as it is priced: quantity × unit price − discount %, and how it is taxed."""

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    vat: VatKey


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """Base and VAT of one rate, in the currency of the document."""

    vat: VatKey
    base: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.base + self.tax


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a document comes to. `lines` are the lines' amounts as priced, `nets` the same without VAT."""

    lines: tuple[Decimal, ...]
    nets: tuple[Decimal, ...]
    taxes: tuple[TaxAmount, ...]

    @property
    def net(self) -> Decimal:
        return sum((tax.base for tax in self.taxes), ZERO)

    @property
    def vat(self) -> Decimal:
        return sum((tax.tax for tax in self.taxes), ZERO)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def line_amount(line: PricedLine, currency: str) -> Decimal:
    """Quantity × unit price less the discount, rounded to the currency's cent half away from zero."""
    return round_money(line.quantity * line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED, currency)


def vat_of_base(base: Decimal, percent: Decimal, currency: str) -> Decimal:
    return round_money(base * percent / HUNDRED, currency)


def vat_in_gross(gross: Decimal, percent: Decimal, currency: str) -> Decimal:
    """The VAT inside a price that includes it: gross × 20/120, gross × 9/109."""
    return round_money(gross * percent / (HUNDRED + percent), currency)


def spread(total: Decimal, weights: Sequence[Decimal], currency: str = "EUR") -> list[Decimal]:
    """Split a total by weights into parts rounded to the cent that add up to it exactly.

    What rounding leaves over goes to the parts that lost most by it. All weights zero: the first part takes all.
    """
    if not weights:
        return []
    whole = sum(weights, Decimal(0))
    if not whole:
        return [total, *(ZERO for _ in weights[1:])]
    exact = [total * weight / whole for weight in weights]
    parts = [round_money(part, currency) for part in exact]
    cent = Decimal(1).scaleb(int(parts[0].as_tuple().exponent))
    left = total - sum(parts, Decimal(0))
    step = cent if left > 0 else -cent
    order = sorted(range(len(parts)), key=lambda at: (exact[at] - parts[at]) * (1 if left > 0 else -1), reverse=True)
    for at in order[: int(abs(left) / cent)]:
        parts[at] += step
    return parts


def compute(lines: Iterable[PricedLine], *, currency: str, includes_vat: bool) -> Amounts:
    """Amounts of the lines, per rate and in all. Raises what `round_money` raises."""
    lines = list(lines)
    amounts = [line_amount(line, currency) for line in lines]
    nets = [ZERO] * len(lines)
    taxes = []
    for key in dict.fromkeys(line.vat for line in lines):
        here = [at for at, line in enumerate(lines) if line.vat == key]
        total = sum((amounts[at] for at in here), ZERO)
        if includes_vat:
            tax = vat_in_gross(total, key.percent, currency)
            base = total - tax
        else:
            base, tax = total, vat_of_base(total, key.percent, currency)
        taxes.append(TaxAmount(key, base, tax))
        parts = spread(base, [amounts[at] for at in here], currency) if includes_vat else [amounts[at] for at in here]
        for at, part in zip(here, parts, strict=True):
            nets[at] = part
    return Amounts(tuple(amounts), tuple(nets), tuple(taxes))
