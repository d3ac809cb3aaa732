"""Upload: one file per request where scripts show the progress of each, several at once where there are none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import trigger_client_event

from common.forms_view import done, in_panel, show_form
from contacts.access import crumbs, demand, way_back
from contacts.views.choose import choose_party
from counterparties.models import Counterparty
from documents import filing
from documents.access import party_with_tab
from documents.filing import AlreadyFiled
from documents.forms.files import UploadForm
from documents.models import File

SLUG = "files"


@login_required
def file_upload(request: HttpRequest) -> HttpResponse:
    """Put files into the dossier named by `?party=`."""
    party = party_with_tab(request, SLUG)
    demand(request, "documents.add_file")
    if party is None:
        return choose_party(request, _("Upload files"), "documents:file_list")
    sent = request.method == "POST"
    form = UploadForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        instance=File(party=party),
        user=request.user,
    )
    if sent and "application/json" in request.headers.get("Accept", ""):
        return answer_in_json(request, form, party)
    intro, response = "", None
    if sent and form.is_valid():
        filed = file_each(form, party, request.user)
        if not form.errors:
            words = ngettext("%(count)d file is filed.", "%(count)d files are filed.", len(filed))
            messages.success(request, words % {"count": len(filed)})
            return done(request, way_back(request, party, SLUG))
        if filed:
            intro = _("Filed: %(names)s.") % {"names": ", ".join(file.name for file in filed)}
    response = show_form(
        request,
        {
            "form": form,
            "page_title": _("Upload files"),
            "intro": intro,
            "submit_label": _("Upload"),
            "crumbs": crumbs(party, _("Files and documents"), SLUG),
            "cancel_url": way_back(request, party, SLUG),
        },
    )
    if intro and in_panel(request) and "/files/" in request.headers.get("HX-Current-URL", ""):
        trigger_client_event(response, "list-changed")
    return response


def file_each(form: UploadForm, party: Counterparty, user: Any) -> list[File]:
    """File what can be filed; each refusal is told at the field, with the name of the file."""
    filed = []
    for one in form.cleaned_data["uploads"]:
        try:
            filed.append(
                filing.file_upload(one, party=party, by=user, anyway=form.cleaned_data["anyway"], **form.said())
            )
        except ValidationError as refusal:
            form.add_error("uploads", ValidationError(refused(one.name, refusal)))
    return filed


def refused(name: str, refusal: ValidationError) -> SafeString:
    words = " ".join(refusal.messages)
    if isinstance(refusal, AlreadyFiled):
        url = refusal.present.get_absolute_url()
        return format_html('{}: {} <a href="{}">{}</a>', name, words, url, _("Open it"))
    return format_html("{}: {}", name, words)


def answer_in_json(request: HttpRequest, form: UploadForm, party: Counterparty) -> JsonResponse:
    """One file, its own answer: filed (201), or refused in words (422)."""
    if not form.is_valid():
        words = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"text": words}, status=422)
    first, *others = form.cleaned_data["uploads"]
    if others:
        return JsonResponse({"text": _("Send one file at a time.")}, status=422)
    try:
        file = filing.file_upload(
            first, party=party, by=request.user, anyway=form.cleaned_data["anyway"], **form.said()
        )
    except AlreadyFiled as refusal:
        present = {"name": refusal.present.name, "url": refusal.present.get_absolute_url()}
        return JsonResponse({"text": " ".join(refusal.messages), "present": present}, status=422)
    except ValidationError as refusal:
        return JsonResponse({"text": " ".join(refusal.messages)}, status=422)
    answer = {"name": file.name, "url": file.get_absolute_url(), "text": _("Filed")}
    if request.user.has_perm("documents.change_file"):
        answer["edit_url"] = reverse("documents:file_edit", args=[file.pk])
    return JsonResponse(answer, status=201)
