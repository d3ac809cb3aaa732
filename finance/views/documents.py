"""The page of a financial document, and its deeds: issue, cancel, copy, and the documents that are made from it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from common.dates import today
from common.forms import ReasonForm
from common.forms_view import ask, done, in_panel
from common.words import amount_in_words
from contacts.access import demand, seen
from events.models import Event
from finance import drafting, rules
from finance.cells import PAYMENT_TONES, STATE_TONES, payment_label
from finance.chain import chain_of
from finance.document_deeds import deeds_for
from finance.documents_history import history_of
from finance.forms.drafts import Draft
from finance.kinds import DocumentKind
from finance.models import FinancialDocument, Settlement
from finance.models.choices import PaymentState
from finance.settling import those_seen
from finance.views.document_forms import HasWarnings, show
from trade.copies import account_copy, copy_of
from trade.errors import DocumentError

RELATED = (
    "party__legal_form",
    "own_firm__legal_form",
    "trader",
    "created_by",
    "issued_by",
    "cancelled_by",
    "corrects",
    "source",
    "bank_account",
)
MADE_OF_INVOICE = (DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)
MADE_OF_PROFORMA = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)


@login_required
def financialdocument_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    documents = FinancialDocument.objects.visible_to(user).select_related(*RELATED)
    document: FinancialDocument = get_object_or_404(documents, pk=pk)
    demand(request, "finance.view_financialdocument")
    settlements = settlements_of(document, user)
    state = document.payment_state
    context = paper(document) | {
        "document": document,
        "page_title": str(document),
        "crumbs": [
            (document.party.display_name, document.party.get_absolute_url()),
            (_("Financial documents"), reverse("finance:financialdocument_list")),
        ],
        "actions": deeds_for(document, user),
        "state_tone": STATE_TONES[document.state],
        "payment_label": payment_label(state, sign=document.facts.sign) if state != PaymentState.NONE else "",
        "paid_percent": int(document.settled * 100 / document.owed) if document.owed else 100,
        "payment_tone": PAYMENT_TONES.get(state, ""),
        "warnings": rules.warnings_for(document),
        "settlements": settlements,
        "chain": chain_of(document, user, settlements),
        "advances": advances_to_deduct(document, user),
        "events": events_about(document, user),
        "changes": history_of(document, user),
    }
    return render(request, "finance/document_detail.html", context)


def paper(document: FinancialDocument) -> dict[str, Any]:
    """What stands on the paper: the copies that were kept, of a draft the parties as they are now."""
    firm = document.firm_copy or copy_of(document.own_firm, document.date, firm=True)
    party = document.party_copy or copy_of(document.party, document.date)
    account = document.account_copy or account_copy(document.printed_account())
    # By a protocol (чл. 117) we charge the tax, but the supply is theirs.
    by_party = document.received or document.kind == DocumentKind.PROTOCOL
    due = document.owed if document.is_issued else document.gross
    return {
        "issuer": party if by_party else firm,
        "receiver": firm if by_party else party,
        "account": account,
        "lines": document.priced_lines(),
        "taxes": list(document.taxes.all()),
        "due": due,
        "words": "" if document.kind == DocumentKind.PROTOCOL else words_of(due, document.currency),
        "titles": party_titles(document),
    }


def party_titles(document: FinancialDocument) -> tuple[str, str]:
    if document.kind == DocumentKind.OFFSET:
        return _("Own firm"), _("Counterparty")
    return (_("Supplier"), _("Recipient")) if document.facts.tax or not document.received else (_("From"), _("To"))


def words_of(amount: Any, currency: str) -> str:
    """The amount in words, as it is printed in Bulgarian; nothing for what has no words."""
    try:
        return amount_in_words(amount, currency, "bg")
    except (ValueError, KeyError):
        return ""


def settlements_of(document: FinancialDocument, user: Any) -> list[Any]:
    """Its settlements as this page tells them: what stands on the other side, how much in this document's currency."""
    found: list[Any] = list(Settlement.objects.of(document).for_list().order_by("on", "pk"))
    may_undo = user.has_perm("finance.settle_payment")
    others = [one.credit if one.debit_document_id == document.pk else one.debit for one in found]
    known = those_seen(others, user)
    for one, other in zip(found, others, strict=True):
        on_debit = one.debit_document_id == document.pk
        seen_too = (type(other), other.pk) in known
        one.here_amount = one.debit_amount if on_debit else one.credit_amount
        one.other_is_payment = (one.credit_payment_id if on_debit else one.debit_payment_id) is not None
        one.other_title = str(other) if seen_too else _("something that you may not see")
        one.other_url = other.get_absolute_url() if seen_too else ""
        may = may_undo and seen_too and one.ended_on is None
        one.undo_url = reverse("finance:settlement_end", args=[one.pk]) if may else ""
    return found


