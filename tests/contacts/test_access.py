"""Who reaches what: unseen is 404, seen without the right is 403, unknown goes to the log-in page."""

from typing import Any

import pytest
from django.urls import reverse

from contacts.models import Address, BankAccount, ContactLink, ContactPerson
from tests.factories.contacts import AddressFactory, BankAccountFactory, ContactLinkFactory
from tests.factories.counterparties import ClientFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, fresh, signed_in, worker

pytestmark = pytest.mark.django_db

VIEW = (*SEE_ALL, "contacts.view_contactperson", "contacts.view_address", "contacts.view_bankaccount")
FORMS = ["contactlink_edit", "contactperson_edit", "address_edit", "bankaccount_edit", "bankaccount_confirm"]
DEEDS = [
    "contactlink_primary",
    "contactlink_archive",
    "contactlink_restore",
    "contactperson_archive",
    "contactperson_restore",
    "address_archive",
    "address_restore",
    "bankaccount_default",
    "bankaccount_archive",
    "bankaccount_restore",
]
FACTORIES: dict[str, Any] = {
    "contactlink": ContactLinkFactory,
    "address": AddressFactory,
    "bankaccount": BankAccountFactory,
}
ADD = ["contactperson_add", "address_add", "bankaccount_add"]
LISTS = ["contactperson_list", "address_list"]
TABS = ["contacts", "addresses", "bank-accounts"]


def address_of(name: str, party) -> str:
    """The address of a page or a deed on a row of the party."""
    word = name.split("_")[0]
    if word == "contactperson":
        return reverse(f"contacts:{name}", args=[ContactLinkFactory(party=party).person_id])
    return reverse(f"contacts:{name}", args=[FACTORIES[word](party=party).pk])


@pytest.mark.parametrize("name", [*FORMS, "contactperson_detail"])
def test_a_page_of_an_unseen_party_is_not_found(name):
    browser = signed_in(worker(*VIEW, parties="mine"))

    assert browser.get(address_of(name, ClientFactory())).status_code == 404


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_on_a_row_of_an_unseen_party_is_not_found(name):
    browser = signed_in(worker(*VIEW, parties="mine"))

    assert browser.post(address_of(name, ClientFactory())).status_code == 404


@pytest.mark.parametrize("name", FORMS)
def test_a_form_without_its_right_is_forbidden(name):
    assert browser_of(*VIEW).get(address_of(name, ClientFactory())).status_code == 403


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_without_its_right_is_forbidden(name):
    assert browser_of(*VIEW).post(address_of(name, ClientFactory())).status_code == 403


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_is_done_by_post_only(name):
    assert browser_of(*VIEW).get(address_of(name, ClientFactory())).status_code == 405


@pytest.mark.parametrize("name", ADD)
def test_adding_asks_first_whether_the_party_is_seen_and_then_for_the_right(name):
    party = ClientFactory()
    url = reverse(f"contacts:{name}")

    assert signed_in(worker(*VIEW, parties="mine")).get(f"{url}?party={party.pk}").status_code == 404
    assert browser_of(*VIEW).get(f"{url}?party={party.pk}").status_code == 403
    assert browser_of(*VIEW).get(f"{url}?party=none").status_code == 404


@pytest.mark.parametrize("name", [*LISTS, *ADD, "address_labels", "settlement_picker", "bank_picker"])
def test_nobody_gets_in_without_logging_in(client, name):
    answer = client.get(reverse(f"contacts:{name}"))

    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize("name", [*LISTS, "address_labels", "contactperson_picker"])
def test_a_list_without_its_right_is_forbidden(name):
    assert browser_of(*SEE_ALL).get(reverse(f"contacts:{name}")).status_code == 403


@pytest.mark.parametrize("slug", TABS)
def test_a_tab_without_its_right_is_absent(slug):
    party = ClientFactory()

    browser = browser_of(*SEE_ALL)

    assert browser.get(f"/counterparties/{party.pk}/{slug}/").status_code == 404
    assert f"/{slug}/" not in browser.get(f"/counterparties/{party.pk}/").content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_an_export_is_a_right_of_its_own(name):
    url = f"{reverse(f'contacts:{name}')}?export=csv"

    assert browser_of(*VIEW).get(url).status_code == 403
    assert browser_of(*VIEW, "contacts.export_contactperson", "contacts.export_address").get(url).status_code == 200


@pytest.mark.parametrize(
    ("role", "edits"),
    [
        ("administrator", {"contactlink", "address", "bankaccount"}),
        ("manager", {"contactlink", "address", "bankaccount"}),
        ("seller", {"contactlink", "address"}),
        ("buyer", {"contactlink", "address", "bankaccount"}),
        ("accountant", {"contactlink", "address", "bankaccount"}),
        ("warehouse", set()),
        ("viewer", set()),
        ("auditor", set()),
    ],
)
def test_what_each_delivered_role_may_edit(role, edits):
    user = UserFactory(role=role)
    party = ClientFactory(trader=user)
    browser = signed_in(fresh(user))

    allowed = {
        word
        for word, factory in FACTORIES.items()
        if browser.get(reverse(f"contacts:{word}_edit", args=[factory(party=party).pk])).status_code == 200
    }

    assert allowed == edits


def test_querysets_show_rows_of_seen_parties_only():
    user = worker(*VIEW, parties="mine")
    mine, other = ClientFactory(trader=user), ClientFactory()
    for factory in FACTORIES.values():
        factory(party=mine)
        factory(party=other)

    assert {address.party for address in Address.objects.visible_to(user)} == {mine}
    assert {account.party for account in BankAccount.objects.visible_to(user)} == {mine}
    assert {link.party for link in ContactLink.objects.visible_to(user)} == {mine}
    assert [person.links.get().party for person in ContactPerson.objects.visible_to(user)] == [mine]


def test_a_deed_leads_back_only_to_this_site():
    address = AddressFactory()
    browser = browser_of(*VIEW, "contacts.archive_address")

    away = browser.post(f"/contacts/addresses/{address.pk}/archive/?next=https://example.com/")
    home = browser.post(f"/contacts/addresses/{address.pk}/restore/?next=/contacts/addresses/%3Fq%3D1")

    assert away["Location"] == f"/counterparties/{address.party_id}/addresses/"
    assert home["Location"] == "/contacts/addresses/?q=1"
