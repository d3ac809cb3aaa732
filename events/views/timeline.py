"""The timeline of a dossier: another way to show the tab of events, with files and letters among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common import exports
from common.dates import SOFIA, format_date, today
from common.forms import PlainForm
from common.lists import describe
from counterparties.dossier import DossierFrame
from events import timeline, times
from events.models import EventType
from events.timeline import Entry, Wanted
from events.timeline_sources import upcoming
from users.models import User

SLUG = "timeline"
PLANNED = 10  # planned events that are shown above; the list has them all
STATES = [
    ("open", gettext_lazy("open")),
    ("overdue", gettext_lazy("overdue")),
    ("done", pgettext_lazy("event", "done")),
    ("cancelled", pgettext_lazy("event", "cancelled")),
]


class TimelineForm(PlainForm):
    """The filter of the timeline."""

    show = forms.CharField(widget=forms.HiddenInput, required=False)
    q = forms.CharField(label=gettext_lazy("Text"), max_length=200, required=False)
    source = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    type = forms.ModelChoiceField(label=gettext_lazy("Type"), queryset=EventType.objects.all(), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=[("", "—"), *STATES], required=False)
    who = forms.ModelChoiceField(label=gettext_lazy("Who"), queryset=User.objects.active(), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False)
    until = forms.DateField(label=gettext_lazy("To"), required=False)

    primary = ("q", "source", "type", "state")
    more = ("who", "since", "until")

    def __init__(self, data: Any, user: Any) -> None:
        super().__init__(data, auto_id="filter_%s", initial={"show": SLUG})
        labels = [(source.slug, source.label) for source in timeline.sources_for(user)]
        self.fields["source"].choices = [("", "—"), *labels]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What the right values ask for; a wrong one is told at its field and asks for nothing."""
        self.is_valid()
        data = self.cleaned_data
        event_type, who = data.get("type"), data.get("who")
        return Wanted(
            source=data.get("source") or "",
            type=event_type.pk if event_type else None,
            state=data.get("state") or "",
            who=who.pk if who else None,
            text=data.get("q") or "",
            since=data.get("since"),
            until=data.get("until"),
        )


@dataclass
class Group:
    """Entries under one heading: a day or a month."""

    title: str
    entries: list[tuple[Entry, str]] = field(default_factory=list)


def heading(day: dt.date, now: dt.date) -> str:
    """Today, yesterday, else the month."""
    if day == now:
        return _("Today")
    if day == now - dt.timedelta(days=1):
        return _("Yesterday")
    return capfirst(formats.date_format(day, "YEAR_MONTH_FORMAT"))


def grouped(entries: Iterable[Entry], shown_before: dt.datetime | None = None) -> list[Group]:
    """The entries under their headings; the first has none when it goes on under that of the page before."""
    now = today()
    groups: list[Group] = []
    last = heading(times.day_of(shown_before), now) if shown_before is not None else None
    for entry in entries:
        day = times.day_of(entry.at)
        title = heading(day, now)
        if title != last or not groups:
            groups.append(Group("" if title == last else title))
            last = title
        near = now - dt.timedelta(days=1) <= day <= now
        groups[-1].entries.append((entry, clock_of(entry) if near else f"{day.day:02}.{day.month:02}."))
    return groups


def clock_of(entry: Entry) -> str:
    return "" if entry.whole_day else times.clock(entry.at)


def moment_of(entry: Entry) -> str:
    day = format_date(entry.at)
    return day if entry.whole_day else f"{day} {times.clock(entry.at)}"


