"""What this app adds to search, duplicate hints, history, Summary, printed sheet, menu, lists of parties and demo."""

import pypdfium2
import pytest
from django.urls import resolve

from common.context_processors import menu
from contacts import demo
from contacts.models import (
    Address,
    BankAccount,
    ContactArea,
    ContactLink,
    ContactPerson,
    PersonEmail,
    PersonPhone,
)
from counterparties import history
from counterparties.duplicates import likely_duplicates
from tests.factories.contacts import (
    AddressFactory,
    BankAccountFactory,
    BankCodeFactory,
    ContactLinkFactory,
    ContactPersonFactory,
    PersonEmailFactory,
    PersonPhoneFactory,
    bulgarian_iban,
)
from tests.factories.counterparties import (
    BankFactory,
    ClientFactory,
    NaturalPersonFactory,
    OwnFirmFactory,
    SupplierFactory,
)
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, signed_in, worker

pytestmark = pytest.mark.django_db

VIEW = (*SEE_ALL, "contacts.view_contactperson", "contacts.view_address", "contacts.view_bankaccount")
ADD = (*VIEW, "contacts.add_contactperson", "contacts.add_address", "contacts.add_bankaccount")
IBAN = bulgarian_iban(4321)


@pytest.fixture
def alpha():
    """A client with a contact, an address in Plovdiv and an account."""
    party = ClientFactory(name="Алфа")
    person = ContactPersonFactory(given_name="Мария", family_name="Щерева")
    ContactLinkFactory(party=party, person=person, is_primary=True)
    PersonPhoneFactory(person=person, number="+359888123456")
    PersonEmailFactory(person=person, email="maria@alfa.example")
    AddressFactory(party=party, settlement_id="56784", district_id="PDV", street="ул. „Шипка“")
    BankAccountFactory(party=party, iban=IBAN, is_default=True)
    return party


def hits(browser, text) -> list:
    answer = browser.get("/search/", {"q": text, "stay": "1"})
    return [hit.party for group in answer.context["groups"] for hit in group.hits]


@pytest.mark.parametrize("text", ["щерева", "Shterev", "0888 123", "maria@alfa", IBAN, IBAN[4:14], "uncr7000"])
def test_the_search_box_finds_contacts_and_accounts(alpha, text):
    assert hits(browser_of(*VIEW), text) == [alpha]


def test_two_characters_are_too_few_for_contacts_and_accounts(alpha):
    assert hits(browser_of(*VIEW), "ще") == []


def test_what_one_may_not_see_is_not_found_by_its_contacts_and_accounts(alpha):
    narrow = signed_in(worker(*VIEW, parties="mine"))
    without_rights = browser_of(*SEE_ALL)

    for browser in (narrow, without_rights):
        assert hits(browser, "щерева") == []
        assert hits(browser, IBAN) == []


@pytest.mark.parametrize("typed", [{"iban": IBAN.lower()}, {"email": "Maria@Alfa.example"}, {"phone": "0888 123 456"}])
def test_the_same_iban_or_a_contacts_e_mail_or_phone_may_be_the_same_party(alpha, typed):
    assert [likely.party for likely in likely_duplicates(typed, worker(*VIEW))] == [alpha]
    assert likely_duplicates(typed, worker(*VIEW, parties="mine")) == []
    assert likely_duplicates(typed, worker(*SEE_ALL)) == []


def test_history_tells_of_people_addresses_and_accounts_to_who_may_see_them(alpha):
    def told(user) -> set[str]:
        entries, _key = history.page_of(alpha, user)
        return {entry.what for entry in entries}

    everything = " ".join(told(worker(*VIEW)))

    for words in ("contact person", "phone", "e-mail", "address", "bank account"):
        assert words in everything
    assert "bank account" not in " ".join(told(worker(*SEE_ALL, "contacts.view_address")))


def test_history_names_the_person_of_a_contact_and_what_tells_an_address(alpha):
    link = ContactLinkFactory(party=alpha, person__family_name="Именувана")
    link.areas.add(ContactArea.objects.first())
    AddressFactory(party=alpha, quarter="ж.к. „Люлин 5“", block="512")
    AddressFactory(party=alpha, country="DE", foreign_text="Gewerbestraße 14\n70565 Stuttgart")

    for values in (True, False):
        entries, _key = history.page_of(alpha, worker(*VIEW), values=values)
        told = {entry.what for entry in entries}
        assert "added: contact person of a party – Мария Именувана" in told
        assert "added: area of a contact person – Мария Именувана" in told
        assert any("ж.к. „Люлин 5“, бл. 512" in one for one in told)
        assert "added: address – Gewerbestraße 14, 70565 Stuttgart" in told


