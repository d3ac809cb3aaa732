"""A dossier worked in: contacts, addresses and accounts in the side panel, a second person confirms, relations."""

import contextlib
import re

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from contacts.models import Address, BankAccount, ContactLink
from counterparties.models import Relation
from tests.browser.steps import choose, panel, row, row_deed, save_in_panel, say_no, say_yes, tab_count
from tests.factories.contacts import AddressFactory, BankAccountFactory, ContactLinkFactory, bulgarian_iban
from tests.factories.counterparties import ClientFactory, SupplierFactory
from tests.factories.users import UserFactory


@pytest.fixture
def client(manager):
    return ClientFactory(name="Алфа Трейд")


@pytest.fixture
def supplier(manager):
    return SupplierFactory(name="Бета Доставки")


def open_tab(page: Page, party, name: str) -> None:
    page.goto(party.get_absolute_url())
    page.locator(".tab", has_text=name).click()


def test_a_contact_is_added_changed_and_archived_in_the_panel(page: Page, client):
    open_tab(page, client, "Contact persons")
    assert tab_count(page, "Contact persons") == ""
    page.get_by_role("link", name="Add a contact person").first.click()
    form = panel(page)
    form.locator("[name=given_name]").fill("Мария")
    form.locator("[name=family_name]").fill("Иванова")
    form.locator("[name=phones-0-number]").fill("0888 123 456")
    form.locator("[name=emails-0-email]").fill("maria@alfa.example")
    save_in_panel(page)

    expect(row(page, "Мария Иванова")).to_contain_text("0888 123 456")
    expect(page.locator("#messages")).to_contain_text("added")
    expect(page.locator(".tab.is-active .count")).to_have_text("1")

    row_deed(page, "Мария Иванова", "Edit")
    panel(page).locator("[name=position]").fill("управител")
    save_in_panel(page)
    expect(row(page, "Мария Иванова")).to_contain_text("управител")

    row_deed(page, "Мария Иванова", "Archive")
    say_no(page)
    expect(row(page, "Мария Иванова")).to_be_visible()
    row_deed(page, "Мария Иванова", "Archive")
    say_yes(page)
    expect(page.locator("#messages")).to_contain_text("is archived")
    expect(row(page, "Мария Иванова")).to_have_count(0)
    expect(page.locator(".tab.is-active .count")).to_have_count(0)
    assert ContactLink.objects.get().is_archived


def test_more_phones_are_added_row_by_row(page: Page, client):
    open_tab(page, client, "Contact persons")
    page.get_by_role("link", name="Add a contact person").first.click()
    form = panel(page)
    form.locator("[name=given_name]").fill("Мария")
    form.locator("[name=phones-0-number]").fill("0888 123 456")
    form.locator("[data-formset=phones]").get_by_role("button", name="Add a row").click()
    expect(form.locator("[name=phones-1-kind]")).to_be_focused()
    form.locator("[name=phones-1-number]").fill("02 400 0000")
    save_in_panel(page)

    expect(row(page, "Мария")).to_contain_text("0888 123 456")
    expect(row(page, "Мария")).to_contain_text("02 400 0000")


def test_an_address_is_added_with_its_settlement_from_the_picker(page: Page, client):
    open_tab(page, client, "Addresses")
    page.get_by_role("link", name="Add an address").first.click()
    form = panel(page)
    expect(form.locator("#field-foreign_text")).to_be_hidden()
    choose(form.locator("#field-settlement .ts-control"), "Пловд", re.compile(r"^гр. Пловдив"))
    expect(form.locator("#field-settlement_name")).to_be_hidden()
    form.locator("[name=street]").fill("ул. „Шипка“")
    form.locator("[name=number]").fill("34")
    form.locator("[name=postal_code]").fill("4000")
    save_in_panel(page)

    expect(row(page, "Шипка")).to_contain_text("Пловдив")
    expect(page.locator(".tab.is-active .count")).to_have_text("1")
    row_deed(page, "Шипка", "Archive")
    say_yes(page)
    expect(row(page, "Шипка")).to_have_count(0)
    page.get_by_text("More filters").click()
    page.locator("[name=archived]").select_option(index=1)
    row_deed(page, "Шипка", "Restore")
    expect(page.locator("#messages")).to_contain_text("is restored")
    assert not Address.objects.get().is_archived


