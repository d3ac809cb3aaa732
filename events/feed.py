"""Events as iCalendar (RFC 5545): the private feed of a user, and one event as a file.

No ORGANIZER and no ATTENDEE: a calendar that finds them offers to answer, or writes to these people by itself. Who
takes part stands in the description.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any

import icalendar
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.dates import SOFIA
from common.secret_paths import hide_in_logs
from counterparties.identifiers import mask, validate_egn, validate_lnch
from events import times
from events.models import CalendarFeed, Event
from users.models import User

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODID = "-//Dossier//Events//EN"
# What a calendar gets: from half a year back to two years ahead, and never more than this.
BACK, AHEAD = dt.timedelta(days=183), dt.timedelta(days=731)
MOST = 5000
SECRET_BYTES = 32
READ_AT_EVERY = dt.timedelta(hours=1)

# By rule and not as a list of days, which Outlook does not read. A test compares it with the database of time zones.
TIME_ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Sofia
X-LIC-LOCATION:Europe/Sofia
BEGIN:DAYLIGHT
TZNAME:EEST
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
DTSTART:19970330T030000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:EET
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
DTSTART:19971026T040000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
_TEN_DIGITS = re.compile(r"(?<![0-9])[0-9]{10}(?![0-9])")

# Whoever reads the log of a server should not be able to read calendars.
hide_in_logs(r"/events/feed/([^/\s]+)\.ics")

Address = Callable[[str], str]


# -- The address ----------------------------------------------------------------------------------------


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def make_secret(user: User) -> str:
    """A new secret for the user's feed; the old one opens nothing from now on. Only its hash is kept."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    CalendarFeed.objects.update_or_create(
        user=user, defaults={"token_hash": hash_of(secret), "created_at": timezone.now(), "read_at": None}
    )
    return secret


def reader_of(secret: str) -> tuple[User, CalendarFeed] | None:
    """Whose feed the secret opens, with the rights that he has now; None when it opens nothing."""
    feed = CalendarFeed.objects.filter(token_hash=hash_of(secret)).first()
    user = User.objects.active().with_rights().filter(pk=feed.user_id).first() if feed is not None else None
    if feed is None or user is None or not user.has_perm("events.view_event"):
        return None
    if user.rights.second_factor_required and not user.rights.second_factor_set:
        return None  # he can open nothing else either
    return user, feed


def note_reading(feed: CalendarFeed, now: dt.datetime) -> None:
    """Remember that a calendar reads the feed, so that its owner knows; once an hour is enough."""
    if feed.read_at is None or feed.read_at < now - READ_AT_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)


# -- The calendar ---------------------------------------------------------------------------------------


def events_of(user: User, now: dt.datetime) -> list[Event]:
    """The user's own events around now, those called off among them: a calendar must learn of that."""
    rows = Event.objects.visible_to(user).of_user(user)
    rows = rows.filter(starts_at__range=(now - BACK, now + AHEAD))
    rows = rows.select_related("type", "party", "party__legal_form").defer("search_text", "outcome", "cancel_reason")
    return list(rows.order_by("-starts_at", "-pk")[:MOST])


def calendar_of(user: User, now: dt.datetime, absolute: Address) -> bytes:
    calendar = begun()
    calendar.add("X-WR-CALNAME", _("Dossier: %(user)s") % {"user": user})
    calendar.add("X-WR-TIMEZONE", SOFIA.key)
    # How often to come again, in the two ways that calendars understand.
    calendar.add("REFRESH-INTERVAL", dt.timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    return written(calendar, events_of(user, now), now, absolute)


def file_of(event: Event, absolute: Address) -> bytes:
    return written(begun(), [event], timezone.now(), absolute)


def begun() -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    return calendar


def written(calendar: icalendar.Calendar, events: Iterable[Event], now: dt.datetime, absolute: Address) -> bytes:
    calendar.add_component(icalendar.Timezone.from_ical(TIME_ZONE))
    for event in events:
        calendar.add_component(component(event, now, absolute))
    return calendar.to_ical()


def component(event: Event, now: dt.datetime, absolute: Address) -> icalendar.Event:
    made = icalendar.Event()
    url = absolute(event.get_absolute_url())
    made.add("UID", f"{event.uid}@dossier")
    made.add("SEQUENCE", event.sequence)
    made.add("DTSTAMP", event.updated_at.astimezone(dt.UTC))
    made.add("CREATED", event.created_at.astimezone(dt.UTC))
    made.add("LAST-MODIFIED", event.updated_at.astimezone(dt.UTC))
    add_times(made, event)
    made.add("SUMMARY", summary(event))
    if event.place:
        made.add("LOCATION", event.place)
    made.add("DESCRIPTION", description(event, url))
    made.add("URL", url)
    made.add("CATEGORIES", [capfirst(str(event.type))])
    made.add("CLASS", "PRIVATE" if event.is_private else "PUBLIC")
    made.add("STATUS", "CONFIRMED" if event.cancelled_at is None else "CANCELLED")
    # What takes a whole day, or no time, leaves the hours free.
    made.add("TRANSP", "TRANSPARENT" if event.all_day or "DTEND" not in made else "OPAQUE")
    if event.remind_before is not None and event.is_open and event.starts_at > now:
        alarm = icalendar.Alarm()
        alarm.add("ACTION", "DISPLAY")
        alarm.add("DESCRIPTION", summary(event))
        alarm.add("TRIGGER", -dt.timedelta(minutes=event.remind_before))
        made.add_component(alarm)
    return made


def add_times(made: icalendar.Event, event: Event) -> None:
    """Begin and end; of a whole day the end is the day after it, and what ends as it begins has none."""
    if event.all_day:
        made.add("DTSTART", times.day_of(event.starts_at))
        made.add("DTEND", times.last_day(event) + dt.timedelta(days=1))
        return
    starts_at = event.starts_at.replace(microsecond=0)
    made.add("DTSTART", on_the_clock(starts_at))
    if event.ends_at is not None and event.ends_at.replace(microsecond=0) > starts_at:
        made.add("DTEND", on_the_clock(event.ends_at.replace(microsecond=0)))


def on_the_clock(at: dt.datetime) -> dt.datetime:
    """By the clock in Sofia; in the hour that comes twice its second coming can only be said in UTC."""
    local = at.astimezone(SOFIA)
    return at.astimezone(dt.UTC) if local.fold else local


def summary(event: Event) -> str:
    words = f"{event.subject} – {event.party.display_name}" if event.party is not None else event.subject
    return without_numbers(words)


def description(event: Event, url: str) -> str:
    pieces = [
        event.text,
        _("Next step: %(step)s") % {"step": event.next_step} if event.next_step else "",
        _("Participants: %(names)s") % {"names": event.participant_names} if event.participant_names else "",
        _("Contact persons: %(names)s") % {"names": event.contact_names} if event.contact_names else "",
    ]
    words = without_numbers("\n".join(piece for piece in pieces if piece))
    # Not every calendar shows the property URL.
    return f"{words}\n{url}" if words else url


def without_numbers(text: str) -> str:
    """The text with personal numbers masked that somebody wrote into it: it goes to a calendar that is not ours."""
    return _TEN_DIGITS.sub(lambda found: mask(found[0]) if is_personal(found[0]) else found[0], text)


def is_personal(number: str) -> bool:
    """Whether ten digits are an EGN or an LNCh; one that begins with 0 may as well be a phone, and must be an EGN."""
    checks: list[Any] = [validate_egn] if number.startswith("0") else [validate_egn, validate_lnch]
    for check in checks:
        try:
            check(number)
        except ValidationError:
            continue
        return True
    return False
