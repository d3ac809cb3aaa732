"""From a figure to what adds up to it, and to a printed statement; a reminder made out of the list of the late."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from events.models import Event
from finance.models import FinancialDocument
from finance.reminders import TYPE
from tests.browser.steps import settled
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import days_ago, issued


@pytest.fixture
def late(transactional_db) -> FinancialDocument:
    party = ClientFactory(name="Алфа", payment_term_days=5)
    return issued(own_firm=OwnFirmFactory(name="Орион"), party=party, date=days_ago(40), price=1000)


def test_a_figure_leads_to_its_documents_and_the_statement_is_printed(page: Page, manager, late):
    page.goto(late.party.get_absolute_url())
    page.locator(".figure", has_text="Overdue").get_by_role("link").click()
    settled(page)
    expect(page.locator(".figure-sums caption")).to_have_text("Overdue: 1\u00a0200,00\u00a0€")

    page.goto(late.party.get_absolute_url())
    page.locator(".dossier-head .menu > summary, .page-actions .menu > summary").first.click()
    page.get_by_role("link", name="Statement of account").click()
    settled(page)
    page.get_by_label("From").fill(f"01.01.{days_ago(40).year}")
    page.get_by_role("button", name="Show").click()
    settled(page)
    expect(page.locator(".report-foot")).to_contain_text("1\u00a0200,00\u00a0€")

    answer = page.request.get(page.get_by_role("link", name="PDF").evaluate("one => one.href"))
    text = PdfReader(io.BytesIO(answer.body())).pages[0].extract_text()
    assert late.number in text
    assert "СПРАВКА-ИЗВЛЕЧЕНИЕ" in text


def test_who_is_late_is_reminded_and_the_list_says_when(page: Page, manager, late):
    page.goto("/finance/reminders/")
    settled(page)
    expect(page.locator("tbody tr")).to_contain_text("never")
    page.get_by_role("link", name="Алфа").click()
    settled(page)
    page.get_by_label("With costs of recovery").check()
    page.get_by_role("button", name="Make the reminder").click()
    settled(page)

    expect(page.locator("#messages, .messages").first).to_contain_text("kept in the dossier")
    event = Event.objects.get(type__code=TYPE)
    assert "40,90" in event.text
    page.goto("/finance/reminders/")
    settled(page)
    expect(page.locator("tbody tr")).not_to_contain_text("never")


def test_a_report_narrows_as_one_types_and_its_sums_lead_on(page: Page, manager, late):
    page.goto("/finance/reports/receivables/")
    settled(page)
    expect(page.locator("tbody")).to_contain_text("Алфа")
    page.get_by_label("As of").fill(days_ago(60).strftime("%d.%m.%Y"))
    page.get_by_label("As of").press("Enter")
    expect(page.locator("#list-results")).to_contain_text("Nothing to report")

    page.goto("/finance/reports/receivables/")
    page.locator("tbody tr").first.get_by_role("link", name="1\u00a0200,00\u00a0€").first.click()
    settled(page)
    expect(page.locator(".list-table tbody")).to_contain_text(late.number)