def test_a_foreign_address_is_asked_for_as_free_text(page: Page, client):
    open_tab(page, client, "Addresses")
    page.get_by_role("link", name="Add an address").first.click()
    form = panel(page)
    choose(form.locator("#field-country .ts-control"), "Austr", "Austria")

    expect(form.locator("#field-foreign_text")).to_be_visible()
    expect(form.locator("#field-settlement")).to_be_hidden()
    form.locator("[name=foreign_text]").fill("Beispielgasse 1\n1010 Wien")
    save_in_panel(page)
    expect(row(page, "Beispielgasse 1")).to_be_visible()


def test_a_wrong_iban_is_told_at_the_field_and_the_panel_stays(page: Page, client):
    open_tab(page, client, "Bank accounts")
    page.get_by_role("link", name="Add a bank account").first.click()
    form = panel(page)
    form.locator("[name=iban]").fill("BG80 BNBG 9661 1020 3456 79")
    form.locator("[name=note]").fill("за заплати")
    form.get_by_role("button", name="Save").click()

    expect(form.locator("#field-iban .field-errors")).to_be_visible()
    expect(form.locator(".error-summary")).to_be_focused()
    expect(form.locator("[name=note]")).to_have_value("за заплати")
    form.locator("[name=iban]").fill("BG80 BNBG 9661 1020 3456 78")
    save_in_panel(page)
    expect(row(page, "BG80 BNBG 9661 1020 3456 78")).to_contain_text("default")
    assert BankAccount.objects.get().iban == "BG80BNBG96611020345678"


def test_a_new_iban_of_a_supplier_waits_for_a_second_person(page: Page, supplier, another_browser):
    number = bulgarian_iban(1)
    open_tab(page, supplier, "Bank accounts")
    page.get_by_role("link", name="Add a bank account").first.click()
    panel(page).locator("[name=iban]").fill(number)
    save_in_panel(page)
    mine = page.locator(".list-table tbody tr")
    expect(mine).to_contain_text("waits for confirmation")
    mine.locator("summary").click()
    expect(mine.locator(".menu-item", has_text="Edit")).to_be_visible()
    expect(mine.locator(".menu-item", has_text="Confirm")).to_have_count(0)
    page.goto(supplier.get_absolute_url())
    expect(page.locator(".warnings")).to_contain_text("must not be paid yet")

    other = another_browser(UserFactory(username="petar", role="accountant", language="en"))
    other.goto(supplier.get_absolute_url())
    other.locator(".warnings a").click()
    expect(other.locator(".chips")).to_be_visible()
    row_deed(other, "waits", "Confirm the account")
    expect(panel(other)).to_contain_text("Supplier: Бета Доставки")
    save_in_panel(other, "The number is right")

    expect(other.locator("#messages")).to_contain_text("is confirmed")
    page.reload()
    expect(page.locator(".warnings")).to_have_count(0)
    assert str(BankAccount.objects.get().confirmed_by) == "petar"


def test_the_panel_asks_before_what_was_typed_is_lost(page: Page, client):
    open_tab(page, client, "Contact persons")
    add = page.get_by_role("link", name="Add a contact person").first
    add.click()
    panel(page)
    page.keyboard.press("Escape")
    expect(page.locator("#panel[open]")).to_have_count(0)
    expect(add).to_be_focused()

    add.click()
    name = panel(page).locator("[name=given_name]")
    name.fill("Недописана")
    for _attempt in range(2):  # a browser lets itself be asked once; we ask every time
        page.keyboard.press("Escape")
        expect(page.locator("#confirm[open]")).to_contain_text("You have changes that are not saved")
        page.keyboard.press("Escape")
        expect(page.locator("#confirm[open]")).to_have_count(0)
        expect(name).to_have_value("Недописана")
    panel(page).get_by_role("button", name="Cancel").click()
    say_yes(page)
    expect(page.locator("#panel[open]")).to_have_count(0)


