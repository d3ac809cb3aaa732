"""Exchange rates to the euro, by day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.dates import format_date
from common.money import round_money

ONE = Decimal(1)
# Regulation (EU) 2025/1409 under art. 140 TFEU: levs for one euro, all digits used, never an inverse (Reg. 1103/97).
LEV_PER_EURO = Decimal("1.95583")
FIXED = {"EUR": ONE, "BGN": LEV_PER_EURO}
# The ECB publishes none on its holidays; an older rate than this is no rate of the day any more.
OLDEST_DAYS = 10


class Rate(NamedTuple):
    """Units of a currency for one euro, and the day on which that rate was published."""

    rate: Decimal
    on: dt.date


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    def rate_of(self, currency: str, on: dt.date) -> Rate:
        """The rate in force on a day: the last one published up to it. EUR is 1, BGN fixed.

        Raises ValidationError (code "rate") when none was published within the ten days before.
        """
        if currency in FIXED:
            return Rate(FIXED[currency], on)
        found = self.filter(currency=currency, on__lte=on, on__gte=on - dt.timedelta(days=OLDEST_DAYS))
        row = found.order_by("-on").first()
        if row is None:
            raise ValidationError(
                _("There is no exchange rate of %(currency)s for %(day)s. Type the rate, or have the rates loaded.")
                % {"currency": currency, "day": format_date(on)},
                code="rate",
            )
        return Rate(row.rate, row.on)


class ExchangeRate(models.Model):
    """How many units of a currency one euro is worth, as published for a day (ECB reference rates)."""

    currency = models.CharField(_("currency"), max_length=3)
    on = models.DateField(_("day"))
    rate = models.DecimalField(
        _("units for 1 EUR"), max_digits=18, decimal_places=8, help_text=_("As the ECB publishes it: 1 EUR = … units.")
    )
    source = models.CharField(_("source"), max_length=40, default="ECB", blank=True)

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-on", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "on"], name="exchange_rate_unique"),
            models.CheckConstraint(name="exchange_rate_positive", condition=Q(rate__gt=0)),
            models.CheckConstraint(
                name="exchange_rate_not_fixed",
                condition=~Q(currency__in=["EUR", "BGN"]),
                violation_error_message=_("The rates of the euro and the lev are fixed."),
            ),
        ]

    def __str__(self) -> str:
        return f"1 EUR = {self.rate.normalize():f} {self.currency} ({format_date(self.on)})"


def to_euro(amount: Decimal, rate: Decimal) -> Decimal:
    """An amount in euro at a rate (units for one euro), rounded to the cent half away from zero."""
    return round_money(amount / rate, "EUR")
