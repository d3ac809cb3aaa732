"""Likely duplicates while one types: what counts as the same, within one's scope, and never by a personal number."""

import pytest

from counterparties import duplicates
from counterparties.duplicates import DuplicateHint, likely_duplicates
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory, egn
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, signed_in, superuser, worker

pytestmark = pytest.mark.django_db

ADDRESS = "/counterparties/duplicates/"


@pytest.fixture
def alpha():
    return ClientFactory(
        name="Алфа Трейд",
        identifier_type="eik",
        registration_number="175074752",
        email="office@alfa.example",
        phone="+359888123456",
    )


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"registration_number": "175074752"}, "same number"),
        ({"registration_number": " 175 074 752"}, "same number"),
        ({"vat_number": "bg175074752"}, "same number"),
        ({"name": "алфа трейд"}, "similar name"),
        ({"name": "„Алфа Трейд“ ООД"}, "similar name"),
        ({"name": "ALFA TREYD"}, "similar name"),
        ({"name": "Алфа Трейдд"}, "similar name"),
        ({"email": "OFFICE@alfa.example"}, "same e-mail"),
        ({"phone": "0888 123 456"}, "same phone"),
        ({"phone": "00359 888 123456"}, "same phone"),
    ],
)
def test_what_looks_the_same_is_found_with_the_reason(alpha, typed, reason):
    ClientFactory(name="Съвсем друга")

    (likely,) = likely_duplicates(typed, superuser())

    assert (likely.party, str(likely.reason)) == (alpha, reason)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"registration_number": "1750"},
        {"name": "Ал"},
        {"name": "Бета Строй"},
        {"name": "ООД"},
        {"email": "office"},
        {"phone": "0888"},
        {"vat_number": "DE175074752"},
    ],
)
def test_too_little_and_something_else_find_nothing(alpha, typed):
    assert likely_duplicates(typed, superuser()) == []


def test_a_foreign_number_is_found_as_the_country_writes_it():
    party = ClientFactory(identifier_type="foreign", registration_number="HRB 12345", country="DE")

    (likely,) = likely_duplicates({"registration_number": "hrb 12345"}, superuser())

    assert likely.party == party


def test_an_archived_party_is_a_duplicate_too_and_said_to_be_archived(alpha):
    alpha.archive(UserFactory(), "закрита")

    page = signed_in(superuser()).get(ADDRESS, {"name": "Алфа Трейд"}).content.decode()

    assert alpha.get_absolute_url() in page
    assert "archived" in page


def test_the_edited_party_is_no_duplicate_of_itself(alpha):
    client = signed_in(superuser())

    page = client.get(ADDRESS, {"name": "Алфа Трейд", "party": alpha.pk}).content.decode()

    assert alpha.get_absolute_url() not in page


def test_a_party_found_in_several_ways_is_told_once_by_the_surest(alpha):
    likely = likely_duplicates({"registration_number": "175074752", "name": "Алфа Трейд"}, superuser())

    assert [(one.party, str(one.reason)) for one in likely] == [(alpha, "same number")]


def test_no_more_than_a_handful_is_told():
    for number in range(8):
        ClientFactory(name=f"Еднаква фирма {number}")

    assert len(likely_duplicates({"name": "Еднаква фирма"}, superuser())) == duplicates.LIMIT


def test_out_of_scope_nothing_is_told(alpha):
    user = worker(*SEE_ALL, "counterparties.add_client", parties="mine")

    assert likely_duplicates({"registration_number": "175074752", "name": "Алфа Трейд"}, user) == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_natural_person_is_compared_by_his_names_never_by_his_number(method):
    person = NaturalPersonFactory(
        name="Петър Стоянов Колев", identifier_type="egn", personal_number=egn(70), given_name="Петър"
    )
    client = signed_in(superuser())
    typed = {"person_kind": "natural", "identifier_type": "egn", "number": egn(70), "name": "нещо"}
    names = {"given_name": "Петър", "fathers_name": "Стоянов", "family_name": "Колев"}

    by_number = getattr(client, method)(ADDRESS, typed)
    by_name = getattr(client, method)(ADDRESS, typed | names)

    assert person.get_absolute_url() not in by_number.content.decode()
    assert person.get_absolute_url() in by_name.content.decode()


def test_hints_are_for_those_who_add_or_change_parties(alpha):
    assert browser_of(*SEE_ALL).get(ADDRESS, {"name": "Алфа Трейд"}).status_code == 403
    assert browser_of(*SEE_ALL, "counterparties.change_client").get(ADDRESS).status_code == 200


def test_an_app_adds_a_hint_of_its_own_that_asks_for_a_right(alpha):
    hint = DuplicateHint("test", "same colour", lambda typed, parties: parties, permission="counterparties.comment")
    duplicates.hints.register(hint)
    try:
        with_right = likely_duplicates({"colour": "red"}, worker(*SEE_ALL, "counterparties.comment"))
        without = likely_duplicates({"colour": "red"}, worker(*SEE_ALL))
    finally:
        duplicates.hints.unregister("test")

    assert [one.party for one in with_right] == [alpha]
    assert without == []
