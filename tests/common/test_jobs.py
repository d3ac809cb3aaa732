"""Background work: progress that others see, nothing left after a failure, done once even by a killed worker."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from common import jobs
from common.models import Job
from counterparties.models import Counterparty, Status
from tests.factories.counterparties import ClientFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, signed_in, worker


@pytest.fixture
def work():
    """Register a function as a task for one test; gives the task's name."""

    def register(function) -> str:
        jobs.task("test")(function)
        return "test"

    yield register
    jobs.tasks.pop("test", None)


def made(task: str, user=None, **arguments) -> Job:
    return Job.objects.create(user=user or UserFactory(language="en"), title="Внос", task=task, arguments=arguments)


@pytest.mark.django_db
class TestOneJob:
    def test_a_done_job_keeps_its_message_its_result_and_its_file(self, work):
        def task(running):
            ClientFactory(name=running.arguments["name"])
            running.attach("резултат.csv", b"a;b")
            running.finish("Готово", "/counterparties/")

        job = made(work(task), name="Алфа")

        jobs.run_job(job.pk)

        job.refresh_from_db()
        assert (job.state, job.message, job.result_url) == (Job.State.DONE, "Готово", "/counterparties/")
        assert (job.file_name, job.file.read()) == ("резултат.csv", b"a;b")
        assert job.finished_at is not None
        assert Counterparty.objects.filter(name="Алфа").exists()

    @pytest.mark.parametrize(
        ("error", "message"),
        [
            (jobs.JobRefused("Файлът е празен."), "Файлът е празен."),
            (ValueError("secret detail"), "Something went wrong"),
        ],
    )
    def test_a_failure_leaves_nothing_but_a_sentence(self, work, error, message, settings):
        def task(running):
            ClientFactory()
            running.attach("половин.csv", b"half")
            raise error

        job = made(work(task))

        jobs.run_job(job.pk)

        job.refresh_from_db()
        assert job.state == Job.State.FAILED
        assert message in job.message
        assert "secret" not in job.message
        assert not job.file
        assert not Counterparty.objects.exists()
        assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []

    def test_a_task_that_nobody_knows_any_more_fails_in_words(self):
        job = made("gone")

        jobs.run_job(job.pk)

        job.refresh_from_db()
        assert job.state == Job.State.FAILED

    @pytest.mark.parametrize("state", [Job.State.DONE, Job.State.FAILED])
    def test_a_job_that_is_over_is_not_done_again(self, work, state):
        done: list[jobs.RunningJob] = []
        job = made(work(done.append))
        Job.objects.filter(pk=job.pk).update(state=state)

        jobs.run_job(job.pk)
        jobs.run_job(job.pk + 1000)

        assert done == []

    def test_what_a_job_changes_is_in_the_history_under_its_user(self, work):
        from counterparties import history

        def task(running):
            Counterparty.objects.update(note="от задача")

        party, user = ClientFactory(), UserFactory(first_name="Мария", last_name="Петрова")
        jobs.run_job(made(work(task), user).pk)

        (changed, _added), _key = history.page_of(party, worker(*SEE_ALL))
        assert changed.who == "Мария Петрова"

    def test_the_message_is_in_the_language_of_the_user(self, work):
        from django.utils.translation import get_language

        job = made(work(lambda running: running.finish(get_language())))

        jobs.run_job(job.pk)

        job.refresh_from_db()
        assert job.message == "en"

    def test_starting_a_job_stores_it_and_hands_it_to_the_worker(self, work):
        job = jobs.start(UserFactory(), work(lambda running: None), "Внос", file="x")

        assert ProcrastinateJob.objects.filter(task_name="common.run_job", args={"job_pk": job.pk}).count() == 1
        assert (job.state, job.arguments) == (Job.State.WAITING, {"file": "x"})

    def test_the_page_of_a_job_is_its_owners_and_shows_how_far_it_is(self, work):
        user = worker(*SEE_ALL)
        job = made(work(lambda running: None), user)
        Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, done=30, total=120)
        client = signed_in(user)

        page = client.get(job.get_absolute_url())
        part = client.get(job.get_absolute_url(), headers={"HX-Request": "true"})

        assert 'max="120" value="30"' in page.content.decode()
        assert "<html" not in part.content.decode()
        assert client.get(reverse("common:job_file", args=[job.pk])).status_code == 404  # nothing yet

    @pytest.mark.parametrize(("done", "total", "percent"), [(0, 0, 0), (5, 0, 0), (1, 3, 33), (3, 3, 100), (5, 3, 100)])
    def test_the_percentage_stays_between_nothing_and_all(self, done, total, percent):
        assert Job(done=done, total=total).percent == percent


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestSeveralConnections:
    @pytest.fixture(autouse=True)
    def _empty_queue(self):
        """Django's flush leaves the queue's own tables alone."""
        yield
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")

    def test_progress_is_seen_by_others_before_the_work_is_committed(self, work):
        seen = []

        def task(running):
            ClientFactory(name="още не")
            running.progress(1, 2)
            seen.append(other_connection(lambda: (Job.objects.get().done, Counterparty.objects.count())))

        job = made(work(task))

        jobs.run_job(job.pk)

        assert seen == [(1, 0)]
        job.refresh_from_db()
        assert (job.state, job.done, job.total) == (Job.State.DONE, 1, 2)

    def test_two_workers_with_the_same_job_do_it_once(self, work):
        import threading

        started, go_on = threading.Event(), threading.Event()

        def task(running):
            Status.objects.create(code=f"done-{time.monotonic_ns()}", name="x")
            started.set()
            go_on.wait(10)

        job = made(work(task))
        first = threading.Thread(target=lambda: run_and_close(job.pk))
        first.start()
        started.wait(10)
        second = threading.Thread(target=lambda: run_and_close(job.pk))
        second.start()
        second.join(1)
        go_on.set()
        first.join(10)
        second.join(10)

        assert Status.objects.filter(code__startswith="done-").count() == 1
        job.refresh_from_db()
        assert job.state == Job.State.DONE

    def test_a_job_of_a_killed_worker_is_taken_up_again_and_done_once(self, tmp_path):
        """A real worker is killed in the middle of a real export; the next one finishes it."""
        ClientFactory(name="Фирма")
        user = worker(*SEE_ALL, "counterparties.export_client")
        gate = tmp_path / "gate"
        job = jobs.start(user, "common.export", "Внос", address="/counterparties/clients/?export=xlsx", total=1)

        queued = ProcrastinateJob.objects.filter(args={"job_pk": job.pk})
        with running_worker(tmp_path, gate) as first:
            wait_for(lambda: Job.objects.get().state == Job.State.RUNNING)
            os.kill(first.pid, signal.SIGKILL)
            first.wait(10)
        assert queued.get().status == "doing"

        gate.touch()  # from now on the work goes through
        long_ago = timezone.now() - dt.timedelta(minutes=5)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = %s", [long_ago])
        with running_worker(tmp_path, gate):
            retry_stalled()
            wait_for(lambda: Job.objects.get().state == Job.State.DONE)

        job.refresh_from_db()
        assert job.file
        assert queued.get().status == "succeeded"


