"""Protocols by чл. 117: one for a received invoice on which no VAT was charged."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from finance.kinds import DocumentKind
from finance.models import FinancialDocument
from finance.rules.refusals import Refusals
from trade.errors import DocumentError
from trade.models import VatCategory

RECEIVED = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE, DocumentKind.DEBIT_NOTE)


def check_protocol(document: Any, refusals: Refusals) -> None:
    if document.kind != DocumentKind.PROTOCOL:
        return
    if not document.reason.strip():
        refusals.add("reason", _("Write the ground of the protocol (чл. 117 ЗДДС)."))
    if any(tax.vat_category != VatCategory.STANDARD for tax in document.taxes.all()):
        refusals.add("lines", _("A protocol charges VAT: every line has a rate above zero."))
    if document.corrects is None:
        if not document.corrects_number.strip() or document.corrects_date is None:
            refusals.add("corrects_number", _("Choose the invoice, or write its number and date."))
        return
    if (document.corrects.party_id, document.corrects.own_firm_id) != (document.party_id, document.own_firm_id):
        refusals.add("corrects", _("%s is of another counterparty or another own firm.") % document.corrects)
        return
    try:
        check_protocol_of(document.corrects, but=document)
    except DocumentError as refusal:
        refusals.add_all("corrects", refusal.messages)


def check_protocol_of(invoice: Any, but: Any = None) -> None:
    """Refuse a protocol for what takes none, or has one already. Raises DocumentError."""
    if not (invoice.received and invoice.is_issued and invoice.kind in RECEIVED):
        raise DocumentError(_("A protocol by чл. 117 is made from an entered invoice of a supplier."))
    taxes = list(invoice.taxes.all())
    if any(tax.tax for tax in taxes):
        raise DocumentError(_("The supplier charged VAT on %s: it takes no protocol.") % invoice)
    if not invoice.party.is_foreign and not any(tax.vat_category == VatCategory.REVERSE_CHARGE for tax in taxes):
        raise DocumentError(
            _("%s is of a Bulgarian supplier and not under reverse charge: it takes no protocol.") % invoice
        )
    if not invoice.net_eur:
        raise DocumentError(_("%s comes to nothing.") % invoice)
    others = FinancialDocument.objects.filter(corrects=invoice, kind=DocumentKind.PROTOCOL).exclude(state="cancelled")
    if but is not None:
        # While one is issued, other drafts do not stand in its way.
        others = others.exclude(pk=but.pk).filter(state="issued")
    if other := others.order_by("-state", "pk").first():
        words = {"invoice": invoice, "protocol": other}
        raise DocumentError(_("%(invoice)s has a protocol already: %(protocol)s.") % words)
