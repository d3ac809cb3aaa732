"""Sending: what goes out and how, what each failure means, and that nothing goes out twice by itself."""

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
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from common.models import Notification
from events import sending
from events.letters import raw_bytes, too_large
from events.models import Email
from tests.events.mail_servers import smtp
from tests.factories.documents import FileContentFactory, FileFactory
from tests.factories.users import UserFactory
from users.models import User

pytestmark = pytest.mark.django_db


def letter(*addresses: str, author=None, **fields) -> Email:
    """A letter that waits, in the queue."""
    recipients = [{"name": "", "email": one, "way": "to"} for one in addresses or ("ivan@example.com",)]
    made = Email.outgoing(
        recipients=fields.pop("recipients", recipients),
        subject=fields.pop("subject", "Оферта"),
        text=fields.pop("text", "Здравейте"),
        author=author or maria(),
        **fields,
    )
    return sending.queue(made)


def maria() -> User:
    found = User.objects.filter(email="maria@example.com").first()
    return found or UserFactory(language="en", first_name="Мария", last_name="Петрова", email="maria@example.com")


def sent(email: Email) -> Email:
    """The letter after the worker has been at it."""
    sending.send_email(pk=email.pk)
    email.refresh_from_db()
    return email


def entries(email: Email) -> int:
    return ProcrastinateJob.objects.filter(task_name=sending.TASK, args={"pk": email.pk}).count()


class TestWhatGoesOut:
    def test_a_letter_arrives_with_its_names_its_text_and_its_attachments(self, settings):
        settings.DEFAULT_FROM_EMAIL = "Досие <dossier@example.com>"
        email = letter(
            recipients=[
                {"name": "Иван Иванов", "email": "ivan@example.com", "way": "to"},
                {"name": "", "email": "copy@example.com", "way": "cc"},
                {"name": "", "email": "hidden@example.com", "way": "bcc"},
            ]
        )
        email.files.add(FileFactory(name="договор.txt", content=FileContentFactory(data="ред\n".encode())))

        with smtp(settings) as server:
            sent(email)

        (got,) = server.letters
        assert email.state == Email.State.SENT
        assert got["From"] == "Мария Петрова <dossier@example.com>"
        assert got["Reply-To"] == "Мария Петрова <maria@example.com>"
        assert (got["To"], got["Cc"], got["Bcc"]) == ("Иван Иванов <ivan@example.com>", "copy@example.com", None)
        assert server.envelopes[0].rcpt_tos == ["ivan@example.com", "copy@example.com", "hidden@example.com"]
        assert (got["Subject"], got["Message-ID"]) == ("Оферта", email.message_id)
        body = got.get_body()
        assert body is not None
        assert body.get_content().strip() == "Здравейте"
        (attached,) = got.iter_attachments()
        assert (attached.get_filename(), attached.get_content_type()) == ("договор.txt", "text/plain")
        assert attached.get_payload(decode=True) == "ред\n".encode()

    def test_what_went_out_is_kept_as_it_was(self, settings):
        with smtp(settings):
            email = sent(letter())

        assert email.message_id.encode() in raw_bytes(email)
        assert raw_bytes(email).startswith(b"Content-Type: text/plain")

    def test_an_answer_names_the_chain_of_letters(self, settings):
        first = letter(in_reply_to="<a@example.com>")
        with smtp(settings) as server:
            sent(letter(in_reply_to=first.message_id))

        assert server.letters[0]["In-Reply-To"] == first.message_id
        assert server.letters[0]["References"].split() == ["<a@example.com>", first.message_id]

    def test_a_subject_in_several_lines_cannot_add_a_header(self, settings):
        with smtp(settings) as server:
            sent(letter(subject="Оферта\nBcc: all@example.com"))

        assert server.letters[0]["Bcc"] is None
        assert server.letters[0]["Subject"] == "Оферта Bcc: all@example.com"

    def test_a_domain_in_cyrillic_is_written_to(self, settings):
        with smtp(settings) as server:
            sent(letter("office@пример.бг"))

        assert server.envelopes[0].rcpt_tos == ["office@xn--e1afmkfd.xn--90ae"]

    def test_the_message_id_names_the_domain_of_the_sender(self, settings):
        settings.DEFAULT_FROM_EMAIL = "Досие <dossier@example.org>"

        assert letter().message_id.endswith("@example.org>")

    def test_a_letter_that_grows_too_large_is_told_before(self, settings):
        settings.EMAIL_MAX_BYTES = 1024 * 1024

        assert too_large("текст", [100]) == ""
        assert "2 MB" in too_large("текст", [800 * 1024])


