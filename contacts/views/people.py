"""Contact persons: add to a party, edit, the person's own page, main contact, archive, restore."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.forms_view import done, show_form
from common.lists import Action
from common.views import back
from contacts import link_actions
from contacts.access import asked_party, crumbs, demand, seen, way_back
from contacts.forms.people import ContactForm, PersonForm, reach_formsets, reach_is_valid, save_reach
from contacts.models import ContactLink, ContactPerson
from contacts.views import deeds
from counterparties.models import Counterparty

SLUG = "contacts"


def list_url() -> str:
    return reverse("contacts:contactperson_list")


# -- A contact of a party: person and link at once --------------------------------------------------


@login_required
def contactperson_add(request: HttpRequest) -> HttpResponse:
    """A new contact of `?party=`, perhaps someone already here (`?person=` offers him)."""
    party = asked_party(request)
    demand(request, "contacts.add_contactperson")
    link = ContactLink(party=party) if party else ContactLink()
    form = ContactForm(request.POST or None, instance=link, user=request.user, initial=offered(request))
    return edit(request, form, party)


def offered(request: HttpRequest) -> dict[str, Any]:
    key = request.GET.get("person", "")
    return {"existing": int(key)} if key.isdecimal() and len(key) < 19 else {}


@login_required
def contactlink_edit(request: HttpRequest, pk: int) -> HttpResponse:
    rows = ContactLink.objects.select_related("person", "party", "party__legal_form", "role")
    link = seen(request, rows, pk, "contacts.change_contactperson")
    form = ContactForm(request.POST or None, instance=link, user=request.user)
    return edit(request, form, link.party)


def edit(request: HttpRequest, form: ContactForm, party: Counterparty | None) -> HttpResponse:
    new = form.is_new
    bound = request.method == "POST"
    # First the form: it decides whose phones and e-mails these are.
    right = bound and form.is_valid()
    formsets = reach_formsets(request.POST if bound else None, form.person)
    if bound and reach_is_valid(form, formsets) and right:
        with transaction.atomic():
            link = form.save()
            save_reach(formsets, link.person)
        messages.success(
            request, _("The contact person “%s” is added.") % link.person if new else _("The contact person is saved.")
        )
        return done(request, way_back(request, link.party, SLUG))
    title = _("New contact person") if new else str(form.person)
    context = {
        "form": form,
        "formsets": formsets,
        "page_title": title,
        "crumbs": crumbs(party, _("Contact persons"), SLUG) if party else [(_("Contact persons"), list_url())],
        "cancel_url": way_back(request, party, SLUG) if party else back(request, list_url()),
    }
    return show_form(request, context)


def make_primary(link: ContactLink, user: Any) -> str:
    link.make_primary()
    return _("%s is now the main contact.") % link.person


contactlink_primary = deeds.deed(ContactLink, "contacts.change_contactperson", SLUG, make_primary)
contactlink_archive = deeds.deed(ContactLink, "contacts.archive_contactperson", SLUG, deeds.archive)


def restore_link(link: ContactLink, user: Any) -> str:
    """Bring the contact back; a person archived as a whole comes back too."""
    with transaction.atomic():
        if link.is_archived:
            link.restore()
        if link.person.is_archived:
            link.person.restore()
    return _("“%s” is restored.") % link.person


contactlink_restore = deeds.deed(ContactLink, "contacts.archive_contactperson", SLUG, restore_link)


# -- The person -------------------------------------------------------------------------------------


@login_required
def contactperson_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A person with all the parties he serves that the user may see."""
    person = seen(
        request, ContactPerson.objects.prefetch_related("phones", "emails"), pk, "contacts.view_contactperson"
    )
    links = list(
        ContactLink.objects.visible_to(request.user)
        .filter(person=person)
        .select_related("party", "party__legal_form", "role")
        .prefetch_related("areas")
        .order_by("archived_at", "party__sort_name", "pk")
    )
    for link in links:
        link.person = person
        link.offered = link_actions.actions_for(link, request.user)
    own = None
    if person.natural_party_id:
        own = Counterparty.objects.visible_to(request.user).filter(pk=person.natural_party_id).first()
    context = {
        "person": person,
        "links": links,
        "own_dossier": own,
        "actions": person_actions(request, person),
        "may_change": request.user.has_perm("contacts.change_contactperson"),
        "crumbs": [(_("Contact persons"), list_url())],
        "page_title": str(person),
    }
    return render(request, "contacts/contactperson_detail.html", context)


def person_actions(request: HttpRequest, person: ContactPerson) -> list[Action]:
    user = request.user
    actions = []
    if user.has_perm("contacts.change_contactperson") and not person.is_archived:
        url = reverse("contacts:contactperson_edit", args=[person.pk])
        actions.append(Action(_("Edit"), url, icon="pencil", primary=True, htmx=True))
    if user.has_perm("contacts.add_contactperson") and not person.is_archived:
        url = f"{reverse('contacts:contactperson_add')}?person={person.pk}"
        actions.append(Action(_("Add to another party"), url, icon="person-plus"))
    if user.has_perm("contacts.archive_contactperson"):
        if person.is_archived:
            url = reverse("contacts:contactperson_restore", args=[person.pk])
            actions.append(Action(_("Restore"), url, icon="arrow-counterclockwise", method="post"))
        else:
            url = reverse("contacts:contactperson_archive", args=[person.pk])
            question = _("Archive “%s” at every party? It can be restored.") % person
            actions.append(Action(_("Archive"), url, icon="archive", method="post", confirm=question))
    return actions


@login_required
def contactperson_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = seen(request, ContactPerson.objects.all(), pk, "contacts.change_contactperson")
    bound = request.method == "POST"
    form = PersonForm(request.POST if bound else None, instance=person, user=request.user)
    formsets = reach_formsets(request.POST if bound else None, person)
    right = bound and form.is_valid()
    if bound and reach_is_valid(form, formsets) and right:
        with transaction.atomic():
            form.save()
            save_reach(formsets, person)
        messages.success(request, _("The contact person is saved."))
        return done(request, person.get_absolute_url())
    context = {
        "form": form,
        "formsets": formsets,
        "page_title": str(person),
        "crumbs": [(_("Contact persons"), list_url()), (str(person), person.get_absolute_url())],
        "cancel_url": person.get_absolute_url(),
    }
    return show_form(request, context)


@login_required
@require_POST
def contactperson_archive(request: HttpRequest, pk: int) -> HttpResponse:
    return change_person(request, pk, deeds.archive)


@login_required
@require_POST
def contactperson_restore(request: HttpRequest, pk: int) -> HttpResponse:
    return change_person(request, pk, deeds.restore)


def change_person(request: HttpRequest, pk: int, do: Any) -> HttpResponse:
    """Archive or restore the person as a whole; he must serve only parties that the user sees."""
    person = seen(request, ContactPerson.objects.all(), pk, "contacts.archive_contactperson")
    hidden = (
        ContactLink.objects.current()
        .filter(person=person)
        .exclude(pk__in=ContactLink.objects.visible_to(request.user).values("pk"))
    )
    if hidden.exists():
        words = _("This person also serves a party that you may not see; archive only the contact here.")
        messages.error(request, words)
        return redirect(person)
    try:
        messages.success(request, do(person, request.user))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(person)
