"""What an import makes of rows of new parties, and what it refuses."""

import pytest
from django.utils import translation

from contacts.models import (
    Address,
    BankAccount,
    BankCode,
    ContactLink,
)
from counterparties.identifiers import schemes_of, validate_eik
from counterparties.models import Counterparty, IdentifierType, PersonKind, Relation, Status
from tests.contacts.import_files import EGN, IBAN, imported, outcomes, planned, row, table, why
from tests.factories.counterparties import BankFactory

pytestmark = pytest.mark.django_db


def test_a_row_makes_a_party_with_its_address_account_and_contact():
    made = imported(
        table(
            {
                "kinds": "клиент; доставчик",
                "name": "Алфа Трейд ООД",
                "name_latin": "Alfa Trade",
                "eik": "175074752",
                "vat_number": "175074752",
                "district": "Пловдив",
                "settlement": "гр. Пловдив",
                "postal_code": "4000",
                "address": "ул. „Шипка“ № 34",
                "email": "office@alfa.example",
                "phone": "0888 123 456",
                "iban": "BG80 BNBG 9661 1020 3456 78",
                "contact_name": "Мария Иванова Петрова",
                "note": "важен",
            }
        )
    )

    party = Counterparty.objects.get()
    assert outcomes(made) == ["created"]
    assert (party.name, party.full_name, party.name_latin) == ("Алфа Трейд", "Алфа Трейд ООД", "Alfa Trade")
    assert (party.registration_number, party.vat_number) == ("175074752", "BG175074752")
    assert [kind.value for kind in party.kinds] == ["client", "supplier"]
    assert (party.email, str(party.phone)) == ("office@alfa.example", "+359 88 812 3456")
    assert party.status == Status.objects.get(is_default=True)
    assert "alfa treyd" in party.search_text
    address = Address.objects.get(party=party)
    assert (address.kind, str(address.settlement), address.district_id) == ("registered", "гр. Пловдив", "PDV")
    assert address.lines() == ["ул. „Шипка“ № 34", "4000 Пловдив"]
    account = BankAccount.objects.get(party=party)
    assert (account.iban, account.is_default, account.needs_confirmation) == (IBAN, True, True)
    link = ContactLink.objects.get(party=party)
    assert (link.person.given_name, link.person.fathers_name, link.person.family_name) == (
        "Мария",
        "Иванова",
        "Петрова",
    )
    assert link.is_primary
    assert "petrova" in link.person.search_text


def test_the_bank_is_taken_from_the_letters_of_the_iban():
    bank = BankFactory(name="БНБ")
    BankCode.objects.create(bank=bank, bic="BNBGBGSD")

    imported(row(iban=IBAN))

    account = BankAccount.objects.get()
    assert (account.bank, account.bic) == (bank, "BNBGBGSD")


def test_a_natural_persons_name_is_split_and_the_number_told_by_itself():
    imported(row(person="физическо", name="Иван Петров Стоянов Иванов", eik=EGN, settlement="Русе"))

    party = Counterparty.objects.get()
    assert party.person_kind == PersonKind.NATURAL
    assert (party.given_name, party.fathers_name, party.family_name) == ("Иван", "Петров Стоянов", "Иванов")
    assert (party.identifier_type, party.personal_number, party.registration_number) == (IdentifierType.EGN, EGN, "")
    assert Address.objects.get().kind == Address.Kind.CURRENT


def test_a_number_that_may_be_an_egn_or_an_lnch_is_refused_as_unclear():

    both = next(f"{n:010d}" for n in range(6101010000, 6101319999) if {"egn", "lnch"} <= schemes_of(f"{n:010d}"))

    made = imported(row(person="natural", name="Иван Иванов", eik=both))

    assert outcomes(made) == ["failed"]
    assert both not in why(made)


def test_abroad_the_number_is_the_countrys_own_and_the_address_free():
    imported(
        row(
            name="Beispiel",
            legal_form="GmbH",
            country="Германия",
            eik="HRB 12345",
            address="Beispielstrasse 1",
            postal_code="10115",
            settlement="Berlin",
        )
    )

    party = Counterparty.objects.get()
    assert (str(party.country), party.identifier_type, party.registration_number) == ("DE", "foreign", "HRB 12345")
    assert party.full_name == "Beispiel GmbH"
    assert Address.objects.get().foreign_text == "Beispielstrasse 1\n10115 Berlin"


def test_a_legal_form_of_another_country_that_is_not_listed_stays_with_the_name():
    imported(row(name="Exemple", legal_form="SARLU", country="FR"))

    assert Counterparty.objects.get().full_name == "Exemple SARLU"


@pytest.mark.parametrize("country", ["de", "DEU", "Германия", "GERMANY", "германия"])
def test_a_country_is_a_code_or_a_name_in_both_languages(country):
    imported(row(country=country))

    assert str(Counterparty.objects.get().country) == "DE"


@pytest.mark.parametrize(
    ("settlement", "district", "code"),
    [
        ("гр. Варна", "", "VAR"),
        ("Варна", "обл. Варна", "VAR"),
        ("ГР.ВАРНА", "Varna", "VAR"),
        ("София", "София", "SOF"),
        ("гр. София", "София-град", "SOF"),
        ("Бяла", "Русе", "RSE"),
        ("гр. Бяла", "Варна", "VAR"),
    ],
)
def test_a_settlement_is_found_by_name_and_district(settlement, district, code):
    imported(row(settlement=settlement, district=district))

    assert Address.objects.get().district_id == code
    assert Address.objects.get().settlement is not None


