"""What is left of an invoice per rate: to be credited by notes, and of an advance invoice to be deducted.

An invoice's base and VAT, with its issued debit notes, without its issued credit notes and without what issued final
invoices deduct of it. Cancelled documents give back what they took. Asked under the invoice's lock, it holds until the
transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from finance.kinds import FACTS, DocumentKind
from finance.models import FinancialDocumentLine, FinancialDocumentTax
from trade.amounts import HUNDRED, ZERO, VatKey, round_amount, vat_in_gross
from trade.models.rates import to_euro

NOTES = (DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)


class Left(NamedTuple):
    """Of one rate: without VAT, and with it."""

    base: Decimal
    gross: Decimal

    @property
    def tax(self) -> Decimal:
        return max(self.gross - self.base, ZERO)

    def without(self, net: Decimal, amount: Decimal, *, includes_vat: bool, percent: Decimal, currency: str) -> Left:
        """What is left after a deduction, told in the way it was priced: where the one is used up, so is the other."""
        if includes_vat:
            taken = Left(net, amount)
        elif net >= self.base:
            taken = Left(net, self.gross)
        else:
            taken = Left(net, min(round_amount(net * (HUNDRED + percent) / HUNDRED, currency), self.gross))
        return Left(self.base - taken.base, self.gross - taken.gross)

    def net_of(self, gross: Decimal, percent: Decimal, currency: str) -> Decimal:
        """The base of a deduction that is priced with VAT."""
        return self.base if gross >= self.gross else min(gross - vat_in_gross(gross, percent, currency), self.base)


Lefts = dict[VatKey, Left]


@dataclass
class _Part:
    """A row that adds to an invoice (its taxes, a debit note) or takes from it, in its currency and in euro."""

    currency: str
    key: VatKey
    base: Decimal
    gross: Decimal
    base_eur: Decimal
    gross_eur: Decimal


@dataclass
class _Taken(_Part):
    """A line of an issued final invoice that deducts the advance; above zero."""

    includes_vat: bool


def left_of(invoice: Any, currency: str = "", *, without: Any = None) -> Lefts:
    """What is left of one invoice, in the currency (its own when none is given); see `lefts_of`."""
    return lefts_of([invoice], currency, without=without)[invoice.pk]


def lefts_of(invoices: Iterable[Any], currency: str = "", *, without: Any = None) -> dict[int, Lefts]:
    """What is left of each invoice per rate, by its key; rates of which nothing is left are left out.

    All in the invoice's own currency, or in euro where anything that counts, or the currency asked for, is another.
    `without` is a document that is not counted: the one that is being looked at.
    """
    invoices = list(invoices)
    keys = [invoice.pk for invoice in invoices]
    skipped = getattr(without, "pk", None)
    parts: dict[int, list[_Part]] = {key: [] for key in keys}
    for invoice_key, part in (*_own(keys), *_notes(keys, skipped)):
        parts[invoice_key].append(part)
    taken: dict[int, list[_Taken]] = {key: [] for key in keys}
    for invoice_key, part in _deducted(keys, skipped):
        taken[invoice_key].append(part)
    return {
        invoice.pk: _sum_up(currency or invoice.currency, parts[invoice.pk], taken[invoice.pk]) for invoice in invoices
    }


def _sum_up(currency: str, parts: list[_Part], taken: list[_Taken]) -> Lefts:
    same = all(part.currency == currency for part in (*parts, *taken))
    found: Lefts = {}
    for part in parts:
        before = found.get(part.key, Left(ZERO, ZERO))
        base, gross = (part.base, part.gross) if same else (part.base_eur, part.gross_eur)
        found[part.key] = Left(before.base + base, before.gross + gross)
    for line in taken:
        net, amount = (line.base, line.gross) if same else (line.base_eur, line.gross_eur)
        found[line.key] = found.get(line.key, Left(ZERO, ZERO)).without(
            net,
            amount,
            includes_vat=line.includes_vat,
            percent=line.key.percent,
            currency=currency if same else "EUR",
        )
    return {key: left for key, left in found.items() if left.base or left.gross}


def _tax_part(tax: Any, currency: str, sign: int) -> _Part:
    return _Part(
        currency,
        VatKey(tax.vat_category, tax.vat_percent, tax.ground),
        sign * tax.base,
        sign * (tax.base + tax.tax),
        sign * tax.base_eur,
        sign * (tax.base_eur + tax.tax_eur),
    )


def _own(keys: list[int]) -> list[tuple[int, _Part]]:
    rows = FinancialDocumentTax.objects.filter(document__in=keys).select_related("document")
    return [(tax.document_id, _tax_part(tax, tax.document.currency, 1)) for tax in _plain(rows)]


def _notes(keys: list[int], skipped: int | None) -> list[tuple[int, _Part]]:
    rows = FinancialDocumentTax.objects.filter(
        document__corrects__in=keys, document__state="issued", document__kind__in=NOTES
    ).exclude(document=skipped)
    return [
        (tax.document.corrects_id, _tax_part(tax, tax.document.currency, FACTS[tax.document.kind].sign))
        for tax in _plain(rows.select_related("document"))
    ]


def _deducted(keys: list[int], skipped: int | None) -> list[tuple[int, _Taken]]:
    rows = FinancialDocumentLine.objects.filter(deducts__in=keys, document__state="issued").exclude(document=skipped)
    found = []
    for line in _plain(rows.select_related("document")).order_by("document__issued_at", "document_id", "pk"):
        amount_eur = to_euro(line.amount, line.document.rate)
        found.append(
            (
                line.deducts_id,
                _Taken(
                    line.document.currency,
                    VatKey(line.vat_category, line.vat_percent, line.ground_text),
                    -line.net,
                    -line.amount,
                    -line.net_eur,
                    -amount_eur,
                    line.document.includes_vat,
                ),
            )
        )
    return found


def _plain(rows: Any) -> Any:
    """Without the document's long texts."""
    return rows.defer("document__search_text", "document__firm_copy", "document__party_copy", "document__account_copy")
