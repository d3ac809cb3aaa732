"""The calendar of a month and of a week, drawn on the server; on a phone it is a list of days."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.columns import Action
from common.dates import format_date, today
from common.forms import PlainForm
from contacts.access import demand
from events import calendar as grid
from events.models import Event, EventParticipant, EventType
from users.models import User

FIRST, LAST = dt.date(1990, 1, 1), dt.date(2100, 12, 31)


class CalendarForm(PlainForm):
    """Whose events, and of which type. Nothing chosen: one's own."""

    whose = forms.ChoiceField(label=gettext_lazy("Whose"), required=False)
    type = forms.ModelChoiceField(EventType.objects.all(), label=gettext_lazy("Type"), required=False)

    def __init__(self, data: Any, user: Any) -> None:
        super().__init__(data)
        people = [(str(one.pk), str(one)) for one in User.objects.active() if one.pk != user.pk]
        whose: Any = self.fields["whose"]
        whose.choices = [("", _("mine")), ("all", _("everyone's")), (_("Participant"), people)]
        kind: Any = self.fields["type"]
        kind.empty_label = _("all types")


def asked_month(text: str) -> dt.date | None:
    match = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", text)
    if match is None or not 1 <= int(match[2]) <= 12 or not FIRST.year <= int(match[1]) <= LAST.year:
        return None
    return dt.date(int(match[1]), int(match[2]), 1)


def asked_week(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def chosen_events(request: HttpRequest, form: CalendarForm) -> Any:
    user: Any = request.user
    events = Event.objects.visible_to(user).filter(cancelled_at__isnull=True)
    whose, kind = form.cleaned_data.get("whose"), form.cleaned_data.get("type")
    if not whose:
        events = events.of_user(user)
    elif whose != "all":
        events = events.filter(pk__in=EventParticipant.objects.filter(user=int(whose)).values("event"))
    return events.filter(type=kind) if kind is not None else events


@login_required
def calendar(request: HttpRequest) -> HttpResponse:
    demand(request, "events.view_event")
    form = CalendarForm(request.GET, request.user)
    form.is_valid()
    week = asked_week(request.GET.get("week", ""))
    now = today()
    if week is not None:
        dates = grid.week_days(week)
        context = week_context(dates)
    else:
        month = asked_month(request.GET.get("month", "")) or now.replace(day=1)
        dates = grid.month_days(month.year, month.month)
        context = month_context(month)
    events = chosen_events(request, form).between(dates[0], dates[-1])
    found = events.select_related("type", "party", "party__legal_form").defer("search_text", "text", "outcome")
    found = list(found.order_by("starts_at", "pk")[: grid.MOST])
    days = grid.fill(dates, found, now, None if week is not None else month.month)
    kept = request.GET.copy()
    kept.pop("month", None)
    kept.pop("week", None)
    context |= {
        "form": form,
        "days": days,
        "weeks": [days[at : at + 7] for at in range(0, len(days), 7)],
        "agenda": [day for day in days if day.in_month and (day.entries or day.marks or day.is_today)],
        "weekdays": [(date_format(day, "D"), date_format(day, "l")) for day in dates[:7]],
        "kept": f"&{kept.urlencode()}" if kept else "",
        "today": now,
        "truncated": len(found) == grid.MOST,
        "most": grid.MOST,
        "may_add": request.user.has_perm("events.add_event"),
        "list_query": list_query(request, form),
        "crumbs": [(_("Events"), reverse("events:event_list"))],
        "actions": [
            Action(_("Calendar address"), reverse("events:feed"), icon="link-45deg"),
            Action(_("Reminders"), reverse("events:preferences"), icon="alarm"),
        ],
    }
    if week is not None:
        words = {"all_day": _("All day"), "early": _("Earlier"), "late": _("Later")}
        context["slots"] = grid.slots(days, words)
    return render(request, "events/calendar.html", context)


def list_query(request: HttpRequest, form: CalendarForm) -> str:
    """What the list behind "more" is narrowed by besides the day, as the calendar is."""
    whose, kind = form.cleaned_data.get("whose"), form.cleaned_data.get("type")
    said = "&whose=mine" if not whose else "" if whose == "all" else f"&participant={whose}"
    return f"{said}&type={kind.pk}" if kind is not None else said


def month_context(month: dt.date) -> dict[str, Any]:
    before, after = month - dt.timedelta(days=1), month + dt.timedelta(days=31)
    return {
        "mode": "month",
        "page_title": capfirst(date_format(month, "F Y")),
        "earlier": f"month={before:%Y-%m}",
        "later": f"month={after:%Y-%m}",
        "this_month": f"month={month:%Y-%m}",
        "this_week": f"week={first_week_of(month):%Y-%m-%d}",
    }


def first_week_of(month: dt.date) -> dt.date:
    """The week that opens from a month: the present one when it lies there."""
    now = today()
    return now if (now.year, now.month) == (month.year, month.month) else month


def week_context(dates: list[dt.date]) -> dict[str, Any]:
    first, last = dates[0], dates[-1]
    return {
        "mode": "week",
        "page_title": _("Week %(number)d, %(first)s – %(last)s")
        % {"number": first.isocalendar().week, "first": f"{first:%d.%m.}", "last": format_date(last)},
        "earlier": f"week={first - dt.timedelta(days=7):%Y-%m-%d}",
        "later": f"week={first + dt.timedelta(days=7):%Y-%m-%d}",
        "this_month": f"month={dates[3]:%Y-%m}",
        "this_week": f"week={first:%Y-%m-%d}",
    }
