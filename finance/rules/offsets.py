"""Offset protocols [прихващане]: what they owe us against what we owe them, to the smaller of the two (ЗЗД чл. 103).

Issued, a protocol posts two equal payments of type offset, one in and one out, and settles each against the documents
chosen on its side; cancelled, it undoes both.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.dates import format_date, today
from common.money import format_money
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument, FirmSettings, OffsetItem, Payment, Settlement
from finance.models.choices import Side
from finance.models.payments import PaymentDirection, PaymentMethod
from finance.rules.refusals import Refusals
from trade.amounts import ZERO, round_amount
from trade.announcements import cancelled, cancelling, issued
from trade.errors import DocumentError
from trade.models.rates import FIXED, to_euro

# A document, or a document and how much of it.
Chosen = Iterable[FinancialDocument | tuple[FinancialDocument, Decimal]]


def open_in(document: Any, currency: str) -> Decimal | None:
    """What is open of a document in the currency of a protocol; None when it cannot be offset in it.

    Levs are offset in euro, at the fixed rate; anything else in its own currency.
    """
    if document.currency == currency:
        return Decimal(document.open)
    if document.currency in FIXED and currency == "EUR":
        return Decimal(document.open_eur)
    return None


def candidates(party: Any, own_firm: Any, currency: str = "EUR", user: Any = None) -> tuple[list[Any], list[Any]]:
    """Open documents that may be offset: what they owe us, and what we owe them; the oldest first."""
    found = FinancialDocument.objects.open().filter(party=party, own_firm=own_firm)
    if user is not None:
        found = found.visible_to(user)
    rows = [one for one in found.for_list().order_by("payable_by", "date", "pk") if open_in(one, currency)]
    return [one for one in rows if one.side == Side.DEBIT], [one for one in rows if one.side == Side.CREDIT]


@transaction.atomic
def draft_offset(party: Any, own_firm: Any, debit: Chosen, credit: Chosen, by: Any, **facts: Any) -> FinancialDocument:
    """A draft of an offset protocol of the chosen documents: of each all that is open, or the amount given with it.

    `debit` is what they owe us, `credit` what we owe them. Raises DocumentError when a document does not fit.
    """
    usual = FirmSettings.of(own_firm)
    facts = {"date": today(), "place": usual.place, "prepared_by": usual.prepared_by, **facts}
    offset = FinancialDocument(
        own_firm=own_firm, party=party, kind=DocumentKind.OFFSET, direction=Direction.INCOME, created_by=by, **facts
    )
    offset.save()
    choose(offset, debit, credit)
    return offset


@transaction.atomic
def choose(offset: Any, debit: Chosen, credit: Chosen) -> None:
    """Put the chosen documents on a draft protocol in place of those that stand there."""
    offset.offset_items.all().delete()
    for side, chosen in ((Side.DEBIT, debit), (Side.CREDIT, credit)):
        for one in chosen:
            document, amount = one if isinstance(one, tuple) else (one, None)
            most = open_in(document, offset.currency) or ZERO
            if refusal := unfit(offset, document) or ("" if document.side == side else _wrong_side(document)):
                raise DocumentError(refusal)
            OffsetItem.objects.create(offset=offset, document=document, amount=most if amount is None else amount)
    total = Decimal(total_of(list(offset.offset_items.select_related("document"))))
    take_total(offset, total)
    offset.save()


def _wrong_side(document: Any) -> str:
    return _("%s counts on the other side.") % document


def unfit(offset: Any, document: Any) -> str:
    """Why a document cannot stand on the protocol; empty when it can."""
    if not document.is_issued:
        return _("%s is not issued, or cancelled.") % document
    if not document.side:
        return _("%s owes nothing.") % document
    if (document.party_id, document.own_firm_id) != (offset.party_id, offset.own_firm_id):
        return _("%s is of another counterparty or another own firm.") % document
    if open_in(document, offset.currency) is None:
        return _("%(document)s is in %(currency)s: it is offset in the same currency.") % {
            "document": document,
            "currency": document.currency,
        }
    if document.date > offset.date:
        return _("%(document)s is of %(day)s, after the protocol.") % {
            "document": document,
            "day": format_date(document.date),
        }
    return ""


def totals(items: list[Any]) -> dict[str, Decimal]:
    """What is put forward on each side."""
    sides = {str(Side.DEBIT): ZERO, str(Side.CREDIT): ZERO}
    for item in items:
        if item.document.side:
            sides[item.document.side] += item.amount
    return sides


def total_of(items: list[Any]) -> Decimal:
    """What goes off: the smaller of the two sides."""
    return min(totals(items).values())


def take_total(offset: Any, total: Decimal) -> None:
    """The protocol's total is what goes off; there is no VAT in it."""
    offset.net = offset.gross = total
    offset.vat = offset.vat_eur = ZERO
    offset.net_eur = offset.gross_eur = to_euro(total, offset.rate)


