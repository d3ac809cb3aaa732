"""A supplier's e-invoice (UBL) becomes the draft of a received document, with the file in the supplier's dossier."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from common.dates import format_date, today
from common.text import fold, fold_query
from contacts.currencies import in_use
from contacts.models import BankAccount
from counterparties.models import Counterparty
from documents.models import File
from finance.einvoice_lines import DraftLine, Problem, lines_of
from finance.kinds import FACTS, Direction, DocumentKind
from finance.models import FinancialDocument, FinancialDocumentLine
from finance.statements.records import tidy
from finance.ubl import EInvoice, Party, TypeCode, read_ubl
from trade.errors import DocumentError

# Ways of payment by UNTDID 4461, as we call them; what is not told is a transfer.
WAYS = {"10": "cash", "48": "card", "54": "card", "55": "card", "97": "offset"}
KINDS: dict[str, DocumentKind] = {
    TypeCode.DEBIT_NOTE: DocumentKind.DEBIT_NOTE,
    TypeCode.PREPAYMENT: DocumentKind.ADVANCE_INVOICE,
}
LONGEST_NOTE = 2000
LARGEST = Decimal(10) ** 11


class Refused(DocumentError):
    """No draft can be made of the file; `url` leads to what helps, under the words of `link`."""

    def __init__(self, message: str, *, url: str = "", link: str = "") -> None:
        super().__init__(message)
        self.url, self.link = url, link


class UnknownParty(Refused):
    """The sender has no dossier that the user sees."""


@transaction.atomic
def draft_from_ubl(data: bytes, user: Any, *, name: str = "") -> FinancialDocument:
    """Read the file, draft the received document it is, and file it in the supplier's dossier.

    Raises UblError for what cannot be read, DocumentError (Refused when something helps) for what cannot be taken over.
    """
    invoice = read_ubl(data)
    refuse_unheard_of(invoice)
    own_firm = own_firm_of(invoice, user)
    party = sender_of(invoice, user)
    kind = kind_of(invoice)
    if not any(one in FACTS[kind].parties for one in party.kinds):
        raise Refused(
            _("“%s” is not a party from which such documents are received.") % party,
            url=party.get_absolute_url(),
            link=str(party),
        )
    document = FinancialDocument(
        own_firm=own_firm,
        party=party,
        kind=kind,
        direction=Direction.EXPENSE,
        received=True,
        number=tidy(invoice.number, 40),
        date=invoice.issued_on,
        tax_event_date=invoice.tax_point_on or invoice.delivered_on or None,
        # What was due before it was written is due at once.
        due_date=invoice.due_on and max(invoice.due_on, invoice.issued_on),
        received_on=max(today(), invoice.issued_on),
        currency=invoice.currency,
        payment_method=WAYS.get(invoice.payment.code, "bank"),
        buyer_reference=tidy(invoice.buyer_reference or invoice.order_reference, 100),
        printed_net=invoice.totals.net,
        printed_vat=invoice.totals.vat,
        created_by=user,
    )
    refuse_duplicate(document)
    if document.is_note:
        fill_correction(document, invoice)
    problems: list[Problem] = []
    lines = lines_of(invoice, document, problems)
    notes = [*invoice.notes, *(problem.kept for problem in problems if problem.kept)]
    document.note = "\n".join(tidy(line) for note in notes for line in note[:LONGEST_NOTE].split("\n"))[:LONGEST_NOTE]
    with suppress(ValidationError):  # no rate is published for the day yet: it is taken or typed before entering
        document.take_rate()
    document.save()
    write_lines(document, lines)
    document.store_amounts()
    file = file_away(data, name or f"{document.number}.xml", party, user, document)
    document.internal_note = "\n".join(
        [
            _("Read from the e-invoice “%s”, which is filed in the dossier.") % file.name,
            *(problem.said for problem in problems),
            *unknown_accounts(invoice, party),
        ]
    )[:LONGEST_NOTE]
    document.save()
    document.read_from = file  # type: ignore[attr-defined]
    return document


def refuse_unheard_of(invoice: EInvoice) -> None:
    """A currency that nobody uses, or amounts for which there is no room, cannot even be drafted."""
    if invoice.currency not in in_use():
        raise Refused(_("The invoice is in the currency “%s”, which is not in use.") % invoice.currency[:10])
    totals = invoice.totals
    figures = [totals.net, totals.vat, totals.gross, totals.payable]
    figures += [figure for line in invoice.lines for figure in (line.net, line.quantity, line.price)]
    figures += [allowance.amount for allowance in invoice.allowances]
    if any(abs(figure) >= LARGEST for figure in figures):
        raise Refused(_("The file has amounts that are larger than any that can be entered."))


def kind_of(invoice: EInvoice) -> DocumentKind:
    """The kind of document that the file is. A total below zero is refused: that is a credit note, and says so."""
    if invoice.totals.gross < 0 and invoice.is_credit_note:
        raise Refused(_("The amounts of the credit note are below zero; the sender has to state them as positive."))
    if invoice.totals.gross < 0:
        raise Refused(
            _("The total of the invoice is below zero. What is given back stands on a credit note: ask the sender.")
        )
    if invoice.is_credit_note:
        return DocumentKind.CREDIT_NOTE
    return KINDS.get(invoice.type_code, DocumentKind.INVOICE)


# -- Parties -------------------------------------------------------------------------------------


def number_of(text: str) -> str:
    return "".join(char for char in text.upper() if char.isalnum())


def condition_of(party: Party) -> Q:
    """Condition on a Counterparty that carries one of the numbers of the party in the file."""
    vat, eik = number_of(party.vat_id), number_of(party.registration_id or party.tax_registration)
    found = Q()
    if vat:
        found |= Q(vat_number=vat)
    if vat.startswith("BG") and len(vat) == 11:
        found |= Q(registration_number=vat[2:], country="BG")
    if eik:
        found |= Q(registration_number=eik, country=party.address.country or "BG")
        if len(eik) == 9 and eik.isdecimal():
            found |= Q(vat_number=f"BG{eik}")
    return found


def shown(party: Party) -> str:
    number = party.vat_id or party.registration_id or party.tax_registration
    return f"{party.name} ({number})" if number else party.name


def own_firm_of(invoice: EInvoice, user: Any) -> Counterparty:
    """The own firm that the invoice is to. Raises Refused when it is to none of the user's."""
    firms = Counterparty.objects.own_firms_of(user).select_related("legal_form")
    if condition := condition_of(invoice.buyer):
        if (found := firms.filter(condition).first()) is not None:
            return found
    else:
        named = [firm for firm in firms if fold(firm.full_name) == fold(invoice.buyer.name)]
        if len(named) == 1:
            return named[0]
    if (condition := condition_of(invoice.seller)) and firms.filter(condition).exists():
        raise Refused(_("This is an invoice of our own, to %s. Only what we receive is read.") % shown(invoice.buyer))
    raise Refused(_("The invoice is to %s, which is none of your own firms.") % shown(invoice.buyer))


