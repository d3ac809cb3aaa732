"""Non-working days: by them a term that ends on a day of rest moves to the next working day."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.dates import format_date
from common.registry import Registry

# Whoever keeps days that follow from the calendar is told of a change: `fn(from_day)`; items have a `slug`.
calendar_followers: Registry = Registry("follower of the calendar")


class NonWorkingDayQuerySet(models.QuerySet["NonWorkingDay"]):
    def is_working(self, day: dt.date) -> bool:
        """Whether offices work on the day: not at weekends and holidays, but on Saturdays worked in their stead."""
        row = self.filter(day=day).first()
        return row.is_worked if row is not None else day.weekday() < 5

    def next_working(self, day: dt.date) -> dt.date:
        """The day itself when it is worked, else the next one that is (ЗЗД чл. 72, ал. 2)."""
        known = dict(self.filter(day__gte=day, day__lt=day + dt.timedelta(days=40)).values_list("day", "is_worked"))
        while not known.get(day, day.weekday() < 5):
            day += dt.timedelta(days=1)
        return day


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
        return f"{format_date(self.day)} {self.name}"
