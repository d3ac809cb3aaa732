"""With scripts off: log-in, reading, filters, the forms with their pickers, import and archive still work."""

import re
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from contacts.models import Address, BankAccount, ContactLink
from counterparties.models import Counterparty, Relation
from tests.browser.steps import row
from tests.factories.contacts import BankCodeFactory, ContactLinkFactory
from tests.factories.counterparties import BankFactory, ClientFactory, eik
from tests.factories.users import PASSWORD, UserFactory


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "java_script_enabled": False}


@pytest.fixture
def client(manager):
    return ClientFactory(name="Алфа Трейд", registration_number=eik(1), identifier_type="eik")


def save(page: Page) -> None:
    page.locator("form.form-card").get_by_role("button", name="Save").click()


def test_one_logs_in_reads_and_logs_out(page: Page):
    UserFactory(username="maria", role="manager", language="en")
    party = ClientFactory(name="Алфа Трейд")
    ContactLinkFactory(party=party, person__given_name="Мария", person__family_name="Иванова")
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("maria")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.locator("#sidebar").get_by_role("link", name="Clients").click()
    page.get_by_role("link", name="Алфа Трейд").click()
    page.locator(".tab", has_text="Contact persons").click()
    expect(row(page, "Мария Иванова")).to_be_visible()
    page.locator(".tab", has_text="History").click()
    expect(page.locator(".change").first).to_be_visible()

    page.locator("summary.user-button").click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_no_button_stands_that_needs_scripts(page: Page, client):
    for address in (client.get_absolute_url(), "/counterparties/clients/"):
        page.goto(address)
        assert page.locator(".needs-js:visible").count() == 0


def test_the_list_is_filtered_sorted_and_searched(page: Page, client):
    ClientFactory(name="Бета Строй")
    page.goto("/counterparties/clients/")
    page.locator("#filter_q").fill("алфа")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".row-link")).to_have_text(["Алфа Трейд"])
    page.locator(".chip").click()
    expect(page.locator(".row-link")).to_have_count(2)
    page.locator("th", has_text="Name").get_by_role("link").click()
    expect(page.locator(".row-link")).to_have_text(["Бета Строй", "Алфа Трейд"])

    page.locator("#global-search").fill("beta")
    page.locator("#global-search").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Бета Строй")


