"""The dossier: Summary, tabs, history and comment, the printed sheet, relations, reveal of a personal number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common import exports
from common.dates import today
from common.exports import file_name
from common.forms_view import ask, done, saved, show_form
from common.printing import pdf_response, render_pdf
from counterparties import history
from counterparties.dossier import DossierFrame, booklet_sections, panels, requisites
from counterparties.dossier_forms import CommentForm, RelationForm, RevealForm
from counterparties.models import Counterparty, PersonalNumberAccess, RecentParty, Relation
from counterparties.views.party import changeable_party, seen_party


@login_required
def counterparty_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The Summary."""
    frame = DossierFrame.of(request, pk)
    RecentParty.objects.note(frame.user, frame.party)
    frame.party.tab_counts = frame.tab_counts  # type: ignore[attr-defined]  # the first steps read them
    shown = []
    for panel in frame.permitted(panels):
        value = frame.facts.get(f"panel_{panel.slug}", True)
        if not value:
            continue
        context = panel.context(frame.party, frame.user, *([value] if panel.with_value else []))
        if context is not None:
            shown.append(
                {
                    "title": panel.title,
                    "template": panel.template,
                    "width": panel.width,
                    "context": context,
                    "url": context.get("url", ""),
                }
            )
    return render(request, "counterparties/summary.html", frame.context() | {"panels": shown})


