"""Forms in a real browser: fill one, see it, make the PDF, fill it again, change one value; without scripts too."""

import re

import pytest
from playwright.sync_api import Page, expect

from documents.models import File, FormValue
from tests.browser.steps import panel, row, row_deed, save_in_panel, settled
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.documents import FormFieldFactory, FormTemplateFactory

TEXT = "# Договор\n\nЧл. 1. {{ party.name }} плаща {{ field.sum }} в срок до {{ field.days }} дни."


@pytest.fixture
def client(manager):
    OwnFirmFactory(name="Орион")
    template = FormTemplateFactory(name="Рамков договор", name_en="Framework contract", text=TEXT)
    FormFieldFactory(template=template, code="days", label="Дни", label_en="Days", type="number", is_required=True)
    FormFieldFactory(template=template, code="sum", label="Сума", label_en="Sum", type="money")
    return ClientFactory(name="Алфа Трейд")


def open_form(page: Page, client) -> None:
    page.goto(f"{client.get_absolute_url()}form-fields/")
    page.get_by_role("link", name="Fill: Framework contract").click()


def test_a_form_is_filled_seen_made_and_filled_again(page: Page, client):
    open_form(page, client)
    expect(page.locator(".fill-gaps li")).to_have_text(["Sum", "Days"])

    page.locator("[name=field_days]").fill("много")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#field-field_days .field-errors")).to_be_visible()
    page.locator("[name=field_days]").fill("30")
    page.locator("[name=field_sum]").fill("1234,5")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".paper")).to_contain_text("Алфа Трейд")
    expect(page.locator(".paper")).to_contain_text(re.compile(r"1.234,50.€"))
    expect(page.locator(".fill-gaps")).to_have_count(0)
    assert not FormValue.objects.exists()

    page.get_by_role("button", name="Make PDF").click()
    expect(page.locator("#messages")).to_contain_text("The PDF is among the files")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")

    page.locator("[name=field_days]").fill("45")
    page.get_by_role("button", name="Make PDF").click()
    expect(page.locator("#messages")).to_contain_text("The PDF is version 2")
    filed = File.objects.get()
    assert (filed.version, filed.origin) == (2, "form")
    page.get_by_role("link", name="Show the file").click()
    expect(page.locator("h1")).to_contain_text("Рамков договор")
    page.goto(f"{client.get_absolute_url()}files/")
    expect(row(page, "Рамков договор")).to_be_visible()


def test_one_kept_value_is_changed_in_the_panel(page: Page, client):
    open_form(page, client)
    page.locator("[name=field_days]").fill("30")
    page.get_by_role("button", name="Save values").click()
    expect(page.locator("#messages")).to_contain_text("1 value is saved.")

    page.goto(f"{client.get_absolute_url()}form-fields/")
    row_deed(page, "Days", "Edit the value")
    panel(page).locator("[name=value]").fill("60")
    save_in_panel(page)

    expect(row(page, "Days")).to_contain_text("60")


def test_the_head_of_a_dossier_offers_forms(page: Page, client):
    page.goto(client.get_absolute_url())
    page.locator(".dossier-head details.menu > summary").last.click()
    page.get_by_role("link", name="Fill a form").click()
    panel(page).get_by_role("link", name="Fill: Framework contract").click()
    settled(page)

    expect(page.locator("h1")).to_have_text("Framework contract")


def test_a_form_is_filled_without_scripts(another_browser, client, manager):
    page = another_browser(manager, java_script_enabled=False)
    open_form(page, client)

    page.locator("[name=field_days]").fill("30")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".paper")).to_contain_text("30 дни")
    expect(page.locator("[name=field_days]")).to_have_value("30")
    page.get_by_role("button", name="Make PDF").click()

    expect(page.locator("#messages")).to_contain_text("The PDF is among the files")
