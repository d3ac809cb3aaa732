"""Days that are not worked: loaded by year, entered by hand, shown in the calendar, followed by terms of payment."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from events.models import Event
from tests.people import signed_in, superuser, worker
from trade.calendar_doors import marks
from trade.holidays import holidays_of, load_calendar
from trade.models import NonWorkingDay
from trade.models.calendar import CalendarFollower, calendar_followers

pytestmark = pytest.mark.django_db
EASTER_MONDAY = dt.date(2026, 4, 13)


def load(*years: str) -> str:
    out = StringIO()
    call_command("load_calendar", *years, stdout=out)
    return out.getvalue()


def test_the_years_of_today_come_with_the_program():
    days = NonWorkingDay.objects.all()

    assert {row.day.year for row in days} >= {2025, 2026, 2027}
    assert not days.is_working(EASTER_MONDAY)
    # 24 May 2026 is a Sunday: the Monday after it is free (КТ чл. 154, ал. 2).
    assert not days.is_working(dt.date(2026, 5, 25))
    assert days.next_working(dt.date(2026, 5, 23)) == dt.date(2026, 5, 26)
    assert days.next_working(dt.date(2026, 5, 26)) == dt.date(2026, 5, 26)


def test_easter_has_no_substitute_and_christmas_has_one_for_each_day():
    free = {one.day for one in holidays_of(2027)}

    assert {dt.date(2027, 5, 3), dt.date(2027, 5, 4), dt.date(2027, 12, 27), dt.date(2027, 12, 28)} <= free
    assert dt.date(2027, 12, 29) not in free


def test_a_year_is_loaded_once_however_often():
    assert load("2028").startswith("19 ") or int(load("2028").split()[0]) == 0
    before = NonWorkingDay.objects.count()

    assert load("2028", "2026").startswith("0 ")
    assert NonWorkingDay.objects.count() == before


def test_what_was_entered_by_hand_stays():
    worked = NonWorkingDay.objects.create(day=dt.date(2029, 12, 24), name="Отработва се", is_worked=True)
    extra = NonWorkingDay.objects.create(day=dt.date(2029, 12, 31), name="По решение на МС")

    load("2029")

    for row in (worked, extra):
        row.refresh_from_db()
    assert (worked.is_worked, worked.name, extra.name) == (True, "Отработва се", "По решение на МС")


@pytest.mark.parametrize("year", ["1999", "2100", "-5"])
def test_a_year_that_cannot_be_is_refused(year: str):
    with pytest.raises(CommandError):
        call_command("load_calendar", "--", year)


class TestFollowers:
    @pytest.fixture
    def told(self):
        days: list[dt.date] = []
        calendar_followers.register(CalendarFollower("test", days.append))
        yield days
        calendar_followers.unregister("test")

    def test_they_hear_of_every_change_from_the_earliest_day_on(self, told):
        row = NonWorkingDay.objects.create(day=dt.date(2027, 8, 20), name="Проба")
        row.day = dt.date(2027, 8, 25)
        row.save()
        row.delete()
        load_calendar([2030])

        assert told == [dt.date(2027, 8, 20), dt.date(2027, 8, 20), dt.date(2027, 8, 25), dt.date(2030, 1, 1)]

    def test_nothing_new_is_told_to_nobody(self, told):
        load_calendar([2026])

        assert told == []


def test_many_days_are_looked_up_in_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = NonWorkingDay.objects.all().next_working_days(dt.date(2026, 1, 1) + dt.timedelta(n) for n in range(365))

    assert found[dt.date(2026, 12, 24)] == dt.date(2026, 12, 29)
    assert NonWorkingDay.objects.all().next_working_days([]) == {}


def test_the_calendar_of_events_shows_them(django_assert_num_queries):
    NonWorkingDay.objects.create(day=dt.date(2026, 5, 30), name="Отработва се", name_en="Worked", is_worked=True)
    Event.objects.all().delete()

    page = signed_in(worker("events.view_event")).get("/events/calendar/?month=2026-05")

    days = {day.date: day for day in page.context["days"]}
    assert days[dt.date(2026, 5, 25)].is_free
    assert days[dt.date(2026, 5, 23)].is_free
    assert not days[dt.date(2026, 5, 30)].is_free
    assert not days[dt.date(2026, 5, 26)].is_free
    text = page.content.decode()
    assert "Worked" in text
    assert "Slavonic Alphabet" in text
    with translation.override("bg"):
        assert marks(EASTER_MONDAY, EASTER_MONDAY)[EASTER_MONDAY].label == "Великден"


class TestAdmin:
    URL = "/admin/trade/nonworkingday/"

    def test_a_worked_saturday_is_entered_and_a_worked_wednesday_is_not(self):
        browser = signed_in(superuser())
        day = {"name": "Отработва се", "name_en": "", "is_worked": "on"}

        assert browser.post(f"{self.URL}add/", {"day": "2026-11-28", **day}).status_code == 302
        refused = browser.post(f"{self.URL}add/", {"day": "2026-11-25", **day})

        assert NonWorkingDay.objects.all().is_working(dt.date(2026, 11, 28))
        assert "is_worked" in refused.context["adminform"].form.errors
