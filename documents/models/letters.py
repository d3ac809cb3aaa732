"""The correspondence register: letters that came, went out or stayed in the house, each with a number of its year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.addresses import address
from common.dates import format_date, today
from common.expressions import DayBegins
from common.history import tracked
from common.text import fold
from counterparties.kinds import Kind
from documents.models.files import File
from documents.models.numbers import NumberSeries
from documents.querysets import LetterQuerySet


@tracked(exclude=["search_text", "entry_key", "created_at", "updated_at"])
class Letter(models.Model):
    """A registered letter. Its number is taken when it is entered and never changes; a mistaken entry is cancelled."""

    class Direction(models.TextChoices):
        INCOMING = "in", _("incoming")
        OUTGOING = "out", _("outgoing")
        INTERNAL = "internal", _("internal")

    class Way(models.TextChoices):
        POST = "post", _("post")
        COURIER = "courier", _("courier")
        HAND = "hand", _("by hand")
        EMAIL = "email", _("e-mail")
        E_DELIVERY = "e_delivery", _("secure electronic delivery")
        FAX = "fax", _("fax")
        OTHER = "other", _("other")

    class State(models.TextChoices):
        """Derived: what the letter still asks for."""

        NONE = "", _("no answer asked for")
        WAITING = "waiting", _("waits for an answer")
        OVERDUE = "overdue", _("answer overdue")
        ANSWERED = "answered", _("answered")
        CANCELLED = "cancelled", _("cancelled")

    # What stands before the number, as it is stamped on paper.
    MARKS = {Direction.INCOMING: "вх. №", Direction.OUTGOING: "изх. №", Direction.INTERNAL: "вътр. №"}
    SERIES = {
        Direction.INCOMING: "letters-in",
        Direction.OUTGOING: "letters-out",
        Direction.INTERNAL: "letters-internal",
    }

    own_firm = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("own firm"),
        on_delete=models.PROTECT,
        related_name="registered_letters",
        limit_choices_to={Kind.OWN_FIRM.flag: True},
    )
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, default=Direction.INCOMING)
    year = models.PositiveSmallIntegerField(_("year"), editable=False)
    position = models.BigIntegerField(editable=False)
    number = models.CharField(_("register number"), max_length=40, editable=False)
    registered_on = models.DateField(_("registered on"), default=today)
    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="letters",
    )
    contact = models.ForeignKey(
        "contacts.ContactPerson",
        verbose_name=_("contact person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    subject = models.CharField(_("about"), max_length=300)
    senders_number = models.CharField(_("sender's number"), max_length=60, blank=True)
    senders_date = models.DateField(_("sender's date"), null=True, blank=True)
    way = models.CharField(_("way"), max_length=12, choices=Way, default=Way.POST)
    answer_due = models.DateField(_("answer due"), null=True, blank=True)
    answers = models.ForeignKey(
        "self",
        verbose_name=_("answers the letter"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="answered_by",
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    file = models.ForeignKey(
        File, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="letters"
    )
    note = models.TextField(_("note"), max_length=2000, blank=True)
    # Of the form in which the letter was written: sent twice, it is registered once.
    entry_key = models.UUIDField(null=True, unique=True, editable=False)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("registered by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    search_text = models.TextField(editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("registered letter")
        verbose_name_plural = _("registered letters")
        ordering = ["-registered_on", "-pk"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("cancel_letter", "Can cancel entries of the correspondence register"),
            ("export_letter", "Can export the correspondence register"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["own_firm", "direction", "year", "number"], name="letter_number_unique"),
            models.CheckConstraint(
                name="letter_cancelled_with_reason",
                condition=Q(cancelled_at__isnull=True, cancel_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["-registered_on", "-id"], name="letter_by_day"),
            models.Index(fields=["party", "-registered_on", "-id"], name="letter_by_party"),
            # The timeline, whose rows lie at moments.
            models.Index("party", DayBegins("registered_on").desc(), F("id").desc(), name="letter_in_timeline"),
            # Answers due: My day, reminders, the warning in the head.
            models.Index(
                fields=["answer_due"],
                name="letter_by_answer_due",
                condition=Q(answer_due__isnull=False, cancelled_at__isnull=True),
            ),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="letter_search_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.full_number} {self.subject}"

    def get_absolute_url(self) -> str:
        return address("documents:letter_detail", self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_text", "updated_at"}
        super().save(*args, **kwargs)

    def fill_derived(self) -> None:
        pieces = (self.number, self.subject, self.senders_number, self.note)
        self.search_text = " ".join(fold(piece) for piece in pieces if piece)

    @property
    def short_number(self) -> str:
        """The number where the day stands beside it: вх. № 45."""
        return f"{self.MARKS[self.Direction(self.direction)]} {self.number}"

    @property
    def full_number(self) -> str:
        """The number as it is stamped: вх. № 45/24.11.2026 г."""
        return f"{self.short_number}/{format_date(self.registered_on)} г."

    # Whoever reads the list or the page; set by it, for a file may be open to fewer people than the letter.
    reader: Any = None
    # Whether its row in a list names the register, that is the own firm.
    tells_firm = False

    def shown_file(self) -> File | None:
        """The letter's file when its reader may see it."""
        if self.file is None or (self.reader is not None and not self.reader.has_perm("documents.view_file")):
            return None
        closed = self.file.audience is not None and getattr(self.reader, "pk", None) not in self.file.audience
        return None if closed or self.file.is_deleted else self.file

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def state(self) -> State:
        """What the letter still asks for; asks the database unless `with_state` brought the answer."""
        if self.is_cancelled:
            return self.State.CANCELLED
        answered = getattr(self, "is_answered", None)
        if answered is None:
            answered = self.answered_by.filter(cancelled_at__isnull=True).exists()
        if answered:
            return self.State.ANSWERED
        if self.answer_due is None:
            return self.State.NONE
        return self.State.OVERDUE if self.answer_due < today() else self.State.WAITING

    @property
    def is_awaited(self) -> bool:
        """Whether an answer is still to come."""
        return self.state in (self.State.WAITING, self.State.OVERDUE)

    def clean(self) -> None:
        super().clean()
        if self.registered_on and self.registered_on > today():
            raise ValidationError({"registered_on": _("A letter cannot be registered in the future.")})
        if self.pk is None and self.registered_on and self.registered_on.year < today().year - 1:
            raise ValidationError({"registered_on": _("The register of that year is closed.")})
        if self.answer_due and self.registered_on and self.answer_due < self.registered_on:
            raise ValidationError({"answer_due": _("The answer is due before the letter was registered.")})
        if self.answers_id is not None:
            self.check_what_it_answers()
        if self.file_id is not None and self.file and self.file.party_id != self.party_id:
            raise ValidationError({"file": _("The file lies in another dossier.")})

    def check_what_it_answers(self) -> None:
        answered = self.answers
        assert answered is not None
        if answered.pk == self.pk:
            raise ValidationError({"answers": _("A letter cannot answer itself.")})
        if answered.is_cancelled:
            raise ValidationError({"answers": _("That entry is cancelled.")})
        if answered.own_firm_id != self.own_firm_id:
            raise ValidationError({"answers": _("That letter stands in the register of another firm.")})

    @transaction.atomic
    def register(self, by: Any) -> None:
        """Enter the letter in the register: it takes the next number of its firm, direction and year.

        Raises ValidationError when a range set for the year is used up.
        """
        assert self.pk is None
        self.registered_by = by
        taken = NumberSeries.take(self.own_firm, self.SERIES[self.Direction(self.direction)], self.registered_on)
        self.number, self.position, self.year = taken.text, taken.number, self.registered_on.year
        self.save()

    @transaction.atomic
    def cancel(self, by: Any, reason: str) -> None:
        """Strike the entry out; its number stays taken. Raises ValidationError when it is struck out already."""
        self.refresh_from_db(from_queryset=type(self)._default_manager.select_for_update())
        if self.is_cancelled:
            raise ValidationError(_("The entry is already cancelled."))
        self.cancelled_at, self.cancelled_by, self.cancel_reason = timezone.now(), by, reason
        self.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])

    def days_left(self, on: dt.date | None = None) -> int | None:
        """Days until the answer is due; negative when it is overdue."""
        return (self.answer_due - (on or today())).days if self.answer_due else None
