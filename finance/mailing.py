"""A letter with a financial document: to whom, in which words, and what is attached."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.text import capfirst

from common.file_types import XML
from common.money import NBSP
from contacts.iban import format_iban
from contacts.models import ContactLink
from counterparties.models import OwnFirmAccess
from documents.models import FileContent
from events.mail_about import LetterAbout, MadeFile
from finance.einvoice import has_ubl, ubl_of
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument
from finance.models.choices import PrintLanguage
from finance.printing.names import attachment_name_of
from finance.printing.originals import keep_original, store
from finance.printing.protocols import name_of
from finance.printing.sheet import TRADE_PAPERS, day, money
from finance.ubl import UblError
from users.models import User
from users.scopes import FirmsScope

ABOUT = "financial-document"


def may_be_sent(document: FinancialDocument) -> bool:
    """Whether there is a print of ours to send: of what we have issued and not annulled."""
    return document.is_issued and not document.received


def find_document(key: int, user: Any) -> FinancialDocument | None:
    related = ("party", "party__legal_form", "own_firm", "own_firm__legal_form", "original")
    rows = FinancialDocument.objects.visible_to(user).select_related(*related)
    document: FinancialDocument | None = rows.filter(pk=key).first()
    if document is None:
        return None
    if not user.has_perm("finance.view_financialdocument"):
        return None
    if not user.has_perm("finance.print_financialdocument"):
        raise PermissionDenied
    return document if may_be_sent(document) else None


def letter_about(document: FinancialDocument, user: Any) -> LetterAbout:
    return LetterAbout(
        row=document,
        party=document.party,
        own_firm=document.own_firm,
        subject=subject_of(document),
        text=text_of(document, user),
        people=receivers_of(document),
        attachments=attachments_of(document),
        audience=readers_of(document),
    )


def receivers_of(document: FinancialDocument) -> list[int]:
    """Contact persons of the party who receive its invoices."""
    links = ContactLink.objects.in_force().filter(
        party=document.party_id, receives_invoices=True, person__archived_at__isnull=True
    )
    return list(links.order_by("-is_primary", "person__sort_name", "pk").values_list("person", flat=True))


# -- Attachments -----------------------------------------------------------------------------------


def attachments_of(document: FinancialDocument) -> list[MadeFile]:
    """The print, and the e-invoice when the party has agreed to receive such."""
    made = [MadeFile("pdf", attachment_name_of(document), partial(keep_original, document))]
    if has_ubl(document):
        consented = document.party.e_invoice_consent_on is not None
        name = attachment_name_of(document, "xml")
        made.append(MadeFile("ubl", name, partial(ubl_content, document), chosen=consented))
    return made


def ubl_content(document: FinancialDocument) -> FileContent:
    """The e-invoice. Raises ValidationError in words when none can be made."""
    try:
        return store(ubl_of(document), XML)
    except UblError as refusal:
        raise ValidationError(str(refusal)) from refusal


# -- Words -----------------------------------------------------------------------------------------


def subject_of(document: FinancialDocument) -> str:
    name = f"{capfirst(name_of(document))} № {document.number} от {day(document.date)}"
    firm = document.firm_copy.get("name", "")
    return " ".join(f"{name} – {firm}".split())[:200]


ENGLISH = {
    DocumentKind.INVOICE: "invoice",
    DocumentKind.ADVANCE_INVOICE: "invoice for an advance payment",
    DocumentKind.PROFORMA: "proforma invoice",
    DocumentKind.CREDIT_NOTE: "credit note",
    DocumentKind.DEBIT_NOTE: "debit note",
    DocumentKind.PROTOCOL: "protocol",
    DocumentKind.OFFSET: "offset protocol",
}


def text_of(document: FinancialDocument, user: Any) -> str:
    """In Bulgarian; in English too when the document itself is printed in both."""
    text = bulgarian(document, user)
    if document.print_language == PrintLanguage.BILINGUAL:
        text = f"{text}\n\n---\n\n{english(document, user)}"
    return text.replace(NBSP, " ")


def is_to_be_paid(document: FinancialDocument) -> bool:
    return (
        document.kind in TRADE_PAPERS
        and document.kind != DocumentKind.CREDIT_NOTE
        and document.direction == Direction.INCOME
        and document.gross > 0
    )


def bulgarian(document: FinancialDocument, user: Any) -> str:
    told = f"Изпращаме Ви {name_of(document)} № {document.number} от {day(document.date)}"
    lines = ["Здравейте,", "", f"{told} на стойност {money(document.gross, document.currency)} {document.currency}."]
    if document.kind == DocumentKind.OFFSET:
        lines[-1] = f"{told}."
    if is_to_be_paid(document):
        if document.due_date:
            lines.append(f"Срок за плащане: {day(document.due_date)}")
        if iban := (document.account_copy or {}).get("iban"):
            lines.append(f"Сметка за плащане: {format_iban(iban)}")
    return "\n".join([*lines, "", "Поздрави,", str(user), document.firm_copy.get("name", "")])


def english(document: FinancialDocument, user: Any) -> str:
    name = ENGLISH.get(DocumentKind(document.kind), "document")
    told = f"Please find attached {name} No. {document.number} of {document.date:%d.%m.%Y}"
    lines = ["Hello,", "", f"{told} for {money(document.gross, document.currency)} {document.currency}."]
    if is_to_be_paid(document):
        if document.due_date:
            lines.append(f"Payable by: {document.due_date:%d.%m.%Y}")
        if iban := (document.account_copy or {}).get("iban"):
            lines.append(f"Account: {format_iban(iban)}")
    firm = document.firm_copy
    return "\n".join([*lines, "", "Kind regards,", str(user), firm.get("name_latin") or firm.get("name", "")])


# -- Who may see it --------------------------------------------------------------------------------


def readers_of(document: FinancialDocument) -> list[int] | None:
    """Who may see the letter and its attachments, which stand in the party's dossier; None when everyone there may.

    A dossier is open to people of other own firms too, and to such as may not read personal numbers: the document is
    for those who work for its own firm, and one with a personal number for those who may print it.
    """
    personal = bool(document.party_copy.get("personal") or document.party_copy.get("vat_personal"))
    return readers_of_firm(document.own_firm_id, personal=personal)


def readers_of_firm(own_firm: int, *, personal: bool = False) -> list[int] | None:
    """Who works for an own firm, and so may see its papers in a dossier; None when everyone does."""
    assigned: dict[int, set[int]] = {}
    for user, firm in OwnFirmAccess.objects.values_list("user", "own_firm"):
        assigned.setdefault(user, set()).add(firm)

    def may(user: User) -> bool:
        firms = assigned.get(user.pk)
        if firms and own_firm not in firms and user.rights.firms_scope != FirmsScope.ALL:
            return False
        return not personal or user.has_perm("finance.print_financialdocument")

    users = list(User.objects.filter(is_active=True).with_rights())
    allowed = [user.pk for user in users if may(user)]
    return None if len(allowed) == len(users) else sorted(allowed)
