"""Advance invoices: which are open, and the lines of a final invoice that deduct them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.dates import format_date
from common.money import format_money
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument, FinancialDocumentLine
from finance.remaining import Left, Lefts, left_of, lefts_of
from trade.amounts import ZERO, VatKey
from trade.errors import DocumentError

# Stands on the document, whose language is Bulgarian whoever writes it.
DEDUCTION = "Приспаднат аванс по фактура № {number} от {day} г."
DEDUCTION_EN = "Advance deducted, invoice No {number} of {day}"


def advance_left(
    advance: Any, currency: str = "", *, gross: bool = False, without: Any = None
) -> dict[VatKey, Decimal]:
    """What of an issued advance invoice is not deducted yet, per rate: without VAT, or with it when `gross`.

    In the advance's currency, or in `currency` (an advance in levs is deducted in euro, at the fixed rate).
    """
    left = left_of(advance, currency, without=without)
    return {key: there.gross if gross else there.base for key, there in left.items()}


def open_advances(
    party: Any, own_firm: Any, direction: str = Direction.INCOME, *, currency: str = "", user: Any = None
) -> list[FinancialDocument]:
    """Issued advance invoices of which something is left to deduct, the oldest first.

    `currency` leaves out those that a document in it cannot deduct.
    """
    found = FinancialDocument.objects.issued().filter(
        party=party, own_firm=own_firm, direction=direction, kind=DocumentKind.ADVANCE_INVOICE
    )
    if user is not None:
        found = found.visible_to(user)
    advances = [one for one in found.order_by("date", "pk") if not currency or fits_currency(one.currency, currency)]
    left = lefts_of(advances)
    return [advance for advance in advances if left[advance.pk]]


def fits_currency(of_advance: str, of_document: str) -> bool:
    """Whether a document in the one currency may deduct or correct one in the other: the same, or levs in euro."""
    return of_advance == of_document or (of_advance, of_document) == ("BGN", "EUR")


@transaction.atomic
def add_deductions(document: Any, advances: Iterable[Any]) -> list[FinancialDocumentLine]:
    """Give the draft a line per rate for each advance, with quantity −1: as much as is left, and as the draft has.

    What the draft already deducted of these advances is made anew. Raises DocumentError when one cannot be deducted.
    """
    if not document.is_draft:
        raise DocumentError(_("Only a draft is given lines."))
    advances = list(advances)
    document.lines.filter(deducts__in=[advance.pk for advance in advances]).delete()
    made: list[FinancialDocumentLine] = []
    lines = list(document.priced_lines())
    room = {tax.vat: tax.gross if document.includes_vat else tax.base for tax in document.compute(lines).taxes}
    position = max((line.position for line in lines), default=0)
    for advance in advances:
        if refusal := unfit(document, advance):
            raise DocumentError(refusal)
        for key, left in advance_left(advance, document.currency, gross=document.includes_vat).items():
            amount = min(left, room.get(key, ZERO))
            if amount <= 0:
                continue
            room[key] -= amount
            position += 1
            made.append(deduction(document, advance, key, amount, position))
    return made


def deduction(document: Any, advance: Any, key: VatKey, amount: Decimal, position: int) -> FinancialDocumentLine:
    line = advance.lines.filter(vat_category=key.category, vat_percent=key.percent, ground_text=key.ground).first()
    words = {"number": advance.number, "day": format_date(advance.date)}
    return FinancialDocumentLine.objects.create(
        document=document,
        deducts=advance,
        position=position,
        description=DEDUCTION.format(**words),
        description_en=DEDUCTION_EN.format(**words),
        quantity=Decimal(-1),
        unit_price=amount,
        vat_rate=line.vat_rate,
        vat_ground=line.vat_ground,
    )


def unfit(document: Any, advance: Any) -> str:
    """Why the document may not deduct the advance; empty when it may."""
    if advance.kind != DocumentKind.ADVANCE_INVOICE:
        return _("%s is no advance invoice.") % advance
    if not advance.is_issued:
        return _("%s is not issued, or cancelled: it cannot be deducted.") % advance
    if (advance.party_id, advance.own_firm_id) != (document.party_id, document.own_firm_id):
        return _("%s is of another counterparty or another own firm.") % advance
    if (advance.direction, advance.received) != (document.direction, document.received):
        return _("%s goes the other way: an advance is deducted by whoever issued it.") % advance
    if not fits_currency(advance.currency, document.currency):
        return _("%(advance)s is in %(currency)s; it is deducted in the same currency.") % {
            "advance": advance,
            "currency": advance.currency,
        }
    return ""


def check_deductions(document: Any, lines: Sequence[Any]) -> list[str]:
    """What speaks against the deductions of a document whose amounts are stored: never more than is left.

    The advances are locked by the caller.
    """
    refusals: list[str] = []
    left: dict[int, Lefts] = {}
    for line in lines:
        if line.deducts_id is None:
            continue
        advance = line.deducts
        if document.kind != DocumentKind.INVOICE:
            return [_("Only an invoice deducts an advance.")]
        if refusal := unfit(document, advance):
            return [refusal]
        if line.discount_percent:
            refusals.append(_("An advance is deducted without a discount."))
        here = left.setdefault(advance.pk, left_of(advance, document.currency, without=document))
        key = line.priced().vat
        there = here.get(key, Left(ZERO, ZERO))
        wanted, most = (-line.amount, there.gross) if document.includes_vat else (-line.net, there.base)
        if wanted > most:
            refusals.append(
                _("Of %(advance)s only %(left)s at %(rate)s is left to deduct.")
                % {
                    "advance": advance,
                    "left": format_money(max(most, ZERO), document.currency),
                    "rate": rate_shown(key),
                }
            )
            continue
        here[key] = there.without(
            -line.net,
            -line.amount,
            includes_vat=document.includes_vat,
            percent=key.percent,
            currency=document.currency,
        )
    return refusals


def rate_shown(key: VatKey) -> str:
    """A rate in words: 20 % VAT, or the ground on which none is charged."""
    if not key.percent:
        return _("0 %% VAT (%(ground)s)") % {"ground": key.ground}
    return _("%(percent)s %% VAT") % {"percent": f"{key.percent.normalize():f}".replace(".", ",")}