def test_language_and_theme_are_switched(page: Page, client):
    page.goto("/counterparties/")
    page.locator("summary.user-button").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_party_is_added_and_what_is_wrong_is_told(page: Page, manager):
    page.goto("/counterparties/add/?kind=client")
    expect(page.locator("#field-given_name")).to_be_visible()  # all fields are shown
    page.locator("[name=name]").fill("Нова фирма")
    page.locator("[name=number]").fill("123")
    save(page)
    expect(page.locator("#field-number .field-errors")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("Нова фирма")

    page.locator("[name=number]").fill(eik(2))
    save(page)
    expect(page.locator("#messages")).to_contain_text("is added")
    assert Counterparty.objects.get().registration_number == eik(2)


def test_vies_fills_the_form(page: Page, manager, vies):
    page.goto("/counterparties/add/?kind=client")
    page.locator("[name=number]").fill(eik(2))
    page.get_by_role("button", name="Fill from VIES").click()

    expect(page.locator("[name=name]")).to_have_value("ПРИМЕР")
    expect(page.locator("main")).to_contain_text("VIES: the number is valid.")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("ПРИМЕР")


def test_an_archived_bearer_of_a_number_is_restored(page: Page, client, manager):
    client.archive(manager, "закрита")
    page.goto("/counterparties/add/?kind=client")
    page.locator("[name=name]").fill("Нова фирма")
    page.locator("[name=number]").fill(eik(1))
    save(page)
    page.locator("#field-number .field-errors").get_by_role("button", name="Restore").click()

    expect(page.locator("#messages")).to_contain_text("is restored")


def test_a_contact_is_added_on_a_page_of_its_own(page: Page, client):
    page.goto(f"{client.get_absolute_url()}contacts/")
    page.get_by_role("link", name="Add a contact person").first.click()
    page.locator("[name=given_name]").fill("Мария")
    page.locator("[name=phones-0-number]").fill("0888 123 456")
    save(page)

    expect(page).to_have_url(re.compile("/contacts/$"))
    expect(row(page, "Мария")).to_contain_text("0888 123 456")


def test_someone_who_is_here_already_is_chosen_by_a_typed_name(page: Page, client):
    ContactLinkFactory(person__given_name="Мария", person__family_name="Иванова")
    page.goto(f"{client.get_absolute_url()}contacts/")
    page.get_by_role("link", name="Add a contact person").first.click()
    page.locator("[name=existing-typed]").fill("Мария Иванова")
    save(page)

    expect(row(page, "Мария Иванова")).to_be_visible()
    assert ContactLink.objects.filter(person__family_name="Иванова").count() == 2


def test_an_address_is_added_by_the_settlements_typed_name(page: Page, client):
    page.goto(f"{client.get_absolute_url()}addresses/")
    page.get_by_role("link", name="Add an address").first.click()
    expect(page.locator("select[name=settlement]")).to_be_hidden()
    page.locator("[name=settlement-typed]").fill("Никъде")
    page.locator("[name=street]").fill("ул. „Шипка“")
    save(page)
    expect(page.locator("#field-settlement .field-errors")).to_be_visible()
    expect(page.locator("[name=settlement-typed]")).to_have_value("Никъде")
    page.locator("[name=settlement-typed]").fill("гр. Пловдив")
    save(page)

    expect(row(page, "Шипка")).to_contain_text("Пловдив")
    assert str(Address.objects.get().settlement) == "гр. Пловдив"


def test_an_account_is_added_by_the_banks_typed_code(page: Page, client):
    BankCodeFactory(bank=BankFactory(name="УниКредит Булбанк"), bic="UNCRBGSF")
    page.goto(f"{client.get_absolute_url()}bank-accounts/")
    page.get_by_role("link", name="Add a bank account").first.click()
    page.locator("[name=iban]").fill("BG80 BNBG 9661 1020 3456 78")
    page.locator("[name=bank-typed]").fill("UNCRBGSF")
    save(page)

    expect(page).to_have_url(re.compile("/bank-accounts/$"))
    expect(row(page, "BG80 BNBG")).to_contain_text("УниКредит Булбанк")
    assert BankAccount.objects.get().iban == "BG80BNBG96611020345678"


def test_a_relation_is_added_by_the_other_partys_number(page: Page, client):
    ClientFactory(name="Майка Груп", registration_number=eik(5), identifier_type="eik")
    page.goto(client.get_absolute_url())
    page.locator(".dossier-head summary").click()
    page.get_by_role("link", name="Add a relation").click()
    page.locator("[name=direction]").select_option(index=1)
    page.locator("[name=other-typed]").fill(eik(5))
    save(page)

    expect(page.locator(".tile", has_text="Relations")).to_contain_text("Майка Груп")
    assert Relation.objects.count() == 1


def test_a_row_is_archived_and_restored(page: Page, client):
    ContactLinkFactory(party=client, person__given_name="Мария", person__family_name="Иванова")
    page.goto(f"{client.get_absolute_url()}contacts/")
    row(page, "Мария").locator("summary").click()
    row(page, "Мария").get_by_role("button", name="Archive").click()

    expect(page.locator("#messages")).to_contain_text("is archived")
    expect(row(page, "Мария")).to_have_count(0)


def test_a_dossier_is_archived_and_restored(page: Page, client):
    page.goto(client.get_absolute_url())
    page.locator(".dossier-head summary").click()
    page.get_by_role("link", name="Archive").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.locator("#field-reason .field-errors")).to_be_visible()
    page.locator("[name=reason]").fill("закрита")
    page.get_by_role("button", name="Archive").click()
    expect(page.locator(".dossier-badges")).to_contain_text("Archived")

    page.locator(".dossier-head summary").click()
    page.get_by_role("link", name="Restore").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".dossier-badges")).not_to_contain_text("Archived")


def test_many_rows_are_archived_at_once(page: Page, client):
    page.goto("/counterparties/clients/")
    row(page, "Алфа").get_by_role("checkbox").check()
    page.locator(".bulk-bar [name=reason]").fill("закрита")
    page.locator(".bulk-bar").get_by_role("button", name="Archive").click()

    expect(page.locator("#messages")).to_contain_text("1 party is archived.")


@pytest.mark.usefixtures("worker")
def test_a_file_is_imported_while_the_page_loads_itself_anew(page: Page, manager):
    content = f"вид;име;ЕИК\nклиент;Алфа Трейд;{eik(2)}\n".encode()
    page.goto("/contacts/imports/start/")
    page.locator("[name=file]").set_input_files(FilePayload(name="a.csv", mimeType="text/csv", buffer=content))
    page.get_by_role("button", name="Upload and check").click()
    expect(page.locator(".import-state")).to_contain_text("To be created: 1", timeout=60_000)
    page.get_by_role("button", name="Import 1 row").click()

    expect(page.locator(".import-state")).to_contain_text("Created: 1", timeout=60_000)
    assert Counterparty.objects.get().name == "Алфа Трейд"
