"""Closed periods: a month of an own firm in which nothing may change any more."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.dates import today
from common.history import tracked
from counterparties.kinds import Kind
from finance.models.firms import OfFirmQuerySet
from trade.errors import DocumentError


def month_of(day: dt.date) -> dt.date:
    """The first day of the month."""
    return day.replace(day=1)


class PeriodClosingQuerySet(OfFirmQuerySet):
    def closed(self) -> PeriodClosingQuerySet:
        return self.filter(reopened_at__isnull=True)

    def is_closed(self, own_firm: Any, day: dt.date) -> bool:
        return self.closed().filter(own_firm=own_firm, month=month_of(day)).exists()


@tracked()
class PeriodClosing(models.Model):
    """That a month of a firm was closed, and reopened. The newest closing of a month counts."""

    own_firm = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("own firm"),
        on_delete=models.PROTECT,
        related_name="period_closings",
        limit_choices_to={Kind.OWN_FIRM.flag: True},
    )
    month = models.DateField(_("month"))
    closed_at = models.DateTimeField(_("closed at"), default=timezone.now, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("closed by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reopened_at = models.DateTimeField(_("reopened at"), null=True, editable=False)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("reopened by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reopen_reason = models.CharField(_("reason for reopening"), max_length=300, blank=True)

    objects = PeriodClosingQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["-month", "-pk"]
        default_permissions = ("view",)
        permissions = [("close_period", "Can close periods"), ("reopen_period", "Can reopen closed periods")]
        constraints = [
            models.UniqueConstraint(
                fields=["own_firm", "month"], condition=Q(reopened_at__isnull=True), name="period_closed_once"
            ),
            models.CheckConstraint(name="period_is_a_month", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="period_reopened_with_reason",
                condition=Q(reopened_at__isnull=True, reopen_reason="")
                | (Q(reopened_at__isnull=False) & ~Q(reopen_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y}"

    @classmethod
    @transaction.atomic
    def close(cls, own_firm: Any, month: dt.date, by: Any) -> PeriodClosing:
        """Close the month. Raises DocumentError for one that has not ended or is closed already."""
        month = month_of(month)
        lock_firm_periods(own_firm, exclusive=True)
        if month >= month_of(today()):
            raise DocumentError(_("A month is closed after it has ended."))
        if cls.objects.is_closed(own_firm, month):
            raise DocumentError(_("This month is closed already."))
        return cls.objects.create(own_firm=own_firm, month=month, closed_by=by)

    @transaction.atomic
    def reopen(self, by: Any, reason: str) -> None:
        """Open the month again, with a reason that is kept. Raises DocumentError without one, or when it is open."""
        if not reason.strip():
            raise DocumentError({"reason": _("Say why the period is opened again.")})
        locked = PeriodClosing.objects.select_for_update().get(pk=self.pk)
        if locked.reopened_at is not None:
            raise DocumentError(_("This month is open already."))
        self.reopened_at, self.reopened_by, self.reopen_reason = timezone.now(), by, reason.strip()[:300]
        self.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])


def lock_firm_periods(own_firm: Any, *, exclusive: bool = False) -> None:
    """Keep the firm's periods as they are until the transaction ends; closing one waits for documents at work."""
    key = getattr(own_firm, "pk", own_firm)
    function = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(7230041, %s)", [int(key)])


def refuse_closed(own_firm: Any, *days: dt.date | None, field: str = "date") -> None:
    """Refuse a change in a closed period of the firm: DocumentError at the field."""
    lock_firm_periods(own_firm)
    months = {month_of(day) for day in days if day is not None}
    closed = PeriodClosing.objects.closed().filter(own_firm=own_firm, month__in=months).order_by("month").first()
    if closed is not None:
        raise DocumentError({field: _("The period %(month)s is closed.") % {"month": f"{closed.month:%m.%Y}"}})