def advances_to_deduct(document: FinancialDocument, user: Any) -> list[Any]:
    """Advance invoices of the party with something left, that the draft does not deduct yet."""
    fits = document.is_draft and document.kind == DocumentKind.INVOICE
    if not fits or not user.has_perm("finance.change_financialdocument"):
        return []
    found = drafting.open_advances(
        document.party, document.own_firm, document.direction, currency=document.currency, user=user
    )
    taken = set(document.deducted_keys())
    return [one for one in found if one.pk not in taken and one.received == document.received]


def events_about(document: FinancialDocument, user: Any) -> list[Any]:
    if not user.has_perm("events.view_event"):
        return []
    kind = ContentType.objects.get_for_model(FinancialDocument)
    events: Any = Event.objects.visible_to(user).filter(about_type=kind, about_id=document.pk)
    return list(events.select_related("type").order_by("-starts_at", "-pk")[:10])


# -- Deeds ------------------------------------------------------------------------------------------


@login_required
def financialdocument_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue (of a received one: enter) the draft; what is warned of is asked once."""
    documents = FinancialDocument.objects.select_related("party", "own_firm")
    document: FinancialDocument = seen(request, documents, pk, "finance.issue_financialdocument")
    warnings = rules.warnings_for(document) if document.is_draft else []
    if request.method != "POST":
        return ask_first(request, document, warnings) if document.is_draft else redirect(document)
    try:
        with transaction.atomic():
            first = document.issue(request.user)
            if first and warnings and not request.POST.get("confirmed"):
                raise HasWarnings  # which takes it back
    except HasWarnings:
        return ask_first(request, get_object_or_404(FinancialDocument, pk=pk), warnings)
    except DocumentError as refusal:
        return refused(request, document, refusal)
    if first:
        words = _("%s is entered.") if document.received else _("%s is issued.")
        messages.success(request, words % document)
    return done(request, document.get_absolute_url())


def ask_first(request: HttpRequest, document: FinancialDocument, warnings: list[str]) -> HttpResponse:
    context = {
        "form": ConfirmForm(initial={"confirmed": "1"}),
        "page_title": (_("Enter %s") if document.received else _("Issue %s")) % document.kind_label,
        "question": _("Look at this first:") if warnings else _("What is issued does not change any more."),
        "details": warnings,
        "submit_label": _("Enter all the same") if document.received else _("Issue all the same"),
        "cancel_url": document.get_absolute_url(),
    }
    if not warnings:
        context["submit_label"] = _("Enter") if document.received else _("Issue")
    return ask(request, context)


class ConfirmForm(forms.Form):
    confirmed = forms.CharField(widget=forms.HiddenInput)


def refused(request: HttpRequest, document: FinancialDocument, refusal: ValidationError) -> HttpResponse:
    """Say why: at the fields of its form, for those who may mend it there."""
    user: Any = request.user
    document = get_object_or_404(FinancialDocument.objects.select_related(*RELATED), pk=document.pk)
    has_form = document.is_draft and document.kind != DocumentKind.OFFSET
    if has_form and user.has_perm("finance.change_financialdocument") and not in_panel(request):
        draft = Draft(document, user)
        draft.tell(refusal)
        return show(request, draft)
    for message in refusal.messages:
        messages.error(request, message)
    return done(request, document.get_absolute_url())


class CancelForm(ReasonForm):
    on = forms.DateField(
        label=gettext_lazy("Day of the cancellation"),
        initial=today,
        help_text=gettext_lazy("Its month is the VAT period in which the document is taken out."),
    )
    field_order = ["on", "reason"]


@login_required
def financialdocument_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    documents = FinancialDocument.objects.select_related("party", "own_firm")
    document: FinancialDocument = seen(request, documents, pk, "finance.cancel_financialdocument")
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            document.cancel(request.user, form.cleaned_data["reason"], form.cleaned_data["on"])
        except DocumentError as refusal:
            tell(form, refusal)
        else:
            words = _("%s is reversed.") if document.received else _("%s is cancelled; its number stays taken.")
            messages.success(request, words % document)
            return done(request, document.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("Reverse %s") % document if document.received else _("Cancel %s") % document,
        "question": _("What is settled with it becomes open again. A note corrects a document without taking it out."),
        "submit_label": _("Reverse") if document.received else _("Cancel the document"),
        "cancel_url": document.get_absolute_url(),
        "danger": True,
    }
    return ask(request, context)


def tell(form: Any, refusal: ValidationError) -> None:
    if hasattr(refusal, "error_dict"):
        names = {"cancelled_on": "on"}
        for name, words in refusal.message_dict.items():
            name = names.get(name, name)
            form.add_error(name if name in form.fields else None, words)
    else:
        form.add_error(None, list(refusal.messages))


@login_required
@require_POST
def financialdocument_copy(request: HttpRequest, pk: int) -> HttpResponse:
    document = seen(request, FinancialDocument.objects.all(), pk, "finance.add_financialdocument")
    return drafted(request, document, lambda: drafting.draft_copy(document, request.user))


@login_required
@require_POST
def financialdocument_make(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the document of `?kind=` that follows from this one: a note, a protocol, an invoice from a proforma."""
    document = seen(request, FinancialDocument.objects.select_related("party"), pk, "finance.add_financialdocument")
    kind, user = request.GET.get("kind", ""), request.user
    if kind in MADE_OF_INVOICE:
        return drafted(request, document, lambda: drafting.draft_note(document, kind, user))
    if kind == DocumentKind.PROTOCOL:
        return drafted(request, document, lambda: drafting.draft_protocol(document, user))
    if kind in MADE_OF_PROFORMA:
        return drafted(request, document, lambda: invoice_of(document, kind, user))
    messages.error(request, _("Nothing of this kind is made from this document."))
    return redirect(document)


