"""The questions asked of financial documents and payments: who sees which, what is open, what is overdue."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from common.dates import today
from counterparties.models import Counterparty
from counterparties.querysets import own_firms_in_scope
from documents.querysets import OfPartyQuerySet
from finance.kinds import DocumentKind


class OfFirmAndPartyQuerySet(OfPartyQuerySet):
    """Rows seen when both their party and their own firm are in the user's scope."""

    def visible_to(self, user: Any) -> Self:
        found = super().visible_to(user)
        scope = own_firms_in_scope(user)
        if scope is None:
            return found
        return found.filter(own_firm__in=Counterparty.objects.filter(is_own_firm=True).filter(scope))

    def drafts(self) -> Self:
        return self.filter(state="draft")

    def issued(self) -> Self:
        return self.filter(state="issued")

    def in_force(self, on: dt.date) -> Self:
        """Issued up to the day and not cancelled by then: what counts as of a past date."""
        return (
            self.filter(date__lte=on)
            .exclude(state="draft")
            .filter(Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=on))
        )


class FinancialDocumentQuerySet(OfFirmAndPartyQuerySet):
    def of_ours(self) -> Self:
        return self.filter(received=False)

    def open(self) -> Self:
        """Issued with something left to settle."""
        return self.issued().filter(settled__lt=F("owed"))

    def overdue(self, on: dt.date | None = None) -> Self:
        """Open after their last day for paying; an unused credit note is never overdue."""
        return self.open().filter(payable_by__lt=on or today()).exclude(kind=DocumentKind.CREDIT_NOTE)

    def for_list(self) -> Self:
        return self.select_related("party", "party__legal_form", "own_firm", "own_firm__legal_form").defer(
            "search_text", "firm_copy", "party_copy", "account_copy", "note", "internal_note"
        )


class PaymentQuerySet(OfFirmAndPartyQuerySet):
    def open(self) -> Self:
        """Posted with something not yet settled: advances."""
        return self.issued().exclude(direction="internal").filter(settled__lt=F("amount"))

    def for_list(self) -> Self:
        return self.select_related(
            "party", "party__legal_form", "own_firm", "own_firm__legal_form", "account", "desk"
        ).defer("search_text")


class SettlementQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        return self.filter(ended_on__isnull=True)

    def in_force(self, on: dt.date) -> Self:
        """Those that count as of a day."""
        return self.filter(on__lte=on).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))

    def of(self, item: Any) -> Self:
        """Settlements of a document or a payment, on either side."""
        if item._meta.model_name == "payment":
            return self.filter(Q(debit_payment=item) | Q(credit_payment=item))
        return self.filter(Q(debit_document=item) | Q(credit_document=item))

    def end_all_of(self, item: Any, *, by: Any, on: dt.date | None = None) -> None:
        """End all current settlements of what is being cancelled; the other sides are open again."""
        from finance.models.settlements import lock_items

        rows = list(self.current().of(item).for_list().order_by("pk"))
        lock_items(*(side for row in rows for side in (row.debit, row.credit)))
        for settlement in rows:
            settlement.end(by, on=on, item=item)
        # Whoever listened may have ended some as well: what the caller holds and saves is what stands.
        item.refresh_from_db(fields=["settled", "settled_eur"])

    def for_list(self) -> Self:
        return self.select_related("debit_document", "debit_payment", "credit_document", "credit_payment", "made_by")
