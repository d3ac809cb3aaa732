"""The questions asked of financial documents and payments: who sees which, what is open, what is overdue."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, DecimalField, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from common.dates import today
from counterparties.models import Counterparty
from counterparties.querysets import own_firms_in_scope
from documents.querysets import OfPartyQuerySet
from finance.kinds import DocumentKind

MONEY_SUM: Any = DecimalField(max_digits=24, decimal_places=2)
NOTHING = Value(Decimal("0.00"), output_field=MONEY_SUM)


def settled_by(on: dt.date, row: str, amount: str) -> Any:
    """What of a document or payment was settled as of a day: `row` is its side in a settlement, `amount` which sum."""
    settlements = apps.get_model("finance", "Settlement").objects.in_force(on).filter(**{row: OuterRef("pk")})
    found = settlements.order_by().values(row).annotate(total=Sum(amount, output_field=MONEY_SUM)).values("total")
    return Coalesce(Subquery(found, output_field=MONEY_SUM), NOTHING, output_field=MONEY_SUM)


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

    def left_as_of(self, on: dt.date) -> Self:
        """Those with something left to settle as of a day, `left` and `left_eur` of it; today's from what is stored."""
        if on >= today():
            return self.open().annotate(left=F("owed") - F("settled"), left_eur=F("owed_eur") - F("settled_eur"))

        def left(owed: str, what: str) -> Any:
            settled = Case(
                When(side="debit", then=settled_by(on, "debit_document", f"debit_{what}")),
                default=settled_by(on, "credit_document", f"credit_{what}"),
                output_field=MONEY_SUM,
            )
            return F(owed) - settled

        rows = self.in_force(on).filter(owed__gt=0)
        return rows.annotate(left=left("owed", "amount"), left_eur=left("owed_eur", "eur")).filter(left__gt=0)

    def for_list(self) -> Self:
        return self.select_related("party", "party__legal_form", "own_firm", "own_firm__legal_form").defer(
            "search_text", "firm_copy", "party_copy", "account_copy", "note", "internal_note"
        )


class PaymentQuerySet(OfFirmAndPartyQuerySet):
    def through_desk(self, desk: Any) -> Self:
        """Those that put cash into the desk or take it out."""
        return self.filter(Q(desk=desk) | Q(other_desk=desk))

    def open(self) -> Self:
        """Posted with something not yet settled: advances."""
        return self.issued().exclude(direction="internal").filter(settled__lt=F("amount"))

    def left_as_of(self, on: dt.date) -> Self:
        """Those not settled in full as of a day, `left` and `left_eur` of it; today's from what is stored."""
        if on >= today():
            return self.open().annotate(left=F("amount") - F("settled"), left_eur=F("amount_eur") - F("settled_eur"))

        def left(amount: str, what: str) -> Any:
            settled = Case(
                When(direction="out", then=settled_by(on, "debit_payment", f"debit_{what}")),
                default=settled_by(on, "credit_payment", f"credit_{what}"),
                output_field=MONEY_SUM,
            )
            return F(amount) - settled

        rows = self.in_force(on).exclude(direction="internal")
        return rows.annotate(left=left("amount", "amount"), left_eur=left("amount_eur", "eur")).filter(left__gt=0)

    def for_list(self) -> Self:
        return self.select_related(
            "party", "party__legal_form", "own_firm", "own_firm__legal_form", "account", "desk"
        ).defer("search_text")


class SettledQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Those of which the user sees both sides."""
        documents = apps.get_model("finance", "FinancialDocument").objects.visible_to(user)
        payments = apps.get_model("finance", "Payment").objects.visible_to(user)
        found = self
        for side in ("debit", "credit"):
            of_document = Q(**{f"{side}_document__in": documents.values("pk")})
            found = found.filter(of_document | Q(**{f"{side}_payment__in": payments.values("pk")}))
        return found

    def of_firm(self, own_firm: Any) -> Self:
        """Both sides are of one own firm; either tells which."""
        return self.filter(Q(debit_document__own_firm=own_firm) | Q(debit_payment__own_firm=own_firm))

    def with_difference(self) -> Self:
        """Those whose two sides are not the same in euro, with the `difference`: above zero a gain."""
        return self.annotate(difference=F("credit_eur") - F("debit_eur")).exclude(difference=0)

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