def show_timeline(request: HttpRequest, frame: DossierFrame) -> HttpResponse:
    """The tab's view."""
    form = TimelineForm(request.GET, frame.user)
    wanted = form.wanted()
    exported = replace(wanted, exported=True, future=True)
    may_export = bool(timeline.sources_for(frame.user, replace(exported, source="")))
    if (kind := request.GET.get("export")) in exports.FORMATS:
        if not may_export:
            raise PermissionDenied
        return export(request, frame, kind, exported)
    before = request.GET.get("before", "")[:200]
    entries, key = timeline.page_of(frame.party, frame.user, wanted, before)
    place = timeline.Key.read(before)
    htmx: Any = getattr(request, "htmx", None)
    # A page that is put under the one before goes on under its last heading.
    going_on = bool(htmx and place)
    context: dict[str, Any] = {
        "groups": grouped(entries, place.at if going_on and place else None),
        "older_url": address(request, before=key) if key else "",
        "today": today(),
    }
    if going_on:
        return render(request, "events/_timeline_rows.html", context)
    planned = upcoming(frame.party, frame.user, wanted, PLANNED + 1) if place is None else []
    assert frame.tab is not None
    url, may_add = frame.tab.url(frame.party), frame.user.has_perm("events.add_event")
    context |= (
        frame.context()
        | {
            "page_title": _("Timeline"),
            "filter": {
                "form": form,
                "primary_fields": [form[name] for name in form.primary],
                "more_fields": [form[name] for name in form.more],
                "more_active": any(request.GET.get(name) for name in form.more),
            },
            "chips": chips(request, form),
            "clear_url": f"{url}?show={SLUG}",
            "switch": frame.tab.switch(frame.party, SLUG),  # type: ignore[attr-defined]
            "planned": [(entry, moment_of(entry)) for entry in planned[:PLANNED]],
            "planned_url": f"{url}?state=upcoming&sort=when" if len(planned) > PLANNED else "",
            "first_url": address(request) if place is not None else "",
            "exports": {name: address(request, export=name) for name in exports.FORMATS} if may_export else {},
            "add_url": f"{reverse('events:event_add')}?party={frame.party.pk}" if may_add else "",
            "add_label": _("Plan an event"),
        }
    )
    if htmx and htmx.target in ("list", "list-results"):
        return render(request, "events/_timeline.html", context)
    return render(request, "events/timeline.html", context)


def address(request: HttpRequest, **changes: str) -> str:
    """The present address with some parameters changed; always of the first page unless `before` is named."""
    params = request.GET.copy()
    for name in ("before", "export"):
        params.pop(name, None)
    for name, value in changes.items():
        if value:
            params[name] = value
        else:
            params.pop(name, None)
    return f"{request.path}?{params.urlencode()}"


def chips(request: HttpRequest, form: TimelineForm) -> list[tuple[Any, str, str]]:
    """What the timeline is filtered by: label, value in words, address without it."""
    made = []
    for name in (*form.primary, *form.more):
        values = [value for value in request.GET.getlist(name) if value]
        if values and not form[name].errors:
            made.append((form[name].label, describe(form[name], values), address(request, **{name: ""})))
    return made


def export(request: HttpRequest, frame: DossierFrame, kind: str, wanted: Wanted) -> Any:
    """All that the filter leaves, what is still to come included; a large workbook is made by the worker."""
    title = f"{_('Timeline')} {frame.party.pk}"
    running = getattr(request, "running_job", None)
    if kind == "xlsx" and running is None:
        total = timeline.count_of(frame.party, frame.user, wanted)
        if total > exports.AT_ONCE:
            return redirect(exports.start_in_background(request, title, total))
    header = [_("When"), _("What"), _("Title"), _("State"), _("Text"), _("Who")]
    entries = exports.told_to(running, timeline.every(frame.party, frame.user, wanted))
    return exports.export_response(kind, title, header, (row_of(entry) for entry in entries))


def row_of(entry: Entry) -> list[Any]:
    at = entry.at.astimezone(SOFIA)
    return [
        at.date() if entry.whole_day else at,
        entry.label,
        entry.title,
        ", ".join(str(mark.text) for mark in entry.marks if mark.icon != "paperclip"),
        entry.text,
        "; ".join(entry.who),
    ]