def sender_of(invoice: EInvoice, user: Any) -> Counterparty:
    """The party that sent the invoice, among those the user sees: by its numbers, else by its name.

    Raises UnknownParty with the address at which it can be added.
    """
    seller = invoice.seller
    seen = Counterparty.objects.visible_to(user).select_related("legal_form")
    condition = condition_of(seller)
    found = seen.filter(condition).order_by("archived_at", "pk").first() if condition else None
    if found is None:
        # A record without numbers may still be meant; one with other numbers is somebody else.
        bare = seen.filter(Q(registration_number="") | Q(vat_number="")).matching(seller.name)[:20]
        words = fold_query(seller.name)
        named = [one for one in bare if fold_query(one.name) == words and not contradicts(one, seller)]
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise UnknownParty(
            _("The sender %s has no dossier among those you see. Add the party, then read the file again.")
            % shown(seller),
            url=add_party_url(seller) if user.has_perm("counterparties.add_supplier") else "",
            link=_("Add this supplier"),
        )
    if found.is_archived:
        raise UnknownParty(
            _("The sender “%s” is archived: restore it, then read the file again.") % found,
            url=found.get_absolute_url(),
            link=str(found),
        )
    return found


def contradicts(party: Counterparty, seller: Party) -> bool:
    """Whether the record carries another number than the sender says."""
    vat, eik = number_of(seller.vat_id), number_of(seller.registration_id)
    return bool(
        (party.vat_number and vat and party.vat_number != vat)
        or (party.registration_number and eik and party.registration_number != eik)
    )


