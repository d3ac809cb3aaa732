"""The chain that a document stands in: proforma, advance, invoice, notes, payments; each with a link."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.dates import format_date
from common.money import format_money
from finance.cells import PAYMENT_TONES, STATE_TONES, payment_label, state_text
from finance.kinds import DocumentKind
from finance.models import FinancialDocument
from finance.models.choices import PaymentState

# The steps in their order, and which kinds stand on each.
STEPS = (
    (_("Proforma"), (DocumentKind.PROFORMA,)),
    (_("Advance"), (DocumentKind.ADVANCE_INVOICE,)),
    (_("Invoice"), (DocumentKind.INVOICE,)),
    (_("Protocol"), (DocumentKind.PROTOCOL,)),
    (_("Credit and debit notes"), (DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)),
    (_("Offset"), (DocumentKind.OFFSET,)),
)
SHOWN = 20


@dataclass
class Link:
    """A document or payment on a step."""

    title: str
    note: str
    url: str
    tone: str = "grey"
    state: str = ""
    is_here: bool = False


@dataclass
class Step:
    title: Any
    links: list[Link] = field(default_factory=list)

    @property
    def is_here(self) -> bool:
        return any(link.is_here for link in self.links)


def tone_of(document: FinancialDocument) -> str:
    state = document.payment_state
    return PAYMENT_TONES[state] if state != PaymentState.NONE else STATE_TONES[document.state]


def link_of(document: FinancialDocument, here: FinancialDocument) -> Link:
    note = f"{format_date(document.date)} · {format_money(document.gross, document.currency)}"
    title = f"№ {document.number}" if document.number else document.state_label
    return Link(title, note, document.get_absolute_url(), tone_of(document), state_text(document), document == here)


def related(document: FinancialDocument, user: Any) -> list[FinancialDocument]:
    """The document and all that it comes from, corrects, deducts, or that was made of it; as the user sees them."""
    root = document.corrects_id or document.pk
    condition = (
        Q(pk__in=[key for key in (document.pk, document.source_id, document.corrects_id) if key])
        | Q(source=document.pk)
        | Q(corrects=root)
        | Q(deducted_in__document=document.pk)
        | Q(lines__deducts=document.pk)
    )
    if document.source_id:
        condition |= Q(source=document.source_id)
    keys = FinancialDocument.objects.visible_to(user).filter(condition).order_by().values("pk").distinct()
    found = FinancialDocument.objects.filter(pk__in=keys).defer("firm_copy", "party_copy", "account_copy")
    return list(found.order_by("date", "pk")[:SHOWN])


def chain_of(document: FinancialDocument, user: Any, settlements: list[Any]) -> list[Step]:
    """The steps that have something to show; of what owes, the payments too, though there are none yet."""
    documents = related(document, user)
    steps = []
    for title, kinds in STEPS:
        links = [link_of(one, document) for one in documents if one.kind in kinds]
        if links:
            steps.append(Step(title, links))
    if not any(step.is_here for step in steps):
        steps.append(Step(document.kind_label, [link_of(document, document)]))
    payments = Step(_("Payments"))
    for settlement in settlements:
        if settlement.other_is_payment and settlement.ended_on is None:
            note = f"{format_date(settlement.on)} · {format_money(settlement.here_amount, document.currency)}"
            payments.links.append(Link(settlement.other_title, note, settlement.other_url, "green"))
    if document.facts.owes or payments.links:
        if document.is_issued and document.open:
            rest = format_money(document.open, document.currency)
            state = document.payment_state
            label = payment_label(state, sign=document.facts.sign)
            payments.links.append(Link("", rest, "", PAYMENT_TONES[state], label))
        steps.append(payments)
    return steps
