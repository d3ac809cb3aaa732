"""Work done in the background by the worker, one function a task, with progress that others can watch meanwhile."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any

import pghistory
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from common.models import Job, Notification
from common.notifications import KEPT_DAYS as NOTIFICATIONS_KEPT_DAYS

logger = logging.getLogger(__name__)

KEPT_DAYS = 30
# First half of the key of PostgreSQL's advisory locks that jobs take; the second is the job's number.
JOBS_LOCK = 1001

Work = Callable[["RunningJob"], None]
tasks: dict[str, Work] = {}


class JobRefused(Exception):
    """The work cannot be done; the message is for the user."""


class RunningJob:
    """What a task is given: the job's row, its arguments, and ways to tell how far it has come."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.arguments: dict[str, Any] = job.arguments
        self.user = job.user

    def progress(self, done: int, total: int) -> None:
        """Tell how far the work is. Written outside the task's transaction, so that it is seen before the commit."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            pool.submit(_write_progress, self.job.pk, done, total).result()

    def finish(self, message: str = "", url: str = "") -> None:
        self.job.message, self.job.result_url = message, url

    def attach(self, name: str, content: bytes) -> None:
        """Keep a file as the job's result; only the job's owner can fetch it."""
        self.job.file_name = name
        # Stored under a name that says nothing of whose or of whom it is.
        self.job.file.save(f"{uuid.uuid4().hex}{PurePosixPath(name).suffix}", ContentFile(content), save=False)

    def drop_file(self) -> None:
        """Take back what was attached: the work failed."""
        if self.job.file:
            self.job.file.delete(save=False)


def _write_progress(pk: int, done: int, total: int) -> None:
    try:
        Job.objects.filter(pk=pk).update(done=done, total=total)
    finally:
        connection.close()  # this thread's own connection


def task(name: str) -> Callable[[Work], Work]:
    """Register a function as the work of jobs with this task name."""

    def register(work: Work) -> Work:
        tasks[name] = work
        return work

    return register


def start(user: Any, name: str, title: str, **arguments: Any) -> Job:
    """Make a job and hand it to the worker; both or neither are stored."""
    with transaction.atomic():
        # The worker speaks the language of the page on which the work was asked for.
        language = translation.get_language() or ""
        job = Job.objects.create(user=user, task=name, title=title, arguments=arguments, language=language)
        run_job.defer(job_pk=job.pk)
    return job


@app.task(name="common.run_job", retry=RetryStrategy(max_attempts=2, wait=5, retry_exceptions={ConnectionError}))
def run_job(job_pk: int) -> None:
    """Do a job's work. All the rows that the task writes stand or fall together."""
    with alone(job_pk):
        # A job interrupted by a killed worker is taken up again; a finished one is not repeated.
        taken = Job.objects.filter(pk=job_pk, state__in=[Job.State.WAITING, Job.State.RUNNING]).update(
            state=Job.State.RUNNING
        )
        if taken:
            do_work(job_pk)


@contextmanager
def alone(job_pk: int) -> Iterator[None]:
    """Wait until no other worker is at this job. A worker that dies lets go by losing its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [JOBS_LOCK, job_pk])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [JOBS_LOCK, job_pk])


def do_work(job_pk: int) -> None:
    job = Job.objects.select_related("user").get(pk=job_pk)
    running = RunningJob(job)
    with translation.override(job.language or job.user.language or settings.LANGUAGE_CODE):
        try:
            with transaction.atomic(), pghistory.context(user=job.user_id, job=job.pk):
                tasks[job.task](running)
                job.state, job.finished_at = Job.State.DONE, timezone.now()
                job.save(update_fields=["state", "finished_at", "message", "result_url", "file", "file_name"])
                tell_owner(job)
        except JobRefused as refusal:
            running.drop_file()
            fail(job, str(refusal))
        except Exception:
            logger.exception("Job %s failed", job.pk)
            running.drop_file()
            fail(job, _("Something went wrong and nothing was changed. The administrator can read why in the log."))


def fail(job: Job, message: str) -> None:
    job.state, job.message, job.result_url, job.finished_at = Job.State.FAILED, message, "", timezone.now()
    with transaction.atomic():
        job.save(update_fields=["state", "message", "finished_at"])
        tell_owner(job)


def tell_owner(job: Job) -> None:
    """Tell the owner that his job has ended; who watches its page has read it a moment later."""
    words = _("Did not succeed: %(title)s") if job.failed else _("Done: %(title)s")
    Notification.objects.tell(
        job.user,
        kind="job",
        key=job.key,
        title=words % {"title": job.title},
        text=job.message,
        # A file is fetched from the job's page: the link of a notification opens, it does not download.
        url=job.get_absolute_url() if job.file else job.result_url or job.get_absolute_url(),
        level="danger" if job.failed else "success",
    )


@app.periodic(cron="*/2 * * * *", periodic_id="stalled")
@app.task(name="common.retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: Any, timestamp: int) -> None:
    """Take up again the jobs of a worker that was killed: it left them marked as being done."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs():
        await manager.retry_job(stalled)


@app.periodic(cron="40 3 * * *", periodic_id="sweep")
@app.task(name="common.sweep", queueing_lock="sweep", pass_context=True)
async def sweep(context: Any, timestamp: int) -> None:
    """Every night: what is over is not kept for ever – finished jobs and files, queue rows, notifications, sessions."""
    await context.app.job_manager.delete_old_jobs(nb_hours=7 * 24, include_failed=True, include_cancelled=True)
    await sync_to_async(delete_what_is_over)(timezone.now())


def delete_what_is_over(now: dt.datetime) -> int:
    """Delete what is over: jobs of a month ago with their files, old notifications, sessions. Returns how many jobs."""
    over = Job.objects.filter(finished_at__lt=now - dt.timedelta(days=KEPT_DAYS))
    for job in over.exclude(file=""):
        job.file.delete(save=False)
    deleted, _by_model = over.delete()
    Notification.objects.filter(created_at__lt=now - dt.timedelta(days=NOTIFICATIONS_KEPT_DAYS)).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return deleted
