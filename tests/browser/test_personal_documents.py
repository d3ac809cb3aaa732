"""Personal documents in the side panel: added, seen masked, opened against a reason, hidden again."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from common.dates import format_date, today
from documents.models import PersonalDocument, PersonalDocumentAccess, PersonalDocumentType
from tests.browser.steps import panel, row, row_deed, save_in_panel, settled, tab_count
from tests.factories.counterparties import NaturalPersonFactory
from tests.factories.documents import PersonalDocumentFactory

NUMBER = "987123456"


@pytest.fixture(autouse=True)
def _manager(manager):
    return manager


@pytest.fixture
def tab(page: Page) -> str:
    party = NaturalPersonFactory(given_name="Иван", family_name="Петров")
    address = f"{party.get_absolute_url()}personal-documents/"
    page.goto(address)
    return address


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        panel(page).locator(f"[name={name}]").fill(value)


def add(page: Page) -> None:
    page.get_by_role("link", name="Add a personal document").first.click()
    panel(page).locator("[name=type]").select_option(label="identity card")
    fill(
        page,
        number=NUMBER,
        issuer="МВР София",
        issued_on="01.02.2024",
        valid_until=format_date(today() + dt.timedelta(days=12)),
        ground="Договор – чл. 6",
        purpose="Договор за наем",
        keep_until=format_date(today() + dt.timedelta(days=900)),
    )


def test_a_document_is_added_and_seen_masked(page: Page, tab: str):
    add(page)
    save_in_panel(page)

    line = row(page, "Иван Петров")
    expect(line).to_contain_text("•••••56")
    expect(line).to_contain_text("ends in 12 days")
    assert NUMBER not in page.content()
    assert tab_count(page, "Personal documents") == "1"
    expect(page.locator(".dossier-head, .head-card, main").first).to_contain_text("expires in 12 days")
    assert PersonalDocument.objects.get().number == NUMBER


def test_a_wrong_number_is_told_at_its_field_and_nothing_is_lost(page: Page, tab: str):
    add(page)
    fill(page, issued_on="17.06.2024")
    panel(page).get_by_role("button", name="Save", exact=True).click()

    error = panel(page).locator("#field-number .field-errors")
    expect(error).to_contain_text("from 17.06.2024 on")
    expect(panel(page).locator("[name=purpose]")).to_have_value("Договор за наем")

    fill(page, number="АВ 1234567")  # in Cyrillic
    save_in_panel(page)
    expect(row(page, "Иван Петров")).to_contain_text("•••••67")
    assert PersonalDocument.objects.get().number == "AB1234567"


def test_suggestions_stand_at_ground_and_purpose(page: Page, tab: str):
    page.get_by_role("link", name="Add a personal document").first.click()

    ground = panel(page).locator("[name=ground]")
    suggestions = panel(page).locator(f"datalist#{ground.get_attribute('list')} option")
    assert suggestions.count() >= 3


def test_the_number_is_opened_against_a_reason_and_closed_again(page: Page, tab: str):
    document = PersonalDocumentFactory(
        party=NaturalPersonFactory(given_name="Мария", family_name="Иванова"), number=NUMBER
    )
    page.goto(f"{document.party.get_absolute_url()}personal-documents/")
    row_deed(page, "Мария Иванова", "Show the number")
    opened = panel(page)
    opened.get_by_role("button", name="Show the number").click()
    expect(opened.locator("#field-reason .field-errors")).to_be_visible()

    opened.locator("[name=reason]").fill("Договор за наем")
    opened.get_by_role("button", name="Show the number").click()

    expect(opened.locator(".copyable")).to_have_text(NUMBER)
    opened.locator(".form-buttons").get_by_role("button", name="Close").click()
    expect(page.locator("#panel[open]")).to_have_count(0)
    settled(page)
    assert NUMBER not in page.content()
    assert NUMBER not in page.url
    assert PersonalDocumentAccess.objects.get().reason == "Договор за наем"


def test_an_opened_number_hides_by_itself(page: Page, tab: str, monkeypatch):
    monkeypatch.setattr("documents.views.personal.SHOWN_SECONDS", 1)
    document = PersonalDocumentFactory(
        party=NaturalPersonFactory(given_name="Мария", family_name="Иванова"), number=NUMBER
    )
    page.goto(f"{document.party.get_absolute_url()}personal-documents/")
    row_deed(page, "Мария Иванова", "Show the number")
    panel(page).locator("[name=reason]").fill("Договор за наем")
    panel(page).get_by_role("button", name="Show the number").click()
    expect(panel(page).locator(".copyable")).to_have_text(NUMBER)

    expect(panel(page).locator("[name=reason]")).to_be_visible()
    expect(panel(page)).not_to_contain_text(NUMBER)


def test_the_place_for_a_scan_shows_with_its_type(page: Page, tab: str):
    PersonalDocumentType.objects.filter(code="passport").update(scan_allowed=True, scan_ground="чл. 53 от ЗМИП")
    page.get_by_role("link", name="Add a personal document").first.click()
    scan = panel(page).locator("#field-scan")
    expect(scan).to_be_hidden()

    panel(page).locator("[name=type]").select_option(label="passport")
    expect(scan).to_be_visible()
    expect(scan).to_contain_text("чл. 53 от ЗМИП")

    panel(page).locator("[name=type]").select_option(label="identity card")
    expect(scan).to_be_hidden()


def test_a_document_is_erased_after_a_reason_and_a_yes(page: Page, tab: str):
    document = PersonalDocumentFactory(party=NaturalPersonFactory(given_name="Мария", family_name="Иванова"))
    page.goto(f"{document.party.get_absolute_url()}personal-documents/")
    row_deed(page, "Мария Иванова", "Erase")
    panel(page).locator("[name=reason]").fill("Договорът приключи")
    panel(page).get_by_role("button", name="Erase").click()
    expect(panel(page).locator("#field-sure .field-errors")).to_be_visible()

    panel(page).get_by_label(re.compile("Yes, erase it for good")).check()
    save_in_panel(page, "Erase")

    expect(page.locator("#list")).to_contain_text("No personal documents")
    assert not PersonalDocument.objects.exists()
