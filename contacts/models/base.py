"""What people, addresses and accounts share: they are archived and restored, never deleted, and may be dated."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.dates import format_date, today


class Archivable(models.Model):
    """A row that leaves lists when it is archived and comes back when it is restored."""

    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("archived by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        abstract = True

    # What else an archived row loses: it is no longer the main one of its party.
    lost_when_archived: tuple[str, ...] = ()

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def archive(self, by: Any) -> None:
        """Take the row out of lists. Raises ValidationError when it is archived already."""
        if self.is_archived:
            raise ValidationError(_("This is already archived."))
        self.archived_at, self.archived_by = timezone.now(), by
        for field in self.lost_when_archived:
            setattr(self, field, False)
        self.save(update_fields=["archived_at", "archived_by", *self.lost_when_archived])

    def restore(self) -> None:
        """Bring the row back. Raises ValidationError when another one has taken its place meanwhile."""
        self.archived_at, self.archived_by = None, None
        self.validate_constraints()
        self.save(update_fields=["archived_at", "archived_by"])


class Dated(models.Model):
    """A row that holds from one day to another, both included; an empty end is open."""

    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("The end is before the beginning.")})

    def is_in_force(self, on: dt.date | None = None) -> bool:
        on = on or today()
        return not ((self.valid_from and on < self.valid_from) or (self.valid_to and on > self.valid_to))

    @property
    def period(self) -> str:
        start, end = (format_date(day) if day else "" for day in (self.valid_from, self.valid_to))
        return f"{start} – {end}" if start or end else ""


def dates_in_order(name: str) -> models.CheckConstraint:
    """The database's own watch over `Dated`."""
    return models.CheckConstraint(
        name=name,
        condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        violation_error_message=_("The end is before the beginning."),
    )
