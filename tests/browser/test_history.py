"""What leaves traces: the history with before and after, the shared comment, a personal number that is revealed."""

import pytest
from playwright.sync_api import Page, expect

from counterparties.models import PersonalNumberAccess
from tests.browser.steps import panel
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory, egn


@pytest.fixture
def client(manager):
    return ClientFactory(name="Алфа Трейд", email="old@alfa.example")


def test_the_history_shows_before_and_after(page: Page, client):
    page.goto(f"{client.get_absolute_url()}edit/")
    page.locator("[name=email]").fill("new@alfa.example")
    page.get_by_role("button", name="Save").click()

    page.locator(".tab", has_text="History").click()
    change = page.locator(".change").first
    expect(change).to_contain_text("Мария Петрова")
    expect(change.locator("del")).to_have_text("old@alfa.example")
    expect(change.locator("ins")).to_have_text("new@alfa.example")


def test_older_changes_are_loaded_under_the_newer(page: Page, client):
    for number in range(60):
        client.note = f"бележка {number}"
        client.save()
    page.goto(f"{client.get_absolute_url()}history/")
    shown = page.locator(".change")
    before = shown.count()
    assert before < 60
    expect(page.locator(".history")).not_to_contain_text("old@alfa.example")

    while page.get_by_role("link", name="Older").count():
        count = shown.count()
        page.get_by_role("link", name="Older").click()
        page.wait_for_function("count => document.querySelectorAll('.change').length > count", arg=count)

    assert shown.count() == 61
    expect(page.locator("ins", has_text="бележка 59")).to_have_count(1)
    expect(page.locator("ins", has_text="бележка 0")).to_have_count(1)


def test_the_history_is_narrowed_by_what_and_when(page: Page, client):
    client.email = "new@alfa.example"
    client.save()
    page.goto(f"{client.get_absolute_url()}history/")
    expect(page.locator(".change")).to_have_count(2)

    page.locator("[name=since]").fill("1.1.2100")
    page.get_by_role("button", name="Apply").click()

    expect(page.locator(".change")).to_have_count(0)
    expect(page.locator(".history")).to_contain_text("No changes found")
    expect(page.locator("[name=since]")).to_have_value("1.1.2100")


def test_the_shared_comment_is_written_beside_the_history(page: Page, client):
    page.goto(f"{client.get_absolute_url()}history/")
    page.locator("[name=comment]").fill("Плащат винаги навреме.")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#messages")).to_contain_text("The comment is saved.")
    expect(page.locator("[name=comment]")).to_have_value("Плащат винаги навреме.")
    expect(page.locator(".change").first).to_contain_text("Плащат винаги навреме.")


def test_an_egn_is_revealed_once_for_a_reason(page: Page, manager):
    number = egn(1)
    party = NaturalPersonFactory(identifier_type="egn", personal_number=number)
    page.goto(party.get_absolute_url())
    assert number not in page.content()

    page.get_by_role("link", name="Reveal the number").click()
    panel(page).get_by_role("button", name="Reveal").click()
    expect(panel(page).locator("#field-reason .field-errors")).to_be_visible()
    assert not PersonalNumberAccess.objects.exists()
    panel(page).locator("[name=reason]").fill("Издаване на пълномощно")
    panel(page).get_by_role("button", name="Reveal").click()

    expect(panel(page)).to_contain_text(number)
    logged = PersonalNumberAccess.objects.get()
    assert (logged.user, logged.party, logged.reason) == (manager, party, "Издаване на пълномощно")
    page.keyboard.press("Escape")
    expect(page.locator("#panel[open]")).to_have_count(0)
    assert number not in page.content()
