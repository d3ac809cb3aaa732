"""What a financial document's amounts are beyond quantity × price: what is printed, what is left, what is deducted.

Rounding may make parts of an invoice (notes, deductions) add up to a cent more than the invoice; here the last part
takes exactly what is left. A received document keeps the totals that are printed on it, within the firm's tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from finance.kinds import DocumentKind
from finance.models.firms import FirmSettings
from finance.remaining import Left, left_of
from trade.amounts import ZERO, Amounts, TaxAmount


def shaped(document: Any, lines: Sequence[Any], amounts: Amounts) -> Amounts:
    """The amounts as the document has them; the sums computed from the lines come in."""
    if document.kind == DocumentKind.INVOICE and document.includes_vat and any(line.deducts_id for line in lines):
        amounts = deductions_fitted(document, lines, amounts)
    if document.kind == DocumentKind.CREDIT_NOTE and document.corrects_id:
        amounts = fitted_to_left(document, lines, amounts)
    if document.received:
        amounts = as_printed(document, lines, amounts)
    return amounts


def as_printed(document: Any, lines: Sequence[Any], amounts: Amounts) -> Amounts:
    """Base and VAT as printed, on the largest rate; unchanged when they differ by more than is tolerated."""
    net, vat = printed_difference(document, amounts)
    tolerance = FirmSettings.of(document.own_firm_id).tolerance
    if not (net or vat) or max(abs(net), abs(vat)) > tolerance or not amounts.taxes:
        return amounts
    taxes = list(amounts.taxes)
    of_base = max(range(len(taxes)), key=lambda at: (taxes[at].base, -at))
    taxed = [at for at, tax in enumerate(taxes) if tax.vat.percent]
    taxes[of_base] = replace(taxes[of_base], base=taxes[of_base].base + net)
    if vat:
        if not taxed:
            return amounts
        of_vat = max(taxed, key=lambda at: (taxes[at].base, -at))
        taxes[of_vat] = replace(taxes[of_vat], tax=taxes[of_vat].tax + vat)
    return with_taxes(amounts, lines, taxes)


def printed_difference(document: Any, amounts: Amounts) -> tuple[Decimal, Decimal]:
    """How much the printed base and VAT are above the computed ones; zero for what is not told."""
    printed_net, printed_vat = document.printed_net, document.printed_vat
    return (
        ZERO if printed_net is None else printed_net - amounts.net,
        ZERO if printed_vat is None else printed_vat - amounts.vat,
    )


def fitted_to_left(document: Any, lines: Sequence[Any], amounts: Amounts) -> Amounts:
    """A credit note that takes all that is left of its invoice at a rate takes exactly that, by cents too."""
    left = left_of(document.corrects, document.currency, without=document)
    taxes = []
    for tax in amounts.taxes:
        there = left.get(tax.vat, Left(ZERO, ZERO))
        taxes.append(fitted(tax, there, includes_vat=document.includes_vat))
    return with_taxes(amounts, lines, taxes)


def fitted(tax: TaxAmount, there: Left, *, includes_vat: bool) -> TaxAmount:
    """Base and VAT of a rate, brought within what is left by what rounding alone put above it."""
    if includes_vat:
        if tax.gross > there.gross:
            return tax
        if tax.gross == there.gross:
            return replace(tax, base=there.gross - there.tax, tax=there.tax)
        base = min(max(tax.base, tax.gross - there.tax), there.base)
        return replace(tax, base=base, tax=tax.gross - base)
    if tax.base > there.base:
        return tax
    return replace(tax, tax=there.tax if tax.base == there.base else min(tax.tax, there.tax))


def deductions_fitted(document: Any, lines: Sequence[Any], amounts: Amounts) -> Amounts:
    """Priced with VAT, a deduction's net is that of the advance; the other lines of its rate take the rest."""
    nets = list(amounts.nets)
    left: dict[int, dict[Any, Left]] = {}
    for at, line in enumerate(lines):
        if line.deducts_id is None:
            continue
        key = line.priced().vat
        here = left.setdefault(line.deducts_id, left_of(line.deducts, document.currency, without=document))
        there = here.get(key)
        if there is None or -amounts.lines[at] > there.gross:
            continue
        net = there.net_of(-amounts.lines[at], key.percent, document.currency)
        others = [
            other
            for other, one in enumerate(lines)
            if one.deducts_id is None and one.priced().vat == key and nets[other]
        ]
        if not others:
            continue
        nets[max(others, key=lambda other: nets[other])] += nets[at] + net
        nets[at] = -net
        here[key] = there.without(
            net, -amounts.lines[at], includes_vat=True, percent=key.percent, currency=document.currency
        )
    return replace(amounts, nets=tuple(nets))


def with_taxes(amounts: Amounts, lines: Sequence[Any], taxes: Sequence[TaxAmount]) -> Amounts:
    """Other bases and VAT; what a base gained or lost goes to the largest line of its rate, so that lines add up."""
    nets = list(amounts.nets)
    for before, after in zip(amounts.taxes, taxes, strict=True):
        if moved := after.base - before.base:
            here = [at for at, line in enumerate(lines) if line.priced().vat == before.vat]
            nets[max(here, key=lambda at: nets[at])] += moved
    return replace(amounts, nets=tuple(nets), taxes=tuple(taxes))
