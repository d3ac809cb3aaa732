"""Bank statements as they were read, and what became of their lines."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.addresses import address
from common.dates import format_date
from finance.models.firms import OfFirmQuerySet
from trade.models.documents import MONEY


class BankStatement(models.Model):
    """A statement of an own account. Opening + movements = closing, or it was refused."""

    own_firm = models.ForeignKey(
        "counterparties.Counterparty", verbose_name=_("own firm"), on_delete=models.PROTECT, related_name="statements"
    )
    account = models.ForeignKey(
        "contacts.BankAccount", verbose_name=_("account"), on_delete=models.PROTECT, related_name="statements"
    )
    number = models.CharField(_("number"), max_length=40, blank=True)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"))
    currency = models.CharField(_("currency"), max_length=3)
    opening = models.DecimalField(_("opening balance"), **MONEY)
    closing = models.DecimalField(_("closing balance"), **MONEY)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    content = models.ForeignKey("documents.FileContent", null=True, on_delete=models.PROTECT, related_name="+")
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("read by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    read_at = models.DateTimeField(_("read at"), default=timezone.now, editable=False)

    objects = OfFirmQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        ordering = ["-to_on", "-pk"]
        default_permissions = ("view", "add")
        constraints = [
            models.CheckConstraint(name="statement_days_in_order", condition=Q(to_on__gte=F("from_on"))),
            models.UniqueConstraint(
                fields=["account", "from_on", "to_on", "number", "opening", "closing"], name="statement_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or format_date(self.to_on)} {self.account}"

    def get_absolute_url(self) -> str:
        return address("finance:bankstatement_detail", self.pk)


class BankStatementLineQuerySet(models.QuerySet["BankStatementLine"]):
    def waiting(self) -> BankStatementLineQuerySet:
        return self.filter(state=BankStatementLine.State.WAITING)


class BankStatementLine(models.Model):
    """One movement. `key` is its fingerprint on the account: read twice, it is there once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        BOOKED = "booked", _("booked")
        IGNORED = "ignored", _("set aside")

    statement = models.ForeignKey(BankStatement, on_delete=models.CASCADE, related_name="lines")
    account = models.ForeignKey("contacts.BankAccount", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=64)
    booked_on = models.DateField(_("day"))
    value_on = models.DateField(_("value date"), null=True)
    amount = models.DecimalField(_("amount"), **MONEY)
    name = models.CharField(_("counterparty"), max_length=200, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    details = models.CharField(_("ground"), max_length=1000, blank=True)
    reference = models.CharField(_("bank's reference"), max_length=100, blank=True)
    end_to_end = models.CharField(max_length=100, blank=True)
    kind = models.CharField(_("kind of movement"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    ignored_reason = models.CharField(_("reason"), max_length=300, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)

    objects: Any = BankStatementLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a bank statement")
        verbose_name_plural = _("lines of bank statements")
        ordering = ["statement", "position"]
        default_permissions = ()
        permissions = [("match_bankstatementline", "Can book lines of bank statements")]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="statement_line_once"),
            models.CheckConstraint(name="statement_line_moves", condition=~Q(amount=0)),
        ]
        indexes = [
            models.Index(fields=["account", "booked_on"], name="statement_line_waiting", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return f"{format_date(self.booked_on)} {self.amount} {self.name}"