@pytest.mark.parametrize("settlement", ["с. Непознатово", "Бяла"], ids=["unknown", "several of this name"])
def test_a_settlement_that_is_not_found_stays_as_typed(settlement):
    made = imported(row(settlement=settlement))

    assert Address.objects.get().settlement_name == settlement
    assert why(made)


def test_a_town_at_the_beginning_of_the_address_is_taken_from_there():
    imported(row(address="гр. Пловдив 4000, ул. „Шипка“ № 34"))

    assert Address.objects.get().lines() == ["ул. „Шипка“ № 34", "4000 Пловдив"]


def test_a_branch_is_related_to_its_head_office_wherever_that_stands_in_the_file():
    branch = next(f"175074752{n:04d}" for n in range(1, 9999) if passes(validate_eik, f"175074752{n:04d}"))
    imported(
        table({"kinds": "client", "name": "Клон", "eik": branch}, {"kinds": "client", "name": "А", "eik": "175074752"})
    )

    relation = Relation.objects.get()
    assert (relation.from_party.name, relation.kind, relation.to_party.name) == ("Клон", Relation.Kind.BRANCH, "А")


def passes(check, value) -> bool:
    try:
        check(value)
    except Exception:
        return False
    return True


def test_two_phones_or_e_mails_lose_nothing():
    made = imported(row(phone="0888 123 456; 02 987 65 43", email="a@alfa.example, b@alfa.example"))

    party = Counterparty.objects.get()
    assert (str(party.phone), party.email) == ("+359 88 812 3456", "a@alfa.example")
    assert "02 987 65 43" in party.note
    assert "b@alfa.example" in party.note
    assert why(made)


@pytest.mark.parametrize(
    "values",
    [
        {"kinds": ""},
        {"kinds": "клиент; роднина"},
        {"person": "животно"},
        {"name": ""},
        {"eik": "175074753"},
        {"eik": "17507475"},
        {"eik": "1750747520"},
        {"eik": "١٧٥٠٧٤٧٥٢"},
        {"vat_number": "DE123456789"},
        {"vat_number": "BG000000000"},
        {"legal_form": "ОООД"},
        {"name": "Алфа ЕООД", "legal_form": "ООД"},
        {"country": "Атлантида"},
        {"settlement": "Русе", "district": "Атлантида"},
        {"address": "ул. „Шипка“ 34"},
        {"settlement": "Русе", "postal_code": "70"},
        {"email": "няма"},
        {"phone": "12"},
        {"iban": "BG81BNBG96611020345678"},
        {"name": "А" * 256},
        {"name": "А" * 1_000_000},
        {"name": "Алфа\x00Бета"},
        {"name": "Алфа\x07"},
        {"name": "Алфа \u202eатеБ"},
        {"name": "А" + "\u0301" * 9},
        {"contact_name": "я" * 101},
        {"person": "natural", "name": "Иван Иванов", "eik": "6101057508"},
        {"person": "natural", "name": "Иван Иванов", "eik": "610105750"},
        {"person": "natural", "name": "Иван Иванов", "legal_form": "ООД"},
    ],
    ids=lambda values: next(iter(values)) if isinstance(values, dict) else "",
)
def test_what_breaks_a_rule_is_refused_and_the_next_row_goes_on(values):
    rows = {"kinds": "client", "name": "Алфа"}, {"kinds": "client", "name": "Бета"}

    made = imported(table(rows[0] | values, rows[1]))

    assert outcomes(made) == ["failed", "created"]
    assert 0 < len(why(made)) < 400
    assert Counterparty.objects.get().name == "Бета"


@pytest.mark.parametrize("eik", ["03.11.2026", "2026-11-03 12:30:00"])
def test_a_date_in_the_column_of_numbers_is_called_a_date(eik):
    assert "is a date" in why(imported(row(eik=eik)))


def test_right_to_left_names_and_accents_are_welcome():
    imported(table({"kinds": "client", "name": "شركة الأمل"}, {"kinds": "client", "name": "Cafe\u0301 Noe\u0308l"}))

    assert set(Counterparty.objects.values_list("name", flat=True)) == {"شركة الأمل", "Café Noël"}


def test_an_unknown_kind_is_named():
    assert "роднина" in why(planned(row(kinds="клиент | роднина")))


def test_a_lost_leading_zero_is_explained():
    with translation.override("en"):
        assert "leading zero" in why(planned(row(eik="17507475")))
        assert "leading zero" in why(planned(row(person="natural", name="Иван Иванов", eik="101057509")))
        assert "leading zero" not in why(planned(row(eik="1750747")))


def test_a_broken_row_fails_and_the_others_are_imported():
    made = imported('kinds;name\nclient;"Отворена\nclient;Бета\nclient\n')

    assert outcomes(made) == ["failed", "created", "failed"]


def test_a_row_given_twice_is_skipped_and_two_that_disagree_are_told():
    first, second = {"kinds": "client", "name": "Алфа", "eik": "175074752"}, {"kinds": "client", "name": "Бета"}
    made = imported(table(first, first, second | {"eik": "175074752"}, second | {"vat_number": "BG175074752"}))

    assert outcomes(made) == ["created", "skipped", "failed", "failed"]
    assert all("2" in " ".join(row.reasons) for row in made.rows.exclude(outcome="created"))


def test_a_row_below_a_refused_one_of_the_same_number_is_taken():
    made = imported(
        table(
            {"kinds": "client", "name": "Алфа", "eik": "175074752", "email": "лошо"},
            {"kinds": "client", "name": "Алфа", "eik": "175074752"},
        )
    )

    assert outcomes(made) == ["failed", "created"]
