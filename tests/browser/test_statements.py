"""Bank statements in the browser: a file is read, its lines are matched and booked; read again it changes nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from finance.models import BankStatementLine, FinancialDocument, Payment
from tests.browser.steps import choose, settled
from tests.factories.contacts import BankAccountFactory
from tests.factories.counterparties import BankFactory, ClientFactory, OwnFirmFactory
from tests.factories.finance import days_ago, issued
from tests.finance.statements.files import balance, camt, csv, details, ntry, stmt, tx

DAY = days_ago(3)


@pytest.fixture
def account(manager):
    return BankAccountFactory(party=OwnFirmFactory(name="Орион"), bank=BankFactory())


@pytest.fixture
def invoices(account) -> list[FinancialDocument]:
    """Of a client whose account is known and of one of whom the bank says only the name."""
    known = BankAccountFactory(party=ClientFactory(name="Алфа Трейд"))
    return [
        issued(own_firm=account.party, party=party, date=days_ago(20))
        for party in (known.party, ClientFactory(name="Бета Строй"))
    ]


def file_of(account, invoices: list[FinancialDocument]) -> bytes:
    """Two payments of 120.00 and what the bank takes for itself."""
    known, _unknown = invoices
    theirs = known.party.bank_accounts.get()
    paid = details(tx(name="ALFA TRADE", account=theirs.iban, text=f"Faktura {known.number}"))
    hidden = details(tx(name="BETA", text="prevod"))
    charge = details(tx("Cdtr", name="BANKA", text="Taksa"))
    return camt(
        stmt(
            *(balance("OPBD", "1000.00", DAY), balance("CLBD", "1238.50", DAY)),
            *(ntry("120.00", paid, day=DAY, ref="R1"), ntry("120.00", hidden, day=DAY, ref="R2")),
            ntry("-1.50", charge, day=DAY, ref="R3"),
            account=account.iban,
            period=(DAY, DAY),
        )
    )


def read(page: Page, content: bytes, name: str = "izvlechenie.xml") -> None:
    page.goto("/finance/statements/")
    page.get_by_role("link", name="Read a statement").first.click()
    page.get_by_label("File of the bank").set_input_files(FilePayload(name=name, mimeType="", buffer=content))
    page.get_by_role("button", name="Read", exact=True).click()


def line(page: Page, text: str) -> Locator:
    return page.locator(".statement-line", has_text=text)


def test_a_statement_is_read_matched_and_booked(page: Page, manager, account, invoices):
    known, unknown = invoices
    read(page, file_of(account, invoices))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bank statement 17")
    expect(page.locator("#messages")).to_contain_text("3 new lines.")
    expect(line(page, "ALFA TRADE")).to_contain_text("Алфа Трейд")
    expect(line(page, "ALFA TRADE").get_by_role("link", name=re.compile(known.number))).to_be_visible()
    expect(line(page, "ALFA TRADE").get_by_role("checkbox")).to_be_checked()
    expect(line(page, "BETA")).to_contain_text("Nothing known fits this line.")
    expect(line(page, "BETA").get_by_role("checkbox")).to_have_count(0)

    page.get_by_role("button", name="Book the ticked lines").click()
    expect(page.locator("#messages")).to_contain_text("1 line is booked.")
    expect(line(page, "ALFA TRADE")).to_have_count(0)

    line(page, "BETA").get_by_role("link", name="Book", exact=True).click()
    choose(page.locator("#field-party .ts-control"), "бета", "Бета Строй")
    page.get_by_role("button", name="Show what is open").click()
    page.get_by_role("textbox", name=re.compile(unknown.number)).fill("500")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator(".field-errors, .error-summary").first).to_be_visible()
    page.get_by_role("textbox", name=re.compile(unknown.number)).fill("120")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("is posted")

    line(page, "BANKA").locator("summary").click()
    page.get_by_role("button", name="Charge or interest of the bank").click()
    expect(page.locator("#messages")).to_contain_text("Entered as a bank advice and paid.")
    expect(page.locator(".statement-line[data-state=booked]")).to_have_count(3)
    expect(line(page, "BETA").locator(".statement-is")).to_contain_text("Бета Строй")
    for invoice in invoices:
        invoice.refresh_from_db()
        assert invoice.open == 0


def test_the_same_file_read_again_changes_nothing(page: Page, manager, account, invoices):
    content = file_of(account, invoices)
    read(page, content)
    expect(page.locator("#messages")).to_contain_text("3 new lines.")
    page.get_by_role("button", name="Book the ticked lines").click()
    expect(page.locator("#messages")).to_contain_text("1 line is booked.")

    read(page, content)

    expect(page.locator("#messages")).to_contain_text("0 new lines, 3 lines were here already.")
    expect(page.locator(".statement-line")).to_have_count(2)
    assert (BankStatementLine.objects.count(), Payment.objects.count()) == (3, 1)
    page.goto("/finance/statements/")
    expect(page.locator(".list-table tbody tr")).to_have_count(1)


def test_a_table_asks_what_its_columns_are(page: Page, manager, account):
    day = f"{DAY:%d.%m.%Y}"
    rows = [["Кога", "Пари", "Кой"], [day, "120,00", "Алфа ООД"], [day, "-5,00", "Банка"]]
    read(page, csv(*rows, encoding="cp1251"), "izvlechenie.csv")
    expect(page.get_by_role("heading", level=1)).to_have_text("Columns of the statement")
    mapping = page.locator(".import-mapping")
    expect(mapping).to_contain_text("Алфа ООД")
    page.get_by_label("Account").select_option(str(account.pk))
    mapping.get_by_label("Кога").select_option("booked_on")
    mapping.get_by_label("Пари").select_option("amount")
    mapping.get_by_label("Кой").select_option("name")
    page.get_by_label("Opening balance").fill("100")
    page.get_by_label("Closing balance").fill("200")
    page.get_by_role("button", name="Read", exact=True).click()

    # 100 and 115 do not make 200: all three are told, and nothing chosen is lost.
    expect(page.locator(".error-summary")).to_contain_text("the movements 115,00 € do not make")
    expect(mapping.get_by_label("Кой")).to_have_value("name")
    page.get_by_label("Closing balance").fill("215")
    page.get_by_role("button", name="Read", exact=True).click()

    expect(page.locator("#messages")).to_contain_text("2 new lines.")
    settled(page)
    expect(line(page, "Алфа ООД")).to_contain_text("120,00")
