"""Payments in the browser: in part and then the rest, an advance and its refund, what is refused."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from finance.models import FinancialDocument, Payment
from tests.browser.steps import say_yes, settled
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import account_of, issued


@pytest.fixture
def invoice(transactional_db) -> FinancialDocument:
    firm = OwnFirmFactory(name="Орион")
    account_of(firm)
    return issued(own_firm=firm, party=ClientFactory(name="Алфа"))


def settle_of(page: Page, invoice: FinancialDocument) -> Locator:
    return page.get_by_label(re.compile(f"^Settle of .*{invoice.number}"))


def test_an_invoice_is_paid_in_part_and_then_the_rest(page: Page, manager, invoice):
    page.goto(invoice.party.get_absolute_url())
    page.locator(".dossier-head .menu > summary, .page-actions .menu > summary").first.click()
    page.get_by_role("link", name="Record a payment").first.click()
    settled(page)
    part = settle_of(page, invoice)
    expect(page.get_by_text("Stays as an advance:")).to_be_visible()

    page.get_by_label("Amount").fill("50")
    expect(part).to_have_value("50,00")
    page.get_by_label("Amount").fill("500")
    expect(part).to_have_value("120,00")
    expect(page.locator("[data-settle-rest]")).to_have_text("380,00\u00a0€")
    page.get_by_label("Amount").fill("50")
    page.get_by_role("button", name="Post", exact=True).click()
    settled(page)
    expect(page.get_by_text("settled in full").first).to_be_visible()

    page.goto(f"/finance/payments/add/?document={invoice.pk}")
    expect(page.get_by_label("Amount")).to_have_value("70,00")
    page.get_by_role("button", name="Post", exact=True).click()
    settled(page)

    invoice.refresh_from_db()
    assert invoice.open == 0
    assert Payment.objects.filter(state="issued").count() == 2


def test_an_advance_is_settled_later_undone_and_given_back(page: Page, manager, invoice):
    page.goto(f"/finance/payments/add/?party={invoice.party_id}")
    page.get_by_label("Amount").fill("200")
    settle_of(page, invoice).fill("")
    # What was written by hand stays, whatever the amount becomes.
    page.get_by_label("Amount").fill("300")
    expect(settle_of(page, invoice)).to_have_value("")
    page.get_by_role("button", name="Post", exact=True).click()
    settled(page)
    expect(page.get_by_text("An advance of 300,00")).to_be_visible()

    page.get_by_role("link", name="Settle").click()
    settled(page)
    page.get_by_role("button", name="Save").click()
    settled(page)
    expect(page.get_by_role("link", name=re.compile(invoice.number)).first).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    say_yes(page)
    settled(page)
    expect(page.get_by_text("The settlement is undone").first).to_be_visible()

    page.locator(".page-actions .menu > summary").click()
    page.get_by_role("button", name="Give back the rest").click()
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment out")
    page.get_by_role("button", name="Post", exact=True).click()
    settled(page)
    expect(page.get_by_text("settled in full").first).to_be_visible()
    assert [one.open for one in Payment.objects.all()] == [0, 0]


def test_what_is_refused_stays_as_it_was_typed(page: Page, manager, invoice):
    page.goto(f"/finance/payments/add/?party={invoice.party_id}")
    page.get_by_label("Amount").fill("100")
    settle_of(page, invoice).fill("130")
    expect(page.locator(".settle-rest")).to_have_class("settle-rest is-over")
    page.get_by_label("Ground of the payment").fill("по договор")
    page.get_by_role("button", name="Post", exact=True).click()
    settled(page)

    expect(page.get_by_text("At most 120,00").first).to_be_visible()
    expect(page.get_by_label("Ground of the payment")).to_have_value("по договор")
    page.get_by_label("Way of payment").select_option("cash")
    expect(page.get_by_label("Their IBAN")).to_be_hidden()
    expect(page.get_by_label("Cash desk")).to_be_visible()
    settle_of(page, invoice).fill("100")
    page.get_by_role("button", name="Post", exact=True).click()
    settled(page)
    expect(page.get_by_text("Say which cash desk").first).to_be_visible()
    assert not Payment.objects.exists()
