"""The questions asked of events, reminders and letters: who sees which, what is planned, overdue, due."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Trunc
from django.utils import timezone

from common.dates import SOFIA
from common.text import fold_query
from contacts.querysets import visible_parties


def midnight(day: dt.date) -> dt.datetime:
    """The moment at which the day begins in Sofia."""
    return dt.datetime.combine(day, dt.time(), SOFIA)


def end_of(day: dt.date) -> dt.datetime:
    """The moment at which the day is over in Sofia; after the last of all days comes none."""
    return midnight(day + dt.timedelta(days=1)) if day < dt.date.max else dt.datetime.max.replace(tzinfo=dt.UTC)


def now_and_midnight(now: Any) -> tuple[Any, Any]:
    """The moment, and that at which its day began: both of the server's clock, or both expressions of the database."""
    if hasattr(now, "resolve_expression"):
        return now, Trunc(now, "day", output_field=models.DateTimeField(), tzinfo=SOFIA)
    now = now or timezone.now()
    return now, midnight(now.astimezone(SOFIA).date())


class EventQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Events of the parties that the user sees and those of no party; private ones only of one's own.

        One's own are those that one wrote or takes part in. No right opens a private event to anybody else.
        """
        found = self
        parties = visible_parties(user)
        if parties is not None:
            found = found.filter(Q(party__isnull=True) | Q(party__in=parties))
        participates = apps.get_model("events", "EventParticipant").objects.filter(event=OuterRef("pk"), user=user.pk)
        return found.filter(Q(is_private=False) | Q(author=user.pk) | Exists(participates))

    def of_user(self, user: Any) -> Self:
        """Events that are the user's: he wrote them and nobody else takes part, or he takes part."""
        participants = apps.get_model("events", "EventParticipant").objects.filter(event=OuterRef("pk"))
        return self.filter(Exists(participants.filter(user=user.pk)) | (Q(author=user.pk) & ~Exists(participants)))

    def planned(self) -> Self:
        """Neither done nor cancelled; the overdue ones among them."""
        return self.filter(done_at__isnull=True, cancelled_at__isnull=True)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)

    def cancelled(self) -> Self:
        return self.filter(cancelled_at__isnull=False)

    def overdue(self, now: Any = None) -> Self:
        """Planned events whose time has passed; one of a whole day only when the day is over.

        `now` is a moment, or `Now()` of the database.
        """
        now, today = now_and_midnight(now)
        over = Coalesce(F("ends_at"), F("starts_at"))
        return self.planned().alias(over=over).filter(Q(all_day=False, over__lt=now) | Q(all_day=True, over__lt=today))

    def upcoming(self, now: Any = None) -> Self:
        """Planned events whose time has not passed."""
        now, today = now_and_midnight(now)
        over = Coalesce(F("ends_at"), F("starts_at"))
        return (
            self.planned().alias(over=over).filter(Q(all_day=False, over__gte=now) | Q(all_day=True, over__gte=today))
        )

    def between(self, first: dt.date, last: dt.date) -> Self:
        """Events of which at least a moment lies in the days from first to last, both included."""
        start, end = midnight(first), end_of(last)
        return self.filter(starts_at__lt=end).filter(Q(starts_at__gte=start) | Q(ends_at__gt=start))

    def matching(self, text: str) -> Self:
        """Those whose subject, text, outcome and place hold every word of the text, in either alphabet."""
        found = self
        for token in fold_query(text):
            found = found.filter(search_text__contains=token)
        return found

    def for_list(self) -> Self:
        """What the usual columns of a list read; who takes part and with whom stands in the event itself."""
        return self.select_related("type", "party", "party__legal_form", "author").defer("search_text", "text")


class ReminderQuerySet(models.QuerySet[Any]):
    def due(self, now: dt.datetime | None = None) -> Self:
        """Reminders whose time has come and that nobody has been told of; not of what is over or called off."""
        return self.filter(
            at__lte=now or timezone.now(),
            told_at__isnull=True,
            event__done_at__isnull=True,
            event__cancelled_at__isnull=True,
        )


class EmailQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Letters whose event the user sees; those that wait in the inbox are asked for by their own right."""
        events = apps.get_model("events", "Event").objects.visible_to(user)
        found = Q(event__in=events)
        if user.has_perm("events.handle_inbox"):
            found |= Q(event__isnull=True, direction="in")
        return self.filter(found)

    def in_inbox(self) -> Self:
        """Received letters that belong to no dossier yet and were not put aside."""
        return self.filter(direction="in", event__isnull=True, dismissed_at__isnull=True)

    def to_send(self) -> Self:
        return self.filter(direction="out", state="waiting")
