"""What the calendar of events shows of the days that are not worked."""

from __future__ import annotations

import datetime as dt

from events.calendar import DayMark, DayMarks, day_marks
from trade.models import NonWorkingDay


def marks(first: dt.date, last: dt.date) -> dict[dt.date, DayMark]:
    """Holidays as days of rest; weekend days that are worked as days of work."""
    rows = NonWorkingDay.objects.filter(day__gte=first, day__lte=last)
    return {row.day: DayMark(row.shown_name, is_free=not row.is_worked) for row in rows}


day_marks.register(DayMarks("holidays", marks))