def other_connection(question):
    from concurrent.futures import ThreadPoolExecutor

    def ask():
        try:
            return question()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(ask).result()


def run_and_close(pk: int) -> None:
    try:
        jobs.run_job(pk)
    finally:
        connection.close()


def retry_stalled() -> None:
    """What the worker's clock does every two minutes."""
    context: Any = SimpleNamespace(app=app)
    async_to_sync(jobs.retry_stalled.func)(context, 0)


def wait_for(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


class running_worker:  # noqa: N801  (reads as a deed)
    """A worker process on the test's database; its exports wait until the gate file is there."""

    def __init__(self, folder: Path, gate: Path) -> None:
        self.folder, self.gate = folder, gate

    def __enter__(self) -> subprocess.Popen:
        program = (
            "import os, time, django; django.setup()\n"
            "from common import jobs\n"
            "from django.core.management import call_command\n"
            "work = jobs.tasks['common.export']\n"
            "def gated(running):\n"
            f"    while not os.path.exists({str(self.gate)!r}): time.sleep(0.05)\n"
            "    work(running)\n"
            "jobs.tasks['common.export'] = gated\n"
            "call_command('procrastinate', 'worker')\n"
        )
        address = urlsplit(os.environ["DATABASE_URL"])
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}")),
            "MEDIA_ROOT": str(self.folder),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], env=environment, cwd=django_settings.BASE_DIR, start_new_session=True
        )
        return self.process

    def __exit__(self, *exc: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.mark.django_db
def test_jobs_that_ended_a_month_ago_go_with_their_files_and_later_ones_stay():
    user = UserFactory()
    now = timezone.now()
    old = Job.objects.create(user=user, title="стара", task="x", state="done", finished_at=now - dt.timedelta(days=31))
    old.file.save("a.txt", ContentFile(b"x"))
    storage, name = old.file.storage, old.file.name
    kept = Job.objects.create(user=user, title="нова", task="x", state="done", finished_at=now - dt.timedelta(days=2))
    waiting = Job.objects.create(user=user, title="чака", task="x")

    deleted = jobs.delete_what_is_over(now)

    assert deleted == 1
    assert name
    assert not storage.exists(name)
    assert set(Job.objects.all()) == {kept, waiting}
