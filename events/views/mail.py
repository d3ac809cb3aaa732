"""Pages of e-mail: writing, looking, how the sending goes, once more, the letter as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from common import uploads
from common.file_types import MSG
from common.forms import PlainForm
from common.forms_view import ask, done, show_form
from contacts.access import asked_party, demand
from contacts.models import ContactPerson
from contacts.views.choose import choose_party
from counterparties.models import Counterparty
from documents.models import File
from documents.own_firms import usual_own_firm
from events import composing, inbox, sending
from events.forms.mail import ComposeForm
from events.mail_about import LetterAbout, asked_letter
from events.mail_access import seen_email
from events.mail_block import block_of
from events.models import Email, MailTemplate

SEND = "events.send_email"


def asked(request: HttpRequest, name: str, rows: Any) -> Any:
    """The row that a parameter of the address names; None when none is named, 404 when it is not for this user."""
    key = request.GET.get(name, "")
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    return get_object_or_404(rows.visible_to(request.user), pk=key)


# -- Writing -------------------------------------------------------------------------------------


def parties_of(person: ContactPerson, user: Any) -> list[Counterparty]:
    return list(
        Counterparty.objects.visible_to(user)
        .filter(contact_links__person=person, contact_links__archived_at__isnull=True)
        .select_related("legal_form")
        .distinct()[:2]
    )


class SureForm(PlainForm):
    """Says that the question was read."""

    sure = forms.CharField(initial="1", widget=forms.HiddenInput)


@login_required
def email_compose(request: HttpRequest) -> HttpResponse:
    """Write a letter in `?party=`, to `?person=`, with `?file=`, `?about=` a document, or to answer `?answers=`.

    `?subject=` and `?text=` stand in the form for the writer to change.
    """
    party = asked_party(request)
    person = asked(request, "person", ContactPerson.objects.current())
    file = asked(request, "file", File.objects.current())
    answers = asked(request, "answers", Email.objects.select_related("event__party__legal_form", "author"))
    about = asked_letter(request.GET.get("about", ""), request.user)
    demand(request, SEND)
    for row, right in ((answers, "events.view_event"), (file, "documents.view_file")):
        if row is not None:
            demand(request, right)
    if about is not None:
        party = about.party
    if party is None and answers is not None and answers.event is not None:
        party = answers.event.party
    if party is None and file is not None:
        party = file.party
    if party is None and person is not None and len(found := parties_of(person, request.user)) == 1:
        party = found[0]
    if party is None:
        return choose_party(request, _("New e-mail"), "events:event_list")
    bound = request.method == "POST"
    form = ComposeForm(
        request.POST if bound else None,
        request.FILES if bound else None,
        user=request.user,
        party=party,
        answers=answers,
        person=person.pk if person else 0,
        file=file.pk if file else 0,
        about=about,
        initial={name: request.GET[name][:5000] for name in ("subject", "text") if request.GET.get(name)},
    )
    context = {
        "form": form,
        "party": party,
        "answers": answers,
        "page_title": pgettext("to an e-mail", "Reply") if answers else _("New e-mail"),
        "crumbs": [(party.display_name, party.get_absolute_url())],
        "submit_label": _("Send"),
        "cancel_url": cancel_url(party, answers, about),
        "text_url": f"{reverse('events:email_text')}?{urlencode({'party': party.pk})}",
        "is_set_up": sending.is_set_up(),
    }
    if bound and "fill" in request.POST:
        return without_scripts(request, form, context)
    if bound and form.is_valid():
        try:
            email = post(form, request.user)
        except ValidationError as refusal:
            form.add_error("uploads", refusal)
        else:
            messages.success(request, _("The letter is on its way. Its state is shown here."))
            return redirect(home_of(email))
    return show_form(request, context, "events/email_compose.html")


def cancel_url(party: Counterparty, answers: Email | None, about: LetterAbout | None) -> str:
    if about is not None:
        return str(about.row.get_absolute_url())
    return home_of(answers) if answers else party.get_absolute_url()


def home_of(email: Email) -> str:
    """The page on which the letter is worked with: that of its event, else its own."""
    return email.event.get_absolute_url() if email.event is not None else email.get_absolute_url()


def post(form: ComposeForm, user: Any) -> Email:
    data = form.cleaned_data
    return composing.post(
        party=form.party,
        by=user,
        recipients=form.recipients,
        people=form.people_written_to(),
        subject=data["subject"],
        text=data["text"],
        files=list(data.get("files") or []),
        uploads=data.get("uploads") or [],
        answers=form.answers,
        about=form.about,
        made=form.chosen_made(),
        draft=data["draft"],
    )


# -- The text out of a template ------------------------------------------------------------------


def filled_text(form: ComposeForm, *, replace: bool) -> dict[str, Any]:
    """Subject, text and mark after the choice of a template; what was typed stays unless it is to be replaced.

    `asks` says that something typed stands in the way.
    """
    subject, text = form.data.get("subject", "")[:1000], form.data.get("text", "")[:50_000]
    now = {"subject": subject, "text": text, "filled": form.data.get("filled", "")[:64], "asks": False}
    key = form.data.get("template", "")
    template = MailTemplate.objects.filter(is_active=True, pk=key).first() if key.isdecimal() and len(key) < 9 else None
    if template is None:
        return now
    typed = bool(subject.strip() or text.strip()) and composing.mark_of(subject, text) != now["filled"]
    if typed and not replace:
        return now | {"asks": True}
    firm = form.data.get("own_firm", "")
    firms = Counterparty.objects.own_firms_of(form.user).select_related("legal_form")
    own_firm = firms.filter(pk=firm).first() if firm.isdecimal() and len(firm) < 19 else None
    new_subject, new_text = composing.filled(
        template,
        party=form.party,
        own_firm=own_firm or usual_own_firm(form.party, form.user, else_first=True),
        contact=form.contact,
        user=form.user,
    )
    # A template without a subject leaves the one that stands.
    new_subject = new_subject or subject
    return {"subject": new_subject, "text": new_text, "filled": composing.mark_of(new_subject, new_text), "asks": False}


@login_required
@require_POST
def email_text(request: HttpRequest) -> HttpResponse:
    """Subject and message as the chosen template fills them; asks before it replaces what was typed."""
    party = asked_party(request)
    demand(request, SEND)
    if party is None or not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("events:email_compose"))
    form = ComposeForm(request.POST, user=request.user, party=party)
    found = filled_text(form, replace=bool(request.POST.get("replace")))
    shown = ComposeForm(
        user=request.user, party=party, initial={key: found[key] for key in ("subject", "text", "filled")}
    )
    context = {"form": shown, "asks": found["asks"], "text_url": request.get_full_path()}
    return render(request, "events/_email_text.html", context)


def without_scripts(request: HttpRequest, form: ComposeForm, context: dict[str, Any]) -> HttpResponse:
    """The same by a button: the page anew with all that was typed, and the text filled in."""
    found = filled_text(form, replace=request.POST["fill"] == "replace")
    data = request.POST.copy()
    for key in ("subject", "text", "filled"):
        data[key] = found[key]
    shown = ComposeForm(user=request.user, party=form.party, answers=form.answers, about=form.about)
    for name in shown.fields:
        shown.initial[name] = data.getlist(name) if name in ("people", "files", "made") else data.get(name, "")
    return render(request, "events/email_compose.html", context | {"form": shown, "asks": found["asks"]})


# -- One letter ----------------------------------------------------------------------------------


@login_required
def email_detail(request: HttpRequest, pk: int) -> HttpResponse:
    email = seen_email(request, pk)
    event = email.event
    if event is None:
        crumbs = [(_("Inbox"), reverse("events:inbox"))]
    else:
        crumbs = [(event.party.display_name, event.party.get_absolute_url())] if event.party is not None else []
        crumbs.append((str(event), event.get_absolute_url()))
    context = {
        "page_title": str(email),
        "crumbs": crumbs,
        "mail": block_of(email, request.user, alone=True),
        "actions": inbox.deeds(email, reverse("events:inbox")) if event is None and not email.is_outgoing else [],
    }
    return render(request, "events/email_detail.html", context)


@login_required
def email_state(request: HttpRequest, pk: int) -> HttpResponse:
    """How the sending goes: a part of the page, that asks for itself until it is known."""
    email = seen_email(request, pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(email)
    return render(request, "events/_email_state.html", {"mail": block_of(email, request.user)})


@login_required
def email_raw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The letter as it came or went out, as a file."""
    email = seen_email(request, pk)
    if email.raw is None:
        raise Http404
    ending = "msg" if email.raw.content_type == MSG else "eml"
    return uploads.serve(email.raw.file, f"{email}.{ending}")


@login_required
def email_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again; of a letter that was perhaps sent it is asked first."""
    email = seen_email(request, pk, SEND)
    if not email.is_outgoing:
        raise Http404
    way = home_of(email)
    if email.state == Email.State.UNSURE and request.POST.get("sure") != "1":
        context = {
            "page_title": _("Send once more?"),
            "question": _("The letter may have arrived already. If it is sent again, the recipients may get it twice."),
            "details": [email.error] if email.error else [],
            "form": SureForm(),
            "submit_label": _("Send once more"),
            "cancel_url": way,
        }
        return ask(request, context)
    if request.method != "POST":
        return redirect(way)
    try:
        sending.retry(email)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The letter is on its way again."))
    return done(request, way)
