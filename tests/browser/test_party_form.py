"""A new party: fields that switch, live hints of duplicates, VIES, a number that is taken."""

import re

import pytest
from playwright.sync_api import Page, expect

from counterparties.models import Counterparty, ViesCheck
from tests.factories.counterparties import ClientFactory, eik

NUMBER = eik(1234567)


@pytest.fixture(autouse=True)
def _manager(manager):
    return manager


def new_party(page: Page, kind: str = "client") -> None:
    page.goto(f"/counterparties/add/?kind={kind}")


def name_field(page: Page):
    return page.locator("#field-name input")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def test_a_new_client_is_saved_and_its_dossier_opens(page: Page):
    page.goto("/counterparties/clients/")
    page.get_by_role("link", name="Add a client").first.click()
    expect(page.get_by_role("checkbox", name="client")).to_be_checked()

    name_field(page).fill("Алфа Трейд")
    page.locator("[name=number]").fill(NUMBER)
    save(page)

    expect(page.locator("#messages")).to_contain_text("is added")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Алфа Трейд")
    expect(page.locator(".dossier-facts")).to_contain_text(NUMBER)
    expect(page.locator(".steps-list")).to_contain_text("Add a contact person")


def test_fields_of_the_other_kind_of_person_are_out_of_sight(page: Page):
    new_party(page)
    given_name = page.locator("#field-given_name")
    expect(name_field(page)).to_be_visible()
    expect(given_name).to_be_hidden()

    page.get_by_label("natural person").check()

    expect(given_name).to_be_visible()
    expect(name_field(page)).to_be_hidden()
    page.locator("[name=given_name]").fill("Иван")
    page.locator("[name=family_name]").fill("Петров")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Иван Петров")


def test_the_type_of_client_is_asked_of_clients_only(page: Page):
    new_party(page, "bank")
    expect(page.locator("#field-client_type")).to_be_hidden()

    page.get_by_role("checkbox", name="client").check()

    expect(page.locator("#field-client_type")).to_be_visible()


def test_likely_duplicates_show_up_while_one_types(page: Page):
    here = ClientFactory(name="Слънчев бряг Трейд", email="office@slanchev.example")
    new_party(page)
    hints = page.locator("#duplicate-hints")

    name_field(page).press_sequentially("Слънчев бряг Тре")

    expect(hints).to_contain_text("This party may be here already")
    expect(hints.get_by_role("link", name="Слънчев бряг Трейд")).to_have_attribute("href", here.get_absolute_url())
    expect(hints).to_contain_text("similar name")
    name_field(page).fill("Съвсем друго")
    expect(hints).to_be_empty()
    page.locator("[name=email]").press_sequentially("office@slanchev.example")
    expect(hints).to_contain_text("same e-mail")


def test_what_is_typed_stands_in_no_address(page: Page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    new_party(page)
    page.get_by_label("natural person").check()
    page.locator("[name=identifier_type]").select_option("egn")

    page.locator("[name=number]").press_sequentially("0001010000")

    page.wait_for_timeout(800)
    assert [address for address in asked if "/duplicates/" in address]
    assert not [address for address in asked if "0001010000" in address]


def test_vies_fills_name_and_form_and_keeps_what_was_typed(page: Page, vies):
    new_party(page)
    page.locator("[name=email]").fill("office@primer.example")
    page.locator("[name=number]").fill(NUMBER)

    page.get_by_role("button", name="Fill from VIES").click()

    notice = page.locator("#form-fields [role=status]")
    expect(notice).to_contain_text("VIES: the number is valid.")
    expect(name_field(page)).to_have_value("ПРИМЕР")
    expect(page.locator("[name=vat_number]")).to_have_value(f"BG{NUMBER}")
    expect(page.locator("[name=legal_form] option:checked")).to_have_text("OOD (limited company)")
    expect(page.locator("[name=email]")).to_have_value("office@primer.example")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("ПРИМЕР ООД")
    assert ViesCheck.objects.get().party == Counterparty.objects.get(registration_number=NUMBER)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("slow", "VIES does not answer at the moment"),
        ("MS_UNAVAILABLE", "is not available at the moment"),
        ("invalid", "this VAT number is not valid"),
    ],
)
def test_the_form_stays_usable_when_vies_does_not_help(page: Page, vies, behaviour, words):
    vies.behaviour = behaviour
    new_party(page)
    name_field(page).fill("Моята фирма")
    page.locator("[name=number]").fill(NUMBER)

    page.get_by_role("button", name="Fill from VIES").click()

    expect(page.locator("#form-fields [role=status]")).to_contain_text(words)
    expect(name_field(page)).to_have_value("Моята фирма")
    expect(page.get_by_role("button", name="Fill from VIES")).to_be_enabled()
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Моята фирма")


def test_vies_without_a_number_asks_for_one(page: Page, vies):
    new_party(page)

    page.get_by_role("button", name="Fill from VIES").click()

    expect(page.locator("#form-fields [role=status]")).to_contain_text("Type the EIK or the VAT number first.")
    assert vies.questions == []


def test_a_taken_number_is_refused_with_a_link_and_nothing_typed_is_lost(page: Page):
    here = ClientFactory(name="Стара фирма", registration_number=NUMBER, identifier_type="eik")
    new_party(page)
    name_field(page).fill("Нова фирма")
    page.locator("[name=number]").fill(NUMBER)

    save(page)

    error = page.locator("#field-number .field-errors")
    expect(error).to_contain_text("This number is already that of")
    expect(error.get_by_role("link", name="Стара фирма")).to_have_attribute("href", here.get_absolute_url())
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary a[href='#field-number']")).to_be_visible()
    expect(name_field(page)).to_have_value("Нова фирма")


def test_a_number_taken_by_an_archived_party_restores_it_in_one_click(page: Page, manager):
    here = ClientFactory(name="Стара фирма", registration_number=NUMBER, identifier_type="eik")
    here.archive(manager, "закрита")
    new_party(page)
    name_field(page).fill("Нова фирма")
    page.locator("[name=number]").fill(NUMBER)
    save(page)

    page.locator("#field-number .field-errors").get_by_role("button", name="Restore").click()

    expect(page.locator("#messages")).to_contain_text("is restored")
    expect(page).to_have_url(re.compile(f"{here.get_absolute_url()}$"))
    assert not Counterparty.objects.get(pk=here.pk).is_archived


def test_every_error_is_at_its_field_and_in_the_summary(page: Page):
    new_party(page)
    page.get_by_role("checkbox", name="client").uncheck()
    page.locator("[name=number]").fill("123")
    page.locator("[name=email]").fill("не е адрес")

    save(page)

    summary = page.locator(".error-summary")
    for name in ("kinds", "number", "email"):
        expect(page.locator(f"#field-{name} .field-errors")).to_be_visible()
        expect(summary.locator(f"a[href='#field-{name}']").first).to_be_visible()
    expect(page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")


def test_escape_leaves_an_untouched_form_and_asks_about_a_touched_one(page: Page):
    page.goto("/counterparties/")
    new_party(page)
    name_field(page).focus()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/counterparties/$"))

    new_party(page)
    name_field(page).fill("Недописано")
    page.keyboard.press("Escape")
    question = page.locator("#confirm[open]")
    expect(question).to_contain_text("You have changes that are not saved")
    question.get_by_role("button", name="No").click()
    expect(name_field(page)).to_have_value("Недописано")
    expect(name_field(page)).to_be_focused()
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Yes").click()
    expect(page).to_have_url(re.compile("/counterparties/$"))