class TestFailures:
    def test_no_server_is_a_failure_and_nothing_went_out(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

        email = sent(letter())

        assert email.state == Email.State.FAILED
        assert "could not be reached" in email.error

    def test_who_is_not_accepted_is_named_and_the_others_get_the_letter(self, settings):
        with smtp(settings, refuse=("nobody@example.com",)) as server:
            email = sent(letter("ivan@example.com", "nobody@example.com"))

        assert email.state == Email.State.SENT
        assert email.error == "The mail server did not accept: nobody@example.com (550 no such mailbox)."
        assert server.envelopes[0].rcpt_tos == ["ivan@example.com"]
        assert Notification.objects.get(user=email.author).title == "Not sent to everyone: Оферта"

    def test_when_nobody_is_accepted_nothing_went_out(self, settings):
        with smtp(settings, refuse=("nobody@example.com",)) as server:
            email = sent(letter("nobody@example.com"))

        assert (email.state, server.letters) == (Email.State.FAILED, [])
        assert "nobody@example.com (550 no such mailbox)" in email.error

    def test_a_connection_that_breaks_before_the_letter_means_nothing_went_out(self, settings):
        with smtp(settings, cut="mail"):
            email = sent(letter())

        assert email.state == Email.State.FAILED
        assert "Nothing was sent" in email.error

    def test_a_connection_that_breaks_with_the_letter_means_perhaps(self, settings):
        with smtp(settings, cut="data") as server:
            email = sent(letter())

        assert len(server.letters) == 1  # it had arrived, which nobody could know
        assert email.state == Email.State.UNSURE
        assert "may have arrived" in email.error
        assert Notification.objects.get(user=email.author).title == "Perhaps sent: Оферта"

    def test_a_refusal_of_the_letter_itself_means_nothing_went_out(self, settings):
        with smtp(settings, answer="554 looks like spam"):
            email = sent(letter())

        assert email.state == Email.State.FAILED
        assert "554 looks like spam" in email.error

    def test_an_attachment_that_is_gone_is_told(self, settings):
        email = letter()
        file = FileFactory(name="договор.txt")
        email.files.add(file)
        file.content.file.delete(save=False)

        with smtp(settings) as server:
            sent(email)

        assert (email.state, server.letters) == (Email.State.FAILED, [])
        assert "договор.txt" in email.error

    def test_an_unforeseen_error_before_the_letter_is_a_failure(self, settings, monkeypatch):
        monkeypatch.setattr(sending, "build", lambda email: 1 / 0)

        email = sent(letter())

        assert email.state == Email.State.FAILED
        assert "nothing was sent" in email.error


class TestRetry:
    def test_a_failed_letter_is_sent_again_under_the_same_message_id(self, settings):
        email = letter()
        with smtp(settings, answer="451 later"):
            sent(email)
        message_id = email.message_id

        sending.retry(email)
        with smtp(settings) as server:
            sent(email)

        assert (email.state, email.error, email.attempts) == (Email.State.SENT, "", 2)
        assert server.letters[0]["Message-ID"] == message_id

    @pytest.mark.parametrize("state", ["waiting", "sending", "sent", "received"])
    def test_what_has_not_failed_is_not_sent_again(self, state):
        email = letter()
        Email.objects.filter(pk=email.pk).update(state=state)

        with pytest.raises(ValidationError):
            sending.retry(email)

        assert entries(email) == 1

    @pytest.mark.parametrize("state", ["sending", "sent", "failed", "unsure"])
    def test_an_entry_in_the_queue_sends_only_what_waits(self, settings, state):
        email = letter()
        Email.objects.filter(pk=email.pk).update(state=state)

        with smtp(settings) as server:
            sent(email)

        assert (email.state, server.letters) == (state, [])


class TestLeftBehind:
    def test_a_letter_whose_entry_was_lost_is_queued_again_once(self):
        email = letter()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        later = timezone.now() + dt.timedelta(minutes=2)

        assert [sending.queue_forgotten(timezone.now()), sending.queue_forgotten(later)] == [0, 1]
        assert sending.queue_forgotten(later) == 0
        assert entries(email) == 1

    def test_a_letter_just_taken_is_left_alone(self):
        email = letter()
        sending.take(email.pk)

        assert sending.give_up_abandoned(timezone.now()) == 0

    def test_what_nobody_sends_any_more_was_perhaps_sent(self):
        email = letter()
        sending.take(email.pk)

        assert sending.give_up_abandoned(timezone.now() + dt.timedelta(minutes=2)) == 1

        email.refresh_from_db()
        assert email.state == Email.State.UNSURE
        assert entries(email) == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestSeveralConnections:
    @pytest.fixture(autouse=True)
    def _empty_queue(self):
        yield
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")

    def test_two_workers_send_once(self, settings):
        email = letter()

        def work() -> None:
            try:
                sending.send_email(pk=email.pk)
            finally:
                connection.close()

        with smtp(settings, slow=0.3) as server:
            threads = [threading.Thread(target=work) for _number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)

        email.refresh_from_db()
        assert (email.state, email.attempts, len(server.letters)) == (Email.State.SENT, 1, 1)

    def test_a_slow_server_is_no_reason_to_give_a_letter_up(self, settings):
        email = letter()

        def work() -> None:
            try:
                sending.send_email(pk=email.pk)
            finally:
                connection.close()

        with smtp(settings, slow=1):
            thread = threading.Thread(target=work)
            thread.start()
            wait_for(lambda: Email.objects.get().state == Email.State.SENDING)
            given_up = sending.give_up_abandoned(timezone.now() + dt.timedelta(minutes=5))
            thread.join(20)

        email.refresh_from_db()
        assert (given_up, email.state) == (0, Email.State.SENT)

    def test_a_worker_killed_before_the_server_is_asked_leaves_perhaps_sent(self, settings, tmp_path):
        """A real process, killed between the commit of *sending* and SMTP: nobody sends by himself, a retry does."""
        email = letter()
        with smtp(settings) as server:
            process = killed_in_the_middle(email, tmp_path)
            email.refresh_from_db()
            assert email.state == Email.State.SENDING

            sending.send_email(pk=email.pk)  # the queue hands the entry to another worker
            wait_for(lambda: sending.give_up_abandoned(timezone.now() + dt.timedelta(minutes=2)) == 1)
            email.refresh_from_db()
            assert (process.returncode, email.state, server.letters) == (-signal.SIGKILL, Email.State.UNSURE, [])

            sending.retry(email)
            sent(email)

        assert email.state == Email.State.SENT
        assert [got["Message-ID"] for got in server.letters] == [email.message_id]


WORKER = """
import pathlib, sys, time
import django
django.setup()
from events import handing_over, sending

def stop(self, message, content):
    pathlib.Path(sys.argv[2]).touch()
    time.sleep(60)

handing_over.Handover.send = stop
sending.send_email(pk=int(sys.argv[1]))
"""


def killed_in_the_middle(email: Email, folder: Path) -> subprocess.Popen[bytes]:
    """A process that has marked the letter as being sent, and is killed before it asks the server."""
    reached = folder / "reached"
    address = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}")),
        "MEDIA_ROOT": str(folder),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(email.pk), str(reached)], env=environment, cwd=django_settings.BASE_DIR
    )
    try:
        wait_for(reached.exists)
    finally:
        process.kill()
        process.wait(10)
    return process


def wait_for(condition, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to it"
        time.sleep(0.05)