def add_party_url(seller: Party) -> str:
    """The address of the form for a new supplier, filled in with what the file says."""
    eik = number_of(seller.registration_id or seller.tax_registration)
    vat = number_of(seller.vat_id)
    bulgarian = (seller.address.country or "BG") == "BG"
    if bulgarian and not eik and vat.startswith("BG") and len(vat) == 11:
        eik = vat[2:]
    # Ten digits may be somebody's personal number, and an address stands in logs.
    eik, vat = ("" if len(text.removeprefix("BG")) == 10 and bulgarian else text for text in (eik, vat))
    facts = {
        "kind": "supplier",
        "name": seller.name,
        "country": seller.address.country,
        "identifier_type": ("eik" if bulgarian else "foreign") if eik else "",
        "number": eik,
        "vat_number": vat,
        "email": seller.contact.email,
    }
    return f"{reverse('counterparties:counterparty_add')}?{urlencode({key: one for key, one in facts.items() if one})}"


# -- What it is beside ---------------------------------------------------------------------------


def refuse_duplicate(document: FinancialDocument) -> None:
    """Refuse what is here already: same sender, kind, number and year, entered or drafted."""
    same = FinancialDocument.objects.filter(
        own_firm=document.own_firm,
        party=document.party,
        kind=document.kind,
        received=True,
        number=document.number,
        year=document.date.year,
    ).exclude(state="cancelled")
    if (found := same.order_by("pk").first()) is not None:
        raise Refused(
            _("%(document)s of %(day)s from this sender is here already (%(state)s).")
            % {"document": found, "day": format_date(found.date), "state": found.state_label},
            url=found.get_absolute_url(),
            link=_("Open it"),
        )


def fill_correction(document: FinancialDocument, invoice: EInvoice) -> None:
    """What a note corrects: the entered invoice when it is here, else its number and day as told."""
    document.reason = (invoice.notes[0] if invoice.notes else "")[:300]
    if not invoice.preceding:
        return
    before = invoice.preceding[0]
    entered = FinancialDocument.objects.issued().filter(
        own_firm=document.own_firm, party=document.party, received=True, number=before.number
    )
    if before.issued_on:
        entered = entered.filter(date=before.issued_on)
    document.corrects = entered.filter(kind__in=("invoice", "advance_invoice")).order_by("-date", "-pk").first()
    if document.corrects is None:
        document.corrects_number, document.corrects_date = before.number[:40], before.issued_on


def write_lines(document: FinancialDocument, lines: list[DraftLine]) -> None:
    for position, line in enumerate(lines, start=1):
        FinancialDocumentLine(document=document, position=position, **line.facts()).save()


def unknown_accounts(invoice: EInvoice, party: Counterparty) -> list[str]:
    """A warning for each account in the file that is not among the sender's: money is not sent to a new one unseen."""
    told = {number_of(account.iban) for account in invoice.payment.accounts}
    known = set(BankAccount.objects.current().filter(party=party, iban__in=told).values_list("iban", flat=True))
    return [
        _("The IBAN %s in the file is not among the accounts of this party: have it confirmed before paying.") % iban
        for iban in sorted(told - known)
    ]


def file_away(data: bytes, name: str, party: Counterparty, user: Any, document: FinancialDocument) -> File:
    from finance.mailing import readers_of_firm

    if not name.lower().endswith(".xml"):
        name = f"{name.rsplit('.', 1)[0]}.xml"
    upload = SimpleUploadedFile(name, data, content_type="application/xml")
    try:
        return File.file_away(
            upload,
            party=party,
            by=user,
            description=_("E-invoice: %s") % document,
            audience=readers_of_firm(document.own_firm_id),
        )
    except ValidationError as refusal:
        raise Refused(" ".join(refusal.messages)) from refusal
