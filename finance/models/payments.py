"""Payments, in and out, and transfers between own accounts and desks."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.addresses import address
from common.expressions import DayBegins
from common.history import tracked
from common.text import fold
from finance.kinds import CASH_IN, CASH_OUT, PAYMENTS
from finance.models.choices import Side, columns_but_settled, frozen
from finance.models.firms import CashDesk
from finance.models.periods import refuse_closed
from finance.querysets import PaymentQuerySet
from trade.amounts import ZERO
from trade.errors import DocumentError
from trade.models import Issuable
from trade.models.documents import MONEY
from trade.models.life import life_constraints
from trade.models.rates import to_euro

FROZEN = (
    "own_firm",
    "party",
    "direction",
    "method",
    "number",
    "series",
    "position",
    "date",
    "currency",
    "rate",
    "amount",
    "amount_eur",
    "account",
    "desk",
    "party_account",
    "party_iban",
    "other_account",
    "other_desk",
    "other_amount",
    "offset_document",
    "reason",
)


class PaymentDirection(models.TextChoices):
    IN = "in", pgettext_lazy("direction of a payment", "in")
    OUT = "out", pgettext_lazy("direction of a payment", "out")
    INTERNAL = "internal", _("internal transfer")


class PaymentMethod(models.TextChoices):
    BANK = "bank", _("bank transfer")
    CASH = "cash", _("in cash (ПКО/РКО)")
    CARD = "card", _("card")
    COD = "cod", _("cash on delivery")
    OFFSET = "offset", _("offset")


@tracked(
    exclude=[
        "search_text",
        "entry_key",
        "created_at",
        "updated_at",
        "settled",
        "settled_eur",
        "amount_eur",
        "series",
        "position",
        "version",
        "to_settle",
    ],
    meta={"indexes": [models.Index(fields=["party", "-pgh_created_at", "-pgh_id"], name="payment_history_by_party")]},
)
class Payment(Issuable):
    """Money that came or went. Posted (issued) under a number; what of it is not settled is an advance."""

    direction = models.CharField(_("direction"), max_length=8, choices=PaymentDirection, default=PaymentDirection.IN)
    method = models.CharField(_("way of payment"), max_length=8, choices=PaymentMethod, default=PaymentMethod.BANK)
    amount = models.DecimalField(_("amount"), **MONEY)
    amount_eur = models.DecimalField(**MONEY, default=ZERO, editable=False)
    account = models.ForeignKey(
        "contacts.BankAccount",
        verbose_name=_("our account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="payments",
    )
    desk = models.ForeignKey(
        CashDesk, verbose_name=_("cash desk"), null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    # The other end: their account, as it was paid; of a transfer our other account or desk.
    party_account = models.ForeignKey(
        "contacts.BankAccount",
        verbose_name=_("their account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    party_iban = models.CharField(_("their IBAN"), max_length=34, blank=True)
    other_account = models.ForeignKey(
        "contacts.BankAccount",
        verbose_name=_("to our account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="transfers_in",
    )
    other_desk = models.ForeignKey(
        CashDesk,
        verbose_name=_("to cash desk"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="transfers_in",
    )
    # What arrived at the other end of a transfer, in its currency.
    other_amount = models.DecimalField(_("amount received"), **MONEY, null=True, blank=True)
    reason = models.CharField(_("ground of the payment"), max_length=300, blank=True)
    person = models.CharField(_("paid by or to (person)"), max_length=150, blank=True)
    deal = models.CharField(
        _("deal or contract"), max_length=100, blank=True, help_text=_("Cash paid on one deal counts together.")
    )
    receipt_number = models.CharField(_("number of the fiscal receipt"), max_length=60, blank=True)
    reference = models.CharField(_("bank's reference"), max_length=100, blank=True)
    statement_line = models.ForeignKey(
        "finance.BankStatementLine",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="payments",
    )
    offset_document = models.ForeignKey(
        "finance.FinancialDocument",
        verbose_name=_("offset protocol"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="offset_payments",
    )
    settled = models.DecimalField(_("settled"), **MONEY, default=ZERO, editable=False)
    settled_eur = models.DecimalField(**MONEY, default=ZERO, editable=False)
    # What a draft is to settle once it is posted: [{"document": key, "amount": "12.00"}, {"payment": key, …}].
    to_settle = models.JSONField(default=list, blank=True, editable=False)
    search_text = models.TextField(editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-date", "-pk"]
        default_permissions = ("view", "add", "change", "delete")
        permissions = [
            ("issue_payment", "Can post payments"),
            ("cancel_payment", "Can cancel payments"),
            ("settle_payment", "Can settle payments and undo it"),
            ("print_payment", "Can print cash orders"),
            ("export_payment", "Can export payments"),
            ("pay_over_cash_limit", "Can pay in cash over the limit, with a reason"),
        ]
        constraints = [
            *life_constraints("payment"),
            models.CheckConstraint(
                name="payment_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("An amount is above zero."),
            ),
            models.CheckConstraint(
                name="payment_settled_within_amount",
                condition=Q(settled__gte=0)
                & Q(settled__lte=F("amount"))
                & Q(settled_eur__gte=0)
                & Q(settled_eur__lte=F("amount_eur")),
            ),
            models.CheckConstraint(
                name="payment_settled_only_when_posted", condition=Q(state="issued") | Q(settled=0, settled_eur=0)
            ),
            models.CheckConstraint(
                name="payment_through_one_place", condition=Q(account__isnull=True) | Q(desk__isnull=True)
            ),
            models.CheckConstraint(
                name="payment_transfer_has_two_ends",
                condition=Q(state="draft")
                | ~Q(direction="internal")
                | (
                    (Q(account__isnull=False) | Q(desk__isnull=False))
                    & (Q(other_account__isnull=False) | Q(other_desk__isnull=False))
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["-date", "-id"], name="payment_by_day"),
            models.Index(fields=["party", "-date", "-id"], include=["own_firm", "state"], name="payment_by_party"),
            models.Index("party", DayBegins("date").desc(), F("id").desc(), name="payment_in_timeline"),
            # Advances: posted and not yet settled in full.
            models.Index(
                fields=["party", "own_firm"],
                name="payment_open",
                condition=Q(state="issued", settled__lt=F("amount")) & ~Q(direction="internal"),
            ),
            # The cash book, and the balance of an account.
            models.Index(fields=["desk", "date", "id"], name="payment_by_desk", condition=Q(desk__isnull=False)),
            models.Index(
                fields=["other_desk", "date", "id"], name="payment_by_other_desk", condition=Q(other_desk__isnull=False)
            ),
            models.Index(fields=["account", "date", "id"], name="payment_by_account"),
            models.Index(
                fields=["own_firm", "series", "position"], name="payment_by_position", condition=~Q(series="")
            ),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="payment_search_trgm"),
        ]
        triggers = [
            frozen("posted_is_frozen", FROZEN, "OLD.state <> 'draft'"),
            pgtrigger.Protect(
                name="posted_is_not_deleted", operation=pgtrigger.Delete, condition=~pgtrigger.Q(old__state="draft")
            ),
            pgtrigger.FSM(
                name="states_go_forward", field="state", transitions=[("draft", "issued"), ("issued", "cancelled")]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_label} № {self.number}" if self.number else f"{self.kind_label} ({_('draft')})"

    def get_absolute_url(self) -> str:
        return address("finance:payment_detail", self.pk)

    @property
    def kind_label(self) -> str:
        if self.direction == PaymentDirection.INTERNAL:
            return capfirst(str(PaymentDirection.INTERNAL.label))
        if self.method == PaymentMethod.CASH:
            return str(_("ПКО") if self.direction == PaymentDirection.IN else _("РКО"))
        return str(_("Payment in") if self.direction == PaymentDirection.IN else _("Payment out"))

    @property
    def side(self) -> str:
        """On whose side what is not settled counts: what came in we owe, what went out they owe."""
        if self.direction == PaymentDirection.INTERNAL:
            return ""
        return str(Side.CREDIT if self.direction == PaymentDirection.IN else Side.DEBIT)

    @property
    def owed(self) -> Decimal:
        """What may be settled in all, as documents call it."""
        return self.amount

    @property
    def owed_eur(self) -> Decimal:
        return self.amount_eur

    @property
    def open(self) -> Decimal:
        """What is not settled: the advance."""
        return self.amount - self.settled

    @property
    def open_eur(self) -> Decimal:
        return self.amount_eur - self.settled_eur

    def fill_derived(self) -> None:
        pieces = (self.number, self.reason, self.person, self.reference, self.party_iban, self.deal)
        self.search_text = " ".join(fold(piece) for piece in pieces if piece)[:5000]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_text", "updated_at"}
        elif not self._state.adding:
            kwargs["update_fields"] = columns_but_settled(self)
        super().save(*args, **kwargs)

    # -- Posting ---------------------------------------------------------------------------------

    def lock(self) -> None:
        """Lock first the documents that it settles, which cancelling opens again: documents come before payments."""
        from finance.models.documents import FinancialDocument

        documents = self.settled_with("document")
        list(
            FinancialDocument.objects.filter(pk__in=documents).order_by("pk").select_for_update(no_key=True).only("pk")
        )
        super().lock()
        if not documents.issuperset(self.settled_with("document")):
            raise DocumentError(_("The payment was settled in the meantime: look at it again."))

    def rows_to_lock(self) -> Iterable[Any]:
        """Keys of the payments that it is settled with: a refund, or what it gives back."""
        return self.settled_with("payment")

    def settled_with(self, what: str) -> set[int]:
        """Keys of the documents or payments that it is settled with now."""
        from finance.models.settlements import Settlement

        pairs = Settlement.objects.current().of(self).values_list(f"debit_{what}", f"credit_{what}")
        return {key for pair in pairs for key in pair if key}

    def series_code(self) -> str:
        if self.method == PaymentMethod.CASH and self.direction != PaymentDirection.INTERNAL:
            return CASH_IN.slug if self.direction == PaymentDirection.IN else CASH_OUT.slug
        return PAYMENTS.slug

    def prepare(self) -> None:
        from finance import cash

        refuse_closed(self.own_firm_id, self.date)
        self.amount_eur = to_euro(self.amount, self.rate)
        cash.check_payment(self)

    def count(self) -> None:
        from finance import cash

        cash.move(self, 1)

    def check_cancelling(self) -> None:
        refuse_closed(self.own_firm_id, self.date, self.cancelled_on)

    def uncount(self) -> None:
        from finance import cash
        from finance.models.settlements import Settlement

        Settlement.objects.end_all_of(self, by=self.cancelled_by, on=self.cancelled_on)
        cash.move(self, -1)
