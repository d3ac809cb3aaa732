"""Credit and debit notes: to what, why, never above what is left; a credit note is settled with its invoice at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.money import format_money
from finance.advances import fits_currency, rate_shown
from finance.kinds import DocumentKind
from finance.models import FinancialDocument, Settlement
from finance.remaining import Left, left_of
from finance.rules.refusals import Refusals
from trade.amounts import ZERO, VatKey
from trade.announcements import issued
from trade.errors import DocumentError

INVOICES = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)


def check_note(document: Any, refusals: Refusals) -> None:
    if not document.is_note:
        return
    if not document.reason.strip():
        refusals.add("reason", _("Say why the note is issued."))
    invoice = document.corrects
    if invoice is None:
        check_outside_invoice(document, refusals)
        return
    document.corrects_number, document.corrects_date = invoice.number, invoice.date
    if reason := unfit(document, invoice):
        refusals.add("corrects", reason)
    elif document.kind == DocumentKind.CREDIT_NOTE:
        check_left(document, invoice, refusals)


def check_outside_invoice(document: Any, refusals: Refusals) -> None:
    """The invoice is not here (an older one, of another program): its number and date as printed."""
    if not document.corrects_number.strip():
        refusals.add("corrects_number", _("Choose the invoice, or write the number and date of one that is not here."))
    if document.corrects_date is None:
        refusals.add("corrects_date", _("Write the date of the invoice."))
    elif document.corrects_date > document.date:
        refusals.add("corrects_date", _("A note is not issued before its invoice."))


def unfit(note: Any, invoice: Any) -> str:
    """Why the note may not be to this invoice; empty when it may."""
    if invoice.kind not in INVOICES:
        return _("%s is no invoice.") % invoice
    if not invoice.is_issued:
        return _("%s is not issued, or cancelled: no notes are made to it.") % invoice
    if (invoice.party_id, invoice.own_firm_id) != (note.party_id, note.own_firm_id):
        return _("%s is of another counterparty or another own firm.") % invoice
    if (invoice.direction, invoice.received) != (note.direction, note.received):
        return _("A note goes the way of its invoice: ours to ours, received to received.")
    if note.date < invoice.date:
        return _("A note is not issued before its invoice.")
    if not fits_currency(invoice.currency, note.currency):
        return _("The note is in the currency of its invoice: %s.") % (
            "EUR" if invoice.currency == "BGN" else invoice.currency
        )
    return ""


def check_left(note: Any, invoice: Any, refusals: Refusals) -> None:
    """Per rate, never above what is left; the invoice is locked."""
    left = left_of(invoice, note.currency, without=note)
    for tax in note.taxes.all():
        key = VatKey(tax.vat_category, tax.vat_percent, tax.ground)
        there = left.get(key, Left(ZERO, ZERO))
        if tax.base > there.base or tax.tax > there.tax:
            refusals.add(
                "lines",
                _("Of %(invoice)s only %(left)s at %(rate)s is left to credit.")
                % {
                    "invoice": invoice,
                    "left": format_money(max(there.gross if note.includes_vat else there.base, ZERO), note.currency),
                    "rate": rate_shown(key),
                },
            )


def check_left_after(invoice: Any, *, without: Any, words: str) -> None:
    """Refuse what would leave less than nothing of an invoice, were the document not counted."""
    left = left_of(invoice, without=without)
    if any(there.base < 0 or there.gross < 0 for there in left.values()):
        raise DocumentError(words)


@issued.listen(FinancialDocument)
def settle_at_once(document: Any, by: Any) -> None:
    """A credit note lessens what is open of its invoice; what the invoice does not take stays an unused credit note."""
    if document.kind != DocumentKind.CREDIT_NOTE or document.corrects_id is None:
        return
    invoice = FinancialDocument.objects.get(pk=document.corrects_id)
    if not (invoice.open and document.open):
        return
    try:
        Settlement.settle(document, invoice, by=by)
    except ValidationError as refusal:
        # Levs and euro have a fixed rate; without one for another currency the note waits to be settled by hand.
        if getattr(refusal, "code", None) != "rate":
            raise
    document.refresh_from_db(fields=["settled", "settled_eur"])
