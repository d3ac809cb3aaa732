"""Addresses: add, edit, archive, restore."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from common.forms_view import done, show_form
from contacts.access import asked_party, crumbs, demand, seen, way_back
from contacts.forms.addresses import AddressForm
from contacts.models import Address
from contacts.views import deeds
from contacts.views.choose import choose_party
from counterparties.models import Counterparty

SLUG = "addresses"


@login_required
def address_add(request: HttpRequest) -> HttpResponse:
    party = asked_party(request)
    demand(request, "contacts.add_address")
    if party is None:
        return choose_party(request, _("New address"), "contacts:address_list")
    first = not Address.objects.current().filter(party=party).exists()
    kind = Address.Kind.REGISTERED if first else Address.Kind.CORRESPONDENCE
    address = Address(party=party, kind=kind, country=party.country)
    return edit(request, AddressForm(request.POST or None, instance=address, user=request.user), party)


@login_required
def address_edit(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Address.objects.select_related("party", "party__legal_form", "settlement", "district", "municipality")
    address = seen(request, rows, pk, "contacts.change_address")
    return edit(request, AddressForm(request.POST or None, instance=address, user=request.user), address.party)


def edit(request: HttpRequest, form: AddressForm, party: Counterparty) -> HttpResponse:
    new = form.instance.pk is None
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The address is added.") if new else _("The address is saved."))
        return done(request, way_back(request, party, SLUG))
    context = {
        "form": form,
        "page_title": _("New address") if new else _("Address"),
        "crumbs": crumbs(party, _("Addresses"), SLUG),
        "cancel_url": way_back(request, party, SLUG),
    }
    return show_form(request, context)


address_archive = deeds.deed(Address, "contacts.archive_address", SLUG, deeds.archive)
address_restore = deeds.deed(Address, "contacts.archive_address", SLUG, deeds.restore)
