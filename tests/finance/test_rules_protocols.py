"""Protocols by чл. 117: one for a foreign invoice, in euro, owing nothing, in both ledgers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from common.dates import today
from finance.drafting import draft_protocol
from finance.models import FinancialDocument, Turnover
from finance.rules import warnings_for
from tests.factories.counterparties import OwnFirmFactory, SupplierFactory
from tests.factories.finance import FinancialDocumentLineFactory, draft, entered
from tests.factories.trade import ExchangeRateFactory, ground, vat
from tests.factories.users import UserFactory
from tests.finance.test_rules_kinds import refused
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db


def foreign(prices=(100, "33.33"), **facts):
    """An entered foreign invoice on which no VAT was charged."""
    day = facts.pop("date", today())
    facts["party"] = facts.get("party") or SupplierFactory(country="DE")
    invoice = draft(price=0, received=True, direction="expense", number="R-17", date=day, received_on=day, **facts)
    invoice.lines.all().delete()
    for price in prices:
        FinancialDocumentLineFactory(
            document=invoice, unit_price=price, quantity=3, vat_rate=vat("AE", 0), vat_ground=ground("AE")
        )
    invoice.issue(UserFactory())
    return invoice


def test_a_protocol_charges_the_vat_of_a_foreign_invoice_to_ourselves():
    invoice = foreign()
    protocol = draft_protocol(invoice, UserFactory())

    protocol.issue(UserFactory())

    assert (protocol.net, protocol.vat) == (Decimal("399.99"), Decimal("80.00"))
    assert (protocol.number, protocol.ledger_kind, protocol.owed, protocol.side) == ("0000000001", "09", 0, "")
    assert (protocol.corrects, protocol.credit_right) == (invoice, "full")
    assert "чл. 117" in protocol.reason
    assert [line.quantity for line in protocol.lines.all()] == [3, 3]
    assert Turnover.objects.get().net == Decimal("399.99")


@pytest.mark.parametrize(("category", "article"), [("K", "чл. 84"), ("AE", "чл. 82")])
def test_goods_from_the_community_are_an_acquisition(category, article):
    invoice = draft(price=0, received=True, direction="expense", number="R-18", party=SupplierFactory(country="DE"))
    invoice.lines.all().delete()
    FinancialDocumentLineFactory(document=invoice, vat_rate=vat(category, 0), vat_ground=ground(category))
    invoice.issue(UserFactory())

    assert article in draft_protocol(invoice, UserFactory()).reason


def test_a_protocol_is_in_euro_and_adds_up_to_the_invoice():
    ExchangeRateFactory(currency="USD", on=today(), rate="1.13")
    invoice = foreign(prices=("10.01", "20.02", "0.07"), currency="USD")

    protocol = draft_protocol(invoice, UserFactory())
    protocol.issue(UserFactory())

    assert (protocol.currency, protocol.net) == ("EUR", invoice.net_eur)


def test_an_invoice_has_one_protocol():
    invoice, user = foreign(), UserFactory()
    first = draft_protocol(invoice, user)
    with pytest.raises(DocumentError):
        draft_protocol(invoice, user)
    second = FinancialDocument.objects.create(
        own_firm=invoice.own_firm,
        party=invoice.party,
        kind="protocol",
        direction="expense",
        corrects=invoice,
        reason="чл. 117",
    )
    FinancialDocumentLineFactory(document=second)
    first.issue(user)

    refused(second, "corrects", first.number)
    with pytest.raises(DocumentError):
        invoice.cancel(user, "Грешка")
    first.cancel(user, "Грешка")
    second.issue(user)


def test_an_invoice_with_vat_or_of_a_bulgarian_supplier_takes_no_protocol():
    for invoice in (entered(), foreign(party=SupplierFactory(country="DE")), draft()):
        if invoice.party.is_foreign:
            assert draft_protocol(invoice, UserFactory()).is_draft
            continue
        with pytest.raises(DocumentError):
            draft_protocol(invoice, UserFactory())


def test_who_is_registered_by_art_97a_charges_itself_without_a_credit():
    invoice = foreign(own_firm=OwnFirmFactory(vat_registration="art97a"))
    protocol = draft_protocol(invoice, UserFactory())
    protocol.issue(UserFactory())

    assert protocol.credit_right == "none"
    unregistered = foreign(own_firm=OwnFirmFactory(vat_registration="none"), party=SupplierFactory(country="FR"))
    refused(draft_protocol(unregistered, UserFactory()), "own_firm")


def test_a_late_protocol_is_warned_of_and_a_missing_one_too():
    invoice = foreign(date=today() - dt.timedelta(days=16))
    assert any("чл. 117" in words for words in warnings_for(invoice))

    protocol = draft_protocol(invoice, UserFactory())

    assert any("15 days" in words for words in warnings_for(protocol))
    assert not any("чл. 117" in words for words in warnings_for(invoice))
