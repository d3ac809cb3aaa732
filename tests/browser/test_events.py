"""Events in a browser: a call in one line, a meeting planned and moved, an outcome, a task of today, a phone."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from common.dates import SOFIA, format_date, today
from events.models import Event
from tests.browser.steps import choose, panel, row, row_deed, save_in_panel, settled
from tests.factories.contacts import ContactLinkFactory
from tests.factories.counterparties import ClientFactory
from tests.factories.events import EventFactory


@pytest.fixture
def link(manager):
    party = ClientFactory(name="Алфа Трейд", trader=manager)
    return ContactLinkFactory(party=party, is_primary=True, person__given_name="Анна", person__family_name="Колева")


def monday() -> dt.date:
    """Monday of the week after next: wholly to come, and in one week."""
    return today() + dt.timedelta(days=14 - today().weekday())


def test_a_call_is_written_down_with_one_field_and_enter(page: Page, link, manager):
    page.goto(f"/counterparties/{link.party_id}/events/")
    page.get_by_role("link", name="Log call").click()
    expect(panel(page).get_by_label("What was said?")).to_be_focused()

    page.keyboard.type("Искат оферта до петък")
    page.keyboard.press("Enter")

    expect(page.locator("#panel[open]")).to_have_count(0)
    line = row(page, "Искат оферта до петък")
    expect(line).to_contain_text("done")
    expect(line).to_contain_text("Анна Колева")
    expect(line).to_contain_text("Мария Петрова")


@pytest.mark.parametrize("tab", ["", "events/", "events/?show=timeline"])
def test_after_the_panel_one_is_at_the_button_that_opened_it(page: Page, link, tab):
    page.goto(f"/counterparties/{link.party_id}/{tab}")
    page.get_by_role("link", name="Log call").click()
    panel(page).get_by_label("What was said?").fill("Искат оферта")
    page.keyboard.press("Enter")

    expect(page.locator("#panel[open]")).to_have_count(0)
    expect(page.get_by_text("Искат оферта").first).to_be_visible()
    expect(page.get_by_role("link", name="Log call")).to_be_focused()


def test_after_a_deed_of_a_row_one_is_at_its_menu(page: Page, link):
    EventFactory(party=link.party, subject="Среща")
    page.goto(f"/counterparties/{link.party_id}/events/")
    row_deed(page, "Среща", "Edit or move")
    panel(page).get_by_label("Subject").fill("Друга среща")
    save_in_panel(page)

    expect(row(page, "Друга среща").locator(".col-menu summary")).to_be_focused()


def test_a_meeting_is_planned_moved_and_seen_in_the_calendar(page: Page, link, manager):
    page.goto(f"/events/calendar/?week={monday():%Y-%m-%d}")
    page.locator("td.cal-slot").nth(7 * 3).hover()
    page.get_by_label(re.compile(rf"Add an event on {re.escape(format_date(monday()))} 10:00")).click()
    form = panel(page)
    form.get_by_label("Subject").fill("Среща за цени")
    choose(form.locator("#field-party .ts-control"), "алфа", "Алфа Трейд")
    settled(page)
    choose(form.locator("#field-contacts .ts-control"), "Анна", "Анна Колева")
    save_in_panel(page)

    entry = page.locator(".cal-week .cal-event", has_text="Среща за цени")
    expect(entry).to_contain_text("10:00–11:00")
    expect(entry).to_contain_text("Алфа Трейд")
    entry.click()
    expect(page.locator(".facts")).to_contain_text("Анна Колева")

    page.get_by_label("Other actions").click()
    page.get_by_role("link", name="Edit or move").click()
    form = panel(page)
    expect(form.locator("#field-contacts")).to_contain_text("Анна Колева")
    form.get_by_label("Day", exact=False).first.fill(format_date(monday() + dt.timedelta(days=1)))
    form.get_by_label("From", exact=True).fill("14:30")
    form.get_by_label("To", exact=True).fill("15")
    save_in_panel(page)

    settled(page)
    page.goto(f"/events/calendar/?week={monday():%Y-%m-%d}")
    moved = page.locator(".cal-week .cal-event", has_text="Среща за цени")
    expect(moved).to_have_count(1)
    expect(moved).to_contain_text("14:30–15:00")
    event = Event.objects.get()
    assert event.starts_at.astimezone(SOFIA).date() == monday() + dt.timedelta(days=1)
    assert (event.party, event.contact_names, event.author) == (link.party, str(link.person), manager)


def test_an_event_is_done_with_its_outcome_and_the_next_step_is_planned(page: Page, link, manager):
    EventFactory(party=link.party, author=manager, subject="Преговори")
    page.goto(f"/counterparties/{link.party_id}/events/")

    row_deed(page, "Преговори", "Mark as done")
    form = panel(page)
    form.get_by_label("What came of it?").fill("Съгласни са с цените")
    form.get_by_label("Next step", exact=True).fill("Изпращане на договора")
    form.get_by_label("Plan the next step now").check()
    form.get_by_role("button", name="Mark as done").click()

    form = panel(page)
    expect(form.get_by_label("Subject")).to_have_value("Изпращане на договора")
    form.get_by_label("Day", exact=False).first.fill(format_date(monday()))
    save_in_panel(page)
    expect(row(page, "Съгласни са с цените")).to_contain_text("done")
    follow = Event.objects.get(subject="Изпращане на договора")
    assert follow.follows is not None
    assert follow.follows.subject == "Преговори"


def test_a_refused_form_keeps_what_was_typed(page: Page, link):
    page.goto(f"/counterparties/{link.party_id}/events/")
    page.locator(".list-top").get_by_role("link", name="Plan an event").click()
    form = panel(page)
    form.get_by_label("Subject").fill("Среща")
    form.get_by_label("To", exact=True).fill("никога")
    form.get_by_role("button", name="Save").click()

    expect(form.locator("#field-end_time .field-errors")).to_contain_text("hours:minutes")
    expect(form.get_by_label("Subject")).to_have_value("Среща")
    form.get_by_label("All day").check()
    form.get_by_label("To", exact=True).fill("")
    form.get_by_role("button", name="Save").click()
    expect(row(page, "Среща")).to_contain_text("all day")


def test_my_day_takes_a_task_and_marks_it_as_done(page: Page, manager):
    page.goto("/")
    expect(page.locator(".tile.day-today")).to_contain_text("Nothing is planned for today.")

    page.get_by_label("What is to be done?").fill("Да звънна на Алфа")
    page.keyboard.press("Enter")
    expect(page.locator(".tile.day-today")).to_contain_text("Да звънна на Алфа")
    page.get_by_label("Mark “Да звънна на Алфа” as done").click()

    expect(page.locator(".day-line.is-done")).to_contain_text("Да звънна на Алфа")
    assert Event.objects.get().done_by == manager


def test_a_phone_shows_the_calendar_as_days_one_under_the_other(page: Page, link, manager):
    EventFactory(party=link.party, author=manager, subject="Среща днес", starts_at=timezone.now())
    page.set_viewport_size({"width": 375, "height": 700})
    page.goto("/events/calendar/")

    expect(page.locator(".cal-month")).to_be_hidden()
    expect(page.locator(".agenda-day.is-today")).to_contain_text("Среща днес")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
