"""Drafts of financial documents: begin, edit, save, issue in one click."""

from __future__ import annotations

import uuid
from copy import copy
from typing import Any

from babel.numbers import get_currency_precision
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.views import back
from contacts.access import asked_party, demand, seen
from contacts.currencies import in_use
from contacts.views.choose import choose_party
from counterparties.models import Counterparty
from finance import rules
from finance.forms.drafts import Draft
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument
from finance.offered import NOT_REGISTERED, Offer, ground_like, offer_of, offers, usual_firm
from trade.errors import DocumentError
from trade.models import PartyTerms
from trade.models.vat import VatCategory


class HasWarnings(Exception):
    """Nothing forbids to issue it, but something is to be said before."""


def list_url() -> str:
    return reverse("finance:financialdocument_list")


@login_required
def financialdocument_add(request: HttpRequest) -> HttpResponse:
    """A new document of `?kind=` for `?party=`; what is not said yet is asked first."""
    user: Any = request.user
    party = asked_party(request)
    demand(request, "finance.add_financialdocument")
    if not Counterparty.objects.own_firms_of(user).exists():
        messages.warning(request, _("There is no own firm yet that could issue or receive documents."))
        return redirect(list_url())
    if party is None:
        return choose_party(request, _("New document"), "finance:financialdocument_list")
    if party.is_archived:
        messages.warning(request, _("The counterparty is archived: restore it first."))
        return redirect(party)
    kind, direction = request.GET.get("kind", ""), request.GET.get("direction", "")
    if not kind:
        return choose_kind(request, party)
    offer = offer_of(party, kind, direction)
    if offer is None:
        raise Http404
    document = begun(request, party, offer)
    if not document.is_draft:
        # The same form a second time, or the way back to it after its document was issued.
        return redirect(document)
    return edit(request, document)


def choose_kind(request: HttpRequest, party: Counterparty) -> HttpResponse:
    found = offers(party)
    more = {name: request.GET[name] for name in ("own_firm",) if name in request.GET}
    groups = [
        (_("We issue"), [one for one in found if not one.received]),
        (_("We receive"), [one for one in found if one.received]),
    ]
    if found and found[0].received:
        groups.reverse()
    context = {
        "party": party,
        "groups": [
            (title, [(one, one.url(party=party.pk, **more)) for one in group]) for title, group in groups if group
        ],
        "page_title": _("New document"),
        "crumbs": [(party.display_name, party.get_absolute_url())],
    }
    return render(request, "finance/document_kinds.html", context)


def begun(request: HttpRequest, party: Counterparty, offer: Offer) -> FinancialDocument:
    """A new document with all that is usual for the party; or the one that this very form has made already."""
    user: Any = request.user
    if (before := made_before(request)) is not None:
        return before
    document = FinancialDocument(party=party, kind=offer.kind, direction=offer.direction, received=offer.received)
    asked = request.GET.get("own_firm", "")
    firms = Counterparty.objects.own_firms_of(user).select_related("legal_form")
    firm = firms.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
    usual: Any = firm or usual_firm(party, user)
    document.own_firm = usual
    terms = PartyTerms.objects.filter(party=party).first()
    document.currency = (terms.currency if terms is not None else "") or "EUR"
    document.trader = party.trader or user
    if offer.kind.facts.corrects and (key := request.GET.get("corrects", "")).isdecimal() and len(key) < 19:
        document.corrects = FinancialDocument.objects.visible_to(user).filter(pk=key, party=party).first()
    if document.received:
        document.received_on = document.date
    return document


def made_before(request: HttpRequest) -> FinancialDocument | None:
    """The document that the form with this key made, when it is sent once more."""
    try:
        key = uuid.UUID(request.POST.get("entry_key", ""))
    except ValueError:
        return None
    user: Any = request.user
    return FinancialDocument.objects.visible_to(user).filter(entry_key=key, created_by=user).first()


@login_required
def financialdocument_edit(request: HttpRequest, pk: int) -> HttpResponse:
    documents = FinancialDocument.objects.select_related("party__legal_form", "own_firm__legal_form", "corrects")
    document = seen(request, documents, pk, "finance.change_financialdocument")
    if document.kind == DocumentKind.OFFSET:
        # It has documents in place of lines, and a form of its own.
        return redirect("finance:offset_edit", document.pk)
    if not may_be_edited(document):
        messages.info(request, _("What is issued is not changed any more; a note corrects it."))
        return redirect(document)
    return edit(request, document)


def may_be_edited(document: FinancialDocument) -> bool:
    """Drafts; and what we received and entered, until its period is closed (which is asked when it is saved)."""
    return document.is_draft or (document.received and document.is_issued)


def edit(request: HttpRequest, document: FinancialDocument) -> HttpResponse:
    """Show the form, or take what was sent: save it, or save and issue it in one."""
    if request.method != "POST":
        return show(request, Draft(document, request.user))
    try:
        return take(request, document)
    except IntegrityError:
        if (before := made_before(request)) is None:
            raise
        return redirect(before)


