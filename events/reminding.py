"""Reminders of events: each user is told once, however many workers there are and whenever one is killed.

Notification, e-mail in the queue and `told_at` stand in one transaction, on rows that this worker alone holds.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from common.dates import format_date, format_moment
from common.models import Notification
from events import sending, times
from events.models import Email, Event, EventPreferences, Reminder
from users.models import User

BATCH = 100
# So long after its moment an event, or a reminder, counts as past: nobody was there to tell in time.
LATE = dt.timedelta(minutes=10)
# Letters of reminders, with what the events say.
KEPT_DAYS = 30
# With whom one meets and talks; other things are done for a party, or about it.
WITH_SOMEBODY = ("call", "meeting", "email")


@app.periodic(cron="* * * * *", periodic_id="tell_reminders")
@app.task(name="events.tell_reminders", queueing_lock="tell_reminders")
def tell_reminders(timestamp: int) -> None:
    """Every minute: tell what is due, and what fell due while no worker ran."""
    tell_due(timezone.now())


def tell_due(now: dt.datetime) -> int:
    """Tell every reminder that is due. Returns how many were dealt with."""
    dealt_with = 0
    while count := tell_batch(now):
        dealt_with += count
    return dealt_with


@transaction.atomic
def tell_batch(now: dt.datetime) -> int:
    """Tell some reminders: all of them, with their e-mails, or none."""
    due = Reminder.objects.due(now).select_related("event__type", "event__party", "event__party__legal_form")
    # The event is held too, so that it is not done or called off meanwhile. What another worker, or a user who is
    # just changing the event, holds is passed over: the next minute looks again.
    due = due.select_for_update(of=("self", "event"), skip_locked=True, no_key=True)
    reminders: list[Reminder] = list(due.order_by("at", "pk")[:BATCH])
    readers = who_may_be_told(reminders)
    by_email = set(
        EventPreferences.objects.filter(user__in=readers, reminders_by_email=True).values_list("user", flat=True)
    )
    for reminder in reminders:
        user, open_to_him = readers.get(reminder.user_id, (None, frozenset()))
        if user is not None and reminder.event_id in open_to_him:
            tell(reminder, user, now, by_email=reminder.event.remind_by_email or user.pk in by_email)
    # Also those that nobody is told of any more: they are closed.
    Reminder.objects.filter(pk__in=[reminder.pk for reminder in reminders]).update(told_at=now)
    return len(reminders)


def who_may_be_told(reminders: list[Reminder]) -> dict[int, tuple[User, set[int]]]:
    """By user: his events among these, as far as he is active, still takes part, and may still see them."""
    users = User.objects.active().with_rights().in_bulk({reminder.user_id for reminder in reminders})
    found = {}
    for user in users.values():
        keys = [reminder.event_id for reminder in reminders if reminder.user_id == user.pk]
        own = Event.objects.none()
        if user.has_perm("events.view_event"):
            own = Event.objects.visible_to(user).of_user(user).filter(pk__in=keys)
        found[user.pk] = (user, set(own.values_list("pk", flat=True)))
    return found


def tell(reminder: Reminder, user: User, now: dt.datetime, *, by_email: bool) -> None:
    event = reminder.event
    Notification.objects.tell(
        user,
        kind="reminder",
        key=key_of(reminder),
        title=lambda: title_of(event, now),
        text=lambda: text_of(reminder, now),
        url=event.get_absolute_url(),
        level="warning" if event.starts_at < now - LATE and not event.all_day else "info",
    )
    if by_email and user.email:
        write(reminder, user, now)


def write(reminder: Reminder, user: User, now: dt.datetime) -> None:
    """Put the e-mail into the queue; by its Message-ID there is never a second one."""
    event = reminder.event
    with translation.override(user.language or settings.LANGUAGE_CODE):
        pieces = [
            title_of(event, now),
            "\n".join(line for line in (times.period(event), text_of(reminder, now)) if line),
            event.text,
            absolute(event.get_absolute_url()),
        ]
        email = Email.outgoing(
            recipients=[{"name": str(user), "email": user.email, "way": "to"}],
            subject=title_of(event, now),
            text="\n\n".join(piece for piece in pieces if piece),
            purpose=Email.Purpose.REMINDER,
        )
    at = reminder.at.astimezone(dt.UTC)
    email.message_id = stable_id(email, f"reminder-{event.uid}-{user.pk}-{at:%Y%m%dT%H%M%S}")
    queue_once(email)


def queue_once(email: Email) -> bool:
    """Queue the letter unless one of its Message-ID is there; says whether it did."""
    if Email.objects.filter(message_id=email.message_id).exists():
        return False
    sending.queue(email)
    return True


def stable_id(email: Email, name: str) -> str:
    """A Message-ID that is the same whoever makes it, at the sender's domain."""
    return f"<{name}@{email.sender_email.rpartition('@')[2] or 'localhost'}>"


