"""What may be paid how: places, accounts that wait, the limit of cash, desks that are never below zero."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finance.cash_book import book_of
from finance.models import CashDesk, FirmSettings, Payment, PeriodClosing
from finance.settling import post, settle_all
from tests.factories.contacts import BankAccountFactory
from tests.factories.counterparties import ClientFactory, OwnFirmFactory, StatusFactory, SupplierFactory
from tests.factories.finance import CashDeskFactory, PaymentFactory, account_of, days_ago, issued, posted
from tests.factories.users import UserFactory
from tests.people import fresh, worker
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return OwnFirmFactory()


@pytest.fixture
def by():
    return fresh(UserFactory(role="manager"))


def desk_of(firm, lies=0, on=None, **facts) -> CashDesk:
    """A desk with so much in it, brought from an account."""
    desk = CashDeskFactory(own_firm=firm, **facts)
    if lies:
        into_desk(desk, lies, on or days_ago(30))
    return desk


def into_desk(desk, amount, on) -> Payment:
    firm = desk.own_firm
    return posted(
        own_firm=firm, party=firm, direction="internal", amount=amount, other_desk=desk, other_amount=amount, date=on
    )


def refusal(payment: Payment, by=None) -> dict[str, str]:
    """Where posting is refused, and in what words."""
    with pytest.raises(DocumentError) as refused:
        payment.issue(by or fresh(UserFactory(role="manager")))
    error = refused.value
    if not hasattr(error, "error_dict"):
        return {"": " ".join(error.messages)}
    return {name: " ".join(str(one) for one in errors[0].messages) for name, errors in error.error_dict.items()}


# -- Ways and places --------------------------------------------------------------------------------


def test_a_transfer_from_a_bank_goes_through_an_account_of_the_firm_in_its_currency(firm):
    party = ClientFactory()
    for account in (None, account_of(OwnFirmFactory()), account_of(firm, "USD")):
        assert "account" in refusal(PaymentFactory(own_firm=firm, party=party, account=account))

    assert posted(own_firm=firm, party=party).number


def test_cash_goes_through_a_desk_of_the_firm_in_its_currency(firm):
    supplier = SupplierFactory()
    for desk in (None, CashDeskFactory(), CashDeskFactory(own_firm=firm, currency="USD")):
        payment = PaymentFactory(own_firm=firm, party=supplier, method="cash", desk=desk)
        assert "desk" in refusal(payment)


def test_an_offset_is_posted_by_its_protocol_alone(firm):
    assert "method" in refusal(PaymentFactory(own_firm=firm, method="offset", account=None))


def test_nothing_is_paid_to_whom_payments_are_stopped(firm):
    supplier = SupplierFactory(status=StatusFactory(effects=["stop_payments"]))

    assert "party" in refusal(PaymentFactory(own_firm=firm, party=supplier, direction="out"))
    assert posted(own_firm=firm, party=supplier, direction="in").number


# -- Accounts of suppliers --------------------------------------------------------------------------


def test_an_account_that_waits_for_a_second_person_is_not_paid(firm):
    supplier = SupplierFactory()
    account = BankAccountFactory(party=supplier)
    payment = PaymentFactory(own_firm=firm, party=supplier, direction="out", party_account=account)

    said = refusal(payment)
    assert f'href="/counterparties/{supplier.pk}/bank-accounts/"' in said["party_account"]

    account.confirm(UserFactory(), account.iban)
    assert Payment.objects.get(pk=payment.pk).issue(UserFactory())
    payment.refresh_from_db()
    assert payment.party_iban == account.iban


def test_a_typed_number_of_a_supplier_is_one_of_his_accounts_or_it_is_refused(firm):
    supplier = SupplierFactory()
    account = BankAccountFactory(party=supplier)
    typed = {"own_firm": firm, "party": supplier, "direction": "out"}

    assert "party_iban" in refusal(PaymentFactory(party_iban="BG80BNBG96611020345678", **typed))
    assert "party_account" in refusal(PaymentFactory(party_iban=account.iban, **typed))


def test_another_party_may_be_paid_to_a_typed_number(firm):
    assert posted(own_firm=firm, direction="out", party_iban="BG80BNBG96611020345678").number


# -- Cash and cards of clients ----------------------------------------------------------------------


def test_cash_of_clients_is_taken_only_where_the_firm_says_so_and_with_the_receipt(firm):
    desk = CashDeskFactory(own_firm=firm)
    cash = {"own_firm": firm, "method": "cash", "desk": desk}
    assert "method" in refusal(PaymentFactory(**cash))

    FirmSettings.objects.create(own_firm=firm, takes_cash_from_clients=True)
    assert "receipt_number" in refusal(PaymentFactory(**cash))
    assert posted(receipt_number="0012345", **cash).number == "0000001"


# -- The limit --------------------------------------------------------------------------------------


def test_cash_of_the_limit_and_more_is_refused_without_the_right_and_without_a_reason(firm, by):
    desk = desk_of(firm, 9000)
    payment = PaymentFactory(
        own_firm=firm, party=SupplierFactory(), direction="out", method="cash", desk=desk, amount=Decimal("5112.92")
    )

    assert "amount" in refusal(payment, by=fresh(UserFactory(role="accountant")))
    assert "over_limit_reason" in refusal(payment, by=by)
    assert post(payment, by, [], reason="По решение на съда")
    assert "По решение на съда" in payment.internal_note


def test_one_cent_below_the_limit_is_paid(firm):
    desk = desk_of(firm, 9000)

    assert posted(
        own_firm=firm, party=SupplierFactory(), direction="out", method="cash", desk=desk, amount=Decimal("5112.91")
    )


def test_parts_of_one_deal_count_together(firm):
    desk, supplier = desk_of(firm, 9000), SupplierFactory()
    part = {"own_firm": firm, "party": supplier, "direction": "out", "method": "cash", "desk": desk}
    part["deal"] = "Договор 7"
    posted(amount=3000, date=days_ago(20), **part)

    seller = fresh(UserFactory(role="accountant"))
    assert "amount" in refusal(PaymentFactory(amount=3000, **part), by=seller)
    assert PaymentFactory(amount=3000, **(part | {"deal": "Договор 8"})).issue(seller)


def test_the_cash_of_one_day_with_one_party_counts_together(firm):
    desk, supplier = desk_of(firm, 9000), SupplierFactory()
    part = {"own_firm": firm, "party": supplier, "direction": "out", "method": "cash", "desk": desk, "amount": 3000}
    posted(**part)

    assert "amount" in refusal(PaymentFactory(**part), by=fresh(UserFactory(role="accountant")))


def test_no_part_of_an_invoice_worth_the_limit_is_paid_in_cash(firm, by):
    FirmSettings.objects.create(own_firm=firm, takes_cash_from_clients=True)
    invoice = issued(own_firm=firm, price=5000)  # 6000.00 with VAT
    desk = CashDeskFactory(own_firm=firm)
    cash = {"own_firm": firm, "party": invoice.party, "method": "cash", "desk": desk, "receipt_number": "1"}
    payment = PaymentFactory(amount=100, **cash)

    with pytest.raises(DocumentError):
        post(payment, by, [(invoice, Decimal(100))])
    assert Payment.objects.get(pk=payment.pk).is_draft

    advance = posted(amount=200, **cash)
    with pytest.raises(DocumentError):
        settle_all(advance, [(invoice, Decimal(200))], by)
    assert settle_all(advance, [(invoice, Decimal(200))], by, reason="Остатък по стар договор")
    assert "Остатък" in Payment.objects.get(pk=advance.pk).internal_note


# -- Desks ------------------------------------------------------------------------------------------


def test_a_desk_never_goes_below_zero(firm):
    desk = desk_of(firm, 100)
    out = {"own_firm": firm, "party": SupplierFactory(), "direction": "out", "method": "cash", "desk": desk}

    assert "amount" in refusal(PaymentFactory(amount=Decimal("100.01"), **out))
    posted(amount=100, **out)
    desk.refresh_from_db()
    assert desk.balance == 0


def test_an_earlier_outflow_that_would_empty_a_later_day_is_refused_and_the_day_is_named(firm):
    desk = desk_of(firm, 100)
    out = {"own_firm": firm, "party": SupplierFactory(), "direction": "out", "method": "cash", "desk": desk}
    posted(amount=80, date=days_ago(5), **out)
    into_desk(desk, 100, days_ago(2))

    # Today there are 120, but on the fifth day before today there were only 20.
    said = refusal(PaymentFactory(amount=30, date=days_ago(10), **out))
    assert f"{days_ago(5):%d.%m.%Y}" in said["amount"]
    assert posted(amount=20, date=days_ago(10), **out).number
    assert posted(amount=100, **out).number


def test_cancelling_takes_the_cash_out_again_and_is_refused_when_it_was_spent(firm, by):
    desk = CashDeskFactory(own_firm=firm)
    brought = into_desk(desk, 100, days_ago(3))
    spent = posted(
        own_firm=firm, party=SupplierFactory(), direction="out", method="cash", desk=desk, amount=60, date=days_ago(1)
    )

    with pytest.raises(DocumentError):
        brought.cancel(by, "Грешка")
    spent.cancel(by, "Грешка")
    Payment.objects.get(pk=brought.pk).cancel(by, "Грешка")
    desk.refresh_from_db()
    assert desk.balance == 0


def test_a_transfer_moves_both_ends(firm):
    one, other = desk_of(firm, 500), CashDeskFactory(own_firm=firm)
    posted(own_firm=firm, party=firm, direction="internal", amount=200, account=None, desk=one, other_desk=other)

    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.balance, other.balance) == (300, 200)


def test_a_transfer_into_another_currency_says_what_arrived(firm):
    dollars = account_of(firm, "USD")
    transfer = {"own_firm": firm, "party": firm, "direction": "internal", "amount": 100, "other_account": dollars}

    assert "other_amount" in refusal(PaymentFactory(**transfer))
    assert posted(other_amount=Decimal("108.50"), **transfer).other_amount == Decimal("108.50")


def test_both_ends_of_a_transfer_differ_and_are_of_one_firm(firm):
    account = account_of(firm)
    transfer = {"own_firm": firm, "party": firm, "direction": "internal", "account": account}

    assert "target" in refusal(PaymentFactory(other_account=account, **transfer))
    assert "target" in refusal(PaymentFactory(other_account=account_of(OwnFirmFactory()), **transfer))
    assert "target" in refusal(PaymentFactory(**transfer))


# -- The book ---------------------------------------------------------------------------------------


def test_the_cash_book_tells_opening_orders_and_closing_of_each_day(firm, by):
    desk = desk_of(firm, 1000)
    out = {"own_firm": firm, "party": SupplierFactory(), "direction": "out", "method": "cash", "desk": desk}
    first = posted(amount=100, date=days_ago(3), **out)
    wrong = posted(amount=50, date=days_ago(3), **out)
    wrong.cancel(by, "Грешна сума")
    into_desk(desk, 20, days_ago(1))

    book = book_of(desk, days_ago(5), days_ago(0), by)

    assert (book.opening, book.closing) == (1000, 920)
    assert [(day.day, day.opening, day.came, day.went, day.closing) for day in book.days] == [
        (days_ago(3), 1000, 0, 100, 900),
        (days_ago(1), 900, 20, 0, 920),
    ]
    # The number of a cancelled order stays in the book.
    assert [row.payment.number for row in book.days[0].rows] == [first.number, wrong.number]
    assert book_of(desk, days_ago(60), days_ago(40), by).closing == 0


# -- Days -------------------------------------------------------------------------------------------


def test_nothing_is_posted_or_cancelled_in_a_closed_period_or_in_the_future(firm, by):
    day = days_ago(45)
    payment = posted(own_firm=firm, date=day)
    PeriodClosing.close(firm, day, by)

    assert "date" in refusal(PaymentFactory(own_firm=firm, date=day))
    assert "date" in refusal(PaymentFactory(own_firm=firm, date=days_ago(-1)))
    with pytest.raises(DocumentError):
        payment.cancel(by, "Грешка")


def test_who_may_not_pay_over_the_limit_is_told_so(firm):
    clerk = worker("finance.issue_payment")
    desk = desk_of(firm, 9000)
    payment = PaymentFactory(
        own_firm=firm, party=SupplierFactory(), direction="out", method="cash", desk=desk, amount=6000
    )

    with pytest.raises(DocumentError, match="5"):
        post(payment, clerk, [], reason="Молба")
