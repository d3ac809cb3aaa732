"""Dates of law are days in Sofia, whatever the server's or the browser's clock says."""

import datetime
import re
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

SOFIA = ZoneInfo("Europe/Sofia")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})\s*(?:г\.?)?")


def today() -> datetime.date:
    """The present day in Sofia."""
    return timezone.now().astimezone(SOFIA).date()


def parse_date(text: str) -> datetime.date:
    """Read a day as people write it: 3.11.2026, 03.11.2026 г., 3/11/2026, 3.11.26, or 2026-11-03.

    Two digits of a year mean 1969-2068, as in Python's %y. Raises ValueError with a message for the user.
    """
    # Space after a dot („3. 11. 2026 г.“) and no-break spaces are only looks.
    bare = "".join(text.split())
    if match := _ISO.fullmatch(bare):
        year, month, day = map(int, match.groups())
    elif match := _DAY_FIRST.fullmatch(bare):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
        if len(match[4]) == 2:
            year += 2000 if year < 69 else 1900
    else:
        raise ValueError(_("Write the date as day.month.year, for example 03.11.2026."))
    try:
        return datetime.date(year, month, day)
    except ValueError:
        raise ValueError(_("There is no such day in the calendar.")) from None


def format_date(day: datetime.date) -> str:
    """Write a day as 03.11.2026. A moment with a time zone is first taken to Sofia."""
    if isinstance(day, datetime.datetime):
        day = _in_sofia(day)
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def format_moment(moment: datetime.datetime) -> str:
    """Write a moment as 03.11.2026 14:05, by the clock in Sofia."""
    local = _in_sofia(moment)
    return f"{format_date(local)} {local.hour:02}:{local.minute:02}"


def _in_sofia(moment: datetime.datetime) -> datetime.datetime:
    return moment if timezone.is_naive(moment) else moment.astimezone(SOFIA)
