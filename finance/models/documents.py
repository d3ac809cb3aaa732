"""Financial documents: invoices, notes, proformas, protocols, obligations; ours and those we receive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from common.addresses import address
from common.dates import today
from common.expressions import DayBegins
from common.history import tracked
from common.text import fold
from finance.kinds import FACTS, NOTES, Direction, DocumentKind
from finance.models.choices import (
    OWN_STATES,
    RECEIVED_STATES,
    CreditRight,
    ObligationType,
    PaymentState,
    PrintLanguage,
    Side,
    columns_but_settled,
    frozen,
)
from finance.models.firms import FirmSettings
from finance.models.periods import month_of, refuse_closed
from finance.models.turnover import Turnover
from finance.querysets import FinancialDocumentQuerySet
from trade.amounts import ZERO, Amounts
from trade.models import Document, NonWorkingDay
from trade.models.documents import MONEY, document_constraints
from trade.models.rates import to_euro

# What may change on a document of ours after it was issued; everything else is held by the database.
FROZEN = (
    "own_firm",
    "party",
    "kind",
    "direction",
    "received",
    "number",
    "series",
    "position",
    "date",
    "tax_event_date",
    "due_date",
    "currency",
    "rate",
    "includes_vat",
    "net",
    "vat",
    "gross",
    "net_eur",
    "vat_eur",
    "gross_eur",
    "owed",
    "owed_eur",
    "side",
    "note",
    "reason",
    "corrects",
    "vat_period",
    "ledger_kind",
    "firm_copy",
    "party_copy",
    "account_copy",
)


@tracked(
    exclude=[
        "search_text",
        "entry_key",
        "created_at",
        "updated_at",
        "firm_copy",
        "party_copy",
        "account_copy",
        "settled",
        "settled_eur",
        "net_eur",
        "vat_eur",
        "gross_eur",
        "owed",
        "owed_eur",
        "side",
        "series",
        "position",
        "version",
        "original",
        "original_at",
        "year",
    ],
    meta={"indexes": [models.Index(fields=["party", "-pgh_created_at", "-pgh_id"], name="findoc_history_by_party")]},
)
class FinancialDocument(Document):
    """A financial document. `received` ones carry the sender's number and are correctable until the period closes."""

    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind, default=DocumentKind.INVOICE)
    direction = models.CharField(_("direction"), max_length=8, choices=Direction, default=Direction.INCOME)
    received = models.BooleanField(_("received"), default=False)
    side = models.CharField(max_length=6, choices=Side, blank=True, editable=False)
    tax_event_date = models.DateField(_("tax-event date"), null=True, blank=True)
    due_date = models.DateField(_("due date"), null=True, blank=True)
    # The due date, or the next working day when that is none.
    payable_by = models.DateField(null=True, editable=False)
    payment_method = models.CharField(
        _("way of payment"),
        max_length=10,
        choices=[
            ("bank", _("bank transfer")),
            ("cash", _("in cash")),
            ("card", _("card")),
            ("cod", _("cash on delivery")),
            ("offset", _("offset")),
        ],
        default="bank",
    )
    bank_account = models.ForeignKey(
        "contacts.BankAccount",
        verbose_name=_("bank account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    place = models.CharField(_("place of the deal"), max_length=100, blank=True)
    prepared_by = models.CharField(_("prepared by"), max_length=150, blank=True)
    recipient = models.CharField(_("received by"), max_length=150, blank=True)
    print_language = models.CharField(
        _("language of the print"), max_length=6, choices=PrintLanguage, default=PrintLanguage.BULGARIAN
    )
    buyer_reference = models.CharField(_("their reference or order"), max_length=100, blank=True)

    # Notes: what they correct and why. Protocols: the foreign invoice. Final invoices: the proforma they come from.
    corrects = models.ForeignKey(
        "self",
        verbose_name=_("to invoice"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
    )
    # A note to an invoice that is not here (of 2025, of another program): its number and date as printed.
    corrects_number = models.CharField(_("number of the invoice"), max_length=40, blank=True)
    corrects_date = models.DateField(_("date of the invoice"), null=True, blank=True)
    reason = models.CharField(_("reason for the note"), max_length=300, blank=True)
    source = models.ForeignKey(
        "self",
        verbose_name=_("made from"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="made_documents",
    )

    # Tax documents.
    vat_period = models.DateField(_("VAT period"), null=True, blank=True)
    ledger_kind = models.CharField(_("kind in the VAT ledger"), max_length=2, blank=True)
    credit_right = models.CharField(_("tax credit"), max_length=8, choices=CreditRight, blank=True)
    cancel_period = models.DateField(_("VAT period of the annulment"), null=True, editable=False)

    # Received documents.
    received_on = models.DateField(_("received on"), null=True, blank=True)
    printed_net = models.DecimalField(_("base as printed"), **MONEY, null=True, blank=True)
    printed_vat = models.DecimalField(_("VAT as printed"), **MONEY, null=True, blank=True)
    year = models.PositiveSmallIntegerField(null=True, editable=False)

    # Obligations to the budget.
    obligation_type = models.CharField(_("type of obligation"), max_length=12, choices=ObligationType, blank=True)
    period_from = models.DateField(_("period from"), null=True, blank=True)
    period_to = models.DateField(_("period to"), null=True, blank=True)
    interest = models.DecimalField(_("interest in it"), **MONEY, default=ZERO)
    appeal_until = models.DateField(_("appeal until"), null=True, blank=True)

    # Customs debts: of the tax base only the duty is paid to the customs, and the VAT.
    duty = models.DecimalField(_("duty in the base"), **MONEY, default=ZERO)

    # What is to be paid, what of it is settled; zero for what owes nothing. Kept under the row's lock.
    owed = models.DecimalField(_("amount due"), **MONEY, default=ZERO, editable=False)
    owed_eur = models.DecimalField(**MONEY, default=ZERO, editable=False)
    settled = models.DecimalField(_("settled"), **MONEY, default=ZERO, editable=False)
    settled_eur = models.DecimalField(**MONEY, default=ZERO, editable=False)

    # The original PDF as it was first made, and never again.
    original = models.ForeignKey(
        "documents.FileContent", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    original_at = models.DateTimeField(null=True, editable=False)
    search_text = models.TextField(editable=False, validators=[MaxLengthValidator(5000)])

    objects = FinancialDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("financial document")
        verbose_name_plural = _("financial documents")
        ordering = ["-date", "-pk"]
        default_permissions = ("view", "add", "change", "delete")
        permissions = [
            ("issue_financialdocument", "Can issue and enter financial documents"),
            ("cancel_financialdocument", "Can cancel and reverse financial documents"),
            ("print_financialdocument", "Can print financial documents"),
            ("export_financialdocument", "Can export financial documents"),
        ]
        constraints = [
            *document_constraints("findoc"),
            models.CheckConstraint(
                name="findoc_settled_within_owed",
                condition=Q(settled__gte=0)
                & Q(settled__lte=F("owed"))
                & Q(settled_eur__gte=0)
                & Q(settled_eur__lte=F("owed_eur")),
            ),
            models.CheckConstraint(
                name="findoc_settled_only_when_issued", condition=Q(state="issued") | Q(settled=0, settled_eur=0)
            ),
            models.CheckConstraint(
                name="findoc_received_or_numbered",
                condition=Q(state="draft") | (Q(received=True) & Q(series="")) | (Q(received=False) & ~Q(series="")),
            ),
            models.CheckConstraint(
                name="findoc_note_says_to_what",
                condition=Q(state="draft")
                | ~Q(kind__in=["credit_note", "debit_note"])
                | Q(corrects__isnull=False)
                | ~Q(corrects_number=""),
            ),
            models.CheckConstraint(name="findoc_period_is_a_month", condition=Q(vat_period__day=1)),
            models.UniqueConstraint(
                fields=["own_firm", "number"],
                condition=Q(series__in=["tax", "tax-notes"]),
                name="findoc_tax_number_once",
            ),
            models.UniqueConstraint(
                fields=["own_firm", "party", "kind", "year", "number"],
                condition=Q(received=True, state="issued"),
                name="findoc_received_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-date", "-id"], name="findoc_by_day"),
            # The dossier's tab, its count and its last page.
            models.Index(fields=["party", "-date", "-id"], include=["own_firm", "state"], name="findoc_by_party"),
            models.Index(fields=["own_firm", "-date", "-id"], name="findoc_by_firm"),
            models.Index("party", DayBegins("date").desc(), F("id").desc(), name="findoc_in_timeline"),
            # What is open: figures, ageing, proposals to settle.
            models.Index(
                fields=["party", "own_firm", "payable_by"],
                include=["side", "kind", "owed", "settled", "owed_eur", "settled_eur", "currency"],
                name="findoc_open",
                condition=Q(state="issued", settled__lt=F("owed")),
            ),
            models.Index(
                fields=["payable_by", "party"],
                name="findoc_open_by_due",
                condition=Q(state="issued", settled__lt=F("owed")),
            ),
            # The last number of a series and its day; the numbering certificate.
            models.Index(fields=["own_firm", "series", "position"], name="findoc_by_position", condition=~Q(series="")),
            models.Index(fields=["own_firm", "vat_period"], name="findoc_by_period"),
            models.Index(
                fields=["id"], name="findoc_without_original", condition=Q(original__isnull=True, received=False)
            ),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="findoc_search_trgm"),
        ]
        triggers = [
            frozen("issued_is_frozen", FROZEN, "OLD.state <> 'draft' AND NOT OLD.received"),
            pgtrigger.Protect(
                name="issued_is_not_deleted", operation=pgtrigger.Delete, condition=~pgtrigger.Q(old__state="draft")
            ),
            pgtrigger.FSM(
                name="states_go_forward",
                field="state",
                transitions=[("draft", "issued"), ("issued", "cancelled")],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_label} № {self.number}" if self.number else f"{self.kind_label} ({self.state_label})"

    def get_absolute_url(self) -> str:
        return address("finance:financialdocument_detail", self.pk)

    @property
    def paper_name(self) -> str:
        """What it is called in what is kept and printed, which is Bulgarian whatever the language of the page."""
        with translation.override("bg"):
            return str(self)

    # -- What it is ------------------------------------------------------------------------------

    @property
    def facts(self) -> Any:
        return FACTS[self.kind]

    @property
    def kind_label(self) -> str:
        return capfirst(str(DocumentKind(self.kind).label))

    @property
    def state_label(self) -> str:
        """The state in words; a received paper is entered and reversed, ours is issued and cancelled."""
        words = RECEIVED_STATES if self.received else OWN_STATES
        return str(words[self.state])

    @property
    def is_note(self) -> bool:
        return bool(self.facts.corrects)

    @property
    def is_tax_document(self) -> bool:
        return bool(self.facts.tax)

    @property
    def rate_day(self) -> dt.date:
        return self.tax_event_date or self.date

    def side_of_kind(self) -> str:
        """On which side its total counts; empty when it owes nothing."""
        if not self.facts.owes:
            return ""
        they_owe = (self.direction == Direction.INCOME) == (self.facts.sign > 0)
        return str(Side.DEBIT if they_owe else Side.CREDIT)

    @property
    def open(self) -> Decimal:
        """What is left to settle, in its currency; nothing of a draft or of what is cancelled."""
        return self.owed - self.settled if self.is_issued else ZERO

    @property
    def open_eur(self) -> Decimal:
        return self.owed_eur - self.settled_eur if self.is_issued else ZERO

    @property
    def is_overdue(self) -> bool:
        """Unsettled after the last day for paying; credit notes are never overdue."""
        return bool(
            self.is_issued and self.open and self.facts.sign > 0 and self.payable_by and self.payable_by < today()
        )

    @property
    def payment_state(self) -> PaymentState:
        if not self.is_issued or not self.facts.owes:
            return PaymentState.NONE
        if not self.open:
            return PaymentState.PAID
        if self.is_overdue:
            return PaymentState.OVERDUE
        return PaymentState.PARTLY if self.settled else PaymentState.UNPAID

    # -- Filling ---------------------------------------------------------------------------------

    def fill_derived(self) -> None:
        self.side = self.side_of_kind()
        self.year = self.date.year if self.date else None
        pieces = (self.number, self.party_copy.get("name", "") if self.party_copy else "", self.note, self.reason)
        self.search_text = " ".join(fold(str(piece)) for piece in pieces if piece)[:5000]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "side", "year", "search_text", "updated_at"}
        elif not self._state.adding:
            kwargs["update_fields"] = columns_but_settled(self)
        super().save(*args, **kwargs)

    def fill_usual(self) -> None:
        """Fill what the user left empty: tax event, due date, VAT period, ledger kind, bank account."""
        firm = FirmSettings.of(self.own_firm)
        if self.is_tax_document:
            self.tax_event_date = self.tax_event_date or self.date
            known = max(self.received_on or self.date, self.tax_event_date) if self.received else self.tax_event_date
            self.vat_period = self.vat_period or month_of(known)
            self.ledger_kind = self.ledger_kind or self.facts.ledger
            if self.direction == Direction.EXPENSE:
                self.credit_right = self.credit_right or CreditRight.FULL
        if self.facts.owes:
            if self.due_date is None:
                term = self.party.payment_term_days
                start = (self.received_on or self.date) if self.received else self.date
                self.due_date = start + dt.timedelta(days=firm.payment_term_days if term is None else term)
            self.payable_by = NonWorkingDay.objects.next_working(self.due_date)
        else:
            self.payable_by = None
        if not self.received and self.direction == Direction.INCOME and self.bank_account_id is None:
            from contacts.models import BankAccount

            accounts = BankAccount.objects.current().filter(party=self.own_firm_id, currency=self.currency)
            self.bank_account = accounts.order_by("-is_default", "pk").first()

    # -- Issuing ---------------------------------------------------------------------------------

    def series_code(self) -> str:
        if self.received:
            return ""
        if self.is_note and FirmSettings.of(self.own_firm).notes_apart:
            return NOTES.slug
        return str(self.facts.series)

    def must_follow_in_date(self) -> bool:
        return self.is_tax_document and not self.received

    def printed_account(self) -> Any:
        return self.bank_account

    def rows_to_lock(self) -> Iterable[Any]:
        return (self.corrects_id, self.source_id, *self.deducted_keys(), *self.offset_keys(), *self.settled_keys())

    def settled_keys(self) -> list[int]:
        """Keys of the documents that it is settled with, which cancelling opens again."""
        from finance.models.settlements import Settlement

        pairs = Settlement.objects.current().of(self).values_list("debit_document", "credit_document")
        return [key for pair in pairs for key in pair if key]

    def deducted_keys(self) -> list[int]:
        """Keys of the advance invoices that its lines deduct."""
        return list(self.lines.filter(deducts__isnull=False).values_list("deducts", flat=True).distinct())

    def offset_keys(self) -> list[int]:
        """Keys of the documents that an offset protocol sets against each other."""
        return list(self.offset_items.values_list("document", flat=True)) if self.kind == DocumentKind.OFFSET else []

    def check_lines(self, lines: Sequence[Any]) -> None:
        if self.kind != DocumentKind.OFFSET:  # which has documents in place of lines
            super().check_lines(lines)

    def compute_plainly(self, lines: Sequence[Any] | None = None) -> Amounts:
        """The amounts by quantity and price alone."""
        return super().compute(lines)

    def compute(self, lines: Sequence[Any] | None = None) -> Amounts:
        """The amounts as the document has them: as printed, fitted to what is left of the invoice or the advance."""
        from finance.shaping import shaped

        lines = self.priced_lines() if lines is None else lines
        return shaped(self, lines, super().compute(lines))

    def prepare(self) -> None:
        # What they sent is entered in the month in which it came: theirs may be dated in one that is closed by then.
        refuse_closed(self.own_firm_id, (self.received_on or self.date) if self.received else self.date)
        self.fill_usual()
        if self.is_tax_document:
            refuse_closed(self.own_firm_id, self.vat_period, field="vat_period")
        super().prepare()
        self.take_owed()

    def take_owed(self) -> None:
        """What is to be paid: the total, of kinds that owe; of a customs debt the duty and the VAT."""
        self.owed = self.gross if self.facts.owes else ZERO
        self.owed_eur = self.gross_eur if self.facts.owes else ZERO
        if self.kind == DocumentKind.CUSTOMS_DEBT:
            self.owed = self.duty + self.vat
            self.owed_eur = self.to_euro(self.owed)

    def check_rules(self) -> None:
        from finance import rules

        rules.check_document(self)

    def count(self) -> None:
        self.count_turnover(1)

    def uncount(self) -> None:
        from finance.models.settlements import Settlement

        Settlement.objects.end_all_of(self, by=self.cancelled_by, on=self.cancelled_on)
        self.count_turnover(-1)
        if self.is_tax_document and self.cancelled_on and self.vat_period:
            # In its own period it stands in the ledger with zeros; later with minus, in the period of the annulment.
            later = month_of(self.cancelled_on) > self.vat_period
            self.cancel_period = month_of(self.cancelled_on) if later else None

    def count_turnover(self, sign: int) -> None:
        """Add the document to the turnover of its month, or take it out again (`sign` −1)."""
        if not self.facts.turnover:
            return
        sign *= self.facts.sign
        Turnover.objects.add(
            party=self.party_id,
            own_firm=self.own_firm_id,
            currency=self.currency,
            month=month_of(self.tax_event_date or self.date),
            direction=self.direction,
            net=sign * self.net,
            net_eur=sign * self.net_eur,
        )

    def check_cancelling(self) -> None:
        from finance import rules

        rules.check_cancelling(self)

    def correct(self, by: Any) -> None:
        """Write an entered document of theirs anew after an edit; see `finance.correcting`. Raises DocumentError."""
        from finance import correcting

        correcting.correct(self, by)

    def to_euro(self, amount: Decimal) -> Decimal:
        """An amount of the document in euro, at its stored rate."""
        return to_euro(amount, self.rate)
