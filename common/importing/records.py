"""Abstract models of an import: the file that was uploaded, and what became of each of its rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.importing.plans import Outcome
from common.models import Job
from common.uploads import TABLE_TYPES, CheckedFileField


class TableImport(models.Model):
    """One file, from its upload to its undoing. The log of its rows stays when the file is deleted."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        PLANNED = "planned", _("dry run done")
        APPLIED = "applied", _("imported")
        UNDONE = "undone", _("undone")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    file = CheckedFileField(_("file"), upload_to="imports", blank=True, allowed=TABLE_TYPES)
    file_name = models.CharField(_("file name"), max_length=150)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    # Name of the field of each column ("" and "-" are passed over), and whether the first row is already data.
    mapping = models.JSONField(default=list)
    has_header = models.BooleanField(default=True)
    # The task at work on it, or the last one.
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_count = models.PositiveIntegerField(_("created"), default=0)
    updated_count = models.PositiveIntegerField(_("updated"), default=0)
    skipped_count = models.PositiveIntegerField(_("skipped"), default=0)
    failed_count = models.PositiveIntegerField(_("failed"), default=0)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("imported at"), null=True)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    @property
    def told_besides(self) -> str:
        """A sentence about what an import makes besides its rows; empty when there is nothing."""
        return ""

    @property
    def is_working(self) -> bool:
        return self.job is not None and self.job.running

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what becomes of them, in the words of `Outcome`."""
        return {outcome.value: getattr(self, f"{outcome.value}_count") for outcome in Outcome}

    def set_counts(self, counts: dict[str, int]) -> None:
        for outcome in Outcome:
            setattr(self, f"{outcome.value}_count", counts.get(outcome.value, 0))


class TableImportRow(models.Model):
    """What becomes, or became, of one row of a file, and why."""

    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    reasons = models.JSONField(_("why"), default=list)
    # [{"field": label, "before": text, "after": text}], personal numbers never among them.
    changes = models.JSONField(_("changes"), default=list)
    # What undoing needs: {"added": {model: [keys]}, "changed": {model: {key: {field: [before, after]}}}}.
    written = models.JSONField(default=dict)

    Outcome = Outcome
    title: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"
