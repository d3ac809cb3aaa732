import datetime

import pytest
from django.template import Context, Template
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from common.dates import format_date, format_moment, parse_date, today

NEW_YEARS_EVE_IN_LONDON = datetime.datetime(2026, 12, 31, 22, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "typed",
    [
        *("3.11.2026", "03.11.2026", "03.11.2026 г.", "3.11.2026г", "3. 11. 2026\u00a0г."),
        *("3/11/2026", "3-11-2026", "3.11.26", "2026-11-03", " 2026-11-3 "),
    ],
)
def test_a_date_is_read_as_people_write_it(typed):
    assert parse_date(typed) == datetime.date(2026, 11, 3)


@pytest.mark.parametrize("typed", ["", "утре", "11.2026", "3.11/2026", "3.11.202", "20261103", "٣.١١.٢٠٢٦", "2026-11"])
def test_what_is_not_a_date_is_refused_with_an_example(typed):
    with pytest.raises(ValueError, match=r"03\.11\.2026"):
        parse_date(typed)


@pytest.mark.parametrize("typed", ["30.02.2026", "29.2.2025", "2026-13-01", "0.1.2026", "1.1.0000"])
def test_a_day_that_does_not_exist_is_refused(typed):
    with pytest.raises(ValueError, match="no such day"):
        parse_date(typed)


@given(st.dates())
def test_a_written_date_is_read_back(day):
    assert parse_date(format_date(day)) == parse_date(day.isoformat()) == day


def test_today_is_the_day_in_sofia(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NEW_YEARS_EVE_IN_LONDON)

    assert today() == datetime.date(2027, 1, 1)


def test_a_moment_is_written_by_the_clock_in_sofia():
    assert format_moment(NEW_YEARS_EVE_IN_LONDON) == "01.01.2027 00:30"
    assert format_date(NEW_YEARS_EVE_IN_LONDON) == "01.01.2027"


def test_the_filters_show_a_day_a_moment_and_nothing():
    template = Template("{% load money %}{{ day|day }} / {{ moment|day }} / {{ moment|moment }} / {{ none|day }}")
    context = {"day": datetime.date(2026, 11, 3), "moment": NEW_YEARS_EVE_IN_LONDON, "none": None}

    assert template.render(Context(context)) == "03.11.2026 / 01.01.2027 / 01.01.2027 00:30 / "
