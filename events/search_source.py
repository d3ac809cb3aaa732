"""Events in the one search box: by what was said before, in and after them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from common.text import fold_query
from counterparties import search
from events import times
from events.models import Event

SHORTEST = 3  # characters that a search needs


def find_events(text: str, user: Any, limit: int) -> list[search.Hit]:
    """Events by a part of subject, text, outcome, next step or place, the newest first."""
    if len(text.strip()) < SHORTEST or not fold_query(text):
        return []
    found = Event.objects.visible_to(user).filter(party__isnull=False).matching(text)
    hits = []
    for event in found.for_list().order_by("-starts_at", "-pk")[:limit]:
        party: Any = event.party
        detail = f"{party.display_name} · {times.period(event)}"
        hits.append(search.Hit(party, event.subject, detail, event.get_absolute_url(), icon=event.type.icon))
    return hits


search.sources.register(
    search.SearchSource("events", _("Events"), find_events, permission="events.view_event", order=70)
)
