"""What the pickers of settlements, banks and people ask for while one types: JSON, twenty rows at most."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse

from common.pickers import PICKER_ROWS, picker_answer
from contacts.access import demand
from contacts.forms.pickers import find_bank
from contacts.models import ContactLink, ContactPerson, Settlement
from counterparties.models import Counterparty


def asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:200]


@login_required
def settlement_picker(request: HttpRequest) -> HttpResponse:
    """Settlements by part of a name, EKATTE or postal code; `district` narrows."""
    text = asked(request)
    settlements = Settlement.objects.select_related("municipality", "district")
    if district := request.GET.get("district", "")[:3]:
        settlements = settlements.filter(district=district)
    found = settlements.matching(text.partition(",")[0]).nearest_first(text.partition(",")[0])[:PICKER_ROWS]
    results = [{"id": one.pk, "text": one.full_label, "note": one.postal_code} for one in found]
    return JsonResponse({"results": results})


@login_required
def bank_picker(request: HttpRequest) -> HttpResponse:
    banks = Counterparty.objects.visible_to(request.user).current().filter(is_bank=True)
    banks = banks.select_related("legal_form", "bank_code")
    if text := asked(request):
        banks = find_bank(banks, text)

    def bic(bank: Any) -> str:
        code = getattr(bank, "bank_code", None)
        return code.bic if code else ""

    return picker_answer(request, banks.order_by("sort_name", "pk")[:PICKER_ROWS], bic)


@login_required
def contactperson_picker(request: HttpRequest) -> HttpResponse:
    """Contact persons, with one of the parties they serve that the user may see."""
    demand(request, "contacts.view_contactperson")
    people = ContactPerson.objects.visible_to(request.user).current()
    if text := asked(request):
        people = people.matching(text)
    found = list(people.order_by("sort_name", "pk")[:PICKER_ROWS])
    links = ContactLink.objects.visible_to(request.user).filter(person__in=found).select_related("party__legal_form")
    serves: dict[int, list[str]] = {}
    for link in links:
        serves.setdefault(link.person_id, []).append(link.party.display_name)
    return picker_answer(request, found, lambda person: ", ".join(serves.get(person.pk, [])[:3]))
