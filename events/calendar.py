"""The calendar's grid: the days of a month or the hours of a week, with the events that lie in each."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from common.dates import SOFIA
from common.registry import Registry
from events import times

IN_A_DAY = 3  # events of a day in the month; the rest is behind "more"
FIRST_HOUR, LAST_HOUR = 8, 18
MOST = 3000  # events of one page


@dataclass(frozen=True)
class DayMark:
    """What is said of a day beside its number, and whether it is one of rest."""

    label: str
    is_free: bool


@dataclass(frozen=True)
class DayMarks:
    """Marks of the days from the first to the last, in one query: `fetch(first, last)`."""

    slug: str
    fetch: Callable[[dt.date, dt.date], dict[dt.date, DayMark]]
    order: int = 100


# Apps above that know of holidays put their marks here.
day_marks: Registry[DayMarks] = Registry("marks of days")


@dataclass
class Entry:
    """An event on one day; `goes_on` when it began on a day before."""

    event: Any
    hours: str
    goes_on: bool

    @property
    def begins(self) -> str:
        """The first hour alone, where there is little room."""
        return self.hours.partition("–")[0]


@dataclass
class Day:
    date: dt.date
    in_month: bool = True
    is_today: bool = False
    entries: list[Entry] = field(default_factory=list)
    marks: list[DayMark] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        """Whether it is a day of rest: a weekend, unless a mark says otherwise."""
        return self.marks[-1].is_free if self.marks else self.date.weekday() >= 5

    @property
    def shown(self) -> list[Entry]:
        # "+1 more" would take the place of that one.
        return self.entries if len(self.entries) <= IN_A_DAY + 1 else self.entries[:IN_A_DAY]

    @property
    def more(self) -> int:
        return len(self.entries) - len(self.shown)


@dataclass
class Slot:
    """A row of the week: the whole day, before work, one hour, after work. `at` is the hour offered for a new event."""

    label: str
    cells: list[tuple[Day, list[Entry]]]
    at: str = ""


def month_days(year: int, month: int) -> list[dt.date]:
    """The days of whole weeks, Monday first, that hold the month."""
    return [day for week in calendar.Calendar(0).monthdatescalendar(year, month) for day in week]


def week_days(day: dt.date) -> list[dt.date]:
    monday = day - dt.timedelta(days=day.weekday())
    return [monday + dt.timedelta(days=number) for number in range(7)]


def fill(dates: list[dt.date], events: Iterable[Any], today: dt.date, month: int | None = None) -> list[Day]:
    """The days with their events: those of the whole day and of several days first, then by the hour."""
    days = {day: Day(day, month is None or day.month == month, day == today) for day in dates}
    for event in events:
        first, last = times.day_of(event.starts_at), times.last_day(event)
        day = max(first, dates[0])
        while day <= min(last, dates[-1]):
            days[day].entries.append(Entry(event, times.hours(event, day), day > first))
            day += dt.timedelta(days=1)
    for source in day_marks:
        for day, mark in source.fetch(dates[0], dates[-1]).items():
            days[day].marks.append(mark)
    for one in days.values():
        one.entries.sort(key=lambda entry: (bool(entry.hours) and not entry.goes_on, entry.event.starts_at))
    return list(days.values())


def hour_of(entry: Entry) -> int | None:
    """The hour in whose row the event stands in its day; None when it fills the day or comes from the day before."""
    if entry.event.all_day or entry.goes_on:
        return None
    return entry.event.starts_at.astimezone(SOFIA).hour


def slots(days: list[Day], words: dict[str, str]) -> list[Slot]:
    """The rows of a week. Before and after the usual hours there is a row only when something lies there."""

    def row(label: str, hours: range | None, at: str = "") -> Slot:
        def here(entry: Entry) -> bool:
            hour = hour_of(entry)
            return hour is None if hours is None else hour is not None and hour in hours

        return Slot(label, [(day, [entry for entry in day.entries if here(entry)]) for day in days], at)

    early, late = row(words["early"], range(FIRST_HOUR), "07:00"), row(words["late"], range(LAST_HOUR + 1, 24), "19:00")
    made = [row(words["all_day"], None)]
    made += [early] if any(entries for _day, entries in early.cells) else []
    made += [row(f"{hour}:00", range(hour, hour + 1), f"{hour:02}:00") for hour in range(FIRST_HOUR, LAST_HOUR + 1)]
    made += [late] if any(entries for _day, entries in late.cells) else []
    return made
