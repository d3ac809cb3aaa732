"""The worker's part of an import: dry run, import and undo as background jobs; old files deleted by the clock."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from common import jobs
from common.jobs import JobRefused, RunningJob
from common.models import Job
from contacts.importing import process, undoing
from contacts.importing.reading import UnreadableFile
from contacts.models import PartyImport

logger = logging.getLogger(__name__)
PLAN, APPLY, UNDO = "contacts.import_plan", "contacts.import_apply", "contacts.import_undo"


def start(party_import: PartyImport, user: Any, task: str) -> Job | None:
    """Give a step of an import to the worker; None when a step of it is at work already."""
    titles = {
        PLAN: _("Dry run of an import of counterparties"),
        APPLY: _("Import of counterparties"),
        UNDO: _("Undoing an import of counterparties"),
    }
    with transaction.atomic():
        # Two clicks must not start two jobs.
        locked = PartyImport.objects.select_for_update(of=("self",)).select_related("job").get(pk=party_import.pk)
        if locked.is_working:
            return None
        job = jobs.start(user, task, titles[task], import_pk=locked.pk)
        PartyImport.objects.filter(pk=locked.pk).update(job=job)
    return job


def import_of(running: RunningJob) -> PartyImport:
    return PartyImport.objects.select_related("user").get(pk=running.arguments["import_pk"])


@jobs.task(PLAN)
def plan_import(running: RunningJob) -> None:
    made = import_of(running)
    try:
        process.dry_run(made, running.progress)
    except (process.ImportRefused, UnreadableFile) as refusal:
        raise JobRefused(str(refusal)) from refusal
    running.finish(_("The dry run is done."), made.get_absolute_url())


@jobs.task(APPLY)
def apply_import(running: RunningJob) -> None:
    made = import_of(running)
    try:
        process.apply(made, running.progress)
    except (process.ImportRefused, UnreadableFile) as refusal:
        raise JobRefused(str(refusal)) from refusal
    running.finish(_("The import is done."), made.get_absolute_url())


@jobs.task(UNDO)
def undo_import(running: RunningJob) -> None:
    made = import_of(running)
    try:
        undoing.undo(made, running.user, running.progress)
    except undoing.UndoRefused as refusal:
        raise JobRefused(str(refusal)) from refusal
    running.finish(_("The import is undone."), made.get_absolute_url())


def delete_old_files(now: dt.datetime | None = None) -> int:
    """Delete uploaded files some weeks after their upload; the log of rows stays. Returns how many."""
    days = settings.IMPORT_KEEP_DAYS
    before = (now or timezone.now()) - dt.timedelta(days=days)
    deleted = 0
    for made in PartyImport.objects.filter(created_at__lt=before).exclude(file=""):
        made.file.delete(save=False)
        PartyImport.objects.filter(pk=made.pk).update(file="")
        deleted += 1
    return deleted


@app.periodic(cron="20 3 * * *", periodic_id="import_files")
@app.task(name="contacts.delete_old_import_files", queueing_lock="delete_old_import_files")
def delete_old_import_files(timestamp: int) -> None:
    """Every night: what was uploaded for an import is not kept longer than it is useful."""
    logger.info("Deleted %d uploaded import files", delete_old_files())