def check_offset(offset: Any, refusals: Refusals) -> None:
    """Both sides have something; no more than is open. What goes off of each is written, the oldest first."""
    items = list(offset.offset_items.select_related("document"))
    for item in items:
        if refusal := unfit(offset, item.document):
            refusals.add("items", refusal)
            continue
        most = open_in(item.document, offset.currency) or ZERO
        if item.amount > most:
            refusals.add(
                "items",
                _("Of %(document)s only %(open)s is open.")
                % {"document": item.document, "open": format_money(most, offset.currency)},
            )
        elif item.amount != round_amount(item.amount, offset.currency):
            refusals.add("items", _("An amount has no more decimals than its currency."))
    total = total_of(items) if items else ZERO
    if not total:
        refusals.add("items", _("Choose documents of both sides: what they owe us, and what we owe them."))
    if refusals.found:
        return
    left = dict.fromkeys(totals(items), total)
    for item in items:
        item.used = min(item.amount, left[item.document.side])
        left[item.document.side] -= item.used
    OffsetItem.objects.bulk_update(items, ["used"])
    take_total(offset, total)


@issued.listen(FinancialDocument)
def post_payments(offset: Any, by: Any) -> None:
    """Two payments of the total: the one in settles what they owe us, the one out what we owe them."""
    if offset.kind != DocumentKind.OFFSET:
        return
    items = list(offset.offset_items.select_related("document").filter(used__gt=0))
    for direction, side in ((PaymentDirection.IN, Side.DEBIT), (PaymentDirection.OUT, Side.CREDIT)):
        payment = Payment(
            own_firm=offset.own_firm,
            party=offset.party,
            direction=direction,
            method=PaymentMethod.OFFSET,
            amount=offset.gross,
            currency=offset.currency,
            rate=offset.rate,
            rate_on=offset.rate_on,
            date=offset.date,
            offset_document=offset,
            reason=offset.paper_name,
            created_by=by,
        )
        payment.save()
        payment.issue(by)
        for item in items:
            if item.document.side == side:
                Settlement.settle(payment, item.document, by=by, amount=item.used)


@cancelled.listen(FinancialDocument)
def undo_payments(offset: Any, by: Any) -> None:
    """The payments of a cancelled protocol are cancelled with it, and what they settled is open again."""
    if offset.kind != DocumentKind.OFFSET:
        return
    for payment in Payment.objects.filter(offset_document=offset, state="issued").order_by("pk"):
        payment.cancel(by, offset.cancel_reason, on=offset.cancelled_on)


@cancelling.listen(Payment)
def keep_with_protocol(payment: Any, by: Any) -> None:
    """A payment of an offset is undone by its protocol alone."""
    if payment.offset_document_id is None:
        return
    offset = FinancialDocument.objects.get(pk=payment.offset_document_id)
    if not offset.is_cancelled:
        raise DocumentError(_("This payment belongs to %s: cancel that, and both its payments go.") % offset)
