"""The calendar: whole weeks of a month, the hours of a week, events of several days, whose they are, what is "more"."""

import datetime as dt

import pytest
from django.utils import translation

from common.dates import SOFIA
from events import calendar as grid
from tests.factories.events import EventFactory, EventParticipantFactory, event_type
from tests.people import SEE_ALL, signed_in, worker

pytestmark = pytest.mark.django_db

RIGHTS = (*SEE_ALL, "events.view_event", "events.add_event")


def at(day: int, hour: int = 10, month: int = 11) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=SOFIA)


def day_of(answer, day: int, month: int = 11):
    return next(one for one in answer.context["days"] if one.date == dt.date(2026, month, day))


def events_on(answer, day: int, month: int = 11) -> list:
    return [entry.event for entry in day_of(answer, day, month).entries]


def test_a_month_is_whole_weeks_from_monday():
    answer = signed_in(worker(*RIGHTS)).get("/events/calendar/?month=2026-11")

    days = answer.context["days"]
    assert (days[0].date, days[-1].date) == (dt.date(2026, 10, 26), dt.date(2026, 12, 6))
    assert [day.in_month for day in days].count(True) == 30
    assert day_of(answer, 28).is_free
    assert answer.context["page_title"] == "November 2026"
    with translation.override("bg"):
        page = signed_in(worker(*RIGHTS)).get("/events/calendar/?month=2026-11", headers={"accept-language": "bg"})
    assert (answer.context["earlier"], answer.context["later"]) == ("month=2026-10", "month=2026-12")
    assert page.status_code == 200


def test_an_event_of_several_days_stands_on_each_of_them():
    me = worker(*RIGHTS)
    fair = EventFactory(author=me, starts_at=at(29, 0), ends_at=at(2, 0, 12), all_day=True)
    night = EventFactory(author=me, starts_at=at(10, 22), ends_at=at(11, 2))

    answer = signed_in(me).get("/events/calendar/?month=2026-11")

    assert fair in events_on(answer, 29)
    assert fair in events_on(answer, 1, 12)
    assert fair not in events_on(answer, 2, 12)
    first, second = day_of(answer, 10).entries[0], day_of(answer, 11).entries[0]
    assert (first.event, first.hours, first.goes_on) == (night, "from 22:00", False)
    assert (second.event, second.hours, second.goes_on) == (night, "until 02:00", True)


def test_three_are_shown_and_the_rest_are_behind_a_link():
    me = worker(*RIGHTS)
    EventFactory.create_batch(6, author=me, starts_at=at(12))

    page = signed_in(me).get("/events/calendar/?month=2026-11")

    assert (len(day_of(page, 12).shown), day_of(page, 12).more) == (3, 3)
    assert "+3 more" in page.content.decode()
    listed = signed_in(me).get("/events/?since=12.11.2026&until=12.11.2026&whose=mine")
    assert len(listed.context["rows"]) == 6


def test_it_is_narrowed_to_mine_to_a_participant_and_to_a_type():
    me, other = worker(*RIGHTS), worker(*RIGHTS)
    mine, theirs = EventFactory(author=me, starts_at=at(3)), EventFactory(author=other, starts_at=at(3))
    call = EventFactory(author=me, starts_at=at(3), type=event_type("call"))
    called_off = EventFactory(author=me, starts_at=at(3), cancelled_at=at(1))
    EventParticipantFactory(event=theirs, user=other)
    browser = signed_in(me)

    def found(query: str) -> set:
        return set(events_on(browser.get(f"/events/calendar/?month=2026-11&{query}"), 3))

    assert found("") == {mine, call}
    assert found("whose=all") == {mine, call, theirs}
    assert found(f"whose={other.pk}") == {theirs}
    assert found(f"type={call.type_id}") == {call}
    assert called_off not in found("whose=all")


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=abc", "month=9999-01", "week=2026-02-31", "week=", "whose=x"]
)
def test_a_wrong_address_shows_the_present_month(query):
    assert signed_in(worker(*RIGHTS)).get(f"/events/calendar/?{query}").context["mode"] == "month"


def test_a_week_has_rows_of_hours_and_of_what_lies_outside_them():
    me = worker(*RIGHTS)
    EventFactory(author=me, starts_at=at(25, 10))
    EventFactory(author=me, starts_at=at(25, 6))
    EventFactory(author=me, starts_at=at(26, 0), all_day=True)

    answer = signed_in(me).get("/events/calendar/?week=2026-11-25")

    assert [day.date.day for day in answer.context["days"]] == [23, 24, 25, 26, 27, 28, 29]
    filled = {slot.label: sum(len(entries) for _day, entries in slot.cells) for slot in answer.context["slots"]}
    assert {label: count for label, count in filled.items() if count} == {"All day": 1, "Earlier": 1, "10:00": 1}
    assert "Later" not in filled
    assert answer.context["page_title"] == "Week 48, 23.11. – 29.11.2026"


def test_a_week_in_which_the_clock_changes_has_seven_days():
    assert [day.day for day in grid.week_days(dt.date(2026, 10, 25))] == [19, 20, 21, 22, 23, 24, 25]


def test_a_day_offers_to_add_an_event_on_it():
    browser = signed_in(worker(*RIGHTS))

    assert (
        "/events/add/?type=meeting&amp;on=2026-11-12" in browser.get("/events/calendar/?month=2026-11").content.decode()
    )
    form = browser.get("/events/add/?type=meeting&on=2030-11-12&at=14:00").context["form"]
    assert (form["start_day"].value(), form["start_time"].value(), form["end_time"].value()) == (
        dt.date(2030, 11, 12),
        "14:00",
        "15:00",
    )
    viewer = signed_in(worker(*SEE_ALL, "events.view_event"))
    assert "/events/add/" not in viewer.get("/events/calendar/?month=2026-11").content.decode()
