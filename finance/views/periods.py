"""Periods of an own firm: what is in each month, closing and reopening."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.forms import ReasonForm
from common.forms_view import ask, done
from contacts.access import demand, seen
from counterparties.models import Counterparty
from finance.forms.firms import FirmChoice
from finance.models import PeriodClosing
from finance.models.periods import month_of
from finance.period_sheet import month_at, months_of, open_before
from trade.errors import DocumentError


def periods_url(firm: Any = None) -> str:
    url = reverse("finance:period_list")
    return f"{url}?{urlencode({'own_firm': firm.pk})}" if firm is not None else url


def firms_of(user: Any) -> Any:
    return Counterparty.objects.own_firms_of(user).select_related("legal_form").order_by("sort_name", "pk")


def asked_firm(request: HttpRequest) -> Counterparty | None:
    """The firm of `?own_firm=` (404 when it is none of the user's), else the one in force, else the first."""
    user: Any = request.user
    firms = firms_of(user)
    if key := request.GET.get("own_firm", ""):
        return get_object_or_404(firms, pk=key if key.isdecimal() and len(key) < 19 else 0)
    in_force = user.firm_in_force
    return (firms.filter(pk=in_force.pk).first() if in_force is not None else None) or firms.first()


@login_required
def period_list(request: HttpRequest) -> HttpResponse:
    demand(request, "finance.view_periodclosing")
    user: Any = request.user
    firm = asked_firm(request)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and asked >= "2000" else None
    months, years = months_of(firm, user, year) if firm is not None else ([], [])
    context = {
        "firm": firm,
        "choice": FirmChoice(firms_of(user), initial={"own_firm": firm}) if firm is not None else None,
        "months": months,
        "years": years,
        "year": year,
        "may_close": user.has_perm("finance.close_period"),
        "may_reopen": user.has_perm("finance.reopen_period"),
        "may_set": user.has_perm("finance.change_firmsettings"),
        "page_title": _("Periods"),
    }
    return render(request, "finance/period_list.html", context)


def month_named(text: str) -> dt.date:
    """The month of an address, 2026-10; 404 when it is none."""
    try:
        return month_of(dt.date.fromisoformat(f"{text}-01"))
    except ValueError:
        raise Http404 from None


@login_required
def period_close(request: HttpRequest, pk: int, month: str) -> HttpResponse:
    """Ask, then close the month of a firm."""
    firm = get_object_or_404(firms_of(request.user), pk=pk)
    demand(request, "finance.close_period")
    return close(request, firm, month_named(month))


def close(request: HttpRequest, firm: Counterparty, month: dt.date) -> HttpResponse:
    if request.method == "POST":
        try:
            PeriodClosing.close(firm, month, request.user)
        except DocumentError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("The period %s is closed.") % f"{month:%m.%Y}")
        return done(request, periods_url(firm))
    context = {
        "page_title": _("Close the period %s") % f"{month:%m.%Y}",
        "intro": firm.display_name,
        "question": _(
            "Documents and payments of this month are then neither entered nor corrected nor cancelled in it, "
            "until somebody who may do so opens it again and says why."
        ),
        "details": waiting(firm, month, request.user),
        "submit_label": _("Close the period"),
        "cancel_url": periods_url(firm),
        "crumbs": [(_("Periods"), periods_url(firm))],
    }
    return ask(request, context)


def waiting(firm: Any, month: dt.date, user: Any) -> list[str]:
    """What is told before a month is closed: drafts in it, earlier months still open."""
    here = month_at(firm, user, month)
    told = []
    if here.draft_documents:
        told.append(
            ngettext(
                "%(count)d document of the month is still a draft: it could not be issued with this date any more.",
                "%(count)d documents of the month are still drafts: they could not be issued with this date any more.",
                here.draft_documents,
            )
            % {"count": here.draft_documents}
        )
    if here.draft_payments:
        told.append(
            ngettext(
                "%(count)d payment of the month is still a draft.",
                "%(count)d payments of the month are still drafts.",
                here.draft_payments,
            )
            % {"count": here.draft_payments}
        )
    if before := open_before(firm, month, user):
        told.append(_("Still open before it: %s.") % ", ".join(one.words for one in reversed(before)))
    return told


@login_required
def period_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed month again, with the reason."""
    closings = PeriodClosing.objects.select_related("own_firm", "own_firm__legal_form")
    closing = seen(request, closings, pk, "finance.reopen_period")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            closing.reopen(request.user, form.cleaned_data["reason"])
        except DocumentError as refusal:
            form.add_error(None, list(refusal.messages))
        else:
            messages.success(request, _("The period %s is open again.") % closing)
            return done(request, periods_url(closing.own_firm))
    context = {
        "form": form,
        "page_title": _("Open the period %s again") % closing,
        "intro": closing.own_firm.display_name,
        "question": _("What was declared for this month may then change. The reason is kept."),
        "submit_label": _("Open again"),
        "cancel_url": periods_url(closing.own_firm),
        "crumbs": [(_("Periods"), periods_url(closing.own_firm))],
        "danger": True,
    }
    return ask(request, context)
