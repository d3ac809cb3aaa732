"""Financial documents in the browser: few clicks, the keyboard alone, totals while one types, nothing lost."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from finance.models import FinancialDocument
from tests.browser.steps import say_yes, settled
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import draft
from tests.factories.trade import ArticleFactory, PriceListFactory, PriceListPriceFactory, vat
from tests.factories.users import UserFactory
from trade.amounts import PricedLine, VatKey, compute
from users.models import User


@pytest.fixture
def firm(db):
    return OwnFirmFactory(vat_registration="standard", vat_number="BG123456789")


@pytest.fixture
def client(db):
    return ClientFactory(name="Слънчев бряг Трейд", payment_term_days=10)


def cell(page: Page, row: int, name: str):
    return page.locator("[data-rows-of-lines] [data-line]").nth(row).locator(f'[data-cell="{name}"]')


def new_invoice(page: Page, client) -> None:
    page.goto(f"/finance/documents/add/?kind=invoice&party={client.pk}")
    settled(page)


def test_an_invoice_from_the_dossier_takes_three_clicks_at_most(page: Page, manager: User, firm, client):
    page.goto(client.get_absolute_url())
    clicks = []
    page.expose_function("clicked", lambda: clicks.append(1))
    page.add_init_script("addEventListener('click', (event) => event.isTrusted && event.detail && clicked(), true)")
    page.reload()

    page.get_by_role("link", name="New invoice").click()
    expect(cell(page, 0, "article")).to_be_focused()
    for typed in ("", "Консултация", "", "", "100"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Issue", exact=True).click()
    # This client has no address yet, of which one is warned.
    page.get_by_role("button", name="Issue all the same").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Invoice № 0000000001")
    assert FinancialDocument.objects.get().gross == Decimal("120.00")
    assert len(clicks) <= 3


def test_the_grid_is_driven_by_the_keyboard_alone(page: Page, manager: User, firm, client):
    laptop = ArticleFactory(code="L-14", name="Лаптоп 14 инча")
    laptop.barcodes.create(code="3800123456786")
    laptop.save()
    prices = PriceListFactory(name="Обща", is_general=True)
    PriceListPriceFactory(price_list=prices, article=laptop, price="1000.00")
    new_invoice(page, client)
    keys = page.keyboard

    expect(cell(page, 0, "article")).to_be_focused()
    keys.type("3800123456786")
    keys.press("Enter")
    expect(cell(page, 0, "description")).to_have_value("Лаптоп 14 инча")
    expect(cell(page, 0, "unit_price")).to_have_value(re.compile("^1000"))
    expect(cell(page, 0, "quantity")).to_be_focused()
    keys.type("2")
    for _cell in ("unit", "price", "discount", "VAT", "the next line"):
        keys.press("Enter")
    expect(cell(page, 1, "article")).to_be_focused()
    keys.press("Enter")
    keys.type("Доставка")
    keys.press("Enter")
    keys.press("Enter")
    keys.press("Enter")
    keys.type("20,50")
    expect(page.locator(".totals .total-due")).to_contain_text("2 424,60 €")
    keys.press("Alt+ArrowUp")
    expect(cell(page, 0, "description")).to_have_value("Доставка")
    keys.press("Control+Enter")
    expect(cell(page, 1, "article")).to_be_focused()
    keys.press("Enter")
    keys.type("за изтриване")
    keys.press("Control+Delete")
    expect(cell(page, 1, "description")).to_have_value("Лаптоп 14 инча")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(cell(page, 1, "description")).to_have_value("за изтриване")
    keys.press("Control+Delete")
    cell(page, 0, "quantity").focus()
    keys.press("ArrowDown")
    expect(cell(page, 1, "quantity")).to_be_focused()

    page.get_by_role("button", name="Save the draft").last.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Draft")
    document = FinancialDocument.objects.get()
    assert [line.description for line in document.lines.all()] == ["Доставка", "Лаптоп 14 инча"]
    assert document.lines.all()[1].article == laptop
    assert document.gross == Decimal("2424.60")


def test_rows_of_a_spreadsheet_are_pasted(page: Page, manager: User, firm, client):
    new_invoice(page, client)
    cell(page, 0, "description").evaluate(
        """element => {
            const data = new DataTransfer();
            data.setData('text/plain', 'Стол\\t4\\tбр.\\t25,50\\t10\\nМаса\\t1\\tбр.\\t1 200,00\\n');
            element.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )

    expect(cell(page, 1, "description")).to_have_value("Маса")
    expect(page.locator("[data-amount-of-line]").first).to_have_text("91,80")
    expect(page.locator("[data-amount-of-line]").nth(1)).to_have_text("1 200,00")


def random_lines(chance: random.Random) -> list[tuple[str, str, str, int]]:
    """Quantity, price, discount and percent of VAT, as people type them."""
    made = []
    for _line in range(12):
        quantity = f"{chance.randint(1, 999999)},{chance.randint(0, 999)}".rstrip("0").rstrip(",")
        price = f"{chance.randint(0, 9999)}.{chance.randint(0, 999999):06}"
        discount = (
            f"{chance.randint(0, 100)}"
            if chance.random() < 0.5
            else f"{chance.randint(0, 99)},{chance.randint(1, 99):02}"
        )
        made.append((quantity, price, discount, chance.choice((20, 20, 9))))
    return made


