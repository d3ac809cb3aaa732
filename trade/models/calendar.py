"""Non-working days: by them a term that ends on a day of rest moves to the next working day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.dates import format_date
from common.registry import Registry

LONGEST_REST = 40  # days off in a row: more than there ever were


@dataclass(frozen=True)
class CalendarFollower:
    """Keeps days that follow from the calendar: is told from which day on it changed, in the same transaction."""

    slug: str
    follow: Callable[[dt.date], None]


calendar_followers: Registry[CalendarFollower] = Registry("follower of the calendar")


def tell_followers(from_day: dt.date) -> None:
    """The calendar changed from this day on."""
    for follower in calendar_followers:
        follower.follow(from_day)


class NonWorkingDayQuerySet(models.QuerySet["NonWorkingDay"]):
    def is_working(self, day: dt.date) -> bool:
        """Whether offices work on the day: not at weekends and holidays, but on Saturdays worked in their stead."""
        row = self.filter(day=day).first()
        return row.is_worked if row is not None else day.weekday() < 5

    def next_working(self, day: dt.date) -> dt.date:
        """The day itself when it is worked, else the next one that is (ЗЗД чл. 72, ал. 2)."""
        return self.next_working_days([day])[day]

    def next_working_days(self, days: Iterable[dt.date]) -> dict[dt.date, dt.date]:
        """For each of the days the next one that is worked, in one query."""
        days = set(days)
        if not days:
            return {}
        last = max(days) + dt.timedelta(days=LONGEST_REST)
        known = dict(self.filter(day__gte=min(days), day__lte=last).values_list("day", "is_worked"))
        found = {}
        for day in days:
            next_one = day
            while not known.get(next_one, next_one.weekday() < 5):
                next_one += dt.timedelta(days=1)
            found[day] = next_one
        return found


class NonWorkingDay(models.Model):
    """A holiday of the law or of the government's order; or a weekend day that is worked."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    is_worked = models.BooleanField(
        _("worked"), default=False, help_text=_("A Saturday or Sunday that is worked in place of another day.")
    )

    objects = NonWorkingDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("non-working day")
        verbose_name_plural = _("non-working days")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{format_date(self.day)} {self.shown_name}"

    @property
    def shown_name(self) -> str:
        """The name in the language of the page."""
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        before = NonWorkingDay.objects.filter(pk=self.pk).values_list("day", flat=True)
        days = [self.day, *before]
        super().save(*args, **kwargs)
        tell_followers(min(days))

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        gone = super().delete(*args, **kwargs)
        tell_followers(self.day)
        return gone
