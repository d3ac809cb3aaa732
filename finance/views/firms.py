"""Finance settings of an own firm, and its logo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from common.forms_view import done, saved, show_form
from common.uploads import content_type_of, inline
from common.views import back
from contacts.access import demand
from counterparties.models import Counterparty
from finance.forms.firms import FirmSettingsForm
from finance.models import FirmSettings


def own_firm_seen(request: HttpRequest, pk: int) -> Counterparty:
    user: Any = request.user
    firm: Counterparty = get_object_or_404(Counterparty.objects.own_firms_of(user).select_related("legal_form"), pk=pk)
    return firm


@login_required
def firm_settings(request: HttpRequest, pk: int) -> HttpResponse:
    firm = own_firm_seen(request, pk)
    demand(request, "finance.change_firmsettings")
    settings = FirmSettings.of(firm)
    form = FirmSettingsForm(request.POST or None, request.FILES or None, instance=settings)
    if request.method == "POST" and form.is_valid() and saved(form) is not None:
        messages.success(request, _("The settings are saved. They count for documents issued from now on."))
        return done(request, firm.get_absolute_url())
    context = {
        "form": form,
        "settings": settings if settings.pk else None,
        "firm": firm,
        "page_title": _("Finance settings"),
        "intro": firm.display_name,
        "crumbs": [(firm.display_name, firm.get_absolute_url())],
        "cancel_url": back(request, firm.get_absolute_url()),
    }
    return show_form(request, context, "finance/firm_settings.html")


@login_required
def firm_logo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The logo, to be shown within our own pages."""
    firm = own_firm_seen(request, pk)
    demand(request, "finance.view_firmsettings")
    settings = FirmSettings.of(firm)
    if not settings.logo:
        raise Http404
    try:
        with settings.logo.open("rb") as file:
            kind = content_type_of(file)
    except OSError:
        raise Http404 from None
    return inline(settings.logo, f"logo-{firm.pk}", kind)
