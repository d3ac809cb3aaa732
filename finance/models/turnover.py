"""Turnover per party, own firm, currency and month, kept in the transaction that issues or cancels a document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from contacts.querysets import visible_parties
from finance.kinds import Direction
from finance.models.firms import OfFirmQuerySet


class TurnoverQuerySet(OfFirmQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Seen, as the documents in it are, when both the party and the own firm are in the user's scope."""
        parties = visible_parties(user)
        found = super().visible_to(user)
        return found if parties is None else found.filter(party__in=parties)

    def add(
        self, *, party: int, own_firm: int, currency: str, month: Any, direction: str, net: Decimal, net_eur: Decimal
    ) -> None:
        """Add to the row of the month, making it when there is none. Its lock lasts until the transaction ends."""
        row = Turnover(
            party_id=party,
            own_firm_id=own_firm,
            currency=currency,
            month=month,
            direction=direction,
        )
        # Made first, empty: two that begin the same month at once meet here, and neither loses its part.
        self.bulk_create([row], ignore_conflicts=True)
        found = self.filter(party=party, own_firm=own_firm, currency=currency, month=month, direction=direction)
        found.update(net=F("net") + net, net_eur=F("net_eur") + net_eur)


class Turnover(models.Model):
    """Net of VAT, invoices + debit − credit notes by month of the tax event. `manage.py recount --check` proves it."""

    party = models.ForeignKey("counterparties.Counterparty", on_delete=models.PROTECT, related_name="turnover")
    own_firm = models.ForeignKey("counterparties.Counterparty", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    month = models.DateField()
    direction = models.CharField(max_length=8, choices=Direction)
    net = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal("0.00"))
    net_eur = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal("0.00"))

    objects = TurnoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("turnover of a month")
        verbose_name_plural = _("turnover of months")
        default_permissions = ()
        permissions = [("view_reports", "Can see financial reports")]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "direction", "month", "own_firm", "currency"], name="turnover_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y} {self.net} {self.currency}"
