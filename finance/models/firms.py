"""What an own firm sets for its finances, and its cash desks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.addresses import address
from common.history import tracked
from common.uploads import CheckedFileField
from contacts.currencies import validate_currency
from contacts.models.base import Archivable
from contacts.querysets import ArchivableQuerySet
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from counterparties.querysets import own_firms_in_scope


@tracked()
class FirmSettings(models.Model):
    """How an own firm issues and takes: its logo, its series of notes, its terms, its tolerances."""

    own_firm = models.OneToOneField(
        "counterparties.Counterparty",
        verbose_name=_("own firm"),
        on_delete=models.PROTECT,
        related_name="finance_settings",
        limit_choices_to={Kind.OWN_FIRM.flag: True},
    )
    logo = CheckedFileField(_("logo"), upload_to="logos", blank=True)
    notes_apart = models.BooleanField(
        _("notes have a series apart"), default=False, help_text=_("Otherwise they share the numbers of invoices.")
    )
    takes_cash_from_clients = models.BooleanField(
        _("takes cash and cards from clients"),
        default=False,
        help_text=_("The program is no fiscal device: only the number of a receipt issued elsewhere is recorded."),
    )
    payment_term_days = models.PositiveSmallIntegerField(
        _("payment term, days"), default=14, help_text=_("When the client has none of its own (ТЗ чл. 303а).")
    )
    tolerance = models.DecimalField(
        _("tolerated difference of received totals"), max_digits=6, decimal_places=2, default=Decimal("0.02")
    )
    cash_limit = models.DecimalField(
        _("cash limit, EUR"),
        max_digits=10,
        decimal_places=2,
        default=Decimal("5112.92"),
        help_text=_("From this sum on payments are not made in cash (ЗОПБ чл. 3): 10 000 BGN at the fixed rate."),
    )
    foot = models.CharField(_("text in the foot of documents"), max_length=300, blank=True)
    prepared_by = models.CharField(_("prepared by, when it is always the same"), max_length=150, blank=True)
    place = models.CharField(_("usual place of the deal"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("finance settings of an own firm")
        verbose_name_plural = _("finance settings of own firms")
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return str(self.own_firm)

    @classmethod
    def of(cls, own_firm: Any) -> FirmSettings:
        """The firm's settings; unsaved usual ones when it has set none."""
        key = getattr(own_firm, "pk", own_firm)
        return cls.objects.filter(own_firm=key).first() or cls(own_firm_id=key)


class OfFirmQuerySet(ArchivableQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Rows of the own firms in the user's scope."""
        scope = own_firms_in_scope(user)
        if scope is None:
            return self
        return self.filter(own_firm__in=Counterparty.objects.filter(is_own_firm=True).filter(scope))


@tracked(exclude=["balance"])
class CashDesk(Archivable):
    """A cash desk of an own firm, in one currency. What lies in it is never below zero, on any day."""

    own_firm = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("own firm"),
        on_delete=models.PROTECT,
        related_name="cash_desks",
        limit_choices_to={Kind.OWN_FIRM.flag: True},
    )
    name = models.CharField(_("name"), max_length=100)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    # Kept with each posted payment under the desk's lock; `manage.py recount --check` proves it.
    balance = models.DecimalField(
        _("in the desk"), max_digits=18, decimal_places=2, default=Decimal("0.00"), editable=False
    )

    objects = OfFirmQuerySet.as_manager()

    class Meta:
        verbose_name = _("cash desk")
        verbose_name_plural = _("cash desks")
        ordering = ["own_firm", "name"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(fields=["own_firm", "name"], name="cash_desk_name_unique"),
            models.CheckConstraint(name="cash_desk_never_negative", condition=Q(balance__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("finance:cashdesk_detail", self.pk)

    def clean(self) -> None:
        super().clean()
        try:
            self.currency = validate_currency(self.currency)
        except ValidationError as refusal:
            raise ValidationError({"currency": refusal}) from refusal
