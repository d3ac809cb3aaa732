"""Worked with the keyboard alone: nothing here touches the mouse."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from contacts.models import ContactLink
from tests.browser.steps import panel, row
from tests.factories.counterparties import ClientFactory
from tests.factories.users import PASSWORD, UserFactory


def tab_to(page: Page, target: Locator, limit: int = 80) -> None:
    """Press Tab until the element has the focus; what has it is always to be seen."""
    for _press in range(limit):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached with {limit} times Tab")


def focus_is_drawn(page: Page) -> bool:
    """Whether the focused element, or the frame of its picker, has an outline."""
    return page.evaluate(
        """() => {
            const element = document.activeElement;
            return [element, element.closest('.ts-control')].some(
                (one) => one && getComputedStyle(one).outlineStyle !== 'none'
                    && parseFloat(getComputedStyle(one).outlineWidth) >= 2);
        }"""
    )


def test_from_the_log_in_to_a_saved_contact(page: Page):
    UserFactory(username="maria", role="manager", language="en")
    ClientFactory(name="Слънчев бряг Трейд")
    page.goto("/accounts/login/")
    expect(page.locator("[name=login]")).to_be_focused()
    page.keyboard.type("maria")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("My day")

    page.keyboard.press("/")
    page.keyboard.type("slanchev")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Слънчев бряг Трейд")

    tab_to(page, page.locator(".tab", has_text="Contact persons"))
    assert focus_is_drawn(page)
    page.keyboard.press("Enter")
    add = page.get_by_role("link", name="Add a contact person").first
    tab_to(page, add)
    page.keyboard.press("Enter")
    form = panel(page)
    # The panel opens at its first field; what stands before it is for another way in.
    tab_to(page, form.locator("[name=given_name]"))
    page.keyboard.type("Мария")
    tab_to(page, form.locator("[name=family_name]"))
    page.keyboard.type("Иванова")
    page.keyboard.press("Enter")

    expect(page.locator("#panel[open]")).to_have_count(0)
    expect(row(page, "Мария Иванова")).to_be_visible()
    assert ContactLink.objects.get().person.family_name == "Иванова"


def test_the_content_is_one_key_away(page: Page, manager):
    page.goto("/counterparties/")

    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_everything_that_gets_the_focus_on_a_list_shows_it(page: Page, manager):
    ClientFactory.create_batch(2)
    page.goto("/counterparties/clients/")
    bare = []
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        if not focus_is_drawn(page):
            bare.append(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
    assert bare == []


def test_the_panel_keeps_the_focus_and_gives_it_back(page: Page, manager):
    party = ClientFactory()
    page.goto(f"{party.get_absolute_url()}contacts/")
    add = page.get_by_role("link", name="Add a contact person").first
    add.focus()
    page.keyboard.press("Enter")
    panel(page)
    for _press in range(40):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('#panel')")
        assert inside
    page.locator("#panel [data-panel-close]").first.focus()  # in an open picker the key would close only that
    page.keyboard.press("Escape")

    expect(page.locator("#panel[open]")).to_have_count(0)
    expect(add).to_be_focused()


def test_menus_open_and_close_by_keys(page: Page, manager):
    page.goto("/counterparties/")
    menu = page.locator("summary.user-button")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Profile")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Profile")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Profile")).to_be_hidden()
    expect(menu).to_be_focused()


@pytest.fixture
def settlement(page: Page, manager) -> Locator:
    """The picker of settlements in an open panel, with the focus."""
    party = ClientFactory()
    page.goto(f"{party.get_absolute_url()}addresses/")
    page.get_by_role("link", name="Add an address").first.focus()
    page.keyboard.press("Enter")
    panel(page)
    field = page.locator("#field-settlement")
    tab_to(page, field.locator(".ts-control input"))
    return field


def test_a_picker_is_worked_by_keys(page: Page, settlement):
    page.keyboard.type("Велико Тър")
    expect(settlement.locator(".ts-dropdown .option")).to_contain_text(["Велико Търново"])
    page.keyboard.press("Enter")

    expect(settlement.locator(".ts-control .item")).to_contain_text("Велико Търново")
    expect(page.locator("#panel[open]")).to_be_visible()
    page.keyboard.press("Tab")
    expect(settlement.locator(".ts-control input")).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Backspace")
    expect(settlement.locator(".ts-control .item")).to_have_count(0)


def test_a_quick_enter_in_a_picker_takes_nothing_of_an_older_answer(page: Page, settlement):
    expect(settlement.locator(".ts-dropdown .option").first).to_be_visible()
    page.route("**/contacts/settlements/**", lambda route: None)  # the answer never comes
    page.keyboard.type("Пловдив")
    page.keyboard.press("Enter")

    expect(settlement.locator(".ts-control .item")).to_have_count(0)
    expect(settlement.locator(".ts-dropdown")).to_contain_text("Loading…")


def test_a_picker_says_when_nothing_is_found_and_escape_closes_only_it(page: Page, settlement):
    page.keyboard.type("Няма такова място")
    expect(settlement.locator(".ts-dropdown")).to_contain_text("Nothing found")
    page.keyboard.press("Escape")

    expect(settlement.locator(".ts-dropdown")).to_be_hidden()
    expect(page.locator("#panel[open]")).to_be_visible()


def test_a_row_of_a_list_is_opened_and_its_menu_used_by_keys(page: Page, manager):
    party = ClientFactory(name="Алфа Трейд")
    page.goto("/counterparties/clients/")
    tab_to(page, row(page, "Алфа Трейд").locator(".row-link"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{party.get_absolute_url()}$"))
