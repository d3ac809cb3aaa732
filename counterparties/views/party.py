"""The record: add, change, archive, restore, and the helpers of its form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from common import uploads
from common.forms import ReasonForm
from common.forms_view import ask, done, saved, show_form
from common.pickers import picker_answer
from common.text import without_nul
from counterparties.duplicates import likely_duplicates
from counterparties.forms import CounterpartyForm, find_party
from counterparties.kinds import Kind
from counterparties.models import CharacteristicValue, Counterparty
from counterparties.search import describe


def seen_party(request: HttpRequest, pk: int) -> Counterparty:
    """The party that the user may see; 404 for any other."""
    parties = Counterparty.objects.visible_to(request.user).select_related("legal_form", "status", "trader")
    return get_object_or_404(parties, pk=pk)


def may(user: Any, deed: str, party: Counterparty) -> bool:
    """Whether the user may do the deed to every kind that the party is."""
    return all(user.has_perm(kind.permission(deed)) for kind in party.kinds)


def changeable_party(request: HttpRequest, pk: int, deed: str = "change") -> Counterparty:
    """The party that the user sees (else 404) and may change (else 403)."""
    party = seen_party(request, pk)
    if not may(request.user, deed, party):
        raise PermissionDenied
    return party


# What the address of the form for a new party may fill in. Of numbers only those of firms: addresses stand in logs.
FILLED_IN = ("name", "country", "vat_number", "email", "number")


def told_beforehand(request: HttpRequest) -> dict[str, Any]:
    """The first values of a new record, as the link that leads to it says."""
    told = {name: text for name in FILLED_IN if (text := without_nul(request.GET.get(name, "")[:255]).strip())}
    if request.GET.get("identifier_type") in ("eik", "foreign"):
        told["identifier_type"] = request.GET["identifier_type"]
    kind = request.GET.get("kind", "")
    return told | ({"kinds": [kind]} if kind in Kind.values else {})


@login_required
def counterparty_add(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not any(user.has_perm(kind.permission("add")) for kind in Kind):
        raise PermissionDenied
    initial = told_beforehand(request)
    form = CounterpartyForm(request.POST or None, request.FILES or None, user=user, initial=initial)
    return edit(request, form, _("New party"), reverse("counterparties:counterparty_list"))


@login_required
def counterparty_edit(request: HttpRequest, pk: int) -> HttpResponse:
    party = changeable_party(request, pk)
    form = CounterpartyForm(request.POST or None, request.FILES or None, user=request.user, instance=party)
    return edit(request, form, str(party), party.get_absolute_url())


def edit(request: HttpRequest, form: CounterpartyForm, title: str, cancel_url: str) -> HttpResponse:
    party = form.instance
    new = party.pk is None
    if request.method == "POST" and form.is_valid() and (kept := saved(form)) is not None:
        party = kept
        messages.success(request, _("The party “%s” is added.") % party if new else _("The changes are saved."))
        if not Counterparty.objects.visible_to(request.user).filter(pk=party.pk).exists():
            messages.info(request, _("It now lies outside what you may see."))
            return redirect("counterparties:counterparty_list")
        return redirect(party)
    crumbs = [(_("Counterparties"), reverse("counterparties:counterparty_list"))]
    if not new:
        crumbs.append((title, cancel_url))
    hints = reverse("counterparties:duplicate_hints")
    context = {
        "form": form,
        "party": None if new else party,
        "page_title": title if new else _("Change the record"),
        "crumbs": crumbs,
        "cancel_url": cancel_url,
        "hints_url": hints if new else f"{hints}?party={party.pk}",
        "fill_url": reverse("counterparties:vies_fill") + ("" if new else f"?party={party.pk}"),
    }
    return show_form(request, context, "counterparties/counterparty_form.html")


@login_required
def counterparty_archive(request: HttpRequest, pk: int) -> HttpResponse:
    party = changeable_party(request, pk, "archive")
    if party.is_archived:
        messages.info(request, _("The party is already archived."))
        return redirect(party)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        party.archive(request.user, form.cleaned_data["reason"])  # type: ignore[arg-type]
        messages.success(request, _("“%s” is archived. It keeps all its documents.") % party)
        return redirect(party)
    context = {
        "form": form,
        "page_title": _("Archive “%s”") % party,
        "question": _("An archived party leaves the lists and the pickers. It keeps all it has and can be restored."),
        "submit_label": _("Archive"),
        "cancel_url": party.get_absolute_url(),
    }
    return ask(request, context)


@login_required
def counterparty_restore(request: HttpRequest, pk: int) -> HttpResponse:
    party = changeable_party(request, pk, "archive")
    if not party.is_archived:
        return redirect(party)
    if request.method == "POST":
        party.restore()
        messages.success(request, _("“%s” is restored.") % party)
        return redirect(party)
    context = {
        "page_title": _("Restore “%s”") % party,
        "question": _("Archived because: %s") % party.archive_reason,
        "submit_label": _("Restore"),
        "cancel_url": party.get_absolute_url(),
    }
    return ask(request, context)


@login_required
def duplicate_hints(request: HttpRequest) -> HttpResponse:
    """Likely duplicates of what is being typed, within the user's scope."""
    user: Any = request.user
    if not any(user.has_perm(kind.permission(deed)) for kind in Kind for deed in ("add", "change")):
        raise PermissionDenied
    # What is typed may come by POST, so that a personal number among it stands in no address and no log.
    sent = {**request.GET.dict(), **request.POST.dict()}
    typed = {key: text for key, value in sent.items() if (text := without_nul(str(value)[:255]))}
    number = typed.get("number", "")
    # A personal number is no search: only the public numbers are compared while one types.
    if typed.get("identifier_type") in ("eik", "foreign"):
        typed["registration_number"] = number
    if typed.get("person_kind") == "natural":
        typed.pop("name", None)
    else:
        for part in ("given_name", "fathers_name", "family_name"):
            typed.pop(part, None)
    key = typed.get("party", "")
    exclude = int(key) if key.isdecimal() and len(key) < 19 else None
    hints = [
        {
            "name": likely.party.full_name,
            "url": likely.party.get_absolute_url(),
            "why": likely.reason,
            "archived": likely.party.is_archived,
        }
        for likely in likely_duplicates(typed, user, exclude)
    ]
    return render(request, "counterparties/_duplicate_hints.html", {"hints": hints})


@login_required
def counterparty_picker(request: HttpRequest) -> HttpResponse:
    """Parties for a picker, as JSON: twenty at most, those that the user may see; `kind` narrows."""
    parties = Counterparty.objects.visible_to(request.user).current().select_related("legal_form")
    if (kind := request.GET.get("kind", "")) in Kind.values:
        parties = parties.of_kind(Kind(kind))
    if text := without_nul(request.GET.get("q", "")).strip()[:200]:
        parties = find_party(parties, text)
    return picker_answer(request, parties.order_by("sort_name", "pk")[:20], describe)


@login_required
def characteristic_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a characteristic, for those who may see its party."""
    value = get_object_or_404(CharacteristicValue.objects.exclude(file=""), pk=pk)
    seen_party(request, value.party_id)
    return uploads.serve(value.file, value.file_name)  # type: ignore[return-value]


__all__ = ["changeable_party", "done", "may", "seen_party"]
