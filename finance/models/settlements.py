"""Settlements [отнасяния]: what of a document or payment on one side is set against one on the other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.dates import today
from common.history import tracked
from finance.models.documents import FinancialDocument
from finance.models.payments import Payment
from finance.models.periods import PeriodClosing, lock_firm_periods, refuse_closed
from finance.querysets import SettledQuerySet
from trade.amounts import round_amount
from trade.errors import DocumentError
from trade.models.documents import MONEY
from trade.models.rates import FIXED, ExchangeRate, to_euro

Item = FinancialDocument | Payment
CENT = Decimal("0.01")


def rate_on(currency: str, on: dt.date, item: Item | None = None) -> Decimal:
    """The rate at which an item of the currency is settled on a day: fixed, the published one, else its own."""
    if currency in FIXED:
        return FIXED[currency]
    if item is not None and item.date == on:
        return item.rate
    return ExchangeRate.objects.rate_of(currency, on).rate


@tracked()
class Settlement(models.Model):
    """So much of what they owe us (debit: an invoice of ours, a payment out) against so much of what we owe (credit).

    Usually a document and a payment; also a credit note and an invoice, or a payment and its refund. Each side is told
    in its own currency and in euro at its own stored rate; the difference of the two is the exchange difference.
    """

    debit_document = models.ForeignKey(
        FinancialDocument, null=True, on_delete=models.PROTECT, related_name="settlements_as_debit"
    )
    debit_payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="settlements_as_debit")
    credit_document = models.ForeignKey(
        FinancialDocument, null=True, on_delete=models.PROTECT, related_name="settlements_as_credit"
    )
    credit_payment = models.ForeignKey(
        Payment, null=True, on_delete=models.PROTECT, related_name="settlements_as_credit"
    )
    debit_amount = models.DecimalField(_("amount"), **MONEY)
    credit_amount = models.DecimalField(_("amount"), **MONEY)
    debit_eur = models.DecimalField(**MONEY)
    credit_eur = models.DecimalField(**MONEY)
    on = models.DateField(_("settled on"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_on = models.DateField(_("undone on"), null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = SettledQuerySet.as_manager()

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["on", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="settlement_one_debit",
                condition=Q(debit_document__isnull=True, debit_payment__isnull=False)
                | Q(debit_document__isnull=False, debit_payment__isnull=True),
            ),
            models.CheckConstraint(
                name="settlement_one_credit",
                condition=Q(credit_document__isnull=True, credit_payment__isnull=False)
                | Q(credit_document__isnull=False, credit_payment__isnull=True),
            ),
            models.CheckConstraint(
                name="settlement_amounts_positive", condition=Q(debit_amount__gt=0) & Q(credit_amount__gt=0)
            ),
            models.CheckConstraint(
                name="settlement_ends_after_it_began", condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("on"))
            ),
        ]
        indexes = [
            models.Index(fields=[f"{side}_{what}"], name=f"settlement_{side[0]}_{what}")
            for side in ("debit", "credit")
            for what in ("document", "payment")
        ]

    def __str__(self) -> str:
        return f"{self.credit} → {self.debit}"

    @property
    def debit(self) -> Item:
        return self.debit_document or self.debit_payment  # type: ignore[return-value]

    @property
    def credit(self) -> Item:
        return self.credit_document or self.credit_payment  # type: ignore[return-value]

    @property
    def exchange_difference(self) -> Decimal:
        """In euro: above zero a gain of ours, below a loss. Zero while currencies or rates are the same."""
        return self.credit_eur - self.debit_eur

    # -- Making ----------------------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def settle(
        cls,
        one: Item,
        other: Item,
        *,
        by: Any,
        amount: Decimal | None = None,
        other_amount: Decimal | None = None,
        on: dt.date | None = None,
    ) -> Settlement:
        """Set two items of opposite sides against each other.

        `amount` is of `one`, in its currency (as much as both have open when None); `other_amount` of `other`, computed
        by the rates of the day when None. `on` is the effective day: not before both, not in a closed period. Raises
        DocumentError (a ValidationError) in words when anything speaks against it.
        """
        one, other = lock_items(one, other)
        refuse_unfit(one, other)
        on = effective_day(one, other, on)
        for given, item, field in ((amount, one, "amount"), (other_amount, other, "other_amount")):
            if given is not None and not (given.is_finite() and given == round_amount(given, item.currency)):
                raise DocumentError({field: _("An amount has no more decimals than its currency.")})
        amount, other_amount = amounts_of(one, other, amount, other_amount, on)
        for item, wanted, field in ((one, amount, "amount"), (other, other_amount, "other_amount")):
            if wanted <= 0:
                raise DocumentError({field: _("An amount is above zero.")})
            if wanted > item.open:
                raise DocumentError(
                    {
                        field: _("Of %(item)s only %(open)s %(currency)s is left to settle.")
                        % {"item": item, "open": item.open, "currency": item.currency}
                    }
                )
        euros = [euro_part(item, wanted) for item, wanted in ((one, amount), (other, other_amount))]
        row = cls(on=on, made_by=by)
        for item, wanted, euro in ((one, amount, euros[0]), (other, other_amount, euros[1])):
            setattr(row, f"{item.side}_{'payment' if isinstance(item, Payment) else 'document'}", item)
            setattr(row, f"{item.side}_amount", wanted)
            setattr(row, f"{item.side}_eur", euro)
            add_settled(item, wanted, euro)
        row.save()
        return row

    @transaction.atomic
    def end(self, by: Any, *, on: dt.date | None = None, item: Item | None = None) -> None:
        """Undo the settlement: both sides are open again by its amounts.

        In an open period it is as if it had never been; in a closed one it ends today (or on the day given).
        `item` is the side that the caller holds, whose columns are brought up to date too.
        """
        debit, credit = lock_items(self.debit, self.credit)
        locked = Settlement.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if locked.ended_on is not None:
            raise DocumentError(_("This settlement is undone already."))
        if item is None and any(isinstance(one, Payment) and one.offset_document_id for one in (debit, credit)):
            raise DocumentError(_("An offset is undone by cancelling its protocol."))
        lock_firm_periods(debit.own_firm_id)
        closed = PeriodClosing.objects.is_closed(debit.own_firm_id, self.on)
        ended_on = max(on or today(), self.on) if closed else self.on
        if closed:
            refuse_closed(debit.own_firm_id, ended_on, field="on")
        self.ended_on = ended_on
        self.ended_by, self.ended_at = by, timezone.now()
        self.save(update_fields=["ended_on", "ended_by", "ended_at"])
        for side, amount, euro in (
            (debit, self.debit_amount, self.debit_eur),
            (credit, self.credit_amount, self.credit_eur),
        ):
            add_settled(side, -amount, -euro)
            if item is not None and type(item) is type(side) and item.pk == side.pk:
                item.settled, item.settled_eur = side.settled, side.settled_eur


def lock_items(*items: Item) -> tuple[Any, ...]:
    """The items read anew and locked: documents by key, then payments by key."""
    fresh: dict[tuple[type, int], Item] = {}
    for model in (FinancialDocument, Payment):
        keys = sorted({item.pk for item in items if isinstance(item, model)})
        rows = model._default_manager.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
        fresh |= {(model, row.pk): row for row in rows}
    return tuple(fresh[type(item), item.pk] for item in items)


def refuse_unfit(one: Item, other: Item) -> None:
    """Refuse what cannot be set against each other. Raises DocumentError."""
    for item in (one, other):
        if item.is_draft:
            raise DocumentError(_("%s is a draft: issue it first.") % item)
        if item.is_cancelled:
            raise DocumentError(_("%s is cancelled; nothing is settled with it.") % item)
        if not item.side:
            raise DocumentError(_("%s owes nothing.") % item)
    if one.side == other.side:
        raise DocumentError(_("Both count on the same side; they cannot be set against each other."))
    if one.own_firm_id != other.own_firm_id:
        raise DocumentError(_("The two belong to different own firms."))
    if one.party_id != other.party_id and not pays_for(one.party_id, other.party_id):
        raise DocumentError(_("The two belong to different counterparties, and neither is said to pay for the other."))


def pays_for(one: int, other: int) -> bool:
    """Whether one of the two parties is said to pay for the other."""
    from counterparties.models import Relation

    pair = [one, other]
    return Relation.objects.filter(kind=Relation.Kind.PAYS_FOR, from_party__in=pair, to_party__in=pair).exists()


def effective_day(one: Item, other: Item, on: dt.date | None) -> dt.date:
    """The day from which the settlement counts: the later of both dates, or today when that period is closed."""
    earliest = max(one.date, other.date)
    if on is None:
        on = today() if PeriodClosing.objects.is_closed(one.own_firm_id, earliest) else earliest
    if on < earliest:
        raise DocumentError({"on": _("A settlement is not before the day of what is settled.")})
    if on > today():
        raise DocumentError({"on": _("A settlement is not in the future.")})
    refuse_closed(one.own_firm_id, on, field="on")
    return on


def amounts_of(
    one: Item, other: Item, amount: Decimal | None, other_amount: Decimal | None, on: dt.date
) -> tuple[Decimal, Decimal]:
    """Both amounts: those given, or the most that both have open, each worth the other on the day.

    Where the whole rest of a side is worth the amount given, the rest is taken whole: nothing of a cent stays.
    """
    if amount is not None and other_amount is not None:
        if one.currency == other.currency and amount != other_amount:
            raise DocumentError({"other_amount": _("In one currency both sides settle the same amount.")})
        return amount, other_amount
    worth = Worth(one, other, on)
    if amount is None and other_amount is None:
        if worth.of(other, other.open) == one.open:
            return one.open, other.open
        if worth.of(one, one.open) <= other.open:
            return one.open, worth.of(one, one.open)
        return min(worth.of(other, other.open), one.open), other.open
    if amount is None:
        assert other_amount is not None
        return worth.for_amount(other, other_amount), other_amount
    return amount, worth.for_amount(one, amount)


class Worth:
    """What amounts of two items are worth in each other's currency on a day, by way of the euro and rounded once.

    Between the lev and the euro it is the euro that is stored of each part, so that no difference ever stays of a rate
    that is fixed.
    """

    def __init__(self, one: Item, other: Item, on: dt.date) -> None:
        self.items = (one, other)
        same = one.currency == other.currency
        self.rates = (
            (Decimal(1), Decimal(1)) if same else (rate_on(one.currency, on, one), rate_on(other.currency, on, other))
        )

    def of(self, item: Item, amount: Decimal) -> Decimal:
        """The amount of one item in the currency of the other; at least its smallest unit."""
        at = self.items.index(item)
        other = self.items[1 - at]
        if item.currency == other.currency:
            return amount
        if other.currency == "EUR" and item.currency in FIXED:
            return euro_part(item, amount) or CENT
        worth = round_amount(amount * self.rates[1 - at] / self.rates[at], other.currency)
        return worth or Decimal(1).scaleb(int(worth.as_tuple().exponent))

    def for_amount(self, item: Item, amount: Decimal) -> Decimal:
        """How much of the other side an amount of one side settles: all that is open when that is worth the amount."""
        other = self.items[1 - self.items.index(item)]
        whole, wanted = self.of(other, other.open), self.of(item, amount)
        if whole == amount:
            return other.open
        # Less than the whole never comes to more than it by rounding.
        return min(wanted, other.open) if amount < whole else wanted


def euro_part(item: Item, amount: Decimal) -> Decimal:
    """The amount in euro at the item's own rate; the last part takes what is left, so that the rest is exactly 0.00."""
    left = item.open_eur
    return left if amount == item.open else min(to_euro(amount, item.rate), left)


def add_settled(item: Item, amount: Decimal, euro: Decimal) -> None:
    """Write what is settled of a locked item; the database holds that it stays between zero and the whole."""
    item.settled += amount
    item.settled_eur += euro
    type(item)._default_manager.filter(pk=item.pk).update(settled=item.settled, settled_eur=item.settled_eur)
