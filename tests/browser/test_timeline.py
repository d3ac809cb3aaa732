"""The timeline in a browser: planned events unfold, older ones come, the filter narrows, an overdue one is done."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from events import timeline
from tests.browser.steps import panel, save_in_panel
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import FileFactory
from tests.factories.events import EventFactory

TITLES = ".timeline-group .timeline-title a"


@pytest.fixture
def party(manager):
    party = ClientFactory(name="Алфа Трейд", trader=manager)
    for number in range(timeline.PAGE_SIZE + 4):
        at = timezone.now() - dt.timedelta(days=40, hours=number)
        EventFactory(party=party, subject=f"Среща {number:02}", starts_at=at, done_at=at, author=manager)
    EventFactory(party=party, subject="Оглед утре", author=manager)
    FileFactory(party=party, name="оферта.txt", added_by=manager)
    return party


def test_older_entries_come_under_the_newer_ones(page: Page, party):
    page.goto(f"/counterparties/{party.pk}/events/")
    page.get_by_role("navigation", name="Show as").get_by_role("link", name="Timeline").click()
    expect(page.locator(TITLES).first).to_have_text("оферта.txt")
    expect(page.locator(TITLES)).to_have_count(timeline.PAGE_SIZE)
    expect(page.get_by_text("Оглед утре").last).to_be_hidden()

    page.locator(".timeline-planned > summary").click()
    expect(page.get_by_role("link", name="Оглед утре")).to_be_visible()
    page.get_by_role("link", name="Older").click()

    expect(page.locator(TITLES)).to_have_count(timeline.PAGE_SIZE + 5)
    expect(page.get_by_role("link", name="Older")).to_have_count(0)


def test_the_filter_narrows_while_one_types_and_is_cleared(page: Page, party):
    page.goto(f"/counterparties/{party.pk}/events/?show=timeline")

    page.locator("#filter_q").press_sequentially("оферта", delay=30)

    expect(page.locator(TITLES)).to_have_text(["оферта.txt"])
    expect(page.locator("#filter_q")).to_be_focused()
    page.locator(".chip").click()
    expect(page.locator(TITLES)).to_have_count(timeline.PAGE_SIZE)
    page.locator("#filter_state").select_option("overdue", force=True)
    expect(page.locator(".empty")).to_contain_text("Nothing matches the filter")


def test_an_overdue_event_is_done_where_it_stands(page: Page, party, manager):
    EventFactory(party=party, subject="Забравена", starts_at=timezone.now() - dt.timedelta(hours=2), author=manager)
    page.goto(f"/counterparties/{party.pk}/events/?show=timeline")
    expect(page.locator("#dossier-warnings")).to_contain_text("1 overdue event")

    page.get_by_role("link", name="Mark as done").click()
    panel(page).get_by_label("What came of it?").fill("Уговорено")
    save_in_panel(page, "Mark as done")

    expect(page.locator(".timeline-entry", has_text="Забравена")).to_contain_text("Уговорено")
    expect(page.get_by_role("link", name="Mark as done")).to_have_count(0)
    expect(page.locator("#dossier-warnings")).not_to_contain_text("overdue event")
