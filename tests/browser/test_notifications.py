"""The bell: a notice comes once and stays until it is closed; the menu by keyboard; nothing after the log-out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from common.models import Notification
from tests.browser.steps import row, settled
from tests.browser.test_every_page import findings, too_wide
from tests.browser.test_keyboard import focus_is_drawn, tab_to
from tests.factories.counterparties import ClientFactory


@pytest.fixture
def tell(manager) -> Callable[..., int]:
    return lambda key, **given: Notification.objects.tell(
        manager, **{"kind": "reminder", "key": key, "title": f"Обади се {key}", **given}
    )


def bell(page: Page) -> Locator:
    return page.locator("summary.bell")


def number(page: Page) -> Locator:
    return page.locator("#bell-state .bell-count")


def notices(page: Page) -> Locator:
    return page.locator("#notices .notice")


def ask(page: Page) -> None:
    """Ask for news now, instead of in a minute."""
    with page.expect_response("**/notifications/poll/"):
        page.evaluate("document.body.dispatchEvent(new Event('bell'))")
    settled(page)


def test_a_notice_comes_once_and_stays_until_it_is_closed(page: Page, manager, tell, context: BrowserContext):
    tell("1", text="Днес", url="/about/")
    page.goto("/counterparties/")
    expect(notices(page)).to_contain_text("Обади се 1")
    expect(notices(page)).to_contain_text("Днес")
    assert findings(page, "notice") == []

    ask(page)
    other_tab = context.new_page()
    other_tab.goto("/profile/")
    ask(other_tab)
    expect(notices(other_tab)).to_have_count(0)
    expect(bell(other_tab)).to_contain_text("unread: 1")
    other_tab.close()
    expect(notices(page)).to_have_count(1)

    notices(page).get_by_role("button", name="Close").click()
    expect(notices(page)).to_have_count(0)
    ask(page)
    expect(notices(page)).to_have_count(0)


def test_the_number_follows_without_a_new_page(page: Page, manager, tell):
    page.goto("/counterparties/")
    settled(page)
    expect(number(page)).to_have_count(0)

    tell("1")
    tell("2", level="danger")
    ask(page)
    expect(number(page)).to_have_text("2")
    expect(notices(page)).to_have_count(2)

    Notification.objects.all().mark_read()
    ask(page)
    expect(number(page)).to_have_count(0)


def test_a_notice_leads_to_its_page_and_is_read_then(page: Page, manager, tell):
    tell("1", url="/about/")
    page.goto("/counterparties/")
    notices(page).get_by_role("link").click()

    page.wait_for_url("**/about/")
    assert not Notification.objects.unread().exists()


def test_a_notice_is_to_be_reached_while_a_panel_is_open(page: Page, manager, tell):
    party = ClientFactory()
    page.goto(f"{party.get_absolute_url()}contacts/")
    page.get_by_role("link", name="Add a contact person").first.click()
    page.locator("#panel [name=given_name]").fill("Мария")

    tell("1")
    ask(page)

    page.locator("#panel #notices").get_by_role("button", name="Close").click()
    expect(notices(page)).to_have_count(0)
    expect(page.locator("#panel [name=given_name]")).to_have_value("Мария")


def test_the_menu_by_keyboard(page: Page, manager, tell):
    tell("1", url="/about/")
    tell("2", url="/profile/")
    page.goto("/counterparties/")
    expect(notices(page)).to_have_count(2)
    bell(page).focus()
    assert focus_is_drawn(page)
    page.keyboard.press("Enter")
    menu = page.locator(".bell-menu")
    expect(menu.get_by_role("link", name="Обади се 2")).to_be_visible()
    expect(notices(page)).to_have_count(0)  # the menu shows the same
    assert findings(page, "menu of the bell") == []

    tab_to(page, menu.get_by_role("button", name="Mark all as read"), limit=6)
    assert focus_is_drawn(page)
    page.keyboard.press("Enter")
    expect(number(page)).to_have_count(0)
    expect(menu.get_by_role("link", name="All notifications")).to_be_focused()
    assert not Notification.objects.unread().exists()

    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(bell(page)).to_be_focused()
    with page.expect_response("**/notifications/latest/"):
        page.keyboard.press("Enter")
    settled(page)
    tab_to(page, menu.get_by_role("link", name="Обади се 1"), limit=4)
    page.keyboard.press("Enter")
    page.wait_for_url("**/about/")


def test_the_menu_fits_a_telephone(page: Page, manager, tell):
    for number in range(12):
        tell(str(number), text="Дълго изречение. " * 10, title="Научно-производствено обединение " * 3)
    page.set_viewport_size({"width": 375, "height": 700})
    page.goto("/counterparties/")
    bell(page).click()
    expect(page.locator(".bell-foot")).to_be_visible()

    box = page.locator(".bell-menu").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    assert too_wide(page, "menu of the bell") == []
    expect(page.locator(".bell-foot")).to_be_in_viewport()


def test_all_are_marked_as_read_from_the_list_behind_the_menu_too(page: Page, manager, tell):
    tell("1")
    page.goto("/notifications/")
    expect(row(page, "Обади се 1")).to_contain_text("unread")
    bell(page).click()
    page.locator(".bell-menu").get_by_role("button", name="Mark all as read").click()

    expect(row(page, "Обади се 1").locator(".tone")).to_have_text("read")


def test_after_the_log_out_nothing_lands_among_the_notices(page: Page, manager, context: BrowserContext):
    page.goto("/counterparties/add/?kind=client")
    page.locator("[name=name]").fill("Недописано")
    settled(page)
    context.clear_cookies()

    ask(page)

    expect(page.locator("#bell-poll")).to_have_count(0)
    expect(page.locator("#notices")).to_be_empty()
    expect(page.locator("[name=name]")).to_have_value("Недописано")


def test_without_scripts_the_bell_is_a_link(another_browser, manager, tell):
    tell("1", url="/about/")
    page = another_browser(manager, java_script_enabled=False)
    page.goto("/counterparties/")
    expect(bell(page)).to_be_hidden()
    page.get_by_role("link", name="Notifications").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Notifications")

    page.locator("summary[aria-label='Other actions']").click()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator("#messages")).to_contain_text("1 notification is marked as read.")
    page.get_by_role("link", name="Обади се 1").click()
    page.wait_for_url("**/about/")
