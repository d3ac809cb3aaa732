"""What an offset protocol [протокол за прихващане] sets against each other."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from finance.models.documents import FinancialDocument
from trade.amounts import ZERO
from trade.models.documents import MONEY

ITEMS_FROZEN = """
    IF EXISTS (SELECT FROM finance_financialdocument d WHERE d.id = {row}.offset_id AND d.state <> 'draft') THEN
        RAISE EXCEPTION 'An issued offset does not change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN {row};
"""


class OffsetItem(models.Model):
    """A document that an offset protocol chooses, with what of it is put forward and, once issued, what went off.

    Both amounts are in the protocol's currency. On which side it counts is the document's own `side`.
    """

    offset = models.ForeignKey(FinancialDocument, on_delete=models.CASCADE, related_name="offset_items")
    document = models.ForeignKey(
        FinancialDocument, verbose_name=_("document"), on_delete=models.PROTECT, related_name="offset_in"
    )
    amount = models.DecimalField(_("amount"), **MONEY)
    used = models.DecimalField(_("offset"), **MONEY, default=ZERO, editable=False)

    class Meta:
        verbose_name = _("document of an offset")
        verbose_name_plural = _("documents of an offset")
        ordering = ["document__payable_by", "document__date", "document_id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["offset", "document"], name="offset_item_once"),
            models.CheckConstraint(
                name="offset_item_amounts",
                condition=Q(amount__gt=Decimal(0), used__gte=Decimal(0), used__lte=F("amount")),
                violation_error_message=_("An amount is above zero."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name=f"offset_item_frozen_{word}",
                when=pgtrigger.Before,
                operation=operation,
                func=ITEMS_FROZEN.format(row=row),
            )
            for word, operation, row in (
                ("written", pgtrigger.Insert | pgtrigger.Update, "NEW"),
                ("deleted", pgtrigger.Delete, "OLD"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.amount}"
