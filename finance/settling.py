"""Settling: what may be set against what, oldest first; posting and settling in one; advances without an invoice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from common.dates import today
from finance import cash
from finance.models import FinancialDocument, Payment, Settlement
from finance.models.choices import Side
from finance.models.payments import PaymentDirection
from finance.models.settlements import Item, Worth, lock_items
from trade.errors import DocumentError

ZERO = Decimal("0.00")
OFFERED = 100  # open items that are proposed at once; older ones come first
# ЗДДС чл. 113, ал. 4: the invoice is issued within five days of the tax event, which an advance is too.
DAYS_FOR_INVOICE = 5
ONE_DAY = dt.timedelta(days=1)

# An item of the other side, and how much of it, in the currency of the item for which it is proposed.
Pair = tuple[Any, Decimal]


def opposite_side(side: str) -> str:
    return str(Side.CREDIT if side == Side.DEBIT else Side.DEBIT)


def side_directions(side: str) -> Q:
    """Condition on payments whose open part counts on the side."""
    return Q(direction=PaymentDirection.IN if side == Side.CREDIT else PaymentDirection.OUT)


def open_documents(item: Item, user: Any = None) -> Any:
    """Documents of the other side with something left, of the party or of one that it pays for; the oldest first."""
    found = FinancialDocument.objects.open().filter(own_firm=item.own_firm_id, side=opposite_side(item.side))
    found = found.filter(party__in=[item.party_id, *paid_for(item.party_id)])
    if user is not None:
        found = found.visible_to(user)
    if isinstance(item, FinancialDocument):
        found = found.exclude(pk=item.pk)
    found = found.select_related("party", "party__legal_form")
    return found.order_by(F("payable_by").asc(nulls_last=True), "date", "pk")


def open_payments(item: Item, user: Any = None) -> Any:
    """Payments of the other side with something left; the oldest first."""
    found = Payment.objects.open().filter(own_firm=item.own_firm_id).filter(side_directions(opposite_side(item.side)))
    found = found.filter(party__in=[item.party_id, *paid_for(item.party_id)])
    if user is not None:
        found = found.visible_to(user)
    if isinstance(item, Payment):
        found = found.exclude(pk=item.pk)
    return found.select_related("party", "party__legal_form").order_by("date", "pk")


def paid_for(party: int) -> list[int]:
    """Parties for which this one pays, or that pay for it."""
    from counterparties.models import Relation

    pairs = Relation.objects.filter(kind=Relation.Kind.PAYS_FOR).filter(Q(from_party=party) | Q(to_party=party))
    return [key for pair in pairs.values_list("from_party", "to_party") for key in pair if key != party]


def worth(other: Item, item: Item, on: dt.date | None = None) -> Decimal | None:
    """What is open of the other, in the currency of the item; None when there is no exchange rate of the day."""
    if other.currency == item.currency:
        return other.open
    day = on or min(max(item.date, other.date), today())
    try:
        return Worth(other, item, day).of(other, other.open)
    except ValidationError:
        return None


def proposals(item: Item, user: Any = None, *, first: Item | None = None) -> list[Pair]:
    """What the item may be set against, and how much of it is proposed in the item's currency: the oldest first.

    `first` is served before all others (the document from which the payment was begun). Payments of the other direction
    stand at the end, with nothing proposed: an advance is not given back by itself.
    """
    if not item.side:
        return []
    left = item.open if item.pk and not item.is_draft else item.owed or ZERO
    documents = list(open_documents(item, user)[:OFFERED])
    payments = list(open_payments(item, user)[:OFFERED])
    if first is not None:
        documents = [first, *(one for one in documents if one != first)]
        payments = [one for one in payments if one != first]
    made: list[Pair] = []
    for other in documents:
        value = worth(other, item) if left else ZERO
        amount = min(value or ZERO, left)
        made.append((other, amount))
        left -= amount
    return [*made, *((other, ZERO) for other in payments)]


def those_seen(items: Iterable[Item], user: Any) -> set[tuple[type, int]]:
    """Which of the documents and payments the user may see, by model and key."""
    items = list(items)
    models: tuple[Any, ...] = (FinancialDocument, Payment)
    return {
        (model, key)
        for model in models
        if user.has_perm(f"finance.view_{model._meta.model_name}")
        for key in model.objects.visible_to(user)
        .filter(pk__in=[item.pk for item in items if isinstance(item, model)])
        .values_list("pk", flat=True)
    }


# -- Posting and settling ---------------------------------------------------------------------------


@transaction.atomic
def settle_all(item: Any, pairs: Iterable[Pair], by: Any, *, on: dt.date | None = None, reason: str = "") -> list[Any]:
    """Set the item against each of the others, by so much in the item's currency. All or nothing.

    Documents are locked by key, then payments. `reason` is why cash over the limit is paid. Raises DocumentError.
    """
    wanted = [(other, amount) for other, amount in pairs if amount]
    if not wanted:
        return []
    lock_items(item, *(other for other, _amount in wanted))
    if isinstance(item, Payment) and item.is_issued:
        note, documents = item.internal_note, [one for one, _amount in wanted if isinstance(one, FinancialDocument)]
        cash.demand_below_limit(item, by, documents, reason)
        if item.internal_note != note:
            item.save(update_fields=["internal_note"])
    made = []
    for other, amount in wanted:
        try:
            made.append(Settlement.settle(item, other, by=by, amount=amount, on=on))
        except DocumentError as refusal:
            raise DocumentError(f"{other}: {' '.join(refusal.messages)}") from refusal
    item.refresh_from_db(fields=["settled", "settled_eur"])
    return made


def post(payment: Payment, by: Any, pairs: Iterable[Pair] | None = None, *, reason: str = "") -> bool:
    """Post the draft and settle it, in one. True when this call did so, False when it was posted already.

    `pairs` are those that the draft was saved with when None. Raises DocumentError, and then nothing is changed.
    """
    with payment.all_or_nothing():
        return _post(payment, by, pairs, reason)


def _post(payment: Payment, by: Any, pairs: Iterable[Pair] | None, reason: str) -> bool:
    found = planned(payment, by) if pairs is None else [(other, amount) for other, amount in pairs if amount]
    others = [other for other, _amount in found]
    lock_items(*(one for one in others if isinstance(one, FinancialDocument)))
    lock_items(payment, *(one for one in others if isinstance(one, Payment)))
    payment.documents_to_settle = [one for one in others if isinstance(one, FinancialDocument)]  # type: ignore[attr-defined]
    setattr(payment, cash.REASON_FIELD, reason)
    if not payment.issue(by):
        return False
    if found:
        if not by.has_perm("finance.settle_payment"):
            raise DocumentError(_("You may not settle payments: post it without settling."))
        # The limit of cash was asked at posting, for these very documents.
        for other, amount in found:
            try:
                Settlement.settle(payment, other, by=by, amount=amount)
            except DocumentError as refusal:
                raise DocumentError(f"{other}: {' '.join(refusal.messages)}") from refusal
    payment.refresh_from_db()
    return True


def may_settle(payment: Payment, user: Any) -> bool:
    """Whether something of the payment is left that the user may settle."""
    fits = payment.is_issued and payment.direction != PaymentDirection.INTERNAL and payment.open
    return bool(fits) and bool(user.has_perm("finance.settle_payment"))


def to_plan(pairs: Iterable[Pair]) -> list[dict[str, Any]]:
    """Pairs as a draft keeps them until it is posted."""
    return [
        {"payment" if isinstance(other, Payment) else "document": other.pk, "amount": f"{amount:.2f}"}
        for other, amount in pairs
        if amount
    ]


def planned(payment: Payment, user: Any) -> list[Pair]:
    """The pairs that a draft was saved with, as far as the user still sees them."""
    models: dict[str, Any] = {"document": FinancialDocument, "payment": Payment}
    found: list[Pair] = []
    for name, model in models.items():
        amounts = {one[name]: Decimal(one["amount"]) for one in payment.to_settle if name in one}
        rows = model.objects.visible_to(user).filter(pk__in=amounts).select_related("party", "party__legal_form")
        found += [(row, amounts[row.pk]) for row in rows.order_by("date", "pk")]
    return found


# -- Giving back ------------------------------------------------------------------------------------


def draft_refund(payment: Payment, by: Any) -> Payment:
    """A draft of the other direction that gives back what is left of an advance; posted, it is settled with it.

    Raises DocumentError when there is nothing to give back.
    """
    if not payment.is_issued or payment.direction == PaymentDirection.INTERNAL or not payment.open:
        raise DocumentError(_("Nothing of this payment is left to give back."))
    goes_out = payment.direction == PaymentDirection.IN
    refund = Payment(
        own_firm=payment.own_firm,
        party=payment.party,
        direction=PaymentDirection.OUT if goes_out else PaymentDirection.IN,
        method=payment.method if payment.method in ("bank", "cash", "card") else "bank",
        amount=payment.open,
        currency=payment.currency,
        account=payment.account,
        desk=payment.desk,
        party_account=payment.party_account,
        party_iban=payment.party_iban,
        deal=payment.deal,
        # It stands on the order, which is Bulgarian whatever the language of the page.
        reason=f"Връщане по плащане № {payment.number}",
        created_by=by,
    )
    refund.to_settle = to_plan([(payment, payment.open)])
    refund.save()
    return refund


# -- Advances without an invoice --------------------------------------------------------------------


def advances_without_invoice(user: Any, until: dt.date | None = None) -> Any:
    """What clients paid that no invoice covers yet, the oldest first: within five days an invoice is due.

    `until` gives those whose fifth day comes up to it.
    """
    return without_invoice(Payment.objects.visible_to(user), until).order_by("date", "pk")


def without_invoice(payments: Any, until: dt.date | None = None) -> Any:
    """Those of the payments that are a client's advance without an invoice; with the fifth day up to `until`."""
    found = payments.open().filter(direction=PaymentDirection.IN, party__is_client=True)
    return found if until is None else found.filter(date__lte=until - dt.timedelta(days=DAYS_FOR_INVOICE))


def invoice_due(payment: Payment) -> dt.date | None:
    """The fifth day after a client's advance, by which its invoice is issued; None for what is no such advance."""
    is_advance = payment.is_issued and payment.direction == PaymentDirection.IN and payment.open > 0
    return payment.date + dt.timedelta(days=DAYS_FOR_INVOICE) if is_advance and payment.party.is_client else None


# -- Sums -------------------------------------------------------------------------------------------


def exchange_difference(settlements: Sequence[Any]) -> Decimal:
    """The exchange differences of settlements in all, in euro: above zero a gain."""
    return sum((one.exchange_difference for one in settlements), ZERO)
