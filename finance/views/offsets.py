"""Offset protocols: choose what of both sides goes off; the page of the protocol is that of any document."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.views import back
from contacts.access import asked_party, demand, seen
from contacts.views.choose import choose_party
from counterparties.models import Counterparty
from documents.own_firms import usual_own_firm
from finance.drafting import draft_offset
from finance.forms.firms import FirmChoice
from finance.forms.offsets import OffsetForm
from finance.kinds import DocumentKind
from finance.models import FinancialDocument
from finance.models.choices import Side
from finance.rules.offsets import choose
from finance.views.document_forms import lock
from finance.views.periods import firms_of
from trade.errors import DocumentError


def documents_url() -> str:
    return reverse("finance:financialdocument_list")


@login_required
def offset_add(request: HttpRequest) -> HttpResponse:
    """A new protocol of `?party=` with one of our firms: both sides, the oldest first, to the smaller total."""
    party = asked_party(request)
    demand(request, "finance.add_financialdocument")
    if party is None:
        return choose_party(request, _("Offset protocol"), "finance:financialdocument_list")
    firm = firm_for(request, party)
    if firm is None:
        messages.warning(request, _("There is no own firm yet."))
        return redirect(documents_url())
    form = OffsetForm(request.POST or None, party=party, own_firm=firm, currency="EUR", user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            protocol = draft_offset(
                party,
                firm,
                form.chosen(str(Side.DEBIT)),
                form.chosen(str(Side.CREDIT)),
                request.user,
                date=data["date"],
                note=data["note"],
                place=data["place"],
            )
        except DocumentError as refusal:
            form.add_error(None, list(refusal.messages))
        else:
            messages.success(request, _("The offset protocol is drafted: look at it and issue it."))
            return redirect(protocol)
    return show(request, form, party, firm, _("Offset protocol"), documents_url())


def firm_for(request: HttpRequest, party: Counterparty) -> Counterparty | None:
    """The own firm of `?own_firm=`, else the one that both sides suggest."""
    key = request.GET.get("own_firm", "")
    if key.isdecimal() and len(key) < 19 and (firm := firms_of(request.user).filter(pk=key).first()) is not None:
        return firm
    usual = usual_own_firm(party, request.user, else_first=True)
    open_items = FinancialDocument.objects.open().filter(party=party)
    if usual is None or open_items.filter(own_firm=usual).values("side").distinct().count() == 2:
        return usual
    # The first firm with which both sides have something open.
    for firm in firms_of(request.user):
        if open_items.filter(own_firm=firm).order_by().values("side").distinct().count() == 2:
            return firm
    return usual


@login_required
def offset_edit(request: HttpRequest, pk: int) -> HttpResponse:
    protocols = FinancialDocument.objects.filter(kind=DocumentKind.OFFSET).select_related(
        "party__legal_form", "own_firm__legal_form"
    )
    protocol = seen(request, protocols, pk, "finance.change_financialdocument")
    if not protocol.is_draft:
        messages.info(request, _("An issued protocol does not change; it can be cancelled."))
        return redirect(protocol)
    form = OffsetForm(
        request.POST or None,
        party=protocol.party,
        own_firm=protocol.own_firm,
        currency=protocol.currency,
        user=request.user,
        chosen=dict(protocol.offset_items.values_list("document", "amount")),
        initial={
            "version": protocol.version,
            "date": protocol.date,
            "place": protocol.place,
            "note": protocol.note,
        },
    )
    if request.method == "POST":
        right = form.is_valid()
        try:
            with transaction.atomic():
                stored = lock(protocol)
                if form.is_overtaken(stored):
                    form.compare(stored)
                elif right:
                    save(stored, form)
                    messages.success(request, _("The offset protocol is saved."))
                    return redirect(protocol)
        except DocumentError as refusal:
            form.add_error(None, list(refusal.messages))
    return show(request, form, protocol.party, protocol.own_firm, str(protocol), protocol.get_absolute_url(), new=False)


def save(protocol: FinancialDocument, form: OffsetForm) -> None:
    """Write the draft with what is chosen of both sides. Raises DocumentError."""
    data = form.cleaned_data
    protocol.date, protocol.place, protocol.note = data["date"], data["place"], data["note"]
    protocol.version += 1
    choose(protocol, form.chosen(str(Side.DEBIT)), form.chosen(str(Side.CREDIT)))


def show(
    request: HttpRequest, form: OffsetForm, party: Any, firm: Any, title: str, home: str, *, new: bool = True
) -> HttpResponse:
    firms = firms_of(request.user)
    context = {
        "form": form,
        "party": party,
        "firm": firm,
        "choice": FirmChoice(firms, initial={"own_firm": firm}) if new and firms.count() > 1 else None,
        "page_title": title,
        "submit_label": _("Save the draft"),
        "form_action": f"?{urlencode({'party': party.pk, 'own_firm': firm.pk})}" if new else "",
        "crumbs": [
            (party.display_name, party.get_absolute_url()),
            (_("Financial documents"), f"{documents_url()}?{urlencode({'party': party.pk})}"),
        ],
        "cancel_url": back(request, home),
    }
    status = 422 if form.is_bound and (form.errors or form.differences) else 200
    return render(request, "finance/offset_form.html", context, status=status)
