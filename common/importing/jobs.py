"""The worker's part of an import: dry run, import and undo as background jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common import jobs
from common.importing.process import Importer, ImportRefused
from common.importing.reading import UnreadableFile
from common.importing.undoing import Undoing, UndoRefused
from common.jobs import JobRefused, RunningJob
from common.models import Job


class ImportJobs:
    """The three steps of one kind of import as tasks of the worker, named after the app.

    `titles` are what the jobs are called, by step (plan, apply, undo), evaluated when one is started.
    """

    def __init__(
        self, app: str, importer: Importer, undoing: type[Undoing], titles: Callable[[], dict[str, Any]]
    ) -> None:
        self.importer, self.undoing, self.titles = importer, undoing, titles
        self.PLAN, self.APPLY, self.UNDO = f"{app}.import_plan", f"{app}.import_apply", f"{app}.import_undo"
        for name, work in ((self.PLAN, self.plan), (self.APPLY, self.apply), (self.UNDO, self.undo)):
            jobs.task(name)(work)

    def start(self, made: Any, user: Any, task: str) -> Job | None:
        """Give a step of an import to the worker; None when a step of it is at work already."""
        model = self.importer.model
        with transaction.atomic():
            # Two clicks must not start two jobs.
            locked = model.objects.select_for_update(of=("self",)).select_related("job").get(pk=made.pk)
            if locked.is_working:
                return None
            title = self.titles()[task.rpartition("_")[2]]
            job = jobs.start(user, task, title, import_pk=locked.pk)
            model.objects.filter(pk=locked.pk).update(job=job)
        return job

    def import_of(self, running: RunningJob) -> Any:
        return self.importer.model.objects.select_related("user").get(pk=running.arguments["import_pk"])

    def plan(self, running: RunningJob) -> None:
        made = self.import_of(running)
        try:
            self.importer.dry_run(made, running.progress)
        except (ImportRefused, UnreadableFile) as refusal:
            raise JobRefused(str(refusal)) from refusal
        running.finish(_("The dry run is done."), made.get_absolute_url())

    def apply(self, running: RunningJob) -> None:
        made = self.import_of(running)
        try:
            self.importer.apply(made, running.progress)
        except (ImportRefused, UnreadableFile) as refusal:
            raise JobRefused(str(refusal)) from refusal
        running.finish(_("The import is done."), made.get_absolute_url())

    def undo(self, running: RunningJob) -> None:
        made = self.import_of(running)
        try:
            self.undoing.undo(made, running.user, running.progress)
        except UndoRefused as refusal:
            raise JobRefused(str(refusal)) from refusal
        running.finish(_("The import is undone."), made.get_absolute_url())
