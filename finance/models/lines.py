"""Lines of financial documents and their VAT per rate; the database keeps them as they are once issued."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.history import tracked
from finance.models.documents import FinancialDocument
from trade.models import DocumentLine, DocumentTax

# Lines and taxes of a document of ours that is no draft stay as they are, whoever asks.
LINES_FROZEN = """
    IF EXISTS (SELECT FROM finance_financialdocument d WHERE d.id = COALESCE({row}.document_id, 0)
               AND d.state <> 'draft' AND NOT d.received) THEN
        RAISE EXCEPTION 'Lines of an issued document do not change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN {row};
"""


def frozen_with_document(name: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Trigger(
            name=f"{name}_frozen_{word}",
            when=pgtrigger.Before,
            operation=operation,
            func=LINES_FROZEN.format(row=row),
        )
        for word, operation, row in (
            ("written", pgtrigger.Insert | pgtrigger.Update, "NEW"),
            ("deleted", pgtrigger.Delete, "OLD"),
        )
    ]


@tracked(exclude=["net_eur", "amount", "net"])
class FinancialDocumentLine(DocumentLine):
    document = models.ForeignKey(FinancialDocument, on_delete=models.CASCADE, related_name="lines")
    # The advance invoice whose advance this line deducts, with quantity −1.
    deducts = models.ForeignKey(
        FinancialDocument,
        verbose_name=_("deducts the advance"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deducted_in",
    )

    class Meta(DocumentLine.Meta):
        verbose_name = _("line of a document")
        verbose_name_plural = _("lines of documents")
        default_permissions = ()
        constraints = [
            *DocumentLine.Meta.constraints,
            models.CheckConstraint(
                name="findocline_quantity_sign",
                condition=Q(quantity__gt=0) | (Q(deducts__isnull=False) & Q(quantity=-1)),
                violation_error_message=_("A quantity is above zero; what is given back stands on a credit note."),
            ),
        ]
        indexes = [
            models.Index(fields=["document", "position"], name="findocline_by_document"),
            models.Index(fields=["article", "document"], name="findocline_by_article"),
        ]
        triggers = frozen_with_document("line")

    @property
    def deducts_something(self) -> bool:
        return self.deducts_id is not None


class FinancialDocumentTax(DocumentTax):
    document = models.ForeignKey(FinancialDocument, on_delete=models.CASCADE, related_name="taxes")

    class Meta(DocumentTax.Meta):
        verbose_name = _("VAT of a document")
        verbose_name_plural = _("VAT of documents")
        default_permissions = ()
        triggers = frozen_with_document("tax")
