"""The correspondence register: register, look at, edit, cancel, print."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from common import jobs
from common.exports import file_name
from common.forms import ReasonForm
from common.forms_view import ask, done, show_form
from common.pickers import picker_answer
from common.printing import pdf_response
from common.text import without_nul
from common.views import back
from contacts.access import asked_party, demand, seen
from contacts.views.choose import choose_party
from counterparties.models import Counterparty
from documents.forms.letters import LetterForm, answerable, find_letter
from documents.letters_print import AT_ONCE, register_pdf, rows_for
from documents.lists.letters import STATE_TONES, deeds_for
from documents.models import File, Letter
from documents.own_firms import usual_own_firm

OPPOSITE = {
    Letter.Direction.INCOMING: Letter.Direction.OUTGOING,
    Letter.Direction.OUTGOING: Letter.Direction.INCOMING,
    Letter.Direction.INTERNAL: Letter.Direction.INTERNAL,
}


def register_url() -> str:
    return reverse("documents:letter_list")


def asked_row(request: HttpRequest, name: str, rows: Any) -> Any:
    """The row that `?name=` asks for among those given; None when none is asked for, 404 when it is not there."""
    key = request.GET.get(name, "")
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    return get_object_or_404(rows, pk=key)


@login_required
def letter_add(request: HttpRequest) -> HttpResponse:
    """A new letter of `?party=`, of the party of `?file=`, or the answer to `?answers=`."""
    answered = asked_row(request, "answers", answerable(request.user))
    file = asked_row(
        request, "file", File.objects.visible_to(request.user).current().select_related("party", "party__legal_form")
    )
    party = answered.party if answered else file.party if file else asked_party(request)
    demand(request, "documents.add_letter")
    for row, right in ((answered, "documents.view_letter"), (file, "documents.view_file")):
        if row is not None:
            demand(request, right)
    user: Any = request.user
    if not Counterparty.objects.own_firms_of(user).exists():
        messages.warning(request, _("There is no own firm yet in whose register the letter could be entered."))
        return redirect(register_url())
    if party is None:
        return choose_party(request, _("Register a letter"), "documents:letter_list")
    letter = Letter(party=party, file=file, responsible=user)
    firm = answered.own_firm if answered else usual_own_firm(party, user, else_first=True)
    assert firm is not None  # there is at least one, as was asked above
    letter.own_firm = firm
    if answered:
        letter.answers, letter.direction = answered, OPPOSITE[Letter.Direction(answered.direction)]
        letter.subject, letter.contact = answered.subject, answered.contact
    elif request.GET.get("direction") in Letter.Direction.values:
        letter.direction = request.GET["direction"]
    elif party.is_own_firm:
        letter.direction = Letter.Direction.INTERNAL
    return edit(request, letter)


@login_required
def letter_edit(request: HttpRequest, pk: int) -> HttpResponse:
    letter = seen(request, Letter.objects.for_list(), pk, "documents.change_letter")
    if letter.is_cancelled:
        messages.info(request, _("A cancelled entry is not changed any more."))
        return redirect(letter)
    return edit(request, letter)


def edit(request: HttpRequest, letter: Letter) -> HttpResponse:
    new = letter.pk is None
    form = LetterForm(request.POST or None, request.FILES or None, instance=letter, user=request.user)
    if request.method == "POST" and form.is_valid() and (kept := form.saved_or_refused()) is not None:
        words = _("Registered under %s.") % kept.full_number if new else _("The letter is saved.")
        messages.success(request, words)
        return done(request, kept.get_absolute_url())
    party = letter.party
    context = {
        "form": form,
        "page_title": _("Register a letter") if new else letter.full_number,
        "intro": party.display_name,
        "submit_label": _("Register") if new else _("Save"),
        "crumbs": [
            (party.display_name, party.get_absolute_url()),
            (_("Correspondence register"), f"{register_url()}?party={party.pk}"),
        ],
        "cancel_url": back(request, register_url() if new else letter.get_absolute_url()),
    }
    return show_form(request, context)


@login_required
def letter_detail(request: HttpRequest, pk: int) -> HttpResponse:
    letter = get_object_or_404(Letter.objects.visible_to(request.user).for_list().select_related("contact"), pk=pk)
    demand(request, "documents.view_letter")
    letter.reader = request.user
    chain = Letter.objects.visible_to(request.user).select_related("party", "own_firm")
    context = {
        "letter": letter,
        "file": letter.shown_file(),
        "answers": chain.filter(pk=letter.answers_id).first(),
        "answered_by": list(chain.filter(answers=letter).order_by("registered_on", "pk")[:50]),
        "actions": deeds_for(letter, request.user),
        "tone": STATE_TONES.get(letter.state, ""),
        "page_title": letter.full_number,
        "crumbs": [
            (letter.party.display_name, letter.party.get_absolute_url()),
            (_("Correspondence register"), f"{register_url()}?party={letter.party_id}"),
        ],
    }
    return render(request, "documents/letter_detail.html", context)


@login_required
def letter_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    letter = seen(request, Letter.objects.for_list(), pk, "documents.cancel_letter")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            letter.cancel(request.user, form.cleaned_data["reason"])
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("The entry %s is cancelled; its number stays taken.") % letter.full_number)
        return done(request, letter.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("Cancel the entry %s") % letter.full_number,
        "question": _("The entry stays in the register, struck out, and its number is not given again."),
        "submit_label": _("Cancel the entry"),
        "cancel_url": letter.get_absolute_url(),
    }
    return ask(request, context)


@login_required
def letter_picker(request: HttpRequest) -> HttpResponse:
    """Letters that another may answer, as JSON: twenty at most."""
    demand(request, "documents.view_letter")
    letters = answerable(request.user)
    if text := without_nul(request.GET.get("q", "")).strip()[:200]:
        letters = find_letter(letters, text)
    return picker_answer(
        request, letters.order_by("-registered_on", "-pk")[:20], lambda letter: letter.party.display_name
    )


@login_required
def letter_print(request: HttpRequest) -> HttpResponse:
    """The register as PDF, as it is filtered; a long one is made by the worker."""
    demand(request, "documents.view_letter")
    user: Any = request.user
    rows = rows_for(user, request.GET.urlencode())
    if rows.count() > AT_ONCE:
        if not user.has_perm("documents.export_letter"):
            raise PermissionDenied
        job = jobs.start(user, "documents.letters", _("Correspondence register"), query=request.GET.urlencode()[:2000])
        return redirect(job)
    content = register_pdf(user, rows, request.GET.urlencode())
    return pdf_response(content, file_name(_("Correspondence register"), "pdf"))
