"""The holidays of Bulgaria by the package `holidays`, which knows the substitute days of the law too.

When a holiday other than Easter falls on a weekend, the next working days are free in its stead (КТ чл. 154, ал. 2).
Days that the government adds by order, and Saturdays worked for them, are entered by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import holidays
from django.db import transaction

from trade.models.calendar import NonWorkingDay, tell_followers

FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(frozen=True)
class Holiday:
    day: dt.date
    name: str
    name_en: str


def holidays_of(year: int) -> list[Holiday]:
    """The official holidays of the year, and the days that are free in their stead."""
    bulgarian, english = (holidays.country_holidays("BG", years=year, language=code) for code in ("bg", "en_US"))
    return [Holiday(day, written(bulgarian[day]), written(english[day])) for day in sorted(bulgarian)]


def written(name: str) -> str:
    """The name as it fits; two holidays on one day are named together."""
    return name.replace("; ", ", ")[:150]


@transaction.atomic
def load_calendar(years: Iterable[int]) -> int:
    """Write the holidays of the years; what was entered by hand stays. Returns how many days are new or renamed."""
    found = [one for year in sorted(set(years)) for one in holidays_of(year)]
    known = {row.day: row for row in NonWorkingDay.objects.filter(day__in=[one.day for one in found])}
    # A day that somebody has made a worked one stays it.
    changed = [
        NonWorkingDay(day=one.day, name=one.name, name_en=one.name_en)
        for one in found
        if (row := known.get(one.day)) is None
        or (not row.is_worked and (row.name, row.name_en) != (one.name, one.name_en))
    ]
    NonWorkingDay.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["day"], update_fields=["name", "name_en"]
    )
    if changed:
        tell_followers(min(row.day for row in changed))
    return len(changed)
