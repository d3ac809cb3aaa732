"""The life of a financial document: numbers, frozen copies, settlement; the database says the same as the code."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from finance.models import FinancialDocument, Settlement, Turnover
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import draft, entered, issued, posted
from tests.factories.users import UserFactory
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db


def test_an_issued_invoice_has_the_next_number_totals_and_copies():
    invoice = issued(price="100.00", party=ClientFactory(name="Алфа"))
    other = issued(own_firm=invoice.own_firm)

    assert (invoice.number, other.number) == ("0000000001", "0000000002")
    assert (invoice.net, invoice.vat, invoice.gross) == (Decimal("100.00"), Decimal("20.00"), Decimal("120.00"))
    assert invoice.party_copy["name"].startswith("Алфа")
    assert (invoice.owed, invoice.open, invoice.side) == (Decimal("120.00"), Decimal("120.00"), "debit")
    assert Turnover.objects.get(party=invoice.party).net == Decimal("100.00")


def test_issuing_twice_issues_once():
    invoice = draft()
    user = UserFactory()

    assert invoice.issue(user) is True
    assert FinancialDocument.objects.get(pk=invoice.pk).issue(user) is False
    assert invoice.number == "0000000001"


def test_the_database_keeps_an_issued_document_and_its_lines_as_they_are():
    invoice = issued()

    for change in (
        lambda: FinancialDocument.objects.filter(pk=invoice.pk).update(gross=1, net=1, vat=0),
        lambda: invoice.lines.update(quantity=5),
        lambda: invoice.lines.all().delete(),
        lambda: FinancialDocument.objects.filter(pk=invoice.pk).update(state="draft", issued_at=None),
        lambda: FinancialDocument.objects.filter(pk=invoice.pk).delete(),
        lambda: FinancialDocument.objects.filter(pk=invoice.pk).update(settled=500),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_payment_settles_an_invoice_in_part_and_then_in_whole():
    firm, client, user = OwnFirmFactory(), ClientFactory(), UserFactory()
    invoice = issued(own_firm=firm, party=client)
    first, second = (posted(own_firm=firm, party=client, amount=amount) for amount in (50, 100))

    Settlement.settle(first, invoice, by=user)
    Settlement.settle(second, invoice, by=user)

    invoice.refresh_from_db()
    second.refresh_from_db()
    assert (invoice.open, second.open) == (Decimal("0.00"), Decimal("30.00"))
    with pytest.raises(DocumentError):
        Settlement.settle(second, invoice, by=user, amount=Decimal("30.00"))


def test_an_undone_settlement_leaves_both_open_again():
    invoice = issued()
    payment = posted(own_firm=invoice.own_firm, party=invoice.party)
    settlement = Settlement.settle(payment, invoice, by=UserFactory())

    settlement.end(UserFactory())

    invoice.refresh_from_db()
    payment.refresh_from_db()
    assert (invoice.open, payment.open) == (Decimal("120.00"), Decimal("120.00"))


def test_what_is_cancelled_keeps_its_number_and_frees_what_paid_it():
    invoice = issued()
    payment = posted(own_firm=invoice.own_firm, party=invoice.party)
    Settlement.settle(payment, invoice, by=UserFactory())
    user = UserFactory()

    invoice.cancel(user, "Грешен получател")

    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert (invoice.state, invoice.number, payment.open) == ("cancelled", "0000000001", Decimal("120.00"))
    assert Turnover.objects.get(party=invoice.party).net == 0
    with pytest.raises(DocumentError):
        Settlement.settle(payment, invoice, by=user)


def test_a_received_invoice_carries_the_senders_number():
    invoice = entered(number="0000012345")

    assert (invoice.number, invoice.series, invoice.side) == ("0000012345", "", "credit")


def test_a_save_of_what_was_read_before_does_not_forget_what_was_settled_since():
    invoice = issued()
    stale = FinancialDocument.objects.get(pk=invoice.pk)
    Settlement.settle(posted(own_firm=invoice.own_firm, party=invoice.party), invoice, by=UserFactory())

    stale.internal_note = "забележка"
    stale.save()

    invoice.refresh_from_db()
    assert (invoice.internal_note, invoice.open) == ("забележка", Decimal("0.00"))
