"""Imports of parties from files: what was uploaded, what became of each row, and what can still be taken back."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.importing.records import TableImport, TableImportRow
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


class PartyImport(TableImport):
    """One file of parties."""

    update_existing = models.BooleanField(_("update existing counterparties"), default=False)
    # What rows that say no kind are.
    default_kinds = models.JSONField(default=list)

    objects = PartyImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of counterparties")
        verbose_name_plural = _("imports of counterparties")
        ordering = ["-created_at", "-pk"]
        default_permissions = ()

    def get_absolute_url(self) -> str:
        return reverse("contacts:import_review", args=[self.pk])


class ImportRow(TableImportRow):
    """What becomes, or became, of one row of a file, and why."""

    party_import = models.ForeignKey(PartyImport, on_delete=models.CASCADE, related_name="rows")
    title = models.CharField(_("counterparty"), max_length=300, blank=True)
    party = models.ForeignKey(
        "counterparties.Counterparty", null=True, on_delete=models.SET_NULL, related_name="import_rows"
    )

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
