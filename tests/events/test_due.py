"""What falls due: files, answers, personal documents; told to whom it concerns and who may see it, once a stage."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from common.dates import SOFIA
from common.models import Notification
from contacts.access import tab_url
from documents.models import File, Letter, PersonalDocument
from events import due
from events.due import Due, DueSource, due_sources, is_time, tell_all
from events.models import Event
from tests.factories.contacts import ContactPersonFactory
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory
from tests.factories.documents import FileFactory, LetterFactory, PersonalDocumentFactory
from tests.factories.events import EventFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, worker
from users.models import User

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 24)
SEE = (*SEE_ALL, "documents.view_file", "documents.view_letter", "documents.view_personaldocument")


def at(hour: int, minute: int = 0, day: dt.date = DAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), SOFIA)


def tell(days: int = 0) -> int:
    return tell_all(at(9, day=DAY + dt.timedelta(days=days)))


def titles(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("title", flat=True))


@pytest.fixture
def user() -> User:
    return worker(*SEE)


class TestTheHour:
    @pytest.mark.parametrize(
        ("day", "utc", "told"),
        [
            (dt.date(2026, 1, 15), (5, 15), False),
            (dt.date(2026, 1, 15), (5, 30), True),  # winter: Sofia is two hours ahead
            (dt.date(2026, 7, 15), (4, 15), False),
            (dt.date(2026, 7, 15), (4, 30), True),  # summer: three
            (dt.date(2026, 3, 29), (4, 30), True),  # the very mornings after the clock was moved
            (dt.date(2026, 10, 25), (5, 15), False),
            (dt.date(2026, 10, 25), (5, 30), True),
            (dt.date(2026, 7, 15), (16, 45), True),
            (dt.date(2026, 7, 15), (17, 0), False),
        ],
    )
    def test_it_is_half_past_seven_in_sofia_in_winter_and_in_summer(self, day, utc, told):
        assert is_time(dt.datetime.combine(day, dt.time(*utc), dt.UTC)) is told

    def test_at_night_nobody_is_told(self, user):
        file(user)

        assert tell_all(at(3)) == 0
        assert tell_all(at(7, 30)) == 1

    def test_a_worker_that_starts_late_tells_then(self, user):
        file(user)

        assert [tell_all(at(15, 15)), tell_all(at(15, 30))] == [1, 0]


def file(by: User | None, remind_days: int = 10, **fields) -> File:
    fields = {"valid_until": DAY + dt.timedelta(days=10), "name": "договор.pdf", **fields}
    return FileFactory(added_by=by, remind_days=remind_days, **fields)


class TestFiles:
    def test_who_added_it_and_the_trader_are_told_on_the_day(self, user):
        trader = worker(*SEE)
        one = file(user, party=ClientFactory(name="Алфа", short_name="Алфа", trader=trader))

        assert [tell(-1), tell(), tell(), tell(1)] == [0, 2, 0, 0]

        told = Notification.objects.get(user=user)
        assert (told.title, told.text) == ("“договор.pdf” is valid until 04.12.2026", "Алфа")
        assert (told.url, told.level, told.kind) == (one.get_absolute_url(), "warning", "reminder")
        assert titles(trader) == titles(user)

    def test_one_user_is_told_once_though_he_is_both(self, user):
        file(user, party=ClientFactory(trader=user))

        assert tell() == 1

    def test_a_file_put_off_is_told_again(self, user):
        one = file(user)
        tell()
        assert one.valid_until is not None
        one.valid_until += dt.timedelta(days=30)
        one.save()

        assert [tell(), tell(30)] == [0, 1]

    def test_what_has_ended_says_so(self, user):
        file(user, valid_until=DAY - dt.timedelta(days=1), remind_days=0)
        tell()

        assert titles(user) == ["“договор.pdf” was valid until 23.11.2026"]

    def test_what_was_to_be_told_long_ago_is_not_told_any_more(self, user):
        file(user, valid_until=DAY - dt.timedelta(days=15), remind_days=0)

        assert tell() == 0

    def test_a_deleted_file_and_one_without_a_reminder_are_left_in_peace(self, user):
        file(user, deleted_at=at(8))
        FileFactory(added_by=user, valid_until=DAY)

        assert tell() == 0

    def test_of_a_private_file_only_those_are_told_who_see_it(self, user):
        trader = worker(*SEE)
        file(user, party=ClientFactory(trader=trader), audience=[user.pk])
        tell()

        assert (len(titles(user)), titles(trader)) == (1, [])

    @pytest.mark.parametrize(
        "lost", [lambda user: user.groups.clear(), lambda user: User.objects.filter(pk=user.pk).update(is_active=False)]
    )
    def test_who_lost_his_rights_is_not_told(self, user, lost):
        file(user)
        lost(user)

        assert tell() == 0

    def test_who_does_not_see_the_party_is_not_told(self):
        file(UserFactory(role="seller", language="en"), party=ClientFactory(trader=UserFactory()))

        assert tell() == 0


class TestLetters:
    def letter(self, by: User, days: int, **fields) -> Letter:
        return LetterFactory(subject="Запитване", answer_due=DAY + dt.timedelta(days=days), registered_by=by, **fields)

    def test_it_is_told_before_on_the_day_and_after_it(self, user):
        letter = self.letter(user, 3)

        assert [tell(days) for days in (-1, 0, 1, 2, 3, 4, 5)] == [0, 1, 0, 0, 1, 1, 0]

        assert titles(user) == [
            f"Answer by 27.11.2026: {letter}",
            f"Answer today: {letter}",
            f"The answer was due on 27.11.2026: {letter}",
        ]
        assert list(Notification.objects.order_by("pk").values_list("level", flat=True))[1:] == ["warning", "danger"]

    def test_who_is_responsible_is_told_instead_of_who_registered_it(self, user):
        responsible = worker(*SEE)
        self.letter(user, 0, responsible=responsible)
        tell()

        assert (titles(user), len(titles(responsible))) == ([], 1)

    def test_of_an_answered_or_cancelled_letter_nobody_is_told(self, user):
        answered, cancelled = self.letter(user, 0), self.letter(user, 0)
        LetterFactory(answers=answered, own_firm=answered.own_firm, party=answered.party, registered_by=user)
        cancelled.cancel(user, "грешка")

        assert tell() == 0


class TestPersonalDocuments:
    def test_it_is_told_a_month_before_a_week_before_and_when_it_has_ended(self, user):
        party = NaturalPersonFactory(is_client=True)
        PersonalDocumentFactory(party=party, added_by=user, valid_until=DAY + dt.timedelta(days=30))

        assert [tell(days) for days in (-1, 0, 1, 22, 23, 30, 31, 32)] == [0, 1, 0, 0, 1, 0, 1, 0]

        whose = f"Passport of {party.display_name}"
        assert titles(user) == [f"{whose} expires on 24.12.2026"] * 2 + [f"{whose} has expired"]
        assert Notification.objects.all()[0].url == tab_url(party, "personal-documents")

    def test_the_number_stands_nowhere(self, user):
        PersonalDocumentFactory(number="399999999", added_by=user, valid_until=DAY)
        with CaptureQueriesContext(connection) as queries:
            tell()

        assert not Notification.objects.filter(Q(title__contains="399") | Q(text__contains="399")).exists()
        assert [one["sql"] for one in queries if '"documents_personaldocument"."number"' in one["sql"]] == []

    def test_the_document_of_a_contact_person_names_him(self, user):
        person = ContactPersonFactory(given_name="Иван", family_name="Иванов")
        PersonalDocumentFactory(party=ClientFactory(), person=person, added_by=user, valid_until=DAY)
        tell()

        assert titles(user) == ["Passport of Иван Иванов expires on 24.11.2026"]

    def test_who_may_not_see_personal_documents_any_more_is_not_told_and_the_trader_is_if_he_may(self):
        former, trader = worker(*SEE_ALL, "documents.view_file"), worker(*SEE)
        party = NaturalPersonFactory(is_client=True, trader=trader)
        PersonalDocumentFactory(party=party, added_by=former, valid_until=DAY)
        tell()

        assert (titles(former), len(titles(trader))) == ([], 1)

    def test_one_that_a_newer_one_replaced_is_not_told(self, user):
        party = NaturalPersonFactory()
        PersonalDocumentFactory(party=party, added_by=user, valid_until=DAY)
        PersonalDocumentFactory(party=party, added_by=user, valid_until=DAY + dt.timedelta(days=3650))

        assert tell() == 0
        assert PersonalDocument.objects.count() == 2


class TestTheDoor:
    @pytest.fixture
    def source(self, user):
        """A source that says of each event that it is due."""
        one = DueSource(
            "test",
            lambda day: Event.objects.all(),
            lambda event: (event.author_id, None),
            lambda event, day: Due(f"test-{event.pk}-{day}", event.subject),
            permission="documents.view_file",
        )
        due_sources.register(one)
        yield one
        due_sources.unregister("test")

    def test_an_app_above_tells_its_own_and_the_door_asks_for_the_rights(self, user, source):
        EventFactory(author=user, subject="видимо")
        EventFactory(author=worker(*SEE_ALL))

        assert tell() == 1
        assert titles(user) == ["видимо"]

    def test_a_source_that_fails_does_not_silence_the_others(self, user, source, monkeypatch):
        object.__setattr__(source, "rows", lambda day: 1 / 0)
        file(user)

        assert tell() == 1

    @pytest.mark.parametrize("told_before", [False, True])
    def test_more_rows_cost_no_more_than_the_telling_itself(self, user, told_before):
        counts = []
        for rows in (1, 3):
            for _number in range(rows):
                file(user)
            if told_before:
                tell()
            with CaptureQueriesContext(connection) as queries:
                told = tell()
            counts.append(len(queries) - told)

        assert counts[0] == counts[1]


def test_what_is_told_is_kept_for_longer_than_it_is_asked_for():
    from common.notifications import KEPT_DAYS

    assert due.DAYS_BACK < KEPT_DAYS
