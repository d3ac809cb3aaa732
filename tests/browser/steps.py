"""Small steps that many flows share, said once."""

from __future__ import annotations

import re
from re import Pattern

from playwright.sync_api import Locator, Page, expect


def settled(page: Page) -> None:
    """Wait until the pages' scripts have run and no request of htmx is under way."""
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request")).to_have_count(0)


def panel(page: Page) -> Locator:
    """The side panel, once it is open."""
    opened = page.locator("#panel[open]")
    expect(opened).to_be_visible()
    return opened


def save_in_panel(page: Page, label: str = "Save") -> None:
    """Send the form in the panel and wait until the panel has closed."""
    panel(page).get_by_role("button", name=label, exact=True).click()
    expect(page.locator("#panel[open]")).to_have_count(0)


def choose(field: Locator, typed: str, option: str | Pattern[str]) -> None:
    """Type into a picker and take the option that comes."""
    field.click()
    field.page.keyboard.type(typed)
    wanted = field.page.locator(".ts-dropdown:visible .option", has_text=option).first
    expect(wanted).to_be_visible()
    # While an answer is under way the options are drawn anew, and a click may fall between two of them.
    expect(field.page.locator(".ts-wrapper.loading")).to_have_count(0)
    wanted.click()


def row(page: Page, text: str) -> Locator:
    """The row of a list that says this."""
    return page.locator(".list-table tbody tr", has_text=text)


def row_deed(page: Page, text: str, deed: str) -> None:
    """Open a row's menu and choose a deed."""
    line = row(page, text)
    line.locator("summary").click()
    line.locator(".menu-item", has_text=deed).click()


def say_yes(page: Page) -> None:
    """Answer the question of the page with yes."""
    page.locator("#confirm[open]").get_by_role("button", name="Yes").click()


def say_no(page: Page) -> None:
    page.locator("#confirm[open]").get_by_role("button", name="No").click()


def tab_count(page: Page, name: str) -> str:
    """The count beside a tab of a dossier; empty when there is none."""
    tab = page.locator(".tab", has_text=re.compile(rf"^\s*{name}"))
    count = tab.locator(".count")
    return count.inner_text() if count.count() else ""