@pytest.mark.parametrize("includes_vat", [False, True])
@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_the_totals_of_the_page_are_those_of_the_server(
    page: Page, manager: User, firm, client, includes_vat, currency
):
    new_invoice(page, client)
    rates = {20: vat(), 9: vat("S", 9)}
    page.locator("[name=currency]").select_option(currency)
    if includes_vat:
        page.locator("[name=includes_vat]").check()
    for seed in range(4):
        lines = random_lines(random.Random(seed))
        page.evaluate(
            """([lines, keys]) => {
                const rows = () => [...document.querySelectorAll('[data-line]')].filter((one) => one.offsetParent);
                lines.forEach(([quantity, price, discount, percent], at) => {
                    const set = (name, value) => {
                        const one = rows()[at].querySelector(`[data-cell="${name}"]`);
                        one.value = value;
                        one.dispatchEvent(new Event(name === 'vat_rate' ? 'change' : 'input', {bubbles: true}));
                    };
                    set('description', 'ред');
                    set('quantity', quantity);
                    set('unit_price', price);
                    set('discount_percent', discount);
                    set('vat_rate', keys[percent]);
                });
            }""",
            [lines, {key: rate.pk for key, rate in rates.items()}],
        )
        number = lambda text: Decimal(text.replace(",", "."))  # noqa: E731
        amounts = compute(
            [
                PricedLine(number(quantity), number(price), number(discount), VatKey("S", Decimal(percent), ""))
                for quantity, price, discount, percent in lines
            ],
            currency=currency,
            includes_vat=includes_vat,
        )
        table = page.locator(".totals")
        for name, wanted in (("net", amounts.net), ("vat", amounts.vat), ("gross", amounts.gross)):
            told = table.get_attribute(f"data-{name}").replace("\u00a0", "").replace(",", ".")
            assert Decimal(told) == wanted, (seed, name)


def test_an_edit_over_somebody_elses_keeps_both_in_sight(
    page: Page, manager: User, firm, client, another_browser: Callable[..., Page]
):
    document = draft(own_firm=firm, party=client)
    address = f"/finance/documents/{document.pk}/edit/"
    other = another_browser(UserFactory(first_name="Иван", last_name="Колев", role="manager", language="en"))
    page.goto(address)
    other.goto(address)
    other.locator("[name=note]").fill("от Иван")
    other.get_by_role("button", name="Save the draft").last.click()
    settled(other)

    page.locator("[name=note]").fill("от Мария")
    cell(page, 0, "unit_price").fill("77")
    page.get_by_role("button", name="Save the draft").last.click()

    told = page.locator(".document-conflict")
    expect(told).to_contain_text("Иван Колев")
    expect(told.locator("tr", has_text="Text on the document")).to_contain_text("от Иван")
    expect(told.locator("tr", has_text="unit price")).to_contain_text("77")
    expect(page.locator("[name=note]")).to_have_value("от Мария")
    page.get_by_role("button", name="Save the draft").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Draft")
    document.refresh_from_db()
    assert document.note == "от Мария"


def test_what_is_wrong_is_told_at_the_cell_and_nothing_is_lost(page: Page, manager: User, firm, client):
    new_invoice(page, client)
    cell(page, 0, "description").fill("Услуга")
    cell(page, 0, "quantity").fill("-2")
    cell(page, 0, "unit_price").fill("10")
    cell(page, 1, "description").fill("Износ")
    cell(page, 1, "unit_price").fill("5")
    cell(page, 1, "vat_rate").select_option(str(vat("E", 0).pk))
    page.get_by_role("button", name="Save the draft").last.click()

    expect(page.locator("#lines-3-quantity-error, [id$=-quantity-error]")).to_contain_text("above zero")
    expect(page.locator("[id$=-vat_ground-error]")).to_contain_text("on which ground")
    expect(cell(page, 0, "description")).to_have_value("Услуга")
    cell(page, 0, "quantity").fill("2")
    cell(page, 1, "vat_ground").fill("чл. 46 ЗДДС – финансови услуги")
    page.get_by_role("button", name="Save the draft").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Draft")
    assert FinancialDocument.objects.get().gross == Decimal("29.00")


def test_leaving_a_typed_document_is_asked_an_untouched_one_is_not(page: Page, manager: User, firm, client):
    new_invoice(page, client)
    page.locator("[name=note]").focus()
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("/add/"))

    new_invoice(page, client)
    page.locator("[name=note]").fill("нещо")
    page.keyboard.press("Escape")
    say_yes(page)
    expect(page).not_to_have_url(re.compile("/add/"))


def test_without_scripts_the_grid_is_a_plain_form(manager: User, firm, client, another_browser: Callable[..., Page]):
    page = another_browser(manager, java_script_enabled=False)
    page.goto(f"/finance/documents/add/?kind=invoice&party={client.pk}")
    page.locator("[name=lines-0-description]").fill("Услуга")
    page.locator("[name=lines-0-unit_price]").fill("50")
    page.locator("[name=lines-2-description]").fill("Втора")
    page.locator("[name=lines-2-unit_price]").fill("25")
    page.get_by_role("button", name="Save the draft").last.click()

    assert FinancialDocument.objects.get().net == Decimal("75.00")
    page.goto(f"/finance/documents/{FinancialDocument.objects.get().pk}/edit/")
    page.locator("[name=lines-1-delete]").check()
    page.get_by_role("button", name="Save the draft").last.click()
    assert FinancialDocument.objects.get().net == Decimal("50.00")