def test_the_summary_shows_contacts_addresses_and_accounts(alpha):
    page = browser_of(*VIEW).get(f"/counterparties/{alpha.pk}/").content.decode()

    for text in ("Мария Щерева", "tel:+359888123456", "mailto:maria@alfa.example", "ул. „Шипка“", IBAN):
        assert text in page


def test_a_new_dossier_suggests_three_first_steps():
    party = ClientFactory()

    page = browser_of(*ADD).get(f"/counterparties/{party.pk}/").content.decode()

    for name in ("persons", "addresses", "bank-accounts"):
        assert f"/contacts/{name}/add/?party={party.pk}" in page


def test_the_printed_sheet_has_contacts_addresses_and_accounts(alpha):
    answer = browser_of(*VIEW).get(f"/counterparties/{alpha.pk}/pdf/")

    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(answer.content))
    for words in ("Мария Щерева", "ул. „Шипка“", BankAccount.objects.get().number):
        assert words in text


def test_lists_of_parties_show_and_filter_by_town_and_main_contact(alpha):
    person = NaturalPersonFactory()
    AddressFactory(party=person, kind="permanent", settlement_id="68134")
    browser = browser_of(*VIEW)
    address = "/counterparties/?columns=name&columns=town&columns=main_contact"

    shown = {
        row.object.name: [str(cell.html) for cell in row.cells][1:] for row in browser.get(address).context["rows"]
    }

    assert shown == {"Алфа": ["Пловдив", "Мария Щерева"], person.name: ["София", ""]}
    for query in ("town=plovdiv", "contact=щерева", "contact=0888123456"):
        assert [row.pk for row in browser.get(f"{address}&{query}").context["rows"]] == [alpha.pk]


def test_the_menu_leads_to_pages_that_exist():
    for entry in menu:
        if entry.slug.startswith("contacts."):
            assert resolve(entry.url)


def test_an_iban_chooses_the_bank_by_its_first_letters():
    code = BankCodeFactory(bic="UNCRBGSF")
    account = BankAccount(party=ClientFactory(), iban=IBAN)

    account.full_clean()

    assert (account.bank, account.bic) == (code.bank, "UNCRBGSF")


def test_the_bank_picker_finds_by_name_and_by_bic():
    code = BankCodeFactory(bank=BankFactory(name="Обединена банка"), bic="UBBSBGSF")
    browser = browser_of(*VIEW)

    for text in ("обединена", "UBBS", "ubbsbgsf"):
        results = browser.get("/contacts/banks/", {"q": text}).json()["results"]
        assert results == [{"id": code.bank_id, "text": "Обединена банка", "note": "UBBSBGSF"}]


def test_demonstration_data_obeys_the_rules_of_the_models():
    for name in ("buyer", "accountant"):
        UserFactory(username=name)
    BankFactory(name="УниКредит Булбанк")
    for factory in (ClientFactory, SupplierFactory, OwnFirmFactory, NaturalPersonFactory):
        factory.create_batch(4)
    SupplierFactory(country="IT")
    SupplierFactory(country="CN")

    demo.fill()

    for model in (ContactPerson, ContactLink, Address, BankAccount):
        assert model.objects.exists()
        for row in model.objects.all():
            row.full_clean()
    assert demo.holds_rows()


def test_demonstration_people_fit_their_parties():
    BankFactory(name="УниКредит Булбанк")
    natural = NaturalPersonFactory.create_batch(6)
    foreign = [SupplierFactory(country=country) for country in ("DE", "DE", "IT", "CN", "PL", "GR")]

    demo.fill()

    of_natural = ContactLink.objects.filter(party__in=natural)
    assert of_natural.exists()
    assert set(of_natural.values_list("position", flat=True)) <= {"", "роднина"}
    assert not of_natural.filter(role__code__in=["mol", "accountant", "buyer"]).exists()
    for party in foreign:
        links = party.contact_links.all()
        emails = list(PersonEmail.objects.filter(person__links__in=links).values_list("email", flat=True))
        assert len({link.person.name for link in links}) == len(links) == len(set(emails))
        phones = PersonPhone.objects.filter(person__links__in=links)
        assert not phones.filter(number__startswith="+359").exists()
        assert all(phone.number.is_valid() for phone in phones)
