"""Number series of the own firms: gapless, because a number is taken in the transaction of what it numbers."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.dates import today
from counterparties.kinds import Kind
from documents.numbering import SeriesKind, Taken, series_kinds


class NumberSeriesQuerySet(models.QuerySet["NumberSeries"]):
    def of(self, own_firm: Any, code: str, year: int | None) -> NumberSeriesQuerySet:
        return self.filter(own_firm=own_firm, code=code, year=year)

    def with_room(self) -> NumberSeriesQuerySet:
        """Series in use that still have a number to give."""
        return self.filter(is_active=True).filter(Q(last_number__isnull=True) | Q(next_number__lte=F("last_number")))


class NumberSeries(models.Model):
    """One range of numbers of an own firm. Several ranges of one kind are used up one after the other."""

    own_firm = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("own firm"),
        on_delete=models.PROTECT,
        related_name="number_series",
        limit_choices_to={Kind.OWN_FIRM.flag: True},
    )
    code = models.SlugField(_("what is numbered"))
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("Only of series that begin anew each year.")
    )
    prefix = models.CharField(_("prefix"), max_length=20, blank=True)
    digits = models.PositiveSmallIntegerField(
        _("digits"), default=1, help_text=_("Shorter numbers are written with zeros in front.")
    )
    first_number = models.BigIntegerField(_("first number"), default=1)
    last_number = models.BigIntegerField(_("last number"), null=True, blank=True)
    next_number = models.BigIntegerField(_("next number"), default=1)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = NumberSeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = pgettext_lazy("plural", "number series")
        ordering = ["own_firm", "code", "year", "first_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["own_firm", "code", "year", "first_number"],
                name="number_series_unique",
                nulls_distinct=False,
                violation_error_message=_("This firm already has such a series."),
            ),
            models.CheckConstraint(
                name="number_series_next_in_range",
                condition=Q(first_number__gte=1)
                & Q(next_number__gte=F("first_number"))
                & (Q(last_number__isnull=True) | Q(next_number__lte=F("last_number") + 1)),
                violation_error_message=_("The next number lies outside the range."),
            ),
        ]

    def __str__(self) -> str:
        kind = series_kinds.get(self.code)
        words = str(kind.label) if kind else self.code
        return f"{self.own_firm}: {words}" + (f" {self.year}" if self.year else "")

    @property
    def has_given_numbers(self) -> bool:
        return self.next_number > self.first_number

    # What the numbers already given depend on.
    SETTLED = ("own_firm_id", "code", "year", "first_number")

    def clean(self) -> None:
        super().clean()
        kind = series_kinds.get(self.code)
        if kind is not None and kind.yearly != (self.year is not None):
            raise ValidationError({"year": _("Give the year of a yearly series, and of no other.")})
        stored = NumberSeries.objects.filter(pk=self.pk).first()
        if stored is None or not stored.has_given_numbers:
            self.next_number = self.first_number
        elif any(getattr(self, name) != getattr(stored, name) for name in self.SETTLED):
            raise ValidationError(_("Numbers were already given from this series; only its end and form may change."))
        elif self.last_number is not None and self.last_number < self.next_number - 1:
            raise ValidationError({"last_number": _("Numbers up to %d are already given.") % (self.next_number - 1)})
        if self.last_number is not None and self.last_number < self.first_number:
            raise ValidationError({"last_number": _("The last number is before the first.")})
        if len(str(self.last_number or self.first_number)) > self.digits > 1:
            raise ValidationError({"digits": _("The numbers have more digits than that.")})
        codes = kind.kindred if kind is not None else [self.code]
        others = NumberSeries.objects.filter(own_firm=self.own_firm_id, code__in=codes, year=self.year)
        for other in others.exclude(pk=self.pk):
            # Beside a series of another kind an open end reaches as far as its numbers are given.
            apart = other.code != self.code
            if (
                other.prefix == self.prefix
                and other.reach(given=apart) >= self.first_number
                and self.reach(given=apart) >= other.first_number
            ):
                raise ValidationError(_("The range overlaps another range of the same series."))

    def reach(self, *, given: bool) -> float:
        """The last number of the range; of an open one the last that was given, or none at all."""
        if self.last_number is not None:
            return self.last_number
        return max(self.next_number - 1, self.first_number) if given else math.inf

    def written(self, number: int) -> str:
        """The number as it stands on the document."""
        return f"{self.prefix}{number:0{self.digits}d}"

    @classmethod
    def take(cls, own_firm: Any, code: str, on: dt.date | None = None) -> Taken:
        """Take the next number of the firm's series for the day (today when none is given).

        Must run inside the transaction that writes what is numbered, as its last lock: a rollback gives the number
        back, and there are no gaps. A firm without such a series gets one as its kind says. Raises ValidationError when
        all ranges are used up.
        """
        kind = series_kinds.get(code)
        if kind is None:
            raise LookupError(f"No kind of number series is called “{code}”.")
        year = (on or today()).year if kind.yearly else None
        with transaction.atomic():
            series = cls.locked(own_firm, code, year)
            if series is None:
                cls.begin(own_firm, kind, year)
                series = cls.locked(own_firm, code, year)
            if series is None:
                raise ValidationError(
                    _("All numbers of this series are used up. Ask the administrator for a range."), code="numbers"
                )
            number = series.next_number
            cls.objects.filter(pk=series.pk).update(next_number=F("next_number") + 1)
        return Taken(series.written(number), number, year)

    @classmethod
    def locked(cls, own_firm: Any, code: str, year: int | None) -> NumberSeries | None:
        """The range to take from, locked until the transaction ends."""
        candidates = cls.objects.of(own_firm, code, year).with_room().order_by("first_number")
        return candidates.select_for_update(of=("self",)).first()

    @classmethod
    def begin(cls, own_firm: Any, kind: SeriesKind, year: int | None) -> None:
        """Make the series when there is none; a new year goes on with prefix and digits of the year before."""
        if cls.objects.of(own_firm, kind.slug, year).exists():
            return  # there is one, and it is used up or switched off
        before = cls.objects.filter(own_firm=own_firm, code=kind.slug).order_by("-year").first()
        NumberSeries.objects.bulk_create(
            [
                NumberSeries(
                    own_firm=own_firm,
                    code=kind.slug,
                    year=year,
                    prefix=before.prefix if before else kind.prefix,
                    digits=before.digits if before else kind.digits,
                    first_number=1 if before else kind.first,
                    next_number=1 if before else kind.first,
                )
            ],
            ignore_conflicts=True,
        )
