"""What a user may do with a financial document, by its state, its kind and his rights."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from common.lists import Action
from finance.cells import address_if_any
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument
from trade.models.vat import VatCategory

INVOICES = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)
UNCOPIED = (DocumentKind.PROTOCOL, DocumentKind.OFFSET)


def here(name: str, document: FinancialDocument) -> str:
    return reverse(f"finance:financialdocument_{name}", args=[document.pk])


def making(document: FinancialDocument, kind: DocumentKind) -> str:
    return f"{here('make', document)}?{urlencode({'kind': kind.value})}"


def deeds_for(document: FinancialDocument, user: Any) -> list[Action]:
    """The buttons of its page; what is next comes first."""
    if document.is_draft:
        return draft_deeds(document, user)
    deeds = [*money_deeds(document, user), *paper_deeds(document, user)]
    if user.has_perm("finance.add_financialdocument"):
        deeds += made_from(document)
    if document.is_issued and document.received and user.has_perm("finance.change_financialdocument"):
        deeds.append(Action(_("Correct"), here("edit", document), icon="pencil"))
    if document.is_issued and user.has_perm("finance.cancel_financialdocument"):
        words = _("Reverse") if document.received else _("Cancel the document")
        deeds.append(Action(words, here("cancel", document), icon="x-circle", htmx=True))
    return deeds


def draft_deeds(document: FinancialDocument, user: Any) -> list[Action]:
    deeds = []
    if user.has_perm("finance.issue_financialdocument"):
        words = _("Enter") if document.received else _("Issue")
        deeds.append(Action(words, here("issue", document), icon="check2", primary=True, method="post"))
    editing = "finance:offset_edit" if document.kind == DocumentKind.OFFSET else "finance:financialdocument_edit"
    if user.has_perm("finance.change_financialdocument") and (url := address_if_any(editing, document.pk)):
        deeds.append(Action(_("Edit"), url, icon="pencil"))
    if user.has_perm("finance.add_financialdocument") and document.kind not in UNCOPIED:
        deeds.append(Action(_("Copy as a new draft"), here("copy", document), icon="copy", method="post"))
    if user.has_perm("finance.delete_financialdocument"):
        question = _("Delete this draft? It cannot be brought back.")
        deeds.append(
            Action(_("Delete the draft"), here("delete", document), icon="trash", method="post", confirm=question)
        )
    return deeds


def money_deeds(document: FinancialDocument, user: Any) -> list[Action]:
    if not (document.is_issued and document.open and user.has_perm("finance.add_payment")):
        return []
    url = f"{reverse('finance:payment_add')}?{urlencode({'document': document.pk})}"
    return [Action(_("Record a payment"), url, icon="cash-coin", primary=True)]


def paper_deeds(document: FinancialDocument, user: Any) -> list[Action]:
    """Printing, sending, the e-invoice: of documents of ours."""
    if document.received:
        return []
    if not user.has_perm("finance.print_financialdocument"):
        return []
    pdf = here("pdf", document)
    deeds = [
        Action(_("PDF"), pdf, icon="file-earmark-pdf", primary=not document.open),
        Action(_("Copy in Bulgarian and English"), f"{pdf}?language=bg%2Ben", icon="translate"),
    ]
    if document.is_issued and document.number:
        deeds[1:1] = [
            Action(_("Copy (PDF)"), f"{pdf}?copy=1", icon="copy"),
            Action(_("Duplicate of a lost original (PDF)"), f"{pdf}?copy=duplicate", icon="file-earmark-pdf"),
        ]
    if document.is_cancelled:
        deeds.append(Action(_("Protocol of annulment"), here("annulment_pdf", document), icon="file-earmark-x"))
        return deeds
    if user.has_perm("events.send_email"):
        asked = urlencode({"about": f"financial-document:{document.pk}"})
        deeds.append(Action(_("Send by e-mail"), f"{reverse('events:email_compose')}?{asked}", icon="envelope"))
    if document.kind in (*INVOICES, DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE):
        deeds.append(Action(_("E-invoice (UBL)"), here("ubl", document), icon="filetype-xml"))
    return deeds


def made_from(document: FinancialDocument) -> list[Action]:
    """Drafts that begin with this document."""
    deeds = []

    def add(words: str, kind: DocumentKind, icon: str) -> None:
        deeds.append(Action(words, making(document, kind), icon=icon, method="post"))

    if document.is_issued and document.kind in INVOICES:
        add(_("Credit note"), DocumentKind.CREDIT_NOTE, icon="file-minus")
        add(_("Debit note"), DocumentKind.DEBIT_NOTE, icon="file-plus")
    if document.is_issued and document.kind == DocumentKind.PROFORMA and document.direction == Direction.INCOME:
        add(_("Invoice from it"), DocumentKind.INVOICE, icon="receipt")
        add(_("Advance invoice from it"), DocumentKind.ADVANCE_INVOICE, icon="receipt-cutoff")
    if document.is_issued and takes_protocol(document):
        add(_("Protocol (чл. 117)"), DocumentKind.PROTOCOL, icon="file-earmark-ruled")
    if document.kind not in UNCOPIED:
        deeds.append(Action(_("Copy as a new draft"), here("copy", document), icon="copy", method="post"))
    return deeds


def takes_protocol(document: FinancialDocument) -> bool:
    """Whether it is a received invoice on which VAT is charged by us (чл. 82): from abroad, or reversed."""
    if not document.received or document.kind not in INVOICES or document.vat:
        return False
    abroad = str(document.party.country) != "BG"
    return abroad or document.taxes.filter(vat_category=VatCategory.REVERSE_CHARGE).exists()
