"""What is copied as requisites, and the address that VIES gives."""

from types import SimpleNamespace

import pytest

from contacts.requisites import default_accounts, keep_vies_address, registered_office
from tests.factories.contacts import AddressFactory, BankAccountFactory
from tests.factories.counterparties import ClientFactory, SupplierFactory
from tests.people import SEE_ALL, worker

pytestmark = pytest.mark.django_db

VIEW = (*SEE_ALL, "contacts.view_address", "contacts.view_bankaccount")


def test_requisites_tell_the_registered_office_and_the_default_account():
    party = ClientFactory()
    AddressFactory(party=party, settlement_id="56784", street="ул. „Шипка“", postal_code="4000")
    AddressFactory(party=party, kind="delivery")
    account = BankAccountFactory(party=party, is_default=True, bic="UNCRBGSF")
    user = worker(*VIEW)

    assert registered_office(party, user) == ["Address: ул. „Шипка“, 4000 Пловдив"]
    assert default_accounts(party, user) == [f"IBAN (EUR): {account.number}, UNCRBGSF"]
    assert registered_office(party, worker(*VIEW, parties="mine")) == []


def test_an_account_that_waits_for_confirmation_is_no_requisite():
    account = BankAccountFactory(party=SupplierFactory(), is_default=True)

    assert default_accounts(account.party, worker(*VIEW)) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("бул. ВИТОША №89Б обл.СОФИЯ, гр.СОФИЯ 1463", "бул. ВИТОША №89Б, 1463 София"),
        ("ул. ПЪРВА №1\nобл.ПЛОВДИВ, с.НЯМА ТАКОВА 4999", "ул. ПЪРВА №1, 4999 с. Няма Такова"),
        ("гр.ПЛОВДИВ", "4000 Пловдив"),
    ],
)
def test_the_address_of_vies_becomes_the_registered_office(text, line):
    party = ClientFactory()

    keep_vies_address(party, SimpleNamespace(address=text), worker())

    assert party.addresses.get().one_line == line


def test_a_foreign_address_of_vies_stays_as_it_is():
    party = ClientFactory(country="DE")

    keep_vies_address(party, SimpleNamespace(address="Hauptstr. 5\n10115 Berlin"), worker())

    assert party.addresses.get().lines() == ["Hauptstr. 5", "10115 Berlin", "GERMANY"]


@pytest.mark.parametrize("text", ["", "---", "нещо съвсем друго"])
def test_what_is_no_address_makes_none(text):
    party = ClientFactory()

    keep_vies_address(party, SimpleNamespace(address=text), worker())

    assert not party.addresses.exists()


def test_a_registered_office_that_is_here_is_not_doubled():
    party = AddressFactory().party

    keep_vies_address(party, SimpleNamespace(address="гр.СОФИЯ 1000"), worker())

    assert party.addresses.count() == 1
