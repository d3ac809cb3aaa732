"""Pages of received letters: dropped on a dossier, and what the inbox offers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from common import uploads
from common.forms_view import done, show_form
from common.views import back
from contacts.access import crumbs, demand, way_back
from contacts.views.choose import choose_party
from counterparties.models import Counterparty
from documents.access import party_with_tab
from events import inbox, receiving
from events.forms.inbox import DropForm, FileIntoForm
from events.inbox_files import waiting_file
from events.letters import largest_letter
from events.mail_access import waiting_in_inbox
from events.models import Email
from events.receiving import AlreadyHere, Unreadable

SLUG = "events"


# -- Dropped on a dossier ------------------------------------------------------------------------


@login_required
def email_drop(request: HttpRequest) -> HttpResponse:
    """Put letters that are files (.eml, .msg) into the dossier named by `?party=`."""
    party = party_with_tab(request, SLUG)
    demand(request, "events.add_event")
    demand(request, "documents.add_file")
    if party is None:
        return choose_party(request, _("File e-mails"), "events:event_list")
    sent = request.method == "POST"
    form = DropForm(request.POST if sent else None, request.FILES if sent else None)
    in_json = "application/json" in request.headers.get("Accept", "")
    if sent and form.is_valid():
        uploads = form.cleaned_data["uploads"]
        if in_json:
            return answer_in_json(uploads, party, request.user)
        filed = 0
        for upload in uploads:
            try:
                take(upload, party, request.user)
                filed += 1
            except ValidationError as refusal:
                form.add_error("uploads", ValidationError(refused(upload.name, refusal)))
        if filed:
            words = ngettext("%(count)d e-mail is filed.", "%(count)d e-mails are filed.", filed)
            messages.success(request, words % {"count": filed})
        if not form.errors:
            return done(request, way_back(request, party, SLUG))
    elif sent and in_json:
        return JsonResponse({"text": _("Choose a file.")}, status=422)
    context = {
        "form": form,
        "page_title": _("File e-mails"),
        "submit_label": _("Add"),
        "crumbs": crumbs(party, _("Events"), SLUG),
        "cancel_url": way_back(request, party, SLUG),
    }
    return show_form(request, context)


class SeenBefore(ValidationError):
    """The letter is here already; `url` leads to it when the user may see it."""

    def __init__(self, url: str) -> None:
        super().__init__(_("This letter is here already."), code="here")
        self.url = url


def take(upload: UploadedFile, party: Counterparty, user: Any) -> Email:
    """Take in one uploaded letter. Raises ValidationError in words."""
    if (upload.size or 0) > largest_letter():
        raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": largest_letter() // 1024**2})
    try:
        return receiving.take_in(upload.read(), by=user, party=party)
    except Unreadable:
        raise ValidationError(_("This is no e-mail that can be read. Accepted are .eml and .msg.")) from None
    except AlreadyHere as known:
        seen = Email.objects.visible_to(user).filter(pk=known.email.pk).exists()
        raise SeenBefore(known.email.get_absolute_url() if seen else "") from None


def refused(name: str | None, refusal: ValidationError) -> Any:
    words = " ".join(refusal.messages)
    if isinstance(refusal, SeenBefore) and refusal.url:
        return format_html('{}: {} <a href="{}">{}</a>', name, words, refusal.url, _("Open it"))
    return format_html("{}: {}", name, words)


def answer_in_json(uploads: list[UploadedFile], party: Counterparty, user: Any) -> JsonResponse:
    """One letter, its own answer: filed (201), or refused in words (422)."""
    if len(uploads) != 1:
        return JsonResponse({"text": _("Send one file at a time.")}, status=422)
    try:
        email = take(uploads[0], party, user)
    except ValidationError as refusal:
        answer: dict[str, Any] = {"text": " ".join(refusal.messages)}
        if isinstance(refusal, SeenBefore) and refusal.url:
            answer["present"] = {"name": "", "url": refusal.url}
        return JsonResponse(answer, status=422)
    url = email.event.get_absolute_url() if email.event is not None else email.get_absolute_url()
    return JsonResponse({"name": str(email), "url": url, "text": _("Filed")}, status=201)


# -- The inbox -----------------------------------------------------------------------------------


@login_required
def email_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Say into which dossier a letter belongs."""
    email = waiting_in_inbox(request, pk)
    offered = inbox.suggestions([email], request.user)[email.pk]
    key = request.GET.get("party", "")
    chosen = key if key.isdecimal() and len(key) < 19 else offered[0].pk if len(offered) == 1 else None
    form = FileIntoForm(request.POST or None, user=request.user, email=email, initial={"party": chosen})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                form.remember_sender()
                email = receiving.file_into(email, form.cleaned_data["party"], request.user)
        except AlreadyHere:
            messages.warning(request, _("Somebody else has filed the letter meanwhile."))
            return done(request, reverse("events:inbox"))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            words = _("The letter is in the dossier of %(name)s.")
            messages.success(request, words % {"name": form.cleaned_data["party"].display_name})
            return done(request, reverse("events:inbox"))
    context = {
        "form": form,
        "page_title": _("File into a dossier"),
        "intro": f"{email} — {email.sender}" if email.sender else str(email),
        "submit_label": pgettext("to put into a dossier", "File"),
        "crumbs": [(_("Inbox"), reverse("events:inbox")), (str(email), email.get_absolute_url())],
        "cancel_url": reverse("events:inbox"),
    }
    return show_form(request, context)


@login_required
def email_attachment(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """One attachment of a letter that is not filed yet, by its place in the letter."""
    found = waiting_file(waiting_in_inbox(request, pk), number)
    if found is None:
        raise Http404
    return uploads.serve(ContentFile(found.data), found.name)


@login_required
@require_POST
def email_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a letter aside that belongs to no dossier."""
    email = waiting_in_inbox(request, pk)
    email.dismissed_at, email.dismissed_by = timezone.now(), request.user  # type: ignore[assignment]
    email.save(update_fields=["dismissed_at", "dismissed_by"])
    messages.success(request, _("The letter is put aside."))
    return redirect(back(request, reverse("events:inbox")))


@login_required
@require_POST
def email_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a letter back that was put aside."""
    email = waiting_in_inbox(request, pk)
    email.dismissed_at = email.dismissed_by = None
    email.save(update_fields=["dismissed_at", "dismissed_by"])
    messages.success(request, _("The letter is back in the inbox."))
    return redirect(back(request, reverse("events:inbox")))
