"""Days and hours of events: as people type them, as one moment in Sofia, and in words."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.dates import SOFIA, format_date

if TYPE_CHECKING:
    from events.models import Event

_CLOCK = re.compile(r"([0-9]{1,2})(?:\s*[:.,hч]\s*([0-9]{2}))?\s*(?:ч\.?|h|часа?)?", re.I)
_DIGITS = re.compile(r"([0-9]{1,2})([0-9]{2})")
DAY_ENDS = dt.time(23, 59)


def parse_clock(text: str) -> dt.time:
    """Read an hour as people write it: 9, 9:30, 9.30 ч., 0930. Raises ValueError with a message for the user."""
    bare = text.strip()
    match = _DIGITS.fullmatch(bare) if len(bare) in (3, 4) else None
    match = match or _CLOCK.fullmatch(bare)
    if match is None:
        raise ValueError(_("Write the time as hours:minutes, for example 9:30."))
    try:
        return dt.time(int(match[1]), int(match[2] or 0))
    except ValueError:
        raise ValueError(_("There is no such time of day.")) from None


def moment(day: dt.date, clock: dt.time) -> dt.datetime:
    """The one moment at which the clocks in Sofia show this. Raises ValueError when there is none, or two."""
    at = dt.datetime.combine(day, clock, SOFIA)
    if at.astimezone(dt.UTC).astimezone(SOFIA).replace(tzinfo=None) != at.replace(tzinfo=None):
        raise ValueError(_("There is no such time that night: the clock goes forward. Choose an hour before or after."))
    if at.utcoffset() != at.replace(fold=1).utcoffset():
        raise ValueError(
            _("This time comes twice that night: the clock goes back. Choose an hour before or after, or all day.")
        )
    return at


def clock(at: dt.datetime) -> str:
    local = at.astimezone(SOFIA)
    return f"{local.hour:02}:{local.minute:02}"


def day_of(at: dt.datetime) -> dt.date:
    return at.astimezone(SOFIA).date()


def last_day(event: Event) -> dt.date:
    """The last day that the event touches; one that ends at midnight does not touch the day that begins then."""
    first = day_of(event.starts_at)
    if event.ends_at is None:
        return first
    return max(first, day_of(event.ends_at - dt.timedelta(microseconds=1)))


def period(event: Any) -> str:
    """When the event is, in words: 24.11.2026 10:00–11:30; 24.11.2026, all day; 24.11.2026 – 26.11.2026, all day."""
    first, last = day_of(event.starts_at), last_day(event)
    if event.all_day:
        days = format_date(first) if first == last else f"{format_date(first)} – {format_date(last)}"
        return _("%(days)s, all day") % {"days": days}
    if event.ends_at is None or event.ends_at == event.starts_at:
        return f"{format_date(first)} {clock(event.starts_at)}"
    if first == day_of(event.ends_at):
        return f"{format_date(first)} {clock(event.starts_at)}–{clock(event.ends_at)}"
    return f"{format_date(first)} {clock(event.starts_at)} – {format_date(event.ends_at)} {clock(event.ends_at)}"


def hours(event: Any, day: dt.date) -> str:
    """The hours of the event within one day: 10:00–11:30; until 11:30 on its last day; empty when it fills the day."""
    if event.all_day:
        return ""
    first = day_of(event.starts_at)
    if event.ends_at is None or event.ends_at == event.starts_at:
        return clock(event.starts_at) if first == day else ""
    ends = day_of(event.ends_at)
    if first == day == ends:
        return f"{clock(event.starts_at)}–{clock(event.ends_at)}"
    if first == day:
        return _("from %(time)s") % {"time": clock(event.starts_at)}
    return _("until %(time)s") % {"time": clock(event.ends_at)} if ends == day else ""


def long_day(day: dt.date, with_year: bool = False) -> str:
    """The day in words: Tuesday, 24 November 2026. In Bulgarian months are written small."""
    words = date_format(day, "l, j F Y" if with_year else "l, j F")
    if get_language() != "bg":
        return words
    return capfirst(words.lower()) + (" г." if with_year else "")