def absolute(path: str) -> str:
    """The whole address of a page, as a letter needs it."""
    return urljoin(settings.SITE_URL, path)


def key_of(reminder: Reminder) -> str:
    return f"event-{reminder.event_id}-{reminder.at.astimezone(dt.UTC).isoformat()}"


def read_by(user: Any, event: Event) -> None:
    """The user has the event before him: what he was reminded of it needs not be told any more."""
    told = Reminder.objects.filter(event=event, user=user, told_at__isnull=False)
    if keys := [key_of(reminder) for reminder in told]:
        Notification.objects.settle(user, *keys)


@app.periodic(cron="50 2 * * *", periodic_id="forget_letters")
@app.task(name="events.forget_letters", queueing_lock="forget_letters")
def forget_letters(timestamp: int) -> None:
    """Every night: letters of reminders are no part of any dossier, and are not kept for long."""
    forget(timezone.now())


def forget(now: dt.datetime) -> int:
    """Delete letters of reminders that nothing more will happen to. Returns how many."""
    over = Email.objects.filter(purpose=Email.Purpose.REMINDER, created_at__lt=now - dt.timedelta(days=KEPT_DAYS))
    over = over.exclude(state__in=[Email.State.WAITING, Email.State.SENDING])
    deleted, _by_model = over.delete()
    return deleted


# -- Words --------------------------------------------------------------------------------------------


def title_of(event: Event, now: dt.datetime) -> str:
    """Meeting with Алфа ООД at 14:30: subject."""
    kind: dict[str, Any] = {"type": capfirst(str(event.type))}
    what = kind["type"]
    if event.party is not None:
        kind["party"] = event.party.display_name
        what = _("%(type)s with %(party)s") if event.type.code in WITH_SOMEBODY else _("%(type)s, %(party)s:")
        what = (what % kind).removesuffix(":")
    return _("%(what)s %(when)s: %(subject)s") % {"what": what, "when": when(event, now), "subject": event.subject}


def when(event: Event, now: dt.datetime) -> str:
    """In words beside the name of the event: at 14:30, tomorrow at 9:00, on 27.11.2026; was at 14:30."""
    day, last, today = times.day_of(event.starts_at), times.last_day(event), times.day_of(now)
    words = {"day": format_date(day), "time": times.clock(event.starts_at)}
    if event.all_day:
        if last < today:
            said = _("was on %(day)s")
        elif day <= today:
            said = _("today")
        else:
            said = _("tomorrow") if day == today + dt.timedelta(days=1) else _("on %(day)s")
    elif event.starts_at < now - LATE:
        said = _("was at %(time)s") if day == today else _("was on %(day)s at %(time)s")
    elif day == today:
        said = _("at %(time)s")
    else:
        said = _("tomorrow at %(time)s") if day == today + dt.timedelta(days=1) else _("on %(day)s at %(time)s")
    return said % words


def text_of(reminder: Reminder, now: dt.datetime) -> str:
    """Where and with whom; and that it comes late, when it does."""
    event = reminder.event
    lines = [event.place, event.contact_names]
    if reminder.at < now - LATE:
        lines.append(_("This reminder was for %(moment)s.") % {"moment": format_moment(reminder.at)})
    return "\n".join(line for line in lines if line)
