"""The page where a sheet of labels is chosen for the addresses of a list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import jobs
from common.exports import file_name
from common.forms import PlainForm
from common.forms_view import show_form
from common.printing import pdf_response
from common.views import back
from contacts.access import demand
from contacts.labels import AT_ONCE, SHEETS, chosen_addresses, labels_pdf


class LabelsForm(PlainForm):
    sheet = forms.ChoiceField(
        label=gettext_lazy("Sheet"), choices=[(s.slug, s.label) for s in SHEETS.values()], widget=forms.RadioSelect
    )
    start = forms.IntegerField(
        label=gettext_lazy("First free label"),
        min_value=1,
        max_value=max(sheet.count for sheet in SHEETS.values()),
        initial=1,
        help_text=gettext_lazy("For a sheet of which some labels are used: from the left, row by row."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sheet = SHEETS.get(data.get("sheet", ""))
        if sheet and data.get("start", 1) > sheet.count:
            self.add_error("start", _("This sheet has %d labels.") % sheet.count)
        return data


@login_required
def address_labels(request: HttpRequest) -> HttpResponse:
    """Choose the sheet, then get the PDF; many labels are made by the worker."""
    demand(request, "contacts.view_address")
    if not request.GET.get("selected") and not request.GET.get("party"):
        # Labels of a whole list are an export by another name.
        demand(request, "contacts.export_address")
    query = request.GET.urlencode()
    addresses = chosen_addresses(request.user, query)
    count = addresses.count()
    cancel_url = reverse("contacts:address_list")
    if not count:
        messages.warning(request, _("There is no address to print: none is chosen, or the filter leaves none."))
        return redirect(back(request, cancel_url))
    form = LabelsForm(request.POST or None, initial={"sheet": "3x8"})
    if request.method == "POST" and form.is_valid():
        sheet, start = SHEETS[form.cleaned_data["sheet"]], form.cleaned_data["start"]
        if count > AT_ONCE:
            job = jobs.start(
                request.user, "contacts.labels", _("Address labels"), query=query, sheet=sheet.slug, start=start
            )
            return redirect(job)
        return pdf_response(labels_pdf(addresses, sheet, start), file_name("labels", "pdf"))
    context = {
        "form": form,
        "page_title": _("Print labels"),
        "intro": ngettext("%(count)d address will be printed.", "%(count)d addresses will be printed.", count)
        % {"count": count},
        "crumbs": [(_("Addresses"), cancel_url)],
        "submit_label": _("Print"),
        "cancel_url": cancel_url,
    }
    return show_form(request, context)
