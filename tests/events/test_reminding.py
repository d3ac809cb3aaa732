"""Reminders: told once, in the user's language, on the page and by e-mail; none lost by a killed worker."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from common.dates import SOFIA
from common.models import Notification
from events import reminding, sending
from events.models import Email, Event, EventParticipant, EventPreferences, Reminder
from tests.events.mail_servers import smtp
from tests.factories.counterparties import ClientFactory
from tests.factories.events import EmailFactory, EventFactory, EventParticipantFactory, ReminderFactory, event_type
from tests.factories.users import TeamFactory, UserFactory
from tests.people import SEE_ALL, signed_in, worker
from users.models import User

pytestmark = pytest.mark.django_db

SEE = (*SEE_ALL, "events.view_event")
NOW = dt.datetime(2026, 11, 24, 14, 0, tzinfo=SOFIA)


def maria(**fields) -> User:
    return worker(*SEE, first_name="Мария", last_name="Петрова", **fields)


def meeting(author: User, starts_at: dt.datetime = NOW + dt.timedelta(minutes=30), before: int = 30, **fields) -> Event:
    """A meeting of the author, by default one of which he is to be reminded just now."""
    fields.setdefault("party", ClientFactory(name="Алфа ООД", short_name="Алфа ООД"))
    made = EventFactory(author=author, starts_at=starts_at, remind_before=before, subject="Оферта", **fields)
    made.settle()
    return made


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("title", flat=True))


class TestOnThePage:
    def test_a_reminder_is_told_when_its_time_has_come_and_once(self):
        user = maria()
        event = meeting(user)

        assert reminding.tell_due(NOW - dt.timedelta(minutes=1)) == 0
        assert [reminding.tell_due(NOW), reminding.tell_due(NOW)] == [1, 0]

        one = Notification.objects.get()
        assert (one.user, one.kind, one.title) == (user, "reminder", "Meeting with Алфа ООД at 14:30: Оферта")
        assert (one.url, one.level) == (event.get_absolute_url(), "info")
        assert Reminder.objects.get().told_at == NOW

    def test_everybody_who_takes_part_is_told_in_his_language(self):
        first, second = maria(), worker(*SEE)
        User.objects.filter(pk=second.pk).update(language="bg")
        event = EventFactory(author=first, starts_at=NOW, remind_before=0, subject="Оферта", place="при тях")
        for user in (first, second):
            EventParticipantFactory(event=event, user=user)
        event.settle()

        assert reminding.tell_due(NOW) == 2

        assert Notification.objects.filter(user=first, title__startswith="Meeting with").count() == 1
        assert Notification.objects.filter(user=second, title__startswith="Среща").count() == 1
        assert "при тях" in Notification.objects.get(user=first).text

    @pytest.mark.parametrize(
        ("starts_at", "all_day", "words"),
        [
            (NOW + dt.timedelta(minutes=30), False, "at 14:30"),
            (NOW, False, "at 14:00"),
            (NOW + dt.timedelta(days=1), False, "tomorrow at 14:00"),
            (NOW + dt.timedelta(days=3), False, "on 27.11.2026 at 14:00"),
            (NOW - dt.timedelta(hours=2), False, "was at 12:00"),
            (NOW - dt.timedelta(days=1), False, "was on 23.11.2026 at 14:00"),
            (NOW.replace(hour=0), True, "today"),
            (NOW.replace(hour=0) + dt.timedelta(days=1), True, "tomorrow"),
            (NOW.replace(hour=0) + dt.timedelta(days=2), True, "on 26.11.2026"),
            (NOW.replace(hour=0) - dt.timedelta(days=1), True, "was on 23.11.2026"),
        ],
    )
    def test_when_it_is_stands_in_words(self, starts_at, all_day, words):
        event = EventFactory(starts_at=starts_at, all_day=all_day)

        assert reminding.when(event, NOW) == words

    def test_a_task_is_not_with_a_party_but_of_it(self):
        user = maria()
        meeting(user, type=event_type("task"))
        meeting(user, party=None, type=event_type("task"))

        reminding.tell_due(NOW)

        assert sorted(told(user)) == ["Task at 14:30: Оферта", "Task, Алфа ООД at 14:30: Оферта"]

    def test_after_a_day_without_a_worker_it_is_told_late_and_says_so(self):
        user = maria()
        meeting(user)

        assert reminding.tell_due(NOW + dt.timedelta(days=1)) == 1

        one = Notification.objects.get()
        assert one.title == "Meeting with Алфа ООД was on 24.11.2026 at 14:30: Оферта"
        assert (one.text, one.level) == ("This reminder was for 24.11.2026 14:00.", "warning")

    def test_a_moved_event_reminds_again(self):
        user = maria()
        event = meeting(user)
        reminding.tell_due(NOW)
        event.starts_at += dt.timedelta(days=1)
        event.save()
        event.settle()

        assert reminding.tell_due(NOW + dt.timedelta(days=1)) == 1
        assert len(told(user)) == 2

    @pytest.mark.parametrize("end", ["finish", "cancel"])
    def test_of_what_is_done_or_called_off_nobody_is_told(self, end):
        user = maria()
        event = meeting(user)
        getattr(event, end)(user)

        assert (reminding.tell_due(NOW), told(user)) == (0, [])

    def test_who_looks_at_the_event_has_read_the_reminder(self):
        user, other = maria(), maria()
        event = meeting(user)
        for one in (user, other):
            EventParticipantFactory(event=event, user=one)
        event.settle()
        reminding.tell_due(NOW)

        assert signed_in(user).get(event.get_absolute_url()).status_code == 200

        assert Notification.objects.get(user=user).read_at is not None
        assert Notification.objects.get(user=other).read_at is None

    def test_many_are_told_in_one_round(self, monkeypatch):
        monkeypatch.setattr(reminding, "BATCH", 2)
        user = maria()
        for _number in range(5):
            meeting(user)

        assert (reminding.tell_due(NOW), len(told(user))) == (5, 5)

    def test_each_reminder_costs_one_statement(self):
        user = maria()
        counts = []
        for rows in (1, 3):
            for _number in range(rows):
                meeting(user)
            with CaptureQueriesContext(connection) as queries:
                reminding.tell_due(NOW)
            counts.append(len(queries))

        assert counts[1] == counts[0] + 2


class TestWhoIsNotTold:
    def refused(self, user: User) -> bool:
        """Whether nothing was told, and the reminder is closed all the same."""
        return reminding.tell_due(NOW) == 1 and told(user) == [] and Reminder.objects.get().told_at == NOW

    def test_a_user_who_was_made_inactive(self):
        user = maria()
        meeting(user)
        User.objects.filter(pk=user.pk).update(is_active=False)

        assert self.refused(user)

    def test_a_user_who_may_see_events_no_more(self):
        user = maria()
        meeting(user)
        user.groups.clear()

        assert self.refused(user)

    def test_a_user_who_sees_the_party_no_more(self):
        user = UserFactory(role="seller", team=TeamFactory(), language="en")
        event = meeting(user, party=ClientFactory(trader=user))
        assert event.party is not None
        event.party.trader = UserFactory(team=TeamFactory())
        event.party.save()

        assert self.refused(user)

    def test_a_user_who_takes_part_no_more(self):
        user = maria()
        event = EventFactory(starts_at=NOW)
        ReminderFactory(event=event, user=user, at=NOW)
        EventParticipantFactory(event=event)

        assert self.refused(user)


class TestByEmail:
    def test_an_email_goes_out_with_the_notification_and_leads_to_the_event(self, settings):
        settings.SITE_URL = "https://dossier.example.com"
        user = maria(email="maria@example.com")
        event = meeting(user, remind_by_email=True, text="Да нося мострите", place="при тях")

        reminding.tell_due(NOW)
        with smtp(settings) as server:
            sending.send_email(pk=Email.objects.get().pk)

        (letter,) = server.letters
        assert letter["Subject"].strip() == "Meeting with Алфа ООД at 14:30: Оферта"
        assert letter["To"] == "Мария Петрова <maria@example.com>"
        body = letter.get_content()
        for words in ("24.11.2026 14:30", "при тях", "Да нося мострите"):
            assert words in body
        assert f"https://dossier.example.com{event.get_absolute_url()}" in body
        assert Email.objects.get().purpose == Email.Purpose.REMINDER
        assert Email.objects.get().event is None

    def test_without_being_asked_there_is_none(self):
        meeting(maria())
        reminding.tell_due(NOW)

        assert not Email.objects.exists()

    def test_who_wants_all_by_email_gets_all(self):
        user = maria()
        EventPreferences.objects.create(user=user, reminders_by_email=True)
        meeting(user)
        reminding.tell_due(NOW)

        assert Email.objects.get().recipients[0]["email"] == user.email

    def test_who_has_no_address_is_told_on_the_page(self):
        user = maria(email="")
        meeting(user, remind_by_email=True)
        reminding.tell_due(NOW)

        assert (len(told(user)), Email.objects.count()) == (1, 0)

    def test_the_message_id_is_of_the_reminder_so_that_there_is_no_second(self):
        user = maria()
        meeting(user, remind_by_email=True)
        reminding.tell_due(NOW)
        Reminder.objects.update(told_at=None)
        reminding.tell_due(NOW)

        assert Email.objects.count() == 1
        assert ProcrastinateJob.objects.filter(task_name=sending.TASK).count() == 1
        assert len(told(user)) == 1

    def test_when_the_letter_cannot_be_queued_nothing_is_told(self, monkeypatch):
        user = maria()
        meeting(user, remind_by_email=True)
        monkeypatch.setattr(sending, "queue", lambda email: 1 / 0)

        with pytest.raises(ZeroDivisionError), transaction.atomic():
            reminding.tell_due(NOW)

        assert told(user) == []
        assert Reminder.objects.get().told_at is None

    def test_after_a_month_the_letter_is_forgotten_and_not_sent_again(self):
        user = maria()
        meeting(user, remind_by_email=True)
        reminding.tell_due(NOW)
        later = timezone.now() + dt.timedelta(days=31)
        assert reminding.forget(later) == 0  # it still waits

        Email.objects.update(state=Email.State.SENT)
        EmailFactory()

        assert [reminding.forget(timezone.now()), reminding.forget(later)] == [0, 1]
        assert reminding.tell_due(NOW) == 0
        assert Email.objects.count() == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestSeveralWorkers:
    @pytest.fixture(autouse=True)
    def _empty_queue(self):
        yield
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")

    def test_workers_at_the_same_time_tell_each_reminder_once(self):
        user = maria()
        for _number in range(20):
            meeting(user, remind_by_email=True)
        counts = []

        def work() -> None:
            try:
                counts.append(reminding.tell_due(NOW))
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        assert (sum(counts), len(told(user)), Email.objects.count()) == (20, 20, 20)
        assert ProcrastinateJob.objects.filter(task_name=sending.TASK).count() == 20

    def test_who_is_just_calling_the_event_off_is_not_waited_for(self):
        """Neither waits for the other, and of the event that is then called off nobody is told."""
        user = maria()
        event = meeting(user)
        held, go_on = threading.Event(), threading.Event()

        def call_off() -> None:
            try:
                with transaction.atomic():
                    Event.objects.get(pk=event.pk).cancel(user)
                    held.set()
                    go_on.wait(20)
            finally:
                connection.close()

        thread = threading.Thread(target=call_off)
        thread.start()
        held.wait(20)
        meanwhile = reminding.tell_due(NOW)
        go_on.set()
        thread.join(20)

        assert (meanwhile, reminding.tell_due(NOW), told(user)) == (0, 0, [])

    def test_a_worker_killed_before_the_commit_loses_nothing_and_the_next_tells_once(self, tmp_path):
        user = maria()
        event = meeting(user, starts_at=timezone.now(), before=0, remind_by_email=True)

        process = killed_in_the_middle(tmp_path)

        assert process.returncode == -signal.SIGKILL
        wait_for(lambda: reminding.tell_due(timezone.now()) == 1)  # the server notices the broken connection
        assert reminding.tell_due(timezone.now()) == 0
        assert len(told(user)) == 1
        assert Email.objects.filter(message_id__contains=str(event.uid)).count() == 1
        assert ProcrastinateJob.objects.filter(task_name=sending.TASK).count() == 1

    def test_a_worker_that_never_came_to_the_letter_leaves_it_in_the_queue(self, settings):
        """Told and killed right after the commit: the letter waits, and the next worker sends it, once."""
        meeting(maria(), remind_by_email=True)
        reminding.tell_due(NOW)
        email = Email.objects.get()

        with smtp(settings) as server:
            for _worker in range(2):
                sending.send_email(pk=email.pk)

        assert len(server.letters) == 1


WORKER = """
import pathlib, sys, time
import django
django.setup()
from django.utils import timezone
from events import reminding

