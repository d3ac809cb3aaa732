"""Identity papers: the number encrypted, opened with a reason, kept no longer than needed (GDPR; ЗЗЛД чл. 25г)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from common.addresses import address
from common.dates import today
from common.encryption import EncryptedTextField
from common.history import tracked
from contacts.models.reference import CodedReference
from counterparties.models import PersonKind
from documents.personal_numbers import check_number
from documents.querysets import OfPartyQuerySet, PersonalDocumentQuerySet

SHOWN_AT_END = 2
# From how many days before its end a document is warned of.
ENDING_DAYS = 30


def masked(number: str) -> str:
    """The number with only its last signs to be seen; nothing is said of its length, and of a short one nothing."""
    if not number:
        return ""
    return "•" * 5 + (number[-SHOWN_AT_END:] if len(number) >= 3 * SHOWN_AT_END else "")


class PersonalDocumentType(CodedReference):
    """A kind of identity paper. A scan may be kept only where a law says so, and an administrator says which."""

    class Format(models.TextChoices):
        """How the number is written, by the date of issue (see `documents/personal_numbers.py`)."""

        FREE = "free", _("any letters and digits")
        ID_CARD = "id_card", _("Bulgarian identity card")
        NINE_DIGITS = "nine_digits", _("nine digits")

    number_format = models.CharField(_("format of the number"), max_length=12, choices=Format, default=Format.FREE)
    scan_allowed = models.BooleanField(_("a scan may be kept"), default=False)
    scan_ground = models.CharField(
        _("legal ground for a scan"),
        max_length=300,
        blank=True,
        help_text=_("Article and act that demand a copy; without one a scan must not be kept."),
    )

    class Meta(CodedReference.Meta):
        verbose_name = _("type of personal document")
        verbose_name_plural = _("types of personal documents")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="personal_document_type_code", condition=~Q(code="")),
            models.CheckConstraint(
                name="scan_only_with_ground",
                condition=Q(scan_allowed=False) | ~Q(scan_ground=""),
                violation_error_message=_("Name the legal ground on which a scan is kept."),
            ),
        ]


@tracked(exclude=["number", "scan", "scan_name", "scan_type", "created_at", "updated_at"])
class PersonalDocument(models.Model):
    """An identity paper of a natural party, or of a contact person of a party. Masked wherever it is not opened."""

    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="personal_documents",
    )
    person = models.ForeignKey(
        "contacts.ContactPerson",
        verbose_name=_("contact person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="personal_documents",
        help_text=_("Whose document it is; empty when it is the party's own."),
    )
    type = models.ForeignKey(PersonalDocumentType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="+")
    number = EncryptedTextField(_("number"))
    country = CountryField(verbose_name=_("country of issue"), default="BG")
    issuer = models.CharField(_("issued by"), max_length=100, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Empty for a document without an end.")
    )
    ground = models.CharField(_("legal ground"), max_length=300)
    purpose = models.CharField(_("purpose"), max_length=300)
    keep_until = models.DateField(
        _("keep until"), help_text=_("In the night after this day the document is erased for good.")
    )
    scan = models.FileField(upload_to="", max_length=200, blank=True, editable=False)
    scan_name = models.CharField(max_length=200, blank=True, editable=False)
    scan_type = models.CharField(max_length=120, blank=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("added by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PersonalDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("personal document")
        verbose_name_plural = _("personal documents")
        ordering = ["party", "type", "pk"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("reveal_personaldocument", "Can open personal documents"),
            ("erase_personaldocument", "Can erase personal documents before their time"),
            ("export_personaldocument", "Can export the list of personal documents"),
        ]
        constraints = [
            models.CheckConstraint(
                name="personal_document_dates_in_order",
                condition=Q(issued_on__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gte=F("issued_on")),
                violation_error_message=_("The document ends before it was issued."),
            )
        ]
        indexes = [
            models.Index(fields=["party", "type"], name="personal_document_by_party"),
            # Warnings of expiry, and the nightly erasure.
            models.Index(fields=["valid_until"], name="personal_document_by_end"),
            models.Index(fields=["keep_until"], name="personal_document_by_term"),
        ]

    def __str__(self) -> str:
        return f"{self.type} – {self.holder}"

    def get_absolute_url(self) -> str:
        return address("documents:personaldocument_edit", self.pk)

    @property
    def holder(self) -> Any:
        """Whose document it is."""
        return self.person if self.person is not None else self.party

    @property
    def masked_number(self) -> str:
        return masked(self.number)

    @property
    def holder_name(self) -> str:
        return str(self.person) if self.person is not None else str(self.party.display_name)

    @property
    def scan_may_be_opened(self) -> bool:
        """A stored scan is shown only as long as its type has a ground for one."""
        return bool(self.scan) and self.type.scan_allowed

    def has_ended(self, on: dt.date | None = None) -> bool:
        return self.valid_until is not None and self.valid_until < (on or today())

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        if self.person is None and self.party_id and self.party.person_kind != PersonKind.NATURAL:
            errors["person"] = _("A company has no identity papers: choose the contact person whose document it is.")
        if self.issued_on and self.issued_on > today():
            errors["issued_on"] = _("The date of issue is in the future.")
        elif self.issued_on and self.valid_until and self.valid_until < self.issued_on:
            errors["valid_until"] = _("The document ends before it was issued.")
        if self.pk is None and self.keep_until and self.keep_until < today():
            errors["keep_until"] = _("That day has passed; the document would be erased tonight.")
        if self.number and self.type_id:
            try:
                self.number = check_number(self.type.number_format, self.number, str(self.country), self.issued_on)
            except ValidationError as refusal:
                errors["number"] = refusal
        if errors:
            raise ValidationError(errors)


class PersonalDocumentAccess(models.Model):
    """A log of who opened, or erased, whose personal document, when and why. Rows are never changed."""

    class Way(models.TextChoices):
        REVEAL = "reveal", _("number revealed")
        SCAN = "scan", _("scan opened")
        ERASED = "erased", _("erased")

    # Empty when the program itself erased it in the night.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    party = models.ForeignKey(
        "counterparties.Counterparty", verbose_name=_("counterparty"), on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        "contacts.ContactPerson",
        verbose_name=_("contact person"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    type = models.ForeignKey(PersonalDocumentType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="+")
    # The key alone: the document itself may be gone.
    document_key = models.BigIntegerField()
    way = models.CharField(_("way"), max_length=10, choices=Way)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = OfPartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("access to a personal document")
        verbose_name_plural = _("accesses to personal documents")
        ordering = ["-at", "-pk"]
        default_permissions = ()
        permissions = [("view_personaldocument_log", "Can view the log of accesses to personal documents")]
        indexes = [models.Index(fields=["-at", "-id"], name="document_access_by_time")]

    def __str__(self) -> str:
        return f"{self.user or '—'} {self.at:%d.%m.%Y %H:%M}"
