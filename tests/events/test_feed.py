"""The iCalendar feed: who gets it, what stands in it, and that calendars can read every line."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.dates import SOFIA
from common.secret_paths import hidden, hide_in_line, hide_in_report
from events import feed
from events.models import CalendarFeed, Event
from tests.factories.contacts import ContactPersonFactory
from tests.factories.counterparties import ClientFactory, egn
from tests.factories.events import EventContactFactory, EventFactory, EventParticipantFactory, event_type
from tests.factories.users import TeamFactory, UserFactory
from tests.people import SEE_ALL, signed_in, worker
from users.models import RoleProfile, User

pytestmark = pytest.mark.django_db

SEE = (*SEE_ALL, "events.view_event")


@pytest.fixture
def user() -> User:
    return worker(*SEE, first_name="Мария", last_name="Петрова")


@pytest.fixture
def address(user) -> str:
    return f"/events/feed/{feed.make_secret(user)}.ics"


def get(address: str):
    """As a calendar programme asks: nobody is logged in."""
    return Client().get(address)


def read(address: str) -> Any:
    response = get(address)
    assert response.status_code == 200
    return icalendar.Calendar.from_ical(response.content)


def only(address: str) -> Any:
    (one,) = read(address).events
    return one


def sofia(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=SOFIA)


def event_of(user: User, **fields) -> Event:
    made = EventFactory(author=user, **fields)
    made.settle()
    return made


# -- Who gets it ------------------------------------------------------------------------------------------


class TestTheAddress:
    def test_it_is_shown_once_and_only_its_hash_is_kept(self, user):
        browser = signed_in(user)
        made = browser.post("/events/feed/make/")
        address = made.context["address"]

        secret = address.rpartition("/")[2].removesuffix(".ics")
        assert len(secret) >= 43
        assert secret in made.content.decode()
        assert "no-store" in made.headers["Cache-Control"]
        assert secret not in browser.get("/events/feed/").content.decode()
        assert CalendarFeed.objects.get().token_hash == feed.hash_of(secret)
        with connection.cursor() as cursor:  # not in the session, not anywhere else
            cursor.execute("SELECT count(*) FROM django_session WHERE session_data LIKE %s", [f"%{secret}%"])
            assert cursor.fetchone()[0] == 0
        assert get(address.replace("http://testserver", "")).status_code == 200

    def test_a_new_one_ends_the_old_one_at_once(self, user, address):
        signed_in(user).post("/events/feed/make/")

        assert get(address).status_code == 404
        assert CalendarFeed.objects.count() == 1

    def test_a_revoked_one_opens_nothing(self, user, address):
        signed_in(user).post("/events/feed/revoke/")

        assert get(address).status_code == 404

    @pytest.mark.parametrize(
        "lost",
        [
            lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
            lambda user: user.groups.clear(),
            lambda user: RoleProfile.objects.filter(group__user=user).update(requires_second_factor=True),
        ],
    )
    def test_it_asks_for_the_rights_of_now_and_answers_as_to_a_wrong_secret(self, user, address, lost):
        lost(user)
        refused, wrong = get(address), get("/events/feed/wrong.ics")

        assert refused.status_code == wrong.status_code == 404
        assert refused.content == wrong.content
        assert {name: refused.headers[name] for name in refused.headers} == dict(wrong.headers)

    def test_who_may_not_see_events_has_no_page_of_it(self):
        browser = signed_in(worker(*SEE_ALL))

        assert [browser.get("/events/feed/").status_code, browser.post("/events/feed/make/").status_code] == [403, 403]

    def test_it_is_only_read(self, address):
        assert Client().post(address).status_code == 405
        assert Client().head(address).status_code == 200

    def test_that_it_was_read_is_remembered_once_an_hour(self, user, address):
        get(address)
        first = CalendarFeed.objects.get().read_at
        get(address)
        assert CalendarFeed.objects.get().read_at == first is not None

        CalendarFeed.objects.update(read_at=first - dt.timedelta(hours=2))
        get(address)
        read_again = CalendarFeed.objects.get().read_at
        assert read_again is not None
        assert read_again >= first
        assert "Last read by a calendar" in signed_in(user).get("/events/feed/").content.decode()

    def test_its_answer_belongs_to_nobody_else(self, address):
        headers = get(address).headers

        assert headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert "private" in headers["Cache-Control"]

    def test_the_secret_stands_in_no_log(self, address, caplog):
        secret = address.rpartition("/")[2].removesuffix(".ics")
        line = {"event": f"Not Found: {address}", "request": f"GET {address}", "code": 404}

        assert hide_in_line(None, "warning", line)["event"] == "Not Found: /events/feed/***.ics"
        assert secret not in str(
            hide_in_report({"request": {"url": f"https://a.example{address}"}, "x": [address]}, {})
        )
        assert hidden("/events/feed/make/") == "/events/feed/make/"

    def test_the_log_really_passes_through_it(self, address, capsys):
        import sys

        formatter = next(one.formatter for one in logging.getLogger().handlers if hasattr(one.formatter, "processors"))
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(formatter)
        logging.getLogger("django.request").addHandler(handler)
        try:
            get(address.replace(".ics", "x.ics"))
        finally:
            logging.getLogger("django.request").removeHandler(handler)

        assert "Not Found: /events/feed/***.ics" in capsys.readouterr().err


# -- What stands in it ------------------------------------------------------------------------------------


class TestWhatStandsInIt:
    def test_ones_own_events_and_no_others(self, user, address):
        own, invited, private = (event_of(user), EventFactory(), event_of(user, is_private=True))
        EventParticipantFactory(event=invited, user=user)
        EventFactory(subject="на друг")
        handed_over = event_of(user)
        EventParticipantFactory(event=handed_over)

        uids = {str(one["UID"]) for one in read(address).events}

        assert uids == {f"{one.uid}@dossier" for one in (own, invited, private)}

    def test_from_half_a_year_back_to_two_years_ahead(self, user, address):
        now = timezone.now()
        for days in (-190, -180, 0, 725, 735):
            event_of(user, starts_at=now + dt.timedelta(days=days))

        assert len(read(address).events) == 3

    def test_a_party_that_is_seen_no_more_takes_its_events_away(self):
        user = UserFactory(role="seller", team=TeamFactory(), language="en")
        event = event_of(user, party=ClientFactory(trader=user))
        address = f"/events/feed/{feed.make_secret(user)}.ics"
        assert len(read(address).events) == 1

        assert event.party is not None
        event.party.trader = UserFactory(team=TeamFactory())
        event.party.save()

        assert read(address).events == []

    def test_all_of_a_meeting(self, user, address):
        event = event_of(
            user,
            party=ClientFactory(name="Алфа ООД", short_name="Алфа"),
            subject="Оферта; цени, срокове",
            text="Първи ред\nВтори ред",
            next_step="Да се изпрати",
            place="София, ул. „Шипка“ 1",
            starts_at=sofia(2026, 11, 25, 14, 30),
            ends_at=sofia(2026, 11, 25, 15, 30),
            remind_before=15,
        )
        EventContactFactory(event=event, person=ContactPersonFactory(given_name="Иван", family_name="Иванов"))
        event.settle()
        event.save()

        one = only(address)

        assert one["SUMMARY"] == "Оферта; цени, срокове – Алфа"
        assert one["LOCATION"] == "София, ул. „Шипка“ 1"
        for words in ("Първи ред\nВтори ред", "Next step: Да се изпрати", "Contact persons: Иван Иванов"):
            assert words in one["DESCRIPTION"]
        assert one["URL"] == f"http://testserver{event.get_absolute_url()}"
        assert one["DESCRIPTION"].endswith(one["URL"])
        assert one["CATEGORIES"].to_ical() == b"Meeting"
        assert (one["STATUS"], one["CLASS"], one["SEQUENCE"], one["TRANSP"]) == ("CONFIRMED", "PUBLIC", 1, "OPAQUE")
        assert one["DTSTART"].params["TZID"] == "Europe/Sofia"
        assert one["DTSTART"].dt == sofia(2026, 11, 25, 14, 30)
        assert one["DTEND"].dt == sofia(2026, 11, 25, 15, 30)
        assert one["LAST-MODIFIED"].dt.utcoffset() == dt.timedelta(0)
        (alarm,) = one.walk("VALARM")
        assert alarm["TRIGGER"].dt == dt.timedelta(minutes=-15)

    def test_nobody_is_invited(self, user, address):
        event = event_of(user)
        EventParticipantFactory(event=event, user=user)
        EventParticipantFactory(event=event)

        assert not {"ORGANIZER", "ATTENDEE", "METHOD"} & (set(only(address)) | set(read(address)))

    def test_what_was_called_off_stays_and_says_so(self, user, address):
        event = event_of(user, remind_before=15)
        before = only(address)["SEQUENCE"]
        event.cancel(user, "болен")

        one = only(address)

        assert (one["STATUS"], one["UID"]) == ("CANCELLED", f"{event.uid}@dossier")
        assert one["SEQUENCE"] > before
        assert one.walk("VALARM") == []

    def test_a_private_one_says_so(self, user, address):
        event_of(user, is_private=True)

        assert only(address)["CLASS"] == "PRIVATE"

    @pytest.mark.parametrize("days", [1, 3])
    def test_whole_days_end_on_the_day_after(self, user, address, days):
        starts_at = sofia(2026, 11, 25)
        event_of(user, starts_at=starts_at, ends_at=sofia(2026, 11, 24 + days, 23, 59), all_day=True)

        one = only(address)

        assert one["DTSTART"].params["VALUE"] == "DATE"
        assert (one["DTSTART"].dt, one["DTEND"].dt) == (dt.date(2026, 11, 25), dt.date(2026, 11, 25 + days))
        assert one["TRANSP"] == "TRANSPARENT"

    def test_what_has_no_end_or_ends_as_it_begins_has_none(self, user, address):
        at = sofia(2026, 11, 25, 10)
        event_of(user, starts_at=at)
        event_of(user, starts_at=at, ends_at=at)

        assert ["DTEND" in one for one in read(address).events] == [False, False]

    def test_personal_numbers_that_somebody_wrote_down_do_not_leave_us(self, user, address):
        number = egn(70)
        event_of(user, subject=f"ЕГН {number}", text=f"ЕГН: {number}, тел. 0888123456", party=None)

        content = get(address).content.decode().replace("\r\n ", "")

        assert number not in content
        assert f"{number[:6]}••••" in content
        assert "0888123456" in content

    def test_it_speaks_the_language_of_its_owner(self, user, address):
        event_of(user)
        User.objects.filter(pk=user.pk).update(language="bg")

        assert only(address)["CATEGORIES"].to_ical().decode() == "Среща"

    @pytest.mark.parametrize("rows", [1, 3])
    def test_more_events_cost_no_more_queries(self, user, address, rows):
        for _number in range(rows):
            event_of(user, remind_before=5)
        get(address)
        with CaptureQueriesContext(connection) as queries:
            get(address)

        assert len(queries) == 3  # the feed, its user with his rights, the events


# -- What RFC 5545 demands --------------------------------------------------------------------------------


class TestTheFormat:
    def test_lines_end_in_crlf_and_are_no_longer_than_75_octets(self, user, address):
        for _number in range(3):
            event_of(
                user, subject="Преговори за удължаване на договора за наем " * 4, text="Дълъг текст, с „кавички“. " * 30
            )

        content = get(address).content

        assert content.endswith(b"END:VCALENDAR\r\n")
        lines = content.split(b"\r\n")
        assert b"\n" not in b"".join(lines)
        assert b"\r" not in b"".join(lines)
        assert max(map(len, lines)) <= 75
        for line in lines:
            line.decode("utf-8")  # no letter is cut in two
        assert all("удължаване на договора" in one["SUMMARY"] for one in read(address).events)

    def test_the_calendar_says_what_it_is(self, address):
        calendar = read(address)

        assert (calendar["VERSION"], calendar["CALSCALE"]) == ("2.0", "GREGORIAN")
        assert calendar["PRODID"]
        assert calendar["X-WR-CALNAME"] == "Dossier: Мария Петрова"
        assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
        assert calendar.errors == []
        assert [one.errors for one in calendar.walk()] == [[]] * len(calendar.walk())

    def test_every_event_has_what_it_must_have_and_a_name_of_its_own(self, user, address):
        for _number in range(5):
            event_of(user)

        events = read(address).events

        assert len({one["UID"] for one in events}) == len(events) == 5
        for one in events:
            assert {"UID", "DTSTAMP", "DTSTART"} <= set(one)
            assert one["DTSTAMP"].to_ical().endswith(b"Z")

    @pytest.mark.parametrize(
        ("at", "utc"),
        [
            (sofia(2026, 12, 1, 10), (2026, 12, 1, 8)),
            (sofia(2026, 7, 1, 10), (2026, 7, 1, 7)),
            (sofia(2026, 10, 25, 3, 30), (2026, 10, 25, 0, 30)),
            (sofia(2026, 10, 25, 3, 30).replace(fold=1), (2026, 10, 25, 1, 30)),
            (sofia(2026, 10, 25, 4, 30), (2026, 10, 25, 2, 30)),
            (sofia(2027, 3, 28, 4, 30), (2027, 3, 28, 1, 30)),
        ],
    )
    def test_the_moment_is_the_same_in_winter_in_summer_and_in_the_nights_between(self, user, address, at, utc):
        event_of(user, starts_at=at)

        assert only(address)["DTSTART"].dt.astimezone(dt.UTC) == sofia(*utc).replace(tzinfo=dt.UTC)

    def test_the_rule_of_the_time_zone_is_that_of_the_database_of_time_zones(self, address):
        """Whoever reads only the calendar, and knows nothing of Sofia, comes to the same hours."""
        (zone,) = read(address).walk("VTIMEZONE")
        assert zone["TZID"] == "Europe/Sofia"
        ours, theirs = zone.to_tz(lookup_tzid=False), ZoneInfo("Europe/Sofia")

        at = dt.datetime(2020, 1, 1)
        while at.year < 2037:
            local = at.replace(tzinfo=theirs)
            if local.astimezone(dt.UTC).astimezone(theirs) == local:  # such an hour exists that night
                assert ours.utcoffset(at) == local.utcoffset(), at
            at += dt.timedelta(hours=11)


# -- One event --------------------------------------------------------------------------------------------


def test_one_event_comes_as_a_file(user):
    event = event_of(user, subject="Оферта")

    response = signed_in(user).get(f"/events/{event.pk}/ics/")

    (one,) = icalendar.Calendar.from_ical(response.content).events
    assert str(one["SUMMARY"]).startswith("Оферта")
    assert response.headers["Content-Disposition"] == f'attachment; filename="event-{event.pk}.ics"'


def test_a_private_event_of_others_is_no_file(user):
    event = EventFactory(is_private=True, type=event_type("note"))

    assert signed_in(user).get(f"/events/{event.pk}/ics/").status_code == 404


# -- The page of reminders --------------------------------------------------------------------------------


def test_what_one_chooses_about_reminders_is_kept(user):
    browser = signed_in(user)

    assert browser.post("/events/preferences/", {"reminders_by_email": "on"}).status_code == 302
    assert user.event_preferences.reminders_by_email
    assert not user.event_preferences.summary_by_email

    browser.post("/events/preferences/", {})
    user.event_preferences.refresh_from_db()
    assert not user.event_preferences.reminders_by_email


def test_the_page_says_where_letters_go(user):
    words = signed_in(user).get("/events/preferences/").content.decode()
    assert user.email in words

    User.objects.filter(pk=user.pk).update(email="")
    assert "your e-mail address" in signed_in(user).get("/events/preferences/").content.decode()
