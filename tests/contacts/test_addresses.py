"""Addresses: how they are printed, what a settlement brings along, what is refused, and the form in page and panel."""

import pytest
from django.core.exceptions import ValidationError

from contacts.models import Address, Settlement
from tests.factories.contacts import AddressFactory
from tests.factories.counterparties import ClientFactory
from tests.people import SEE_ALL, browser_of

pytestmark = pytest.mark.django_db

RIGHTS = (
    *SEE_ALL,
    "contacts.view_address",
    "contacts.add_address",
    "contacts.change_address",
    "contacts.archive_address",
)
PANEL = {"HX-Request": "true", "HX-Target": "panel-body"}


def typed(**values):
    """What a browser sends for the smallest address."""
    return {"kind": "registered", "country": "BG", "settlement": "68134", **values}


def address(**values) -> Address:
    made = Address(party=ClientFactory.build(), **values)
    made.fill_from_settlement()
    return made


def test_a_street_address_prints_in_the_order_of_an_envelope():
    sofia = Settlement.objects.get(pk="68134")

    made = address(settlement=sofia, street="ул. „Шипка“", number="34", entrance="А", floor="2", apartment="5")

    assert made.lines() == ["ул. „Шипка“ № 34, вх. А, ет. 2, ап. 5", "1000 София"]
    assert made.lines(abroad=True)[-1] == "БЪЛГАРИЯ"
    assert made.one_line == "ул. „Шипка“ № 34, вх. А, ет. 2, ап. 5, 1000 София"


def test_a_block_needs_no_street():
    sofia = Settlement.objects.get(pk="68134")

    made = address(settlement=sofia, quarter="ж.к. „Люлин“", block="305", entrance="Б", floor="4", apartment="72")

    assert made.lines()[0] == "ж.к. „Люлин“, бл. 305, вх. Б, ет. 4, ап. 72"


def test_a_village_is_told_by_its_district():
    village = Settlement.objects.create(
        ekatte="00014", kind="с.", name="Абланица", municipality_id="BLG52", district_id="BLG"
    )

    assert address(settlement=village, po_box="7").lines() == ["п.к. 7", "с. Абланица, обл. Благоевград"]


def test_a_foreign_address_is_free_text_and_ends_with_the_country():
    made = address(country="DE", foreign_text="Gewerbestraße 14\n70565 Stuttgart")

    assert made.lines() == ["Gewerbestraße 14", "70565 Stuttgart", "GERMANY"]
    assert made.town == "Germany"


def test_a_chosen_settlement_brings_district_municipality_and_postal_code():
    made = AddressFactory.build(
        party=ClientFactory(), settlement=Settlement.objects.get(pk="56784"), settlement_name="Пловдив"
    )

    made.full_clean()

    assert (made.district_id, made.municipality_id, made.postal_code) == ("PDV", "PDV22", "4000")
    assert made.settlement_name == ""


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"settlement_name": ""}, "settlement"),
        ({"postal_code": "12"}, "postal_code"),
        ({"postal_code": "١٠٠٠"}, "postal_code"),
        ({"country": "DE", "settlement_name": ""}, "foreign_text"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
    ],
)
def test_what_an_address_may_not_be(values, field):
    made = Address(**{"party": ClientFactory(), "settlement_name": "с. Непознато", **values})
    with pytest.raises(ValidationError) as refusal:
        made.full_clean()

    assert field in refusal.value.message_dict


def test_an_address_is_added_from_the_dossier_on_a_page_and_in_the_panel():
    party = ClientFactory()
    browser = browser_of(*RIGHTS)

    by_page = browser.post(f"/contacts/addresses/add/?party={party.pk}", typed(street="ул. „Шипка“", number="34"))
    by_panel = browser.post(f"/contacts/addresses/add/?party={party.pk}", typed(kind="delivery"), headers=PANEL)

    assert by_page["Location"] == f"/counterparties/{party.pk}/addresses/"
    assert by_panel.status_code == 204
    assert "list-changed" in by_panel.headers["HX-Trigger"]
    assert list(party.addresses.order_by("pk").values_list("kind", "postal_code")) == [
        ("registered", "1000"),
        ("delivery", "1000"),
    ]


def test_without_scripts_the_settlement_is_typed_and_found_on_the_server():
    party = ClientFactory()
    browser = browser_of(*RIGHTS)

    browser.post(
        f"/contacts/addresses/add/?party={party.pk}", typed(settlement="") | {"settlement-typed": "гр. Пловдив"}
    )

    assert party.addresses.get().settlement_id == "56784"


def test_a_settlement_that_is_not_found_may_be_typed():
    party = ClientFactory()
    browser = browser_of(*RIGHTS)

    browser.post(
        f"/contacts/addresses/add/?party={party.pk}",
        typed(settlement="", settlement_name="с. Ново", municipality_name="Нова", district="BLG"),
    )

    made = party.addresses.get()
    assert (made.settlement, made.town, made.district_id) == (None, "с. Ново", "BLG")


@pytest.mark.parametrize("headers", [{}, PANEL])
def test_a_refused_address_keeps_what_was_typed(headers):
    party = ClientFactory()
    browser = browser_of(*RIGHTS)

    answer = browser.post(
        f"/contacts/addresses/add/?party={party.pk}",
        typed(settlement="", street="ул. „Много дълга“", block="5-6"),
        headers=headers,
    )

    page = answer.content.decode()
    assert answer.status_code == (200 if headers else 422)
    assert "Choose the settlement or write its name." in page
    assert "ул. „Много дълга“" in page
    assert 'value="5-6"' in page
    assert not party.addresses.exists()


@pytest.mark.parametrize("bad", ["x" * 1_000_000, "ул.\x00Нула", "ул. \u202eобратно", "ул.\nдва реда"])
def test_text_that_could_break_a_page_is_refused_at_its_field(bad):
    party = ClientFactory()
    browser = browser_of(*RIGHTS)

    answer = browser.post(f"/contacts/addresses/add/?party={party.pk}", typed(street=bad))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["street"]


def test_right_to_left_letters_are_welcome_in_a_foreign_address():
    party = ClientFactory()
    browser = browser_of(*RIGHTS)

    browser.post(f"/contacts/addresses/add/?party={party.pk}", typed(country="IL", foreign_text="רחוב הרצל 5\nתל אביב"))

    assert party.addresses.get().lines()[0] == "רחוב הרצל 5"


def test_editing_an_address_changes_it_and_archiving_hides_it_until_asked_for():
    made = AddressFactory()
    browser = browser_of(*RIGHTS)

    browser.post(f"/contacts/addresses/{made.pk}/edit/", typed(kind="billing"))
    browser.post(f"/contacts/addresses/{made.pk}/archive/")

    made.refresh_from_db()
    assert (made.kind, made.is_archived) == ("billing", True)
    tab = f"/counterparties/{made.party_id}/addresses/"
    assert browser.get(tab).context["rows"] == []
    assert [row.pk for row in browser.get(tab, {"archived": "only"}).context["rows"]] == [made.pk]
    browser.post(f"/contacts/addresses/{made.pk}/restore/")
    assert [row.pk for row in browser.get(tab).context["rows"]] == [made.pk]
