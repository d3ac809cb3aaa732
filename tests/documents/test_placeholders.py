"""Placeholders: what each gives, who may read it, what it costs, and what a text may not name."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from contacts.models import ContactRole
from documents.placeholders import FillContext, check_text, fill, placeholders, value_of, values_in
from tests.factories.contacts import (
    AddressFactory,
    BankAccountFactory,
    ContactLinkFactory,
    PersonEmailFactory,
    PersonPhoneFactory,
)
from tests.factories.counterparties import (
    BankFactory,
    ClientFactory,
    NaturalPersonFactory,
    OwnFirmFactory,
    SupplierFactory,
    egn,
    eik,
)
from tests.people import SEE_ALL, superuser, worker

pytestmark = pytest.mark.django_db


def signer(party, **values):
    return ContactLinkFactory(
        party=party,
        role=ContactRole.objects.get(code="mol"),
        position="управител",
        person__given_name="Иван",
        person__fathers_name="Петров",
        person__family_name="Щъркелов",
        **values,
    )


@pytest.fixture
def context():
    party = ClientFactory(
        name="Алфа",
        legal_form=None,
        short_name="Алфа Т.",
        identifier_type="eik",
        registration_number=eik(1),
        phone="+359888123456",
        email="office@alfa.example",
    )
    AddressFactory(
        party=party, kind="registered", street="ул. „Шипка“", number="34", settlement_id="68134", postal_code="1504"
    )
    BankAccountFactory(party=party, is_default=True, bank=BankFactory(name="Пробна банка", legal_form=None))
    signer(party)
    contact = ContactLinkFactory(
        party=party,
        role=ContactRole.objects.get(code="buyer"),
        position="снабдител",
        person__given_name="Мария",
        person__family_name="Петрова",
    ).person
    PersonPhoneFactory(person=contact, number="+359888654321")
    PersonEmailFactory(person=contact, email="maria@alfa.example")
    firm = OwnFirmFactory(name="Орион", legal_form=None)
    return FillContext(party, firm, contact, superuser(), on=dt.date(2026, 11, 3))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("party.name", "Алфа"),
        ("party.short_name", "Алфа Т."),
        ("party.name_latin", "Alfa"),
        ("party.number", eik(1)),
        ("party.country", "България"),
        ("party.address", "ул. „Шипка“ № 34, 1504 София"),
        ("party.address_latin", "ul. „Shipka“ No. 34, 1504 Sofia"),
        ("party.correspondence_address", "ул. „Шипка“ № 34, 1504 София"),
        ("party.phone", "0888 123 456"),
        ("party.email", "office@alfa.example"),
        ("party.bank", "Пробна банка"),
        ("party.representative", "Иван Петров Щъркелов"),
        ("party.representative_latin", "Ivan Petrov Shtarkelov"),
        ("party.representative_position", "управител"),
        ("own_firm.name", "Орион"),
        ("own_firm.address", ""),
        ("contact.name", "Мария Петрова"),
        ("contact.position", "снабдител"),
        ("contact.role", "снабдител"),
        ("contact.phone", "0888 654 321"),
        ("contact.email", "maria@alfa.example"),
        ("date.today", "03.11.2026 г."),
        ("date.long", "3 ноември 2026 г."),
    ],
)
def test_each_placeholder_gives_what_it_says(context, code, expected):
    assert value_of(code, context) == expected


def test_a_text_in_english_gets_words_in_english(context):
    context.language = "en"

    assert fill("{{ date.long }}, {{ party.country }}, {{ contact.role }}", context) == (
        "3 November 2026, Bulgaria, buyer"
    )


def test_every_placeholder_has_a_label_and_an_example():
    assert [one.slug for one in placeholders if not one.label or not one.example] == []


def test_what_the_user_may_not_see_stays_out_of_the_text(context):
    context.user = worker(*SEE_ALL)

    values = values_in("{{ party.name }} {{ party.iban }} {{ party.address }} {{ contact.name }}", context)

    assert values == {"party.name": "Алфа", "party.iban": "", "party.address": "", "contact.name": ""}


def test_a_text_costs_only_what_it_uses(context, django_assert_num_queries):
    with django_assert_num_queries(0):
        fill("{{ party.name }} {{ party.number }} {{ date.today }} {{ user.name }}", context)
    with django_assert_num_queries(1):
        fill("{{ party.iban }} {{ party.bank }} {{ party.bic }}", context)
    with django_assert_num_queries(1):
        fill("{{ party.representative }} {{ party.representative_position }}", context)


def test_an_account_that_nobody_confirmed_is_written_in_no_contract():
    supplier = SupplierFactory()
    account = BankAccountFactory(party=supplier)
    assert value_of("party.iban", FillContext(supplier)) == ""

    account.confirm(superuser(), account.iban)

    assert value_of("party.iban", FillContext(supplier)) == account.number


def test_personal_numbers_are_no_placeholders_and_it_is_said_why():
    with pytest.raises(ValidationError, match=r"party\.egn.*EGN"):
        check_text("ЕГН {{ party.egn }}")
    person = NaturalPersonFactory(identifier_type="egn", personal_number=egn(3), vat_from_personal_number=True)
    context = FillContext(person)

    every = " ".join(value_of(one.slug, context) for one in placeholders)

    assert egn(3) not in every
    assert egn(3)[:6] not in every


def test_a_text_names_only_what_there_is():
    check_text("{{ party.name }}, {{field.days}}", ["days"])
    with pytest.raises(ValidationError, match=r"\{\{ field.months \}\}, \{\{ party.salary \}\}"):
        check_text("{{ field.months }} {{ party.salary }}", ["days"])


@pytest.mark.parametrize("text", ["{{ party.name", "party.name }}", "{% load x %}", "{# не #}", "{{ }}"])
def test_what_is_no_placeholder_is_refused(text):
    with pytest.raises(ValidationError):
        check_text(text)
