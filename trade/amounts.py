"""Amounts of a document: lines, VAT per rate, totals. Asks the database nothing.

EN 16931: a line is rounded to the currency's cent, the base of a rate is the sum of its lines, VAT is rounded once per
rate. A document priced gross fixes the gross of each rate instead: VAT = gross × rate / (100 + rate), base = the rest.

In euro the payable total is converted and the VAT of each rate; the bases take what rounding leaves, so that lines,
rates and total add up in euro as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from babel.numbers import get_currency_precision

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


class EuroTax(NamedTuple):
    """Base and VAT of one rate in euro."""

    base: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class EuroAmounts:
    """The same amounts in euro, adding up in euro: lines to bases, bases and VAT to the total."""

    nets: tuple[Decimal, ...]
    taxes: tuple[EuroTax, ...]
    gross: Decimal

    @property
    def net(self) -> Decimal:
        return sum((tax.base for tax in self.taxes), ZERO)

    @property
    def vat(self) -> Decimal:
        return sum((tax.tax for tax in self.taxes), ZERO)


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round as amounts are kept: to the currency's smallest unit, and to hundredths where that is finer (dinars)."""
    return round_money(amount, "EUR" if get_currency_precision(currency) > 2 else currency)


def line_amount(line: PricedLine, currency: str) -> Decimal:
    """Quantity × unit price less the discount, rounded to the currency's cent half away from zero."""
    return round_amount(line.quantity * line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED, currency)


def vat_of_base(base: Decimal, percent: Decimal, currency: str) -> Decimal:
    return round_amount(base * percent / HUNDRED, currency)


def vat_in_gross(gross: Decimal, percent: Decimal, currency: str) -> Decimal:
    """The VAT inside a price that includes it: gross × 20/120, gross × 9/109."""
    return round_amount(gross * percent / (HUNDRED + percent), currency)


def spread(total: Decimal, weights: Sequence[Decimal], currency: str = "EUR") -> list[Decimal]:
    """Split a total by weights into parts rounded to the cent that add up to it exactly.

    What rounding leaves over goes to the parts that lost most by it. All weights zero: the first part takes all.
    """
    if not weights:
        return []
    whole = sum(weights, Decimal(0))
    if not whole:
        return [total, *(ZERO for _ in weights[1:])]
    return fit([total * weight / whole for weight in weights], total, currency)


def fit(exact: Sequence[Decimal], total: Decimal, currency: str) -> list[Decimal]:
    """Round each part so that they add up to the total, which is what they come to but for rounding."""
    parts = [round_amount(part, currency) for part in exact]
    left = total - sum(parts, Decimal(0))
    if not parts or not left:
        return parts
    cent = Decimal(1).scaleb(int(parts[0].as_tuple().exponent))
    sign = 1 if left > 0 else -1
    order = sorted(range(len(parts)), key=lambda at: (exact[at] - parts[at]) * sign, reverse=True)
    for turn in range(int(abs(left) / cent)):
        parts[order[turn % len(order)]] += cent * sign
    return parts


def compute(lines: Iterable[PricedLine], *, currency: str, includes_vat: bool) -> Amounts:
    """Amounts of the lines, per rate and in all. Raises what `round_money` raises."""
    lines = list(lines)
    amounts = [line_amount(line, currency) for line in lines]
    nets = list(amounts)
    taxes = []
    for key, here in by_rate(lines).items():
        total = sum((amounts[at] for at in here), ZERO)
        if includes_vat:
            tax = vat_in_gross(total, key.percent, currency)
            base = total - tax
            # Each line without its own VAT: advances that are deducted have other signs, so no share of the whole.
            exact = [amounts[at] * HUNDRED / (HUNDRED + key.percent) for at in here]
            for at, part in zip(here, fit(exact, base, currency), strict=True):
                nets[at] = part
        else:
            base, tax = total, vat_of_base(total, key.percent, currency)
        taxes.append(TaxAmount(key, base, tax))
    return Amounts(tuple(amounts), tuple(nets), tuple(taxes))


def by_rate(lines: Sequence[PricedLine]) -> dict[VatKey, list[int]]:
    """Places of the lines by how they are taxed, in the order in which each first stands."""
    found: dict[VatKey, list[int]] = {}
    for at, line in enumerate(lines):
        found.setdefault(line.vat, []).append(at)
    return found


def in_euro(amounts: Amounts, lines: Sequence[PricedLine], rate: Decimal) -> EuroAmounts:
    """The amounts in euro at a rate (units for one euro)."""
    places = by_rate(lines)
    gross = round_money(amounts.gross / rate, "EUR")
    taxes = [round_money(tax.tax / rate, "EUR") for tax in amounts.taxes]
    bases = fit([tax.base / rate for tax in amounts.taxes], gross - sum(taxes, ZERO), "EUR")
    nets = [ZERO] * len(lines)
    for tax, base in zip(amounts.taxes, bases, strict=True):
        here = places[tax.vat]
        for at, part in zip(here, fit([amounts.nets[at] / rate for at in here], base, "EUR"), strict=True):
            nets[at] = part
    return EuroAmounts(tuple(nets), tuple(EuroTax(*pair) for pair in zip(bases, taxes, strict=True)), gross)