def take(request: HttpRequest, document: FinancialDocument) -> HttpResponse:
    """Save what was sent, and issue it when that was asked for; refused or warned of, nothing of it is kept."""
    user: Any = request.user
    is_new, issuing = document.pk is None, request.POST.get("deed") == "issue" and document.is_draft
    if issuing:
        demand(request, "finance.issue_financialdocument")
    before = copy(document)
    warnings: list[str] = []
    draft = Draft(document, user, request.POST)
    try:
        with transaction.atomic():
            stored = None if is_new else lock(document)
            right = draft.is_valid()
            if stored is not None and draft.is_overtaken():
                draft.compare(stored)
            elif right:
                draft.save()
                if issuing:
                    warnings = rules.warnings_for(document)
                    document.issue(user)
                    if warnings and not request.POST.get("confirmed"):
                        raise HasWarnings  # which takes all of it back
                return saved(request, document, issuing)
    except HasWarnings:
        draft = as_sent(request, before)
    except DocumentError as refusal:
        warnings = []
        draft = as_sent(request, before)
        draft.tell(refusal)
    return show(request, draft, warnings)


def as_sent(request: HttpRequest, before: FinancialDocument) -> Draft:
    """The form as it was sent, over the document as it is in the database: what was tried is taken back."""
    if before.pk is not None:
        before = FinancialDocument.objects.select_related("party__legal_form", "own_firm__legal_form").get(pk=before.pk)
    draft = Draft(before, request.user, request.POST)
    draft.is_valid()
    return draft


def lock(document: FinancialDocument) -> FinancialDocument:
    """Lock the draft and read it anew; the form's own copy learns its version."""
    rows = FinancialDocument.objects.select_related("party", "own_firm", "corrects", "bank_account", "trader")
    stored = rows.select_for_update(of=("self",), no_key=True).get(pk=document.pk)
    document.version, document.state = stored.version, stored.state
    if not may_be_edited(stored):
        raise DocumentError(_("Somebody else has issued this document meanwhile: it is not changed any more."))
    return stored


def saved(request: HttpRequest, document: FinancialDocument, issued: bool) -> HttpResponse:
    if issued and document.received:
        messages.success(request, _("%s is entered.") % document)
    elif issued:
        messages.success(request, _("%s is issued.") % document)
    elif document.is_issued:
        messages.success(request, _("%s is corrected.") % document)
    else:
        messages.success(request, _("The draft is saved."))
    return redirect(document)


def show(request: HttpRequest, draft: Draft, warnings: list[str] | None = None) -> HttpResponse:
    document, user = draft.document, request.user
    party, is_new = document.party, document.pk is None
    kind = Offer(DocumentKind(document.kind), Direction(document.direction), document.received).label
    refused = draft.errors or bool(draft.differences)
    context = grid_context(draft, request) | {
        "draft": draft,
        "form": draft.form,
        "grid": draft.grid,
        "document": document,
        "party": party,
        "warnings": warnings or [],
        "form_action": request.get_full_path()
        if is_new
        else reverse("finance:financialdocument_edit", args=[document.pk]),
        "may_issue": document.is_draft and user.has_perm("finance.issue_financialdocument"),
        "issue_label": _("Enter") if document.received else _("Issue"),
        "registered": {firm.pk: firm.vat_in_force(document.rate_day) for firm in draft.form.firms},
        "save_label": _("Save the draft") if document.is_draft else _("Save the correction"),
        "page_title": kind if is_new else _("%s, draft") % kind if document.is_draft else str(document),
        "crumbs": [
            (party.display_name, party.get_absolute_url()),
            (_("Financial documents"), list_url()),
        ],
        "cancel_url": back(request, list_url() if is_new else document.get_absolute_url()),
    }
    return render(request, "finance/document_form.html", context, status=422 if refused else 200)


def grid_context(draft: Draft, request: HttpRequest) -> dict[str, Any]:
    """What the script of the grid is told: where it asks, and with which rates rows begin."""
    rates = draft.grid.rates
    outside = next((rate for rate in rates if rate.category == VatCategory.OUTSIDE), None)
    usual = next((rate for rate in rates if rate.is_default), None)
    ground = ground_like(VatCategory.OUTSIDE, NOT_REGISTERED)
    user: Any = request.user
    prices = user.has_perm("trade.view_article") and user.has_perm("trade.view_pricelist")
    return {
        "article_picker_url": reverse("trade:article_picker") if user.has_perm("trade.view_article") else "",
        "article_price_url": reverse("trade:article_price") if prices else "",
        "rate_url": reverse("finance:exchange_rate"),
        "whole_currencies": " ".join(sorted(code for code in in_use() if not get_currency_precision(code))),
        "outside_rate": outside.pk if outside is not None else "",
        "outside_ground": ground.text if ground is not None else "",
        "standard_rate": usual.pk if usual is not None else "",
        "taxes": list(draft.document.taxes.all()) if draft.document.pk else [],
    }


@login_required
@require_POST
def financialdocument_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    document = seen(request, FinancialDocument.objects.all(), pk, "finance.delete_financialdocument")
    try:
        document.discard()
    except DocumentError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(get_object_or_404(FinancialDocument, pk=pk))
    messages.success(request, _("The draft is deleted."))
    return redirect(f"{list_url()}?state=draft")
