"""Two people with the same form open: the second save says once what the first has changed."""

import pytest

from contacts.models import Address, BankAccount, ContactLink
from tests.contacts.test_people import typed
from tests.factories.contacts import AddressFactory, BankAccountFactory, ContactLinkFactory, PersonPhoneFactory
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory
from tests.people import CHANGE_ALL, SEE_ALL, browser_of, signed_in, worker

pytestmark = pytest.mark.django_db

RIGHTS = (
    *SEE_ALL,
    *CHANGE_ALL,
    *(f"contacts.{deed}_{model}" for deed in ("view", "change") for model in ("address", "bankaccount")),
    *(f"contacts.{deed}_contactperson" for deed in ("view", "add", "change")),
)


def opened(browser, url: str) -> str:
    return str(browser.get(url).context["form"]["seen"].value())


def said(answer) -> str:
    return " ".join(answer.context["form"].non_field_errors())


def test_an_address_changed_meanwhile_is_refused_once_and_says_who_changed_what():
    address = AddressFactory(street="ул. „Стара“", settlement_name="с. Непознато")
    url = f"/contacts/addresses/{address.pk}/edit/"
    mine, other = browser_of(*RIGHTS), signed_in(worker(*RIGHTS, first_name="Петя", last_name="Друга"))
    common = {"kind": address.kind, "country": "BG", "settlement_name": "с. Непознато"}
    seen = opened(mine, url)
    assert other.post(url, common | {"street": "ул. „Тяхна“", "seen": opened(other, url)}).status_code == 302

    refused = mine.post(url, common | {"street": "ул. „Моя“", "seen": seen})

    assert "Петя Друга: Street: ул. „Стара“ → ул. „Тяхна“" in said(refused)
    assert "ул. „Моя“" in refused.content.decode()
    assert Address.objects.get().street == "ул. „Тяхна“"
    again = refused.context["form"]["seen"].value()
    assert mine.post(url, common | {"street": "ул. „Моя“", "seen": again}).status_code == 302
    assert Address.objects.get().street == "ул. „Моя“"


def test_a_bank_account_changed_meanwhile_is_refused_once():
    account = BankAccountFactory()
    url = f"/contacts/bank-accounts/{account.pk}/edit/"
    browser = browser_of(*RIGHTS)
    seen = opened(browser, url)
    common = {"iban": account.iban, "currency": "EUR"}
    browser.post(url, common | {"holder": "Първи", "seen": seen})

    refused = browser.post(url, common | {"holder": "Втори", "seen": seen})

    assert "— → Първи" in said(refused)
    assert BankAccount.objects.get().holder == "Първи"


@pytest.mark.parametrize("place", ["links", "persons"])
def test_a_contact_changed_meanwhile_is_refused_once_his_phones_too(place):
    link = ContactLinkFactory(position="директор")
    url = f"/contacts/{place}/{link.pk if place == 'links' else link.person_id}/edit/"
    browser = browser_of(*RIGHTS)
    seen = opened(browser, url)
    link.person.note = "Отсъства до май"
    link.person.save()
    PersonPhoneFactory(person=link.person, number="+359888123456")

    refused = browser.post(url, typed(given_name="Мария", seen=seen))

    assert "— → Отсъства до май" in said(refused)
    assert "+359888123456" in said(refused)
    assert browser.post(url, typed(given_name="Мария", seen=refused.context["form"]["seen"].value())).status_code == 302


def test_saving_what_nobody_else_has_touched_asks_nothing():
    link = ContactLinkFactory()
    url = f"/contacts/links/{link.pk}/edit/"
    browser = browser_of(*RIGHTS)

    assert browser.post(url, typed(given_name="Мария", seen=opened(browser, url))).status_code == 302
    assert browser.post(url, typed(given_name="Мария", seen="x")).status_code == 302
    assert ContactLink.objects.get().person.name == "Мария"


@pytest.mark.parametrize("place", ["persons/add", "persons/edit", "links/edit"])
def test_a_dossier_out_of_sight_cannot_be_chosen_as_the_persons_own(place):
    hidden = NaturalPersonFactory(family_name="Скрит")
    user = worker(*RIGHTS, parties="mine")
    link = ContactLinkFactory(party=ClientFactory(trader=user))
    NaturalPersonFactory(trader=user, name_latin=f"Number {hidden.pk}")
    url = f"/contacts/persons/add/?party={link.party_id}"
    if place != "persons/add":
        key = link.pk if place == "links/edit" else link.person_id
        url = f"/contacts/{place.replace('/', f'/{key}/')}/"

    answer = signed_in(user).post(url, typed(given_name="Мария", natural_party=hidden.pk))

    assert list(answer.context["form"].errors) == ["natural_party"]
    assert "Скрит" not in answer.content.decode()
