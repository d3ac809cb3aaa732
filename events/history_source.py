"""The history of events. A private one shows only to its author and to those who take part, whatever their rights."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from counterparties import history
from events.models import Event


def events_seen_by(user: Any) -> history.Condition:
    """Asked of the event as it is now: what was public once is told to nobody else after it has become private."""
    sql = """EXISTS (SELECT FROM events_event v WHERE v.id = one.pgh_obj_id
        AND (NOT v.is_private OR v.author_id = %s
            OR EXISTS (SELECT FROM events_eventparticipant p WHERE p.event_id = v.id AND p.user_id = %s)))"""
    return sql, [user.pk, user.pk]


def event_deed(before: dict[str, Any], after: dict[str, Any]) -> str:
    for moment, word in (("done_at", pgettext("event", "done")), ("cancelled_at", pgettext("event", "cancelled"))):
        if bool(before.get(moment)) != bool(after.get(moment)):
            return word if after.get(moment) else _("opened again")
    return ""


history.register(
    Event,
    lambda events, party: events.filter(party_id=party.pk),
    permission="events.view_event",
    title=lambda values: str(values.get("subject") or ""),
    hidden=frozenset(
        {"follows", "about_type", "about_id", "done_at", "done_by", "cancelled_at", "cancelled_by"},
    ),
    seen_by=events_seen_by,
    deed=event_deed,
    order=150,
)
