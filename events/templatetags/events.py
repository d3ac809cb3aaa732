"""Events in templates, drawn as in lists: `{{ event|when }}`, `{{ event|state_mark }}`, `{{ event|hours_on:day }}`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template

from events import cells, times

register = template.Library()

register.filter("when", cells.when)
register.filter("type_mark", cells.type_mark)
register.filter("state_mark", cells.state_mark)
register.filter("private_mark", cells.private_mark)


@register.filter
def hours_on(event: Any, day: dt.date) -> str:
    """The hours of the event within the day; nothing for a whole day."""
    return times.hours(event, day)


@register.filter
def long_day(day: dt.date, with_year: str = "") -> str:
    """The day in words: Tuesday, 24 November 2026."""
    return times.long_day(day, bool(with_year))
