"""What may be paid how, and what lies in the cash desks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.utils.html import format_html
from django.utils.translation import gettext as _

from common.dates import format_date
from common.money import format_money, round_money
from contacts.iban import format_iban, normalise
from contacts.models import BankAccount
from counterparties.models.reference import StatusEffect
from finance.models.firms import CashDesk, FirmSettings
from finance.models.payments import Payment, PaymentDirection, PaymentMethod
from trade.announcements import issuing
from trade.errors import DocumentError

ZERO = Decimal("0.00")
MOST = Decimal(10) ** 12
# The form's field for why cash over the limit is paid after all.
REASON_FIELD = "over_limit_reason"


def check_payment(payment: Any) -> None:
    """Refuse a payment that the rules of its way do not allow. Raises DocumentError."""
    check_amount(payment)
    if payment.direction == PaymentDirection.INTERNAL:
        check_transfer(payment)
        return
    check_place(payment)
    if payment.direction == PaymentDirection.OUT:
        check_paying_out(payment)
    else:
        check_taking_in(payment)


# -- Amount and place -------------------------------------------------------------------------------


def check_amount(payment: Any) -> None:
    if payment.amount is None or payment.amount <= 0:
        raise DocumentError({"amount": _("An amount is above zero.")})
    if payment.amount >= MOST:
        raise DocumentError({"amount": _("Such an amount cannot be.")})
    if round_money(payment.amount, payment.currency) != payment.amount:
        raise DocumentError({"amount": _("The currency has no such small part.")})


def check_place(payment: Any) -> None:
    """The money goes through one place that fits its way: an account, a desk, or neither."""
    payment.other_account = payment.other_desk = payment.other_amount = None
    match payment.method:
        case PaymentMethod.OFFSET:
            if payment.offset_document_id is None:
                raise DocumentError({"method": _("An offset is posted by its protocol, not by itself.")})
            payment.account = payment.desk = None
        case PaymentMethod.CASH:
            if payment.desk_id is None:
                raise DocumentError({"desk": _("Say which cash desk.")})
            check_desk(payment, payment.desk, "desk", payment.currency)
            payment.account = payment.party_account = None
        case PaymentMethod.BANK:
            if payment.account_id is None:
                raise DocumentError({"account": _("Say which of our accounts.")})
            check_account(payment, payment.account, "account", payment.currency)
            payment.desk = None
        case _way:
            # A card's or a courier's money may be on its way: the account is told when there is one.
            if payment.account_id is not None:
                check_account(payment, payment.account, "account", payment.currency)
            payment.desk = None


def check_account(payment: Any, account: BankAccount, field: str, currency: str | None) -> None:
    if account.party_id != payment.own_firm_id:
        raise DocumentError({field: _("The account is not one of the own firm.")})
    if account.is_archived:
        raise DocumentError({field: _("The account is archived.")})
    if currency is not None and account.currency != currency and not was_in_levs(account, payment):
        raise DocumentError(
            {field: _("The account is in %(currency)s, the payment is not.") % {"currency": account.currency}}
        )


def was_in_levs(account: BankAccount, payment: Any) -> bool:
    """Whether it is a payment of before the euro: the account was in levs then, and became one in euro by itself."""
    return bool(payment.currency == "BGN" and account.currency == "EUR")


def check_desk(payment: Any, desk: CashDesk, field: str, currency: str | None) -> None:
    if desk.own_firm_id != payment.own_firm_id:
        raise DocumentError({field: _("The cash desk is not one of the own firm.")})
    if desk.is_archived:
        raise DocumentError({field: _("The cash desk is archived.")})
    if currency is not None and desk.currency != currency:
        raise DocumentError(
            {field: _("The cash desk is in %(currency)s, the payment is not.") % {"currency": desk.currency}}
        )


def check_transfer(payment: Any) -> None:
    """A transfer has two different ends, both of the own firm; in another currency it says what arrived."""
    if payment.party_id != payment.own_firm_id:
        raise DocumentError({"party": _("A transfer is between accounts and desks of one own firm.")})
    source = payment.desk or payment.account
    target = payment.other_desk or payment.other_account
    for place, field in ((source, "source"), (target, "target")):
        if place is None:
            raise DocumentError({field: _("Say which account or cash desk.")})
    if (payment.desk_id and payment.account_id) or (payment.other_desk_id and payment.other_account_id):
        raise DocumentError({"target": _("An end of a transfer is an account or a cash desk, not both.")})
    for place, field, currency in ((source, "source", payment.currency), (target, "target", None)):
        if isinstance(place, CashDesk):
            check_desk(payment, place, field, currency)
        else:
            check_account(payment, place, field, currency)
    if type(source) is type(target) and source.pk == target.pk:
        raise DocumentError({"target": _("The two ends of a transfer are different.")})
    payment.method = PaymentMethod.CASH if payment.desk_id else PaymentMethod.BANK
    payment.party_account, payment.party_iban = None, ""
    if target.currency == source.currency:
        if payment.other_amount not in (None, payment.amount):
            raise DocumentError({"other_amount": _("In one currency as much arrives as was sent.")})
        payment.other_amount = payment.amount
    elif payment.other_amount is None or payment.other_amount <= 0:
        raise DocumentError({"other_amount": _("Say how much arrived, in %s.") % target.currency})
    elif payment.other_amount >= MOST:
        raise DocumentError({"other_amount": _("Such an amount cannot be.")})
    elif round_money(payment.other_amount, target.currency) != payment.other_amount:
        raise DocumentError({"other_amount": _("The currency has no such small part.")})


# -- Money that goes out ----------------------------------------------------------------------------


def check_paying_out(payment: Any) -> None:
    if payment.method == PaymentMethod.OFFSET:
        return
    if payment.statement_line_id is not None:
        # The bank has paid it already: what is asked before paying comes too late, and the books must know.
        take_known_account(payment)
        return
    status = payment.party.status
    if status is not None and StatusEffect.STOP_PAYMENTS in status.effects:
        raise DocumentError(
            {"party": _("Payments to this counterparty are stopped: its status is “%s”.") % status},
        )
    check_their_account(payment)


def check_their_account(payment: Any) -> None:
    """Refuse to pay a supplier to an account that a second person has not confirmed, or that nobody entered."""
    if payment.method != PaymentMethod.BANK:
        payment.party_account, payment.party_iban = None, ""
        return
    take_known_account(payment)
    account = payment.party_account
    if account is None:
        if payment.party_iban and payment.party.is_supplier:
            raise DocumentError(
                {
                    "party_iban": with_link(
                        _("This account is not among those of the supplier: it is added and confirmed first."),
                        payment.party,
                    )
                }
            )
        return
    if account.is_archived:
        raise DocumentError({"party_account": _("The account is archived.")})
    if not account.can_be_paid:
        raise DocumentError(
            {
                "party_account": with_link(
                    _("The account waits for confirmation by a second person and must not be paid yet."), payment.party
                )
            }
        )


def take_known_account(payment: Any) -> None:
    """Bring the account and the IBAN of the other side together; what is known by its IBAN is chosen."""
    if payment.party_account_id is not None:
        if payment.party_account.party_id != payment.party_id:
            raise DocumentError({"party_account": _("The account is not one of the counterparty.")})
        payment.party_iban = payment.party_account.iban
    elif payment.party_iban:
        payment.party_iban = normalise(payment.party_iban)
        known = BankAccount.objects.filter(party=payment.party_id, iban=payment.party_iban)
        payment.party_account = known.order_by("archived_at").select_related("party").first()


def with_link(words: str, party: Any) -> Any:
    return format_html(
        '{} <a href="/counterparties/{}/bank-accounts/">{}</a>', words, party.pk, _("Bank accounts of the counterparty")
    )


# -- Money that comes in ----------------------------------------------------------------------------


def check_taking_in(payment: Any) -> None:
    """Cash and cards are taken from clients only where the firm says so, with the number of the receipt."""
    if payment.method == PaymentMethod.BANK:
        take_known_account(payment)
    if payment.method not in (PaymentMethod.CASH, PaymentMethod.CARD) or not payment.party.is_client:
        return
    if not FirmSettings.of(payment.own_firm_id).takes_cash_from_clients:
        raise DocumentError(
            {"method": _("The own firm takes no cash and no cards from clients: this is set in its settings.")}
        )
    if not payment.receipt_number.strip():
        raise DocumentError({"receipt_number": _("Write the number of the fiscal receipt that was issued.")})


# -- The limit of cash ------------------------------------------------------------------------------


def limit_reached(payment: Any, documents: Iterable[Any] = ()) -> str:
    """Why the payment may not be made in cash (ЗОПБ чл. 3): a sentence; empty when it may.

    What counts is the amount; what is paid on the same deal in cash, before and with it; cash of the same day to or
    from the same party; and the worth of the documents it pays, of which no part may be paid in cash from the limit on.
    """
    if payment.method != PaymentMethod.CASH or payment.direction == PaymentDirection.INTERNAL:
        return ""
    limit = FirmSettings.of(payment.own_firm_id).cash_limit
    shown = {"limit": format_money(limit)}
    if payment.amount_eur >= limit:
        return _("From %(limit)s on payments are not made in cash (ЗОПБ чл. 3).") % shown
    for document in documents:
        if document.owed_eur >= limit:
            shown |= {"document": document, "amount": format_money(document.owed_eur)}
            return (
                _("%(document)s is worth %(amount)s: from %(limit)s on no part of it is paid in cash (ЗОПБ чл. 3).")
                % shown
            )
    others = Payment.objects.issued().exclude(pk=payment.pk)
    others = others.filter(
        party=payment.party_id, own_firm=payment.own_firm_id, direction=payment.direction, method=PaymentMethod.CASH
    )
    if payment.deal and (paid := sum_eur(others.filter(deal__iexact=payment.deal))) + payment.amount_eur >= limit:
        shown |= {"deal": payment.deal, "amount": format_money(paid + payment.amount_eur)}
        return (
            _("On the deal “%(deal)s” %(amount)s would be paid in cash; the limit is %(limit)s (ЗОПБ чл. 3).") % shown
        )
    if (paid := sum_eur(others.filter(date=payment.date))) + payment.amount_eur >= limit:
        shown |= {"amount": format_money(paid + payment.amount_eur)}
        return (
            _(
                "With the other cash of that day it would be %(amount)s with this counterparty; "
                "the limit is %(limit)s (ЗОПБ чл. 3)."
            )
            % shown
        )
    return ""


def sum_eur(payments: QuerySet[Any]) -> Decimal:
    return payments.aggregate(sum=Sum("amount_eur"))["sum"] or ZERO


def demand_below_limit(payment: Any, by: Any, documents: Iterable[Any] = (), reason: str = "") -> None:
    """Refuse cash over the limit to who may not pay it, or gives no reason; the reason is kept in the note."""
    if payment.method == PaymentMethod.CASH:
        # Two at once, each below the limit, would not see each other.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7230043, %s)", [payment.party_id])
    words = limit_reached(payment, documents)
    if not words:
        return
    if not by.has_perm("finance.pay_over_cash_limit"):
        raise DocumentError({"amount": words})
    if not (reason := reason.strip()):
        raise DocumentError({REASON_FIELD: _("%s Say why it is paid in cash all the same.") % words})
    noted = _("Over the cash limit (%(who)s): %(reason)s") % {"who": by, "reason": reason}
    payment.internal_note = "\n".join(filter(None, [payment.internal_note, noted]))[:2000]


@issuing.listen(Payment)
def check_limit(payment: Any, by: Any) -> None:
    """Asked while it is posted, when it is known by whom; reason and documents come from `settling.post`."""
    demand_below_limit(
        payment, by, getattr(payment, "documents_to_settle", ()), getattr(payment, REASON_FIELD, "") or ""
    )


# -- What is asked once -----------------------------------------------------------------------------


def warnings_for(payment: Any) -> list[str]:
    """What speaks against posting the payment without forbidding it; asked once."""
    said: list[str] = []
    if payment.direction == PaymentDirection.INTERNAL:
        return said
    if (twin := twins_of(payment).first()) is not None:
        said.append(
            _("%(payment)s of the same counterparty, day, amount and way is there already.") % {"payment": twin}
        )
    if payment.direction == PaymentDirection.OUT and payment.method == PaymentMethod.BANK:
        if payment.party_account_id is None and payment.party_iban:
            iban = normalise(payment.party_iban)
            if not BankAccount.objects.filter(party=payment.party_id, iban=iban).exists():
                words = _("The account %s is not among those of the counterparty: look at it once more.")
                said.append(words % format_iban(iban))
        elif payment.party_account_id is None and payment.party.is_supplier:
            said.append(_("It is not told to which account of the supplier is paid."))
    return said


def twins_of(payment: Any) -> QuerySet[Any]:
    """Other payments of the same party, amount, day and way, which may be the same one."""
    return (
        Payment.objects.exclude(state="cancelled")
        .exclude(pk=payment.pk)
        .filter(
            own_firm=payment.own_firm_id,
            party=payment.party_id,
            direction=payment.direction,
            method=payment.method,
            date=payment.date,
            amount=payment.amount,
            currency=payment.currency,
        )
        .order_by("-state", "pk")
    )


# -- Cash desks -------------------------------------------------------------------------------------


def movements(desk: Any) -> QuerySet[Any]:
    """Posted payments that move the desk's cash, with `change`: above zero what came in.

    Of a transfer between two desks each has its own end.
    """
    came = Q(desk=desk, direction=PaymentDirection.IN)
    went = Q(desk=desk) & ~Q(direction=PaymentDirection.IN)
    return (
        Payment.objects.issued()
        .through_desk(desk)
        .annotate(change=Case(When(came, then=F("amount")), When(went, then=-F("amount")), default=F("other_amount")))
    )


def changes_of(payment: Any) -> dict[int, Decimal]:
    """By how much the payment changes each desk, by its key."""
    changes: dict[int, Decimal] = {}
    if payment.desk_id:
        changes[payment.desk_id] = payment.amount if payment.direction == PaymentDirection.IN else -payment.amount
    if payment.other_desk_id:
        changes[payment.other_desk_id] = payment.other_amount
    return changes


def move(payment: Any, sign: int) -> None:
    """Put a payment's cash into its desk or take it out (`sign` −1 undoes it). Raises DocumentError below zero.

    Desks are locked by key; what lies in one is not below zero at the end of any day.
    """
    changes = changes_of(payment)
    if not changes:
        return
    desks = CashDesk.objects.filter(pk__in=changes).order_by("pk").select_for_update(no_key=True)
    for desk in list(desks):
        change = sign * changes[desk.pk]
        if change < 0:
            refuse_below_zero(desk, payment.date, change)
        desk.balance += change
        desk.save(update_fields=["balance"])


def refuse_below_zero(desk: Any, day: dt.date, change: Decimal) -> None:
    """Refuse a change that leaves the desk below zero on the day or a later one; the day is named."""
    later = movements(desk).filter(date__gte=day).values("date").annotate(sum=Sum("change")).order_by("date")
    by_day = {row["date"]: row["sum"] for row in later}
    lies = desk.balance - sum(by_day.values(), ZERO)
    for one in sorted({day, *by_day}):
        lies += by_day.get(one, ZERO)
        if lies + change < 0:
            words = _("On %(day)s there is only %(lies)s in the cash desk “%(desk)s”; it cannot go below zero.")
            shown = format_money(max(lies, ZERO), desk.currency)
            raise DocumentError({"amount": words % {"day": format_date(one), "lies": shown, "desk": desk}})


def lies_in(desk: Any, until: dt.date) -> Decimal:
    """What lies in the desk at the end of a day: what lies in it now without what moved later, asked at once."""
    later = movements(OuterRef("pk")).filter(date__gt=until).order_by().values(one=Value(1))
    sums = later.annotate(sum=Sum("change")).values("sum")
    found = CashDesk.objects.filter(pk=desk.pk).values_list("balance", Subquery(sums)).get()
    return Decimal(found[0]) - (found[1] or ZERO)
