"""Imports of parties from files: what was uploaded, what became of each row, and what can still be taken back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.models import Job
from common.uploads import TABLE_TYPES, CheckedFileField
from counterparties.kinds import Kind
from users.scopes import PartiesScope


class PartyImportQuerySet(models.QuerySet["PartyImport"]):
    def visible_to(self, user: Any) -> PartyImportQuerySet:
        """One's own imports; those of the command line belong to whoever sees and may change every party."""
        if not user.is_authenticated:
            return self.none()
        everything = user.rights.parties_scope == PartiesScope.ALL and all(
            user.has_perm(kind.permission("change")) for kind in Kind
        )
        return self.filter(Q(user=user) | Q(user=None)) if everything else self.filter(user=user)


class PartyImport(models.Model):
    """One file of parties, from its upload to its undoing. The log of its rows stays when the file is deleted."""

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
    update_existing = models.BooleanField(_("update existing counterparties"), default=False)
    # Name of the field of each column ("" and "-" are passed over), and whether the first row is already data.
    mapping = models.JSONField(default=list)
    has_header = models.BooleanField(default=True)
    # What rows that say no kind are.
    default_kinds = models.JSONField(default=list)
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

    objects = PartyImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of counterparties")
        verbose_name_plural = _("imports of counterparties")
        ordering = ["-created_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("contacts:import_review", args=[self.pk])

    @property
    def is_working(self) -> bool:
        return self.job is not None and self.job.running

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what becomes of them, in the words of `ImportRow.Outcome`."""
        return {outcome.value: getattr(self, f"{outcome.value}_count") for outcome in ImportRow.Outcome}

    def set_counts(self, counts: dict[str, int]) -> None:
        for outcome in ImportRow.Outcome:
            setattr(self, f"{outcome.value}_count", counts.get(outcome.value, 0))


class ImportRow(models.Model):
    """What becomes, or became, of one row of a file, and why."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("created")
        UPDATED = "updated", _("updated")
        SKIPPED = "skipped", _("skipped")
        FAILED = "failed", _("failed")

    party_import = models.ForeignKey(PartyImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    title = models.CharField(_("counterparty"), max_length=300, blank=True)
    party = models.ForeignKey(
        "counterparties.Counterparty", null=True, on_delete=models.SET_NULL, related_name="import_rows"
    )
    reasons = models.JSONField(_("why"), default=list)
    # [{"field": label, "before": text, "after": text}], personal numbers never among them.
    changes = models.JSONField(_("changes"), default=list)
    # What undoing needs: {"added": {model: [keys]}, "changed": {model: {key: {field: [before, after]}}}}.
    written = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["party_import", "number"], name="import_row_unique")]
        indexes = [
            # A tab of the review: the rows of one outcome in order.
            models.Index(fields=["party_import", "outcome", "number"], name="import_row_by_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"


# What a dry run foretells, where an import that is done tells what it did.
FORECASTS = {
    ImportRow.Outcome.CREATED: _("will be created"),
    ImportRow.Outcome.UPDATED: _("will be changed"),
    ImportRow.Outcome.SKIPPED: _("will be skipped"),
    ImportRow.Outcome.FAILED: _("failed the check"),
}


def outcome_words(outcome: str, *, forecast: bool) -> str:
    """An outcome in words: what will become of a row, or what became of it."""
    known = ImportRow.Outcome(outcome)
    return str(FORECASTS[known] if forecast else known.label)


class ImportMapping(models.Model):
    """What was chosen for a set of headers that we did not know by ourselves; offered again for the same set."""

    header_key = models.CharField(max_length=64, unique=True)
    mapping = models.JSONField(default=list)
    default_kinds = models.JSONField(default=list)

    class Meta:
        verbose_name = _("remembered columns of an import")
        verbose_name_plural = _("remembered columns of imports")
        default_permissions = ()

    def __str__(self) -> str:
        return self.header_key[:12]