def invoice_of(proforma: FinancialDocument, kind: str, user: Any) -> FinancialDocument:
    """The invoice of the proforma; a final one takes off the advances that were invoiced for the same proforma."""
    draft: FinancialDocument = drafting.draft_from_proforma(proforma, kind, user)
    if kind == DocumentKind.INVOICE:
        advances = drafting.open_advances(draft.party, draft.own_firm)
        if mine := [one for one in advances if one.source_id == proforma.pk]:
            drafting.add_deductions(draft, mine)
            drafting.store_totals(draft)
    return draft


def drafted(request: HttpRequest, document: FinancialDocument, make: Any) -> HttpResponse:
    """Make a draft and go to its form; say why not where it is refused."""
    try:
        draft = make()
    except DocumentError as refusal:
        for message in refusal.messages:
            messages.error(request, message)
        return redirect(document)
    return redirect("finance:financialdocument_edit", draft.pk)


@login_required
@require_POST
def financialdocument_deduct(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the advance of `advance` off this draft, as far as it goes, and look at the form."""
    document = seen(request, FinancialDocument.objects.all(), pk, "finance.change_financialdocument")
    key = request.POST.get("advance", "")
    known: Any = FinancialDocument.objects.visible_to(request.user).filter(party=document.party_id)
    advance = known.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None
    if advance is None or not document.is_draft:
        messages.error(request, _("Choose an advance invoice of the counterparty."))
        return redirect(document)

    def deduct() -> FinancialDocument:
        with transaction.atomic():
            document.lock()
            # Of two clicks the second finds it deducted.
            if advance.pk not in document.deducted_keys():
                drafting.add_deductions(document, [advance])
            return drafting.store_totals(document)

    return drafted(request, document, deduct)
