"""The step before adding a row from a page that belongs to no party: whose will it be?"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from common.forms import PlainForm
from common.forms_view import show_form
from common.views import back
from counterparties.forms import party_picker


class PartyForm(PlainForm):
    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whose"] = party_picker(user, label=_("Counterparty"))
        if not self.is_bound:
            self.fields["whose"].widget.attrs["autofocus"] = True


def choose_party(request: HttpRequest, title: str, home: str = "counterparties:counterparty_list") -> HttpResponse:
    """Ask for the party, then come back to the same address with `?party=`; `home` is the list to go back to."""
    asked = "whose" in request.GET or "whose-typed" in request.GET or request.method == "POST"
    data: Any = request.POST if request.method == "POST" else request.GET
    form = PartyForm(data if asked else None, user=request.user)
    if asked and form.is_valid():
        said = {name: value for name, value in request.GET.items() if name not in ("whose", "whose-typed", "party")}
        target = f"{request.path}?{urlencode({'party': form.cleaned_data['whose'].pk, **said})}"
        # The side panel follows the redirect by itself: it gets the form for the chosen party.
        return redirect(target)
    context = {
        "form": form,
        "page_title": title,
        "submit_label": _("Continue"),
        "cancel_url": back(request, reverse(home)),
    }
    return show_form(request, context)
