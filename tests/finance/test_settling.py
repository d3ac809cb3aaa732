"""What a payment is set against: proposals, posting with settling, refunds, advances without an invoice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from finance.models import FinancialDocument, Payment, Settlement
from finance.settling import (
    advances_without_invoice,
    draft_refund,
    exchange_difference,
    invoice_due,
    planned,
    post,
    proposals,
    settle_all,
    to_plan,
)
from tests.factories.counterparties import ClientFactory, OwnFirmFactory, RelationFactory, SupplierFactory
from tests.factories.finance import PaymentFactory, days_ago, entered, issued, posted
from tests.factories.trade import ExchangeRateFactory
from tests.factories.users import UserFactory
from tests.people import fresh, superuser
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return OwnFirmFactory()


@pytest.fixture
def client():
    return ClientFactory()


@pytest.fixture
def by():
    return superuser()


def test_the_oldest_documents_are_proposed_first_until_the_payment_is_used_up(firm, client, by):
    older, newer = (issued(own_firm=firm, party=client, date=days_ago(days)) for days in (25, 5))
    last = issued(own_firm=firm, party=client)
    payment = posted(own_firm=firm, party=client, amount=200)

    assert proposals(payment, by) == [(older, 120), (newer, 80), (last, 0)]
    settle_all(payment, proposals(payment, by), by)
    assert payment.open == 0
    assert [FinancialDocument.objects.get(pk=one.pk).open for one in (older, newer, last)] == [0, 40, 120]


def test_what_is_asked_for_comes_before_what_is_older(firm, client, by):
    older, wanted = (issued(own_firm=firm, party=client, date=days_ago(days)) for days in (25, 5))
    payment = PaymentFactory(own_firm=firm, party=client, amount=150)

    assert proposals(payment, by, first=wanted) == [(wanted, 120), (older, 30)]


def test_nothing_of_others_is_proposed_but_of_whom_the_party_pays_for(firm, client, by):
    issued(own_firm=firm)
    issued(party=client)
    daughter = issued(own_firm=firm)
    RelationFactory(from_party=client, to_party=daughter.party, kind="pays_for")
    payment = posted(own_firm=firm, party=client)

    assert proposals(payment, by) == [(daughter, 120)]


def test_posting_and_settling_are_one(firm, client, by):
    invoice = issued(own_firm=firm, party=client)
    payment = PaymentFactory(own_firm=firm, party=client, amount=100)

    assert post(payment, by, [(invoice, Decimal(100))])
    assert post(payment, by, [(invoice, Decimal(100))]) is False
    assert payment.is_issued
    assert (payment.open, FinancialDocument.objects.get(pk=invoice.pk).open) == (0, 20)


def test_what_cannot_be_settled_is_not_posted_either(firm, client, by):
    invoice = issued(own_firm=firm, party=client)
    payment = PaymentFactory(own_firm=firm, party=client, amount=500)

    with pytest.raises(DocumentError):
        post(payment, by, [(invoice, Decimal("120.01"))])
    assert (payment.is_draft, payment.number) == (True, "")
    assert Payment.objects.get(pk=payment.pk).is_draft

    invoice.cancel(by, "Грешен получател")
    with pytest.raises(DocumentError):
        post(payment, by, [(invoice, Decimal(120))])


def test_a_draft_keeps_what_it_is_to_settle(firm, client, by):
    invoice = issued(own_firm=firm, party=client)
    payment = PaymentFactory(own_firm=firm, party=client, amount=100)
    payment.to_settle = to_plan([(invoice, Decimal("60.00"))])
    payment.save()

    assert planned(payment, by) == [(invoice, Decimal("60.00"))]
    post(payment, by)
    assert payment.open == 40


def test_an_advance_is_given_back_by_a_payment_that_settles_it(firm, client, by):
    invoice = issued(own_firm=firm, party=client)
    advance = posted(own_firm=firm, party=client, amount=200)
    settle_all(advance, [(invoice, Decimal(120))], by)

    refund = draft_refund(advance, by)
    assert (refund.direction, refund.amount, refund.is_draft) == ("out", 80, True)
    post(refund, by)

    advance.refresh_from_db()
    assert (advance.open, refund.open) == (0, 0)
    with pytest.raises(DocumentError):
        draft_refund(advance, by)


def test_a_cancelled_refund_leaves_the_advance_open_again(firm, client, by):
    advance = posted(own_firm=firm, party=client, amount=200)
    refund = draft_refund(advance, by)
    post(refund, by)

    refund.cancel(by, "Не е изплатено")

    advance.refresh_from_db()
    assert advance.open == 200


def test_a_credit_note_is_paid_out_like_a_debt(firm, client, by):
    invoice = issued(own_firm=firm, party=client, price=100)
    settle_all(posted(own_firm=firm, party=client), [(invoice, Decimal(120))], by)
    note = issued(own_firm=firm, party=client, price=50, kind="credit_note", corrects=invoice, reason="Върната стока")
    payment = posted(own_firm=firm, party=client, direction="out", amount=60)

    assert [pair for pair in proposals(payment, by) if pair[1]] == [(note, 60)]
    settle_all(payment, proposals(payment, by), by)
    note.refresh_from_db()
    assert note.open == 0


def test_an_invoice_in_levs_is_paid_in_euro_to_the_last_cent(firm, client, by):
    invoice = issued(own_firm=firm, party=client, price="1234.56", currency="BGN", date=dt.date(2025, 12, 1))
    half = posted(own_firm=firm, party=client, amount=Decimal("300.00"))
    settle_all(half, proposals(half, by), by)
    (left,) = [amount for _one, amount in proposals(PaymentFactory(own_firm=firm, party=client, amount=5000), by)]
    rest = posted(own_firm=firm, party=client, amount=left)
    settle_all(rest, proposals(rest, by), by)

    invoice.refresh_from_db()
    assert (invoice.open, invoice.open_eur, rest.open) == (0, 0, 0)
    assert exchange_difference(list(Settlement.objects.all())) == 0


def test_rates_of_two_days_make_an_exchange_difference(firm, client, by):
    ExchangeRateFactory(currency="USD", on=days_ago(20), rate=Decimal("1.10"))
    ExchangeRateFactory(currency="USD", on=days_ago(2), rate=Decimal("1.20"))
    invoice = issued(own_firm=firm, party=client, price=100, currency="USD", date=days_ago(20))
    payment = posted(own_firm=firm, party=client, currency="USD", amount=120, date=days_ago(2))

    (settlement,) = settle_all(payment, proposals(payment, by), by)

    # 120 dollars were 109.09 euro when they were invoiced, and 100.00 when they came.
    assert settlement.exchange_difference == Decimal("-9.09")
    assert list(Settlement.objects.with_difference()) == [settlement]
    invoice.refresh_from_db()
    assert (invoice.open, invoice.open_eur) == (0, 0)


def test_a_clients_advance_waits_five_days_for_its_invoice(firm, client, by):
    invoice = issued(own_firm=firm, party=client)
    settled = posted(own_firm=firm, party=client)
    settle_all(settled, [(invoice, Decimal(120))], by)
    old, new = (posted(own_firm=firm, party=client, date=days_ago(days)) for days in (6, 1))
    posted(own_firm=firm, party=SupplierFactory(), direction="in")

    assert list(advances_without_invoice(by)) == [old, new]
    assert list(advances_without_invoice(by, until=days_ago(0))) == [old]
    assert invoice_due(old) == days_ago(1)
    assert invoice_due(settled) is None


def test_a_supplier_is_paid_what_was_entered(firm, by):
    invoice = entered(own_firm=firm, price=100)
    payment = posted(own_firm=firm, party=invoice.party, direction="out")

    assert proposals(payment, by) == [(invoice, 120)]


def test_who_does_not_see_a_document_is_not_offered_it(firm, client):
    invoice = issued(own_firm=firm, party=client)
    seller = fresh(UserFactory(role="seller"))

    assert proposals(posted(own_firm=firm, party=invoice.party), seller) == []


def test_what_stands_on_a_payment_is_bulgarian_whatever_the_language_of_the_page():
    payment = posted(amount=50)

    with translation.override("en"):
        refund = draft_refund(payment, UserFactory(role="administrator"))
        invoice = issued()

        assert refund.reason == f"Връщане по плащане № {payment.number}"
        assert invoice.paper_name == f"Фактура № {invoice.number}"
