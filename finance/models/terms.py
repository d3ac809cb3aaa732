"""Dated rates of the statutory interest on overdue money."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.dates import format_date


class InterestRate(models.Model):
    """Yearly rate of the statutory interest from a day on (ПМС 426/2014): main refinancing rate of the ECB + points."""

    valid_from = models.DateField(_("from"), unique=True)
    base_percent = models.DecimalField(_("base rate, %"), max_digits=6, decimal_places=3)
    points = models.DecimalField(_("points above it"), max_digits=5, decimal_places=2, default=8)
    source = models.CharField(_("source"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("statutory interest rate")
        verbose_name_plural = _("statutory interest rates")
        ordering = ["-valid_from"]
        constraints = [models.CheckConstraint(name="interest_rate_sane", condition=Q(points__gte=0))]

    def __str__(self) -> str:
        return f"{format_date(self.valid_from)}: {self.percent} %"

    @property
    def percent(self) -> Decimal:
        """The yearly rate: what is charged."""
        return self.base_percent + self.points

    def clean(self) -> None:
        super().clean()
        if self.valid_from is not None and (self.valid_from.month, self.valid_from.day) not in ((1, 1), (7, 1)):
            raise ValidationError(
                {"valid_from": _("A rate begins on 1 January or on 1 July, and holds for half a year.")}
            )
