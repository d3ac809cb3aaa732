"""Forms: choose one, fill it with a party's data, see it, keep its values, make the PDF; change one kept value."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.addresses import address
from common.forms_view import done, show_form
from contacts.access import crumbs, seen, tab_url, way_back
from counterparties import dossier
from counterparties.models import Counterparty
from counterparties.querysets import own_firms_in_scope
from documents.filling import Filling
from documents.forms.blanks import FillForm, ValueForm
from documents.models import FilledForm, FormTemplate, FormValue

SLUG = "form-fields"
FILL, KEEP = "documents.fill_formtemplate", "documents.change_formvalue"


def may_fill(user: Any) -> bool:
    return user.has_perm(FILL) or user.has_perm(KEEP)


def party_to_fill(request: HttpRequest, pk: int) -> Counterparty:
    """The party that a form is filled for: 404 when it is not seen, 403 for who may neither fill nor keep values."""
    party = get_object_or_404(Counterparty.objects.visible_to(request.user).select_related("legal_form"), pk=pk)
    if not may_fill(request.user):
        raise PermissionDenied
    return party


def has_tab(party: Counterparty, user: Any) -> bool:
    tab = dossier.tabs.get(SLUG)
    return tab is not None and tab.is_open_for(party, user)


@login_required
def form_choose(request: HttpRequest, party_pk: int) -> HttpResponse:
    """The forms that fit the party."""
    party = party_to_fill(request, party_pk)
    context = {
        "page_title": _("Fill a form"),
        "party": party,
        "forms": offered(party),
        "crumbs": [(party.display_name, party.get_absolute_url())],
    }
    return show_form(request, context, "documents/form_choose.html", "documents/_form_choose_panel.html")


def offered(party: Counterparty) -> list[dict[str, Any]]:
    return [
        {"template": one, "url": address("documents:form_fill", one.pk, party.pk)}
        for one in FormTemplate.offered_to(party)
    ]


@login_required
def form_fill(request: HttpRequest, pk: int, party_pk: int) -> HttpResponse:
    party = party_to_fill(request, party_pk)
    template = get_object_or_404(FormTemplate.objects.filter(is_active=True).prefetch_related("form_fields"), pk=pk)
    if not template.fits(party):
        messages.info(request, _("The form “%(form)s” is not meant for this kind of party.") % {"form": template})
        return redirect(address("documents:form_choose", party.pk))
    deed = request.POST.get("deed", "") if request.method == "POST" else ""
    if (deed == "pdf" and not request.user.has_perm(FILL)) or (deed == "save" and not request.user.has_perm(KEEP)):
        raise PermissionDenied
    form = FillForm(request.POST or None, template=template, party=party, user=request.user, demanding=deed == "pdf")
    if deed in DEEDS and form.is_valid():
        try:
            DEEDS[deed](request, form.filling())
            return redirect(request.path)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    return show_filling(request, form)


def make_pdf(request: HttpRequest, filling: Filling) -> None:
    filled, is_new = filling.make_file(keep_values=request.user.has_perm(KEEP))
    messages.success(request, said_of(request, filled, is_new=is_new))


def save_values(request: HttpRequest, filling: Filling) -> None:
    count = filling.save_values()
    words = ngettext("%(count)d value is saved.", "%(count)d values are saved.", count) % {"count": count}
    messages.success(request, words if count else _("The values are as they were."))


DEEDS = {"pdf": make_pdf, "save": save_values}


def said_of(request: HttpRequest, filled: FilledForm, *, is_new: bool) -> SafeString | str:
    """What became of the PDF, with links to it for those who may see files."""
    if not is_new:
        words = _("Nothing has changed since version %(version)d of “%(file)s”.")
    elif filled.file.version == 1:
        words = _("The PDF is among the files: “%(file)s”.")
    else:
        words = _("The PDF is version %(version)d of “%(file)s”.")
    sentence = words % {"file": filled.file.name, "version": filled.file.version}
    if not request.user.has_perm("documents.view_file"):
        return sentence
    links = (
        (address("documents:file_download", filled.file.pk), _("Download the PDF")),
        (filled.file.get_absolute_url(), _("Show the file")),
    )
    return format_html(
        '{} <a class="notice-link" href="{}">{}</a> · <a class="notice-link" href="{}">{}</a>',
        sentence,
        *links[0],
        *links[1],
    )


def show_filling(request: HttpRequest, form: FillForm) -> HttpResponse:
    filling = form.filling()
    party = form.party
    user: Any = request.user
    made = FilledForm.objects.filter(template=form.template, party=party, file__deleted_at=None)
    if (scope := own_firms_in_scope(user)) is not None:
        made = made.filter(own_firm__in=Counterparty.objects.filter(is_own_firm=True).filter(scope))
    made = made.select_related("file", "own_firm__legal_form", "contact")
    trail = crumbs(party, _("Form fields"), SLUG)
    with_tab = has_tab(party, user)
    context = {
        "page_title": form.template,
        "crumbs": trail if with_tab else trail[:1],
        "party": party,
        "form": form,
        "template": form.template,
        "html": filling.rendered.html,
        "gaps": filling.gaps,
        "made": made if user.has_perm("documents.view_file") else [],
        "may_save": user.has_perm(KEEP),
        "may_fill": user.has_perm(FILL),
        "cancel_url": tab_url(party, SLUG) if with_tab else party.get_absolute_url(),
    }
    htmx: Any = getattr(request, "htmx", None)
    if htmx and htmx.target == "fill":
        return render(request, "documents/_form_fill.html", context)
    return render(request, "documents/form_fill.html", context, status=422 if form.errors else 200)


@login_required
def formvalue_edit(request: HttpRequest, pk: int) -> HttpResponse:
    rows = FormValue.objects.select_related("field__template", "party", "party__legal_form")
    value = seen(request, rows, pk, KEEP)
    form = ValueForm(request.POST or None, value=value)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["value"] != value.value:
            value.change(form.cleaned_data["value"], request.user)
        messages.success(request, _("The value is saved."))
        return done(request, way_back(request, value.party, SLUG))
    context = {
        "form": form,
        "page_title": value.field.template,
        "crumbs": crumbs(value.party, _("Form fields"), SLUG),
        "cancel_url": way_back(request, value.party, SLUG),
    }
    return show_form(request, context)
