"""Personal documents: add, change, open against a reason, erase."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from common import uploads
from common.encryption import Undecryptable
from common.forms_view import ask, done, in_panel, saved, show_form
from contacts.access import asked_party, crumbs, demand, seen, tab_url, way_back
from contacts.views.choose import choose_party
from counterparties.models import Counterparty
from documents import erasure, personal_scans
from documents.forms.personal import EraseForm, OpenForm, PersonalDocumentForm
from documents.models import PersonalDocument, PersonalDocumentAccess
from documents.personal_tab import SLUG, PersonalDocumentsTab

Way = PersonalDocumentAccess.Way
# How long an opened number stays on the screen.
SHOWN_SECONDS = 60


def documents() -> QuerySet[Any]:
    """The number is read only where it is needed."""
    return PersonalDocument.objects.select_related("party", "party__legal_form", "person", "type").defer("number")


@login_required
@never_cache
@sensitive_post_parameters("number")
def personaldocument_add(request: HttpRequest) -> HttpResponse:
    party = asked_party(request)
    demand(request, "documents.add_personaldocument")
    if party is None:
        return choose_party(request, _("New personal document"))
    if not any(kind in PersonalDocumentsTab.kinds for kind in party.kinds):
        raise PermissionDenied
    document = PersonalDocument(party=party)
    form = PersonalDocumentForm(request.POST or None, request.FILES or None, instance=document, user=request.user)
    return edit(request, form, party)


@login_required
@never_cache
@sensitive_post_parameters("number")
def personaldocument_edit(request: HttpRequest, pk: int) -> HttpResponse:
    document = seen(request, documents(), pk, "documents.change_personaldocument")
    form = PersonalDocumentForm(request.POST or None, request.FILES or None, instance=document, user=request.user)
    return edit(request, form, document.party)


def edit(request: HttpRequest, form: PersonalDocumentForm, party: Counterparty) -> HttpResponse:
    new = form.instance.pk is None
    if request.method == "POST" and form.is_valid() and saved(form) is not None:
        messages.success(request, _("The personal document is added.") if new else _("The personal document is saved."))
        return done(request, way_back(request, party, SLUG))
    context = {
        "form": form,
        "page_title": _("New personal document") if new else _("Personal document"),
        "crumbs": crumbs(party, PersonalDocumentsTab.title, SLUG),
        "cancel_url": way_back(request, party, SLUG),
    }
    return show_form(request, context)


def note(request: HttpRequest, document: PersonalDocument, way: str, reason: str) -> None:
    """Write into the log before anything is shown: what cannot be logged is not opened."""
    user: Any = request.user
    PersonalDocumentAccess.objects.create(
        user=user,
        party=document.party,
        person=document.person,
        type=document.type,
        document_key=document.pk,
        way=way,
        reason=reason,
    )


def asking(request: HttpRequest, document: PersonalDocument, form: Any, title: str, submit: str) -> dict[str, Any]:
    return {
        "form": form,
        "page_title": title,
        "question": capfirst(f"{document.type} – {document.holder_name}"),
        "crumbs": crumbs(document.party, PersonalDocumentsTab.title, SLUG),
        "submit_label": submit,
        "cancel_url": way_back(request, document.party, SLUG),
    }


@login_required
@never_cache
@sensitive_variables("number")
def personaldocument_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the number once, to those who may, against a reason; each time is logged."""
    document = seen(request, documents(), pk, "documents.reveal_personaldocument")
    form = OpenForm(request.POST or None, document=document)
    context = asking(request, document, form, _("Show the number"), _("Show the number"))
    if request.method == "POST" and form.is_valid():
        note(request, document, Way.REVEAL, form.cleaned_data["reason"])
        try:
            number = document.number
        except PersonalDocument.DoesNotExist:  # erased this very moment
            raise Http404 from None
        except Undecryptable:
            form.add_error(None, _("The number cannot be read: its key is missing. Tell the administrator."))
        else:
            context |= {"document": document, "number": number, "seconds": SHOWN_SECONDS}
            context["page_title"] = _("Number of the document")
            response = show_form(
                request, context, "documents/personaldocument_reveal.html", "documents/_personaldocument_number.html"
            )
            if not in_panel(request):  # the panel asks by itself
                response["Refresh"] = f"{SHOWN_SECONDS}; url={tab_url(document.party, SLUG)}"
            return response
    return ask(request, context)


@login_required
@never_cache
def personaldocument_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Give out the scan as a download, to those who may, against a reason; each time is logged."""
    document = seen(request, documents(), pk, "documents.reveal_personaldocument")
    if not document.scan_may_be_opened:
        messages.error(request, _("There is no scan that may be opened."))
        return redirect(way_back(request, document.party, SLUG))
    form = OpenForm(request.POST or None, document=document)
    context = asking(request, document, form, _("Open the scan"), _("Download the scan"))
    context["details"] = [
        _("Ground: %s") % document.type.scan_ground,
        _("The file comes as a download: delete it from your computer when you need it no longer."),
    ]
    if request.method == "POST" and form.is_valid():
        note(request, document, Way.SCAN, form.cleaned_data["reason"])
        try:
            return uploads.serve(personal_scans.read(document), document.scan_name)  # type: ignore[return-value]
        except (Undecryptable, OSError):
            form.add_error(None, _("The scan cannot be read. Tell the administrator."))
    return ask(request, context)


@login_required
@never_cache
def personaldocument_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase a document before its time, for good."""
    document = seen(request, documents(), pk, "documents.erase_personaldocument")
    form = EraseForm(request.POST or None, document=document)
    if request.method == "POST" and form.is_valid():
        erasure.erase(document, request.user, form.cleaned_data["reason"])
        messages.success(request, _("The personal document is erased."))
        return done(request, way_back(request, document.party, SLUG))
    context = asking(request, document, form, _("Erase the document"), _("Erase"))
    context |= {
        "danger": True,
        "details": [
            _("Number, dates, ground, purpose and scan are erased, and with them the history of this document."),
            _("The log keeps that it was erased, by whom, when and why."),
        ],
    }
    return ask(request, context)
