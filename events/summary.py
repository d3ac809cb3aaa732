"""What the Summary and the head of a dossier tell of its events: what comes next, what happened last, what is overdue.

All of it is asked in the frame's one query.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, ngettext

from common.expressions import COUNT_CAP, CappedCount
from contacts.access import tab_url
from counterparties import dossier
from counterparties.models import Counterparty
from events import events_tab, timeline, times
from events.models import Event
from events.timeline_sources import type_name
from events.views.timeline import moment_of, show_timeline

events_tab.EventsTab.shows["timeline"] = (gettext_lazy("Timeline"), show_timeline)

NEXT = 3
LATEST = 5


def is_open_for(party: Counterparty, user: Any) -> bool:
    tab = dossier.tabs.get("events")
    return tab is not None and tab.is_open_for(party, user)


def next_events(party: Counterparty, user: Any) -> Any:
    """The soonest planned events and the latest of the overdue ones, as JSON."""
    now = Now()
    events = Event.objects.visible_to(user).filter(party=party)
    parts: list[str] = []
    params: list[Any] = []
    for rows in (events.overdue(now).order_by("-starts_at", "-pk"), events.upcoming(now).order_by("starts_at", "pk")):
        fields = ("pk", "subject", "starts_at", "ends_at", "all_day", "is_private")
        said = rows.values(*fields, label=type_name("type__"), icon=F("type__icon"), tone=F("type__color"))
        try:
            sql, its = said[:NEXT].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"({sql})")
        params += its
    if not parts or not is_open_for(party, user):
        return timeline.rows_as_json(None)
    united = f"SELECT * FROM ({' UNION ALL '.join(parts)}) next ORDER BY starts_at, pk"  # noqa: S608  (of the ORM)
    return timeline.rows_as_json((united, params))


def next_panel(party: Counterparty, user: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    now, shown = timezone.now(), []
    for row in rows:
        moments = {name: dt.datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at") if row[name]}
        event = Event(pk=row["pk"], subject=row["subject"], all_day=row["all_day"], **moments)
        shown.append(
            {
                "event": event,
                "label": capfirst(row["label"]),
                "icon": row["icon"],
                "tone": row["tone"],
                "when": times.period(event),
                "private": row["is_private"],
                "overdue": event.state_at(now) == Event.State.OVERDUE,
            }
        )
    return {"events": shown, "url": f"{tab_url(party, 'events')}?state=open&sort=when"}


def latest(party: Counterparty, user: Any) -> Any:
    if not is_open_for(party, user):
        return timeline.rows_as_json(None)
    return timeline.newest(party, user, LATEST)


def latest_panel(party: Counterparty, user: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    entries = [(entry, moment_of(entry)) for entry in timeline.read_newest(rows)]
    return {"entries": entries, "url": f"{tab_url(party, 'events')}?show=timeline"}


dossier.panels.register(
    dossier.Panel(
        "next_events",
        gettext_lazy("Next"),
        "events/_panel_next.html",
        next_panel,
        permission="events.view_event",
        order=20,
        expression=next_events,
        with_value=True,
    )
)
dossier.panels.register(
    dossier.Panel(
        "latest",
        gettext_lazy("Latest"),
        "events/_panel_latest.html",
        latest_panel,
        permission="events.view_event",
        order=25,
        expression=latest,
        with_value=True,
    )
)


def count_overdue(party: Counterparty, user: Any) -> Any:
    return CappedCount(Event.objects.visible_to(user).filter(party=party).overdue(Now()))


def say_overdue(party: Counterparty, count: Any, user: Any) -> Iterable[dossier.Warning]:
    if count:
        number = f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)
        words = ngettext("%(count)s overdue event", "%(count)s overdue events", count) % {"count": number}
        yield dossier.Warning("warning", words, f"{tab_url(party, 'events')}?state=overdue")


dossier.warnings.register(
    dossier.HeadWarning("overdue_events", say_overdue, count_overdue, permission="events.view_event", order=50)
)
