"""My day as a letter: in the morning, to whoever asked for it and has something before him."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from common.dates import SOFIA, format_date
from events import my_day, times
from events.due import MORNING, is_time
from events.models import Email
from events.reminding import absolute, queue_once, stable_id
from users.models import User


def send_all(now: dt.datetime) -> int:
    """Queue the letters of this day that are not there yet. Returns how many are new."""
    users = User.objects.active().with_rights().exclude(email="").filter(event_preferences__summary_by_email=True)
    sent = 0
    for user in users.order_by("pk"):
        if not user.has_perm("events.view_event"):
            continue
        with translation.override(user.language or settings.LANGUAGE_CODE):
            sent += send(user, now)
    return sent


def send(user: User, now: dt.datetime) -> bool:
    # As it was in the morning, whenever the worker comes to it: what the user writes down later he knows.
    morning = dt.datetime.combine(now.astimezone(SOFIA).date(), MORNING, SOFIA)
    email = Email.outgoing(
        recipients=[{"name": str(user), "email": user.email, "way": "to"}],
        subject=_("My day, %(day)s") % {"day": format_date(morning)},
        text="",
        purpose=Email.Purpose.REMINDER,
    )
    email.message_id = stable_id(email, f"day-{user.pk}-{morning:%Y%m%d}")
    if Email.objects.filter(message_id=email.message_id).exists():
        return False
    parts = list(parts_of(user, morning))
    if not parts:
        return False
    email.text = "\n\n".join([*parts, absolute(reverse("events:my_day"))])
    try:
        with transaction.atomic():
            return queue_once(email)
    except IntegrityError:  # another worker was faster
        return False


def parts_of(user: User, morning: dt.datetime) -> Iterable[str]:
    day = morning.date()
    late, today = my_day.overdue(user, morning), my_day.todays(user, morning)
    answers = my_day.answers_due(user, morning) if user.has_perm("documents.view_letter") else None
    yield from part(_("Overdue"), late, morning, lambda event: said(event, times.period(event)))
    open_today = {**today, "rows": [event for event in today["rows"] if event.is_open]}
    yield from part(_("Today"), open_today, morning, lambda event: said(event, times.hours(event, day)))
    yield from part(
        _("Answers due"),
        answers,
        morning,
        lambda letter: f"{format_date(letter.answer_due)} {letter}, {letter.party.display_name}",
    )


def part(title: str, found: dict[str, Any] | None, morning: dt.datetime, line: Any) -> Iterable[str]:
    """A heading with its rows; nothing when there were none in the morning."""
    rows = [row for row in (found or {}).get("rows", ()) if row.created_at < morning]
    if found is None or not rows:
        return
    lines = [f"{title}:", *(f"- {line(row)}" for row in rows)]
    if found["more"]:
        lines.append(_("… and more"))
    yield "\n".join(lines)


def said(event: Any, when: str) -> str:
    words = f"{capfirst(str(event.type))}: {event.subject}"
    if event.party is not None:
        words = f"{words}, {event.party.display_name}"
    return f"{when} {words}".lstrip()


@app.periodic(cron="*/15 * * * *", periodic_id="send_days")
@app.task(name="events.send_days", queueing_lock="send_days")
def send_days(timestamp: int) -> None:
    """Every quarter of an hour, so that it is half past seven in Sofia in summer and in winter."""
    now = timezone.now()
    if is_time(now):
        send_all(now)
