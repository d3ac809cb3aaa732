"""VAT: dated rates by category of EN 16931, and the grounds on which none is charged."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.dates import today
from contacts.models.base import Dated, dates_in_order
from counterparties.models.reference import NamedInTwoLanguages


class VatCategory(models.TextChoices):
    """VAT categories of EN 16931 (BT-151), of which Bulgarian documents need these."""

    STANDARD = "S", _("S – with a rate above zero")
    ZERO = "Z", _("Z – zero rate")
    EXEMPT = "E", _("E – exempt")
    REVERSE_CHARGE = "AE", _("AE – reverse charge")
    INTRA_COMMUNITY = "K", _("K – intra-Community supply")
    EXPORT = "G", _("G – export outside the EU")
    OUTSIDE = "O", _("O – outside the scope of VAT")


class VatRateQuerySet(models.QuerySet["VatRate"]):
    def in_force(self, on: dt.date | None = None) -> Self:
        """Rates in use on the day (today when none is given)."""
        on = on or today()
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
            is_active=True,
        )

    def usual(self, on: dt.date | None = None) -> VatRate | None:
        """The rate to propose when nothing else is known."""
        return self.in_force(on).order_by("-is_default", "order", "pk").first()


class VatRate(NamedInTwoLanguages, Dated):
    """A rate of VAT (ЗДДС чл. 66, 66а; zero rates of chapters three and following). Dated: laws change."""

    category = models.CharField(_("category"), max_length=2, choices=VatCategory, default=VatCategory.STANDARD)
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)
    is_default = models.BooleanField(_("proposed first"), default=False)

    objects = VatRateQuerySet.as_manager()

    class Meta(NamedInTwoLanguages.Meta):
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        constraints = [
            models.CheckConstraint(
                name="vat_rate_percent_by_category",
                condition=Q(category="S", percent__gt=0, percent__lt=100) | (~Q(category="S") & Q(percent=0)),
                violation_error_message=_("Category S has a rate above zero, every other category has 0 %."),
            ),
            dates_in_order("vat_rate_dates_in_order"),
        ]

    @property
    def needs_ground(self) -> bool:
        """Whether a document must say on which ground no VAT is charged (ЗДДС чл. 114, ал. 1, т. 12)."""
        return not self.percent


class VatGround(models.Model):
    """Why no VAT is charged, in the words that stand on the document (BT-120), with the code of EN 16931 (BT-121)."""

    category = models.CharField(_("category"), max_length=2, choices=VatCategory)
    code = models.CharField(_("VATEX code"), max_length=30, blank=True)
    text = models.CharField(_("text"), max_length=300)
    text_en = models.CharField(_("text in English"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("ground for 0 % VAT")
        verbose_name_plural = _("grounds for 0 % VAT")
        ordering = ["category", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["category", "text"], name="vat_ground_unique"),
            models.CheckConstraint(
                name="vat_ground_not_of_s",
                condition=~Q(category="S"),
                violation_error_message=_("Only what is not taxed has a ground."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        super().clean()
        if self.category == VatCategory.STANDARD:
            raise ValidationError({"category": _("Only what is not taxed has a ground.")})
