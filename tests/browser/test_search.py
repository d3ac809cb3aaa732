"""The one search box: reached by a key, in any script, by part of a number; one hit opens."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories.counterparties import ClientFactory, SupplierFactory, eik


@pytest.fixture(autouse=True)
def _parties(manager):
    ClientFactory(name="Слънчев бряг Трейд", registration_number=eik(1234567), identifier_type="eik")
    ClientFactory(name="Тракия Мебел", registration_number=eik(7654321), identifier_type="eik")
    SupplierFactory(name="Тракия Транспорт", registration_number=eik(8888888), identifier_type="eik")


def search(page: Page, text: str) -> None:
    """Press the key, type, Enter: without the mouse."""
    page.goto("/counterparties/")
    page.keyboard.press("/")
    expect(page.locator("#global-search")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("text", ["слънчев", "СЛЪНЧЕВ БРЯГ", "slanchev", eik(1234567)[2:8], eik(1234567)])
def test_one_hit_opens_by_name_in_either_script_or_by_a_part_of_the_number(page: Page, text):
    search(page, text)

    expect(page).to_have_url(re.compile(r"/counterparties/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Слънчев бряг Трейд")


@pytest.mark.parametrize("text", ["тракия", "trakia"])
def test_several_hits_are_listed_as_links(page: Page, text):
    search(page, text)

    expect(page.locator(".intro")).to_contain_text(f"Found for “{text}”")
    expect(page.locator(".found .line-title a")).to_have_text(["Тракия Мебел", "Тракия Транспорт"])
    expect(page.locator("#global-search")).to_have_value(text)
    page.get_by_role("link", name="Тракия Транспорт").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Тракия Транспорт")


def test_nothing_found_says_what_to_try(page: Page):
    search(page, "няма такъв контрагент")

    expect(page.locator(".intro")).to_contain_text("Nothing is found for “няма такъв контрагент”.")


def test_the_key_types_a_stroke_where_one_is_typing(page: Page):
    page.goto("/counterparties/add/")

    page.locator("#field-name input").click()
    page.keyboard.type("А/С")

    expect(page.locator("#field-name input")).to_have_value("А/С")
