"""My day as a letter in the morning: once, to whoever asked, when there is something; never more than he sees."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from common.dates import SOFIA
from events import morning_letter
from events.models import Email, Event, EventPreferences
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import LetterFactory
from tests.factories.events import EventFactory
from tests.people import SEE_ALL, worker
from users.models import User

pytestmark = pytest.mark.django_db

SEE = (*SEE_ALL, "events.view_event", "documents.view_letter")


@pytest.fixture
def morning() -> dt.datetime:
    """Half past seven of tomorrow: all that the tests make was made before."""
    day = timezone.now().astimezone(SOFIA).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(7, 30), SOFIA)


@pytest.fixture
def user() -> User:
    user = worker(*SEE, email="maria@example.com")
    EventPreferences.objects.create(user=user, summary_by_email=True)
    return user


def meeting(user: User, at: dt.datetime, **fields) -> Event:
    fields.setdefault("party", ClientFactory(name="Алфа", short_name="Алфа"))
    return EventFactory(author=user, starts_at=at, **fields)


def test_it_tells_what_is_late_what_is_today_and_which_answers_are_due(user, morning, settings):
    settings.SITE_URL = "https://dossier.example.com"
    meeting(user, morning - dt.timedelta(days=3), subject="закъсняла")
    meeting(user, morning.replace(hour=10, minute=0), subject="днешна")
    meeting(user, morning + dt.timedelta(days=1), subject="утрешна")
    done = meeting(user, morning.replace(hour=9, minute=0), subject="готова")
    done.finish(user)
    letter = LetterFactory(subject="Запитване", answer_due=morning.date(), responsible=user)

    assert morning_letter.send_all(morning) == 1

    email = Email.objects.get()
    assert email.subject == f"My day, {morning:%d.%m.%Y}"
    assert [one["email"] for one in email.recipients] == ["maria@example.com"]
    late, today, answers, link = email.text.split("\n\n")
    assert late.startswith("Overdue:\n- ")
    assert "Meeting: закъсняла, Алфа" in late
    assert today == "Today:\n- 10:00 Meeting: днешна, Алфа"
    assert answers == f"Answers due:\n- {morning:%d.%m.%Y} {letter}, {letter.party.display_name}"
    assert link == "https://dossier.example.com/"


def test_there_is_one_a_day(user, morning):
    meeting(user, morning.replace(hour=10))
    later = morning + dt.timedelta(hours=3)

    assert [morning_letter.send_all(at) for at in (morning, later, morning + dt.timedelta(days=1))] == [1, 0, 1]


def test_a_late_worker_tells_what_there_was_in_the_morning(user, morning):
    meeting(user, morning.replace(hour=15), created_at=morning + dt.timedelta(hours=2))

    assert morning_letter.send_all(morning + dt.timedelta(hours=4)) == 0
    meeting(user, morning.replace(hour=16))
    assert morning_letter.send_all(morning + dt.timedelta(hours=4)) == 1


@pytest.mark.parametrize(
    "lost",
    [
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda user: User.objects.filter(pk=user.pk).update(email=""),
        lambda user: user.groups.clear(),
        lambda user: EventPreferences.objects.update(summary_by_email=False),
    ],
)
def test_who_may_not_or_does_not_want_it_gets_none(user, morning, lost):
    meeting(user, morning.replace(hour=10))
    lost(user)

    assert morning_letter.send_all(morning) == 0


def test_with_nothing_to_tell_there_is_no_letter(user, morning):
    assert morning_letter.send_all(morning) == 0
