"""Reminders and the calendar address in a browser: a notice once, in one tab; an address shown once, read, revoked."""

from __future__ import annotations

import datetime as dt
import re

import icalendar
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from common.dates import SOFIA
from events import reminding
from tests.browser.steps import say_no, say_yes, settled
from tests.browser.test_every_page import findings, too_wide
from tests.browser.test_notifications import ask, bell, notices
from tests.factories.counterparties import ClientFactory
from tests.factories.events import EventFactory


def test_a_reminder_appears_once_on_the_page_that_is_open(page: Page, manager, context: BrowserContext):
    starts_at = timezone.now() + dt.timedelta(minutes=10)
    party = ClientFactory(name="Алфа Трейд", short_name="Алфа", trader=manager)
    event = EventFactory(author=manager, party=party, subject="Оферта", starts_at=starts_at, remind_before=15)
    event.settle()
    page.goto("/")
    expect(notices(page)).to_have_count(0)

    reminding.tell_due(timezone.now())
    ask(page)

    day = "" if starts_at.astimezone(SOFIA).date() == timezone.now().astimezone(SOFIA).date() else "tomorrow "
    words = f"Meeting with Алфа {day}at {starts_at.astimezone(SOFIA):%H:%M}: Оферта"
    expect(notices(page)).to_contain_text(words)
    assert findings(page, "reminder") == []

    reminding.tell_due(timezone.now())
    ask(page)
    expect(notices(page)).to_have_count(1)
    other_tab = context.new_page()
    other_tab.goto("/events/")
    ask(other_tab)
    expect(notices(other_tab)).to_have_count(0)
    other_tab.close()

    notices(page).get_by_role("link", name=words).click()
    expect(page).to_have_url(re.compile(event.get_absolute_url()))
    expect(bell(page)).not_to_contain_text("unread: 1")


def test_a_calendar_address_is_made_copied_read_replaced_and_revoked(page: Page, manager, context: BrowserContext):
    EventFactory(author=manager, subject="Преговори")
    page.goto("/events/calendar/")
    page.locator(".page-head summary").click()
    page.get_by_role("link", name="Calendar address").click()
    page.get_by_role("button", name="Make the address").click()

    field = page.get_by_role("textbox", name="Your calendar address")
    first = field.input_value()
    assert findings(page, "calendar address") == []
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == first

    answer = page.request.get(first, headers={"Cookie": ""})
    (event,) = icalendar.Calendar.from_ical(answer.body()).events
    assert str(event["SUMMARY"]).startswith("Преговори")

    page.goto("/events/feed/")
    expect(field).to_have_count(0)
    expect(page.locator("dd").nth(1)).not_to_have_text("not yet")
    page.get_by_role("button", name="Make a new address").click()
    say_yes(page)
    expect(field).to_be_visible()
    second = field.input_value()
    assert [page.request.get(one).status for one in (first, second)] == [404, 200]

    page.get_by_role("button", name="Revoke the address").click()
    say_no(page)
    settled(page)
    assert page.request.get(second).status == 200
    page.get_by_role("button", name="Revoke the address").click()
    say_yes(page)
    expect(page.get_by_text("You have no calendar address yet.")).to_be_visible()
    assert page.request.get(second).status == 404


def test_the_pages_fit_a_phone(page: Page, manager):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto("/events/feed/")
    page.get_by_role("button", name="Make the address").click()
    expect(page.get_by_role("textbox", name="Your calendar address")).to_be_visible()
    assert too_wide(page, "calendar address") == []

    page.goto("/events/preferences/")
    page.get_by_label("Remind me of all my events by e-mail too").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    expect(page.get_by_label("Remind me of all my events by e-mail too")).to_be_checked()
    assert findings(page, "reminders") == []
    assert too_wide(page, "reminders") == []