write = reminding.write

def stop(*args):
    write(*args)
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(60)

reminding.write = stop
reminding.tell_due(timezone.now())
"""


def killed_in_the_middle(folder: Path) -> subprocess.Popen[bytes]:
    """A process that holds the due reminders, has written what it tells, and is killed before it commits."""
    reached = folder / "reached"
    address = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}")),
        "MEDIA_ROOT": str(folder),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(reached)], env=environment, cwd=django_settings.BASE_DIR
    )
    try:
        wait_for(reached.exists)
        assert not Notification.objects.exists()
        assert reminding.tell_due(timezone.now()) == 0  # it holds them: another worker passes them over
    finally:
        process.kill()
        process.wait(10)
    return process


def wait_for(condition, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to it"
        time.sleep(0.05)


def test_participants_hold_the_reminders_of_an_event():
    """Those who are added or leave change who is told; what was told stays."""
    first, second = maria(), maria()
    event = meeting(first)
    EventParticipantFactory(event=event, user=second)
    event.settle()

    reminding.tell_due(NOW)
    assert (told(first), len(told(second))) == ([], 1)

    EventParticipant.objects.filter(event=event).delete()
    Event.objects.filter(pk=event.pk).update(sequence=F("sequence") + 1)
    event.settle()
    assert reminding.tell_due(NOW) == 1
    assert (len(told(first)), len(told(second))) == (1, 1)
