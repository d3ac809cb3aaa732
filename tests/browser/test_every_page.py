"""Every page: accessible in light and dark, on a telephone and on a desk; nothing wider than the screen."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.pages import GROUPS, entrance, pages_of
from tests.browser.steps import panel, settled

GRAVE = ("serious", "critical")
SCREENS = {"telephone": (375, 800), "desk": (1440, 900)}
axe = Axe()


def findings(page: Page, name: str) -> list[str]:
    """What axe finds that is serious or critical, one line each."""
    found = axe.run(page).response["violations"]
    return [
        f"{name}: {rule['id']} ({rule['impact']}): {node['html'][:160]} — {node['failureSummary'][:240]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"][:3]
    ]


def ids_twice(page: Page, name: str) -> list[str]:
    """Ids that stand more than once: a label or a link would lead to the wrong one."""
    found = page.evaluate(
        """() => {
            const all = [...document.querySelectorAll('[id]')].map((one) => one.id);
            return [...new Set(all.filter((id, index) => all.indexOf(id) !== index))];
        }"""
    )
    return [f"{name}: id {one} stands twice" for one in found]


def too_wide(page: Page, name: str) -> list[str]:
    """What sticks out of the screen, when the page is wider than it."""
    width, screen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if width <= screen:
        return []
    culprits = page.evaluate(
        """() => [...document.body.querySelectorAll('*')]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""
    )
    return [f"{name}: {width} px: {culprits}"]


def open_page(page: Page, address: str) -> int:
    """Go to a page and wait until it is at rest; the status of its answer."""
    answer = page.goto(address)
    settled(page)
    return answer.status if answer else 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("group", GROUPS)
def test_pages_are_accessible_and_fit_the_screen(page: Page, manager, complaints, theme, group):
    complaints.expect("404")  # one of the pages is not to be found
    manager.theme = theme
    manager.save()
    pages = pages_of(group, manager)
    wrong: list[str] = []
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        for name, address in pages.items():
            told = f"{name}, {screen}"
            status = open_page(page, address)
            if status != (404 if name == "not found" else 200):
                wrong.append(f"{told}: answers {status}")
            expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
            wrong += findings(page, told) + too_wide(page, told) + ids_twice(page, told)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_the_entrance_is_accessible_and_fits_the_screen(page: Page, db, theme, screen):
    page.emulate_media(color_scheme=theme)
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    wrong: list[str] = []
    for name, address in entrance().items():
        open_page(page, address)
        wrong += findings(page, name) + too_wide(page, name)
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("nobody")
    page.get_by_role("button", name="Log in").click()
    wrong += findings(page, "log-in refused")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("screen", SCREENS)
def test_what_opens_over_a_page_is_accessible_and_fits_the_screen(page: Page, manager, screen):
    pages = pages_of("parties", manager)
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    wrong: list[str] = []

    for name, field in (("contacts tab", "position"), ("addresses tab", "email"), ("accounts tab", "iban")):
        open_page(page, pages[name])
        page.locator(".page-actions .btn-primary").first.click()
        panel(page).locator(f"[name={field}]").fill("x")
        wrong += ids_twice(page, f"panel: {name}")
        wrong += findings(page, f"panel: {name}") + too_wide(page, f"panel: {name}")
        page.keyboard.press("Escape")
        expect(page.locator("#confirm[open]")).to_be_visible()
        wrong += findings(page, f"question: {name}")
        page.keyboard.press("Escape")
        panel(page).get_by_role("button", name="Save").click()
        expect(panel(page).locator(".error-summary, .field-errors").first).to_be_visible()
        wrong += findings(page, f"errors: {name}") + too_wide(page, f"errors: {name}")
        page.goto("about:blank")

    open_page(page, pages["form of a new party"])
    page.get_by_role("button", name="Save").click()
    wrong += findings(page, "errors of a party") + too_wide(page, "errors of a party")
    open_page(page, pages["list of all"])
    page.locator("[data-check-row]").first.check()
    page.locator(".list-menu > summary").click()
    page.get_by_text("Columns", exact=True).click()
    wrong += findings(page, "menu of a list") + too_wide(page, "menu of a list")
    page.keyboard.press("Escape")
    page.locator("summary.user-button").click()
    wrong += findings(page, "menu of the user") + too_wide(page, "menu of the user")
    if screen == "telephone":
        page.keyboard.press("Escape")
        page.locator("[data-sidebar-open]").click()
        wrong += findings(page, "menu") + too_wide(page, "menu")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("screen", SCREENS)
def test_panels_of_trade_are_accessible_and_fit_the_screen(page: Page, manager, screen):
    pages = pages_of("trade", manager)
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    wrong: list[str] = []
    for name, field in (
        *(("articles", "tariff_code"), ("price lists", "note"), ("price list", "price")),
        ("price conditions", "discount_percent"),
    ):
        open_page(page, pages[name])
        page.locator(".page-actions .btn-primary").first.click()
        panel(page).locator(f"[name={field}]").fill("x")
        told = f"panel: {name}"
        wrong += findings(page, told) + too_wide(page, told) + ids_twice(page, told)
        panel(page).get_by_role("button", name="Save", exact=True).click()
        expect(panel(page).locator(".error-summary, .field-errors").first).to_be_visible()
        told = f"errors: {name}"
        wrong += findings(page, told) + too_wide(page, told) + ids_twice(page, told)
        page.goto("about:blank")
    assert not wrong, "\n".join(wrong)


def test_an_administrator_finds_the_admin_in_the_same_house(page: Page, manager):
    manager.is_staff = manager.is_superuser = True
    manager.save()
    open_page(page, "/admin/")
    expect(page.locator("h1, #site-name").first).to_be_visible()
    wrong = findings(page, "admin") + too_wide(page, "admin")
    assert not wrong, "\n".join(wrong)