def test_a_failed_request_is_told_and_the_form_stays(page: Page, client, complaints):
    complaints.expect("Failed to load resource", "Response Status Error Code", "htmx:")
    open_tab(page, client, "Contact persons")
    page.get_by_role("link", name="Add a contact person").first.click()
    name = panel(page).locator("[name=given_name]")
    name.fill("Мария")

    page.route("**/contacts/persons/add/**", lambda route: route.fulfill(status=500, body="сървърна грешка"))
    panel(page).get_by_role("button", name="Save").click()
    expect(page.locator("#notices")).to_contain_text("The request did not succeed")
    page.unroute("**/contacts/persons/add/**")
    page.route("**/contacts/persons/add/**", lambda route: route.abort())
    panel(page).get_by_role("button", name="Save").click()
    expect(page.locator("#notices")).to_contain_text("There is no connection to the server")

    page.unroute("**/contacts/persons/add/**")
    expect(name).to_have_value("Мария")
    save_in_panel(page)
    expect(row(page, "Мария")).to_be_visible()


def test_a_relation_is_added_and_removed_from_the_summary(page: Page, client):
    other = ClientFactory(name="Майка Груп")
    page.goto(client.get_absolute_url())
    page.locator(".dossier-head summary").click()
    page.get_by_role("link", name="Add a relation").click()
    form = panel(page)
    form.locator("[name=direction]").select_option(index=1)
    choose(form.locator("#field-other .ts-control"), "майка", "Майка Груп")
    save_in_panel(page)

    tile = page.locator(".tile", has_text="Relations")
    expect(tile.get_by_role("link", name="Майка Груп", exact=True)).to_have_attribute("href", other.get_absolute_url())
    tile.get_by_role("button", name="Remove the relation to Майка Груп").click()
    say_yes(page)
    expect(page.locator("#messages")).to_contain_text("The relation is removed")
    assert not Relation.objects.exists()


def test_a_dossier_is_archived_with_a_reason_and_comes_back(page: Page, client):
    page.goto(client.get_absolute_url())
    page.locator(".dossier-head summary").click()
    page.locator(".dossier-head .menu-item", has_text="Archive").click()
    page.locator("[name=reason]").fill("закрита фирма")
    page.get_by_role("button", name="Archive", exact=True).click()

    expect(page.locator("#messages")).to_contain_text("is archived")
    expect(page.locator(".dossier-badges")).to_contain_text("Archived")
    expect(page.locator(".warnings")).to_contain_text("закрита фирма")
    page.goto("/counterparties/clients/")
    expect(row(page, "Алфа Трейд")).to_have_count(0)

    page.goto(client.get_absolute_url())
    page.locator(".dossier-head summary").click()
    page.locator(".dossier-head .menu-item", has_text="Restore").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("#messages")).to_contain_text("is restored")
    expect(page.locator(".dossier-badges")).not_to_contain_text("Archived")


def test_the_numbers_are_copied(page: Page, context, client):
    client.registration_number, client.identifier_type = "175074752", "eik"
    client.save()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(client.get_absolute_url())

    page.locator(".dossier-facts").get_by_role("button", name="Copy: EIK").click()
    expect(page.locator("#notices")).to_contain_text("Copied")
    assert copied(page, "175074752") == "175074752"

    page.get_by_role("button", name="Copy all requisites").click()
    assert "175074752" in copied(page, "Алфа Трейд")


def copied(page: Page, words: str) -> str:
    """The text on the clipboard once it holds the words; the browser may refuse to read it for a moment."""
    for _try in range(50):
        with contextlib.suppress(PlaywrightError):
            text: str = page.evaluate("navigator.clipboard.readText()")
            if words in text:
                return text
        page.wait_for_timeout(200)
    raise AssertionError(f"“{words}” was not copied")


def test_the_summary_leads_to_its_tabs_and_no_figure_stands_as_zero(page: Page, client):
    ContactLinkFactory(party=client, person__given_name="Мария", person__family_name="Иванова")
    AddressFactory(party=client)
    BankAccountFactory(party=client)
    page.goto(client.get_absolute_url())

    expect(page.locator(".figures")).to_have_count(0)
    page.locator(".tile", has_text="Contact persons").get_by_role("link", name="All").click()
    expect(page).to_have_url(re.compile("/contacts/$"))
    expect(row(page, "Мария Иванова")).to_be_visible()