@login_required
def counterparty_tab(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    frame = DossierFrame.of(request, pk, slug)
    tab = frame.tab
    assert tab is not None
    return tab.show(request, frame)


class HistoryForm(forms.Form):
    """The filter of the history."""

    model = forms.ChoiceField(label=_("What"), required=False)
    user = forms.ChoiceField(label=_("Who"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(format="%d.%m.%Y"))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(format="%d.%m.%Y"))

    def __init__(self, data: Any, user: Any) -> None:
        from users.models import User

        super().__init__(data)
        for name, label in (("model", _("What")), ("user", _("Who")), ("since", _("From")), ("until", _("To"))):
            self.fields[name].label = label
        names = [(one.slug, capfirst(str(one.model._meta.verbose_name))) for one in history.sources_for(user)]
        self.fields["model"].choices = [("", _("everything")), *names]  # type: ignore[attr-defined]
        people = [(str(one.pk), str(one)) for one in User.objects.active()]
        self.fields["user"].choices = [("", _("everyone")), *people]  # type: ignore[attr-defined]
        for name in ("since", "until"):
            self.fields[name].widget.attrs["placeholder"] = _("dd.mm.yyyy")


def show_history(request: HttpRequest, frame: DossierFrame) -> HttpResponse:
    """History and comment: the tab's view."""
    form = HistoryForm(request.GET, frame.user)
    form.is_valid()
    data = form.cleaned_data
    narrowed = history.HistoryFilter(
        model=data.get("model", ""), user=data.get("user", ""), since=data.get("since"), until=data.get("until")
    )
    may_export = all(frame.user.has_perm(kind.permission("export")) for kind in frame.party.kinds)
    if (form_ := request.GET.get("export")) in exports.FORMATS:
        if not may_export:
            raise PermissionDenied
        return export_history(form_, frame, narrowed)
    entries, key = history.page_of(frame.party, frame.user, narrowed, request.GET.get("before", "")[:200])
    older = ""
    if key:
        params = request.GET.copy()
        params["before"] = key
        older = f"{request.path}?{params.urlencode()}"
    context = {"changes": entries, "older_url": older}
    if request.htmx and request.GET.get("before"):  # type: ignore[attr-defined]
        return render(request, "counterparties/_changes.html", context)
    may_comment = frame.user.has_perm("counterparties.comment")
    context |= frame.context() | {
        "filter": {"form": form, "primary_fields": list(form)},
        "comment_form": CommentForm(instance=frame.party) if may_comment else None,
        "comment_url": reverse("counterparties:counterparty_comment", args=[frame.party.pk]),
        "comment": {"text": frame.party.comment},
        "exports": {form_: export_address(request, form_) for form_ in exports.FORMATS} if may_export else {},
    }
    return render(request, "counterparties/history.html", context)


def export_address(request: HttpRequest, form: str) -> str:
    params = request.GET.copy()
    params.pop("before", None)
    params["export"] = form
    return f"{request.path}?{params.urlencode()}"


def export_history(form: str, frame: DossierFrame, narrowed: history.HistoryFilter) -> Any:
    """All that the filter leaves of the history, a row for each field that was changed."""
    header = [_("When"), _("Who"), _("What"), _("Field"), _("Before"), _("After")]

    def rows() -> Iterator[list[Any]]:
        key = ""
        while True:
            entries, key = history.page_of(frame.party, frame.user, narrowed, key, size=500)
            for entry in entries:
                for field, before, after in entry.diffs or [("", "", "")]:
                    yield [entry.at, entry.who, entry.what, field, before, after]
            if not key:
                return

    return exports.export_response(form, f"{_('History')} {frame.party.pk}", header, rows())


@login_required
def counterparty_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """The shared comment. It is a right of its own: who may not change the record may still comment."""
    frame = DossierFrame.of(request, pk, "history")
    if not frame.user.has_perm("counterparties.comment"):
        raise PermissionDenied
    assert frame.tab is not None
    if request.method == "POST" and "comment" not in request.POST:
        raise BadRequest("No comment was sent.")  # an empty one is sent as such; none at all must not erase it
    form = CommentForm(request.POST or None, instance=frame.party)
    if request.method == "POST" and form.is_valid():
        party = form.save(commit=False)
        party.save(update_fields=["comment"])
        messages.success(request, _("The comment is saved."))
        return redirect(frame.tab.url(party))
    context = {"form": form, "page_title": _("Shared comment"), "cancel_url": frame.tab.url(frame.party)}
    return show_form(request, context)


@login_required
def counterparty_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The dossier's own sheet as PDF: what the user may see of card, contacts, addresses, accounts."""
    frame = DossierFrame.of(request, pk)
    sections = []
    for section in frame.permitted(booklet_sections):
        context = section.context(frame.party, frame.user)
        if context is not None:
            sections.append({"title": section.title, "template": section.template, "context": context})
    content = render_pdf(
        "counterparties/print/dossier.html",
        {"party": frame.party, "head": frame.head(), "sections": sections, "printed_on": today(), "user": frame.user},
    )
    return pdf_response(content, file_name(f"dossier-{frame.party.pk}", "pdf"))


@login_required
def counterparty_requisites(request: HttpRequest, pk: int) -> HttpResponse:
    """All requisites that the user may see as plain text, ready to be pasted into a letter."""
    frame = DossierFrame.of(request, pk)
    lines = [line for part in frame.permitted(requisites) for line in part.lines(frame.party, frame.user)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_required
def personal_number_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole EGN or LNCh once, to those who may, against a reason; each time is logged."""
    party = seen_party(request, pk)
    if not request.user.has_perm("counterparties.reveal_personal_number"):
        raise PermissionDenied
    form = RevealForm(request.POST or None)
    context: dict[str, Any] = {
        "form": form,
        "page_title": _("Reveal the personal number of %s") % party,
        "submit_label": _("Reveal"),
        "cancel_url": party.get_absolute_url(),
    }
    if request.method == "POST" and party.personal_number and form.is_valid():
        PersonalNumberAccess.objects.create(
            user=request.user,  # type: ignore[misc]
            party=party,
            way=PersonalNumberAccess.Way.REVEAL,
            reason=form.cleaned_data["reason"],
        )
        context |= {"party": party, "number": party.personal_number}
        response = show_form(
            request, context, "counterparties/personal_number.html", "counterparties/_personal_number.html"
        )
        response["Cache-Control"] = "no-store"
        return response
    return ask(request, context)


@login_required
def relation_add(request: HttpRequest, pk: int) -> HttpResponse:
    party = changeable_party(request, pk)
    form = RelationForm(request.POST or None, user=request.user, party=party)
    return relation_form(request, party, form, _("New relation"))


def seen_relation(request: HttpRequest, pk: int, relation_pk: int) -> tuple[Counterparty, Relation]:
    party = changeable_party(request, pk)
    relations = Relation.objects.of(party).select_related("from_party__legal_form", "to_party__legal_form")
    relation = get_object_or_404(relations, pk=relation_pk)
    if not Counterparty.objects.visible_to(request.user).filter(pk=relation.other(party).pk).exists():
        raise PermissionDenied
    return party, relation


@login_required
def relation_edit(request: HttpRequest, pk: int, relation_pk: int) -> HttpResponse:
    party, relation = seen_relation(request, pk, relation_pk)
    form = RelationForm(request.POST or None, user=request.user, party=party, instance=relation)
    return relation_form(request, party, form, _("Relation"))


def relation_form(request: HttpRequest, party: Counterparty, form: RelationForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and saved(form) is not None:
        messages.success(request, _("The relation is saved."))
        return done(request, party.get_absolute_url())
    return show_form(
        request,
        {
            "form": form,
            "page_title": title,
            "crumbs": [(str(party), party.get_absolute_url())],
            "cancel_url": party.get_absolute_url(),
        },
    )


@login_required
@require_POST
def relation_delete(request: HttpRequest, pk: int, relation_pk: int) -> HttpResponse:
    party, relation = seen_relation(request, pk, relation_pk)
    relation.delete()
    messages.success(request, _("The relation is removed; the history keeps it."))
    return redirect(party)
