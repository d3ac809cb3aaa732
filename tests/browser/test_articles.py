"""Articles in the browser: one is added, its price stands on an invoice and changes, a file of them comes and goes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.steps import choose, panel, row, row_deed, save_in_panel, say_yes, settled
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.trade import ArticleFactory, ArticleGroupFactory, unit, vat
from trade.models import Article

WORK = 60_000
BARCODE = "3800123456787"


def test_an_article_is_added_after_what_was_wrong_is_told_at_its_field(page: Page, manager):
    ArticleFactory(code="L-13", name="Стар лаптоп")
    group = ArticleGroupFactory(name="Лаптопи")
    page.goto("/trade/articles/")
    page.get_by_role("link", name="Add an article").first.click()
    form = panel(page)
    form.locator("[name=code]").fill("l-13")
    form.locator("[name=name]").fill("Лаптоп 14 инча")
    form.locator("[name=unit]").select_option(str(unit().pk))
    form.locator("[name=group]").select_option(str(group.pk))
    form.locator("[name=vat_rate]").select_option(str(vat("S", 9).pk))
    form.locator("[name=barcodes-0-code]").fill(BARCODE[:-1] + "0")

    form.get_by_role("button", name="Save", exact=True).click()

    expect(form.locator("#field-code .field-errors")).to_contain_text("The code is taken by “Стар лаптоп”.")
    expect(form.locator("#field-barcodes-0-code .field-errors")).to_contain_text("check digit")
    expect(form.locator("[name=name]")).to_have_value("Лаптоп 14 инча")
    expect(form.locator("[name=group]")).to_have_value(str(group.pk))
    form.locator("[name=code]").fill("L-14")
    form.locator("[name=barcodes-0-code]").fill(BARCODE)
    save_in_panel(page)

    expect(page.locator("#messages")).to_contain_text("is added")
    expect(row(page, "Лаптоп 14 инча")).to_contain_text("Лаптопи")
    row(page, "Лаптоп 14 инча").get_by_role("link", name="L-14").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Лаптоп 14 инча")
    expect(page.get_by_role("region", name="The article")).to_contain_text("9 %")
    expect(page.locator(".barcodes svg, .barcodes .number").first).to_be_visible()
    article = Article.objects.get(code="L-14")
    assert (article.group, article.vat_rate, article.barcodes.get().code) == (group, vat("S", 9), BARCODE)


def price_on_a_new_invoice(page: Page, client, typed: str, chosen: str, price: str) -> None:
    """Choose the article on the first line of a new invoice: its price, its unit and its VAT stand there."""
    page.goto(f"/finance/documents/add/?kind=invoice&party={client.pk}")
    settled(page)
    line = page.locator("[data-rows-of-lines] [data-line]").first
    article = line.locator("[data-cell=article]")
    expect(article).to_be_focused()
    article.press_sequentially(typed)
    page.locator("#article-list [role=option]", has_text=chosen).click()
    expect(line.locator("[data-cell=description]")).to_have_value(chosen)
    expect(line.locator("[data-cell=unit_price]")).to_have_value(re.compile(f"^{price}"))
    expect(line.locator("[data-cell=unit]")).to_have_value("pc")
    # Nothing of it is kept: leaving is not what is looked at here.
    page.goto("about:blank")


def test_a_price_list_is_made_and_its_price_stands_on_an_invoice_until_it_changes(page: Page, manager):
    OwnFirmFactory(vat_registration="standard", vat_number="BG123456789")
    client = ClientFactory(name="Слънчев бряг Трейд")
    ArticleFactory(code="L-14", name="Лаптоп 14 инча")
    ArticleFactory(code="L-15", name="Лаптоп 15 инча")
    page.goto("/trade/price-lists/")
    page.get_by_role("link", name="Add a price list").first.click()
    form = panel(page)
    form.locator("[name=name]").fill("Цени на едро")
    form.locator("[name=is_general]").check()
    save_in_panel(page)
    row(page, "Цени на едро").get_by_role("link", name="Цени на едро").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Цени на едро")

    page.get_by_role("link", name="Add a price").first.click()
    choose(panel(page).locator("#field-article .ts-control"), "L-14", "Лаптоп 14 инча")
    panel(page).locator("[name=price]").fill("1 000,50")
    save_in_panel(page)
    expect(row(page, "Лаптоп 14 инча")).to_contain_text(re.compile(r"1.?000,50"))
    listed = page.url
    price_on_a_new_invoice(page, client, "L-1", "Лаптоп 14 инча", "1000[,.]5")

    page.goto(listed)
    row_deed(page, "Лаптоп 14 инча", "New price from a day on")
    expect(panel(page)).to_contain_text("The present price is")
    panel(page).locator("[name=price]").fill("много")
    panel(page).get_by_role("button", name="Save", exact=True).click()
    expect(panel(page).locator("#field-price .field-errors")).to_be_visible()
    panel(page).locator("[name=price]").fill("900")
    save_in_panel(page)
    expect(page.locator("#messages")).to_contain_text("The new price is entered")
    expect(row(page, "900,00")).to_be_visible()
    price_on_a_new_invoice(page, client, "L-1", "Лаптоп 14 инча", "900")


@pytest.mark.usefixtures("worker")
def test_articles_come_from_a_file_and_are_taken_back(page: Page, manager):
    ArticleFactory(code="СТАР", name="Стар артикул")
    content = "Шифър;Какво е;Мярка\nЦМ-1;Цимент;бр.\nПР-1;Превоз;кофа\nСТАР;Друго име;бр.\n".encode("cp1251")
    page.goto("/trade/articles/")
    page.locator(".page-actions .menu > summary").click()
    page.locator(".page-actions .menu-item", has_text="Import").click()
    page.get_by_role("link", name="Import a file").first.click()
    page.locator("[name=file]").set_input_files(FilePayload(name="articles.csv", mimeType="text/csv", buffer=content))
    page.get_by_role("button", name="Upload and check").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Columns of the file")
    mapping = page.locator(".import-mapping")
    expect(mapping).to_contain_text("Цимент")
    mapping.get_by_label("Шифър").select_option("code")
    page.get_by_role("button", name="Check the rows").click()
    expect(page.locator(".error-summary")).to_contain_text("Say which columns hold: Name.")
    expect(mapping.get_by_label("Шифър")).to_have_value("code")
    mapping.get_by_label("Какво е").select_option("name")
    page.get_by_role("button", name="Check the rows").click()

    state = page.locator(".import-state")
    expect(state).to_contain_text("To be created: 1, updated: 0, skipped: 1, failed: 1.", timeout=WORK)
    expect(row(page, "Превоз")).to_contain_text("“кофа” is no unit")
    expect(row(page, "Цимент")).to_contain_text("created")
    assert Article.objects.count() == 1
    page.get_by_role("button", name="Import 1 row").click()
    expect(state).to_contain_text("Imported. Created: 1", timeout=WORK)
    row(page, "Цимент").get_by_role("link", name="Цимент").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Цимент")
    page.go_back()

    page.get_by_role("button", name="Undo the import").click()
    say_yes(page)

    expect(state).to_contain_text("This import is undone", timeout=WORK)
    page.goto("/trade/articles/")
    expect(row(page, "Стар артикул")).to_be_visible()
    expect(row(page, "Цимент")).to_have_count(0)
