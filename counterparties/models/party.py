"""The party record: one row for everyone we deal with, whatever they are to us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from common.addresses import address
from common.history import tracked
from common.phones import searchable
from common.text import fold, fold_name, sort_key, transliterate
from counterparties.kinds import Kind, kind_permissions
from counterparties.models.numbers import Numbered
from counterparties.models.reference import LegalForm, PartyType, Status
from counterparties.querysets import CounterpartyQuerySet

if TYPE_CHECKING:
    from users.models import User


class Insolvency(models.TextChoices):
    NONE = "", _("none")
    INSOLVENCY = "insolvency", _("insolvency")
    LIQUIDATION = "liquidation", _("liquidation")


@tracked(
    exclude=["personal_number", "search_text", "sort_name", "folded_name", "updated_at", "created_at", "created_by"]
)
class Counterparty(Numbered):
    name = models.CharField(_("name"), max_length=255, blank=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    fathers_name = models.CharField(_("father's name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    name_latin = models.CharField(_("name in Latin letters"), max_length=255, blank=True)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    legal_form = models.ForeignKey(
        LegalForm, verbose_name=_("legal form"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    is_client = models.BooleanField(_("client"), default=False)
    is_supplier = models.BooleanField(_("supplier"), default=False)
    is_bank = models.BooleanField(_("bank"), default=False)
    is_state_body = models.BooleanField(_("state body"), default=False)
    is_own_firm = models.BooleanField(_("own firm"), default=False)
    is_holding = models.BooleanField(_("holding"), default=False)
    client_type = models.ForeignKey(
        PartyType,
        verbose_name=_("client type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="clients",
        limit_choices_to={"tree": PartyType.Tree.CLIENT},
    )
    supplier_type = models.ForeignKey(
        PartyType,
        verbose_name=_("supplier type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="suppliers",
        limit_choices_to={"tree": PartyType.Tree.SUPPLIER},
    )
    status = models.ForeignKey(
        Status, verbose_name=_("status"), null=True, blank=True, on_delete=models.PROTECT, related_name="parties"
    )
    trader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible trader"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parties",
    )
    serving_firms = models.ManyToManyField(
        "self",
        through="counterparties.ServingFirm",
        through_fields=("party", "own_firm"),
        symmetrical=False,
        related_name="served_parties",
        verbose_name=_("own firms that serve it"),
        blank=True,
    )

    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    payment_term_days = models.PositiveSmallIntegerField(
        _("payment term, days"), null=True, blank=True, validators=[MaxValueValidator(365)]
    )
    e_invoice_consent_on = models.DateField(
        _("consent for e-invoice, date"), null=True, blank=True, help_text=_("Empty: no consent was given.")
    )
    insolvency = models.CharField(
        _("insolvency or liquidation"), max_length=12, choices=Insolvency, blank=True, default=Insolvency.NONE
    )
    insolvency_source = models.CharField(_("source"), max_length=200, blank=True)
    insolvency_on = models.DateField(_("as of"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=5000)
    comment = models.TextField(_("shared comment"), blank=True, max_length=10000)

    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("archived by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    archive_reason = models.CharField(_("reason for archiving"), max_length=300, blank=True)

    sort_name = models.CharField(max_length=400, editable=False)
    folded_name = models.CharField(max_length=600, editable=False)
    search_text = models.TextField(editable=False)
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = CounterpartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("counterparty")
        verbose_name_plural = _("counterparties")
        ordering = ["sort_name", "pk"]
        default_permissions = ()
        permissions = [
            *kind_permissions(),
            ("reveal_personal_number", "Can reveal EGN and LNCh"),
            ("assign_trader", "Can assign the responsible trader in bulk"),
            ("comment", "Can write the shared comment"),
            ("import_counterparties", "Can import counterparties"),
        ]
        constraints = [
            models.CheckConstraint(
                name="party_has_a_kind",
                condition=Q(is_client=True)
                | Q(is_supplier=True)
                | Q(is_bank=True)
                | Q(is_state_body=True)
                | Q(is_own_firm=True)
                | Q(is_holding=True),
                violation_error_message=_("Choose at least one kind."),
            ),
            models.CheckConstraint(name="party_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="party_one_kind_of_number", condition=Q(registration_number="") | Q(personal_number="")
            ),
            models.UniqueConstraint(
                fields=["country", "registration_number"],
                name="party_registration_number_unique",
                condition=~Q(registration_number=""),
            ),
            models.UniqueConstraint(
                fields=["identifier_type", "personal_number"],
                name="party_personal_number_unique",
                condition=~Q(personal_number=""),
            ),
            models.UniqueConstraint(fields=["vat_number"], name="party_vat_number_unique", condition=~Q(vat_number="")),
        ]
        indexes = [
            # The search box: each word is looked for anywhere in the folded text.
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="party_search_trgm"),
            # Likely duplicates while typing a name.
            GinIndex(OpClass("folded_name", name="gin_trgm_ops"), name="party_folded_name_trgm"),
            # The list of all parties, and the list of each kind, in order of name.
            models.Index(fields=["sort_name", "id"], name="party_by_name", condition=Q(archived_at__isnull=True)),
            # How many there are in all: the narrowest index to count.
            models.Index(fields=["id"], name="party_current", condition=Q(archived_at__isnull=True)),
            *(
                models.Index(
                    fields=["sort_name", "id"],
                    name=f"party_{kind.value}_by_name",
                    condition=Q(archived_at__isnull=True, **{kind.flag: True}),
                )
                for kind in Kind
            ),
            models.Index(fields=["email"], name="party_email", condition=~Q(email="")),
            models.Index(fields=["phone"], name="party_phone", condition=~Q(phone="")),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._status_before = self.__dict__.get("status_id")
        self._personal_number_before = self.__dict__.get("personal_number")

    def __str__(self) -> str:
        return self.display_name

    # -- Names and numbers -----------------------------------------------------------------------

    @property
    def full_name(self) -> str:
        """The legal name with its legal form: Алфа Трейд ООД, ЕТ Иван Петров – Комерс."""
        form = self.legal_form
        return form.beside(self.name) if form is not None and self.is_legal else self.name

    @property
    def display_name(self) -> str:
        return self.short_name or self.full_name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def kinds(self) -> list[Kind]:
        return [kind for kind in Kind if getattr(self, kind.flag)]

    @kinds.setter
    def kinds(self, kinds: list[Kind]) -> None:
        for kind in Kind:
            setattr(self, kind.flag, kind in kinds)

    @property
    def latin_name(self) -> str:
        """The Latin name as entered, else the transliteration that the law prescribes."""
        return self.name_latin or transliterate(self.full_name)

    @property
    def requisites(self) -> str:
        """All requisites as text, ready to be pasted into a letter; a personal number stays masked."""
        lines = [self.full_name]
        if self.number:
            lines.append(f"{self.identifier_label}: {self.number}")
        if self.vat_number_shown:
            lines.append(f"{_('VAT no.')}: {self.vat_number_shown}")
        return "\n".join(lines)

    def get_absolute_url(self) -> str:
        return address("counterparties:counterparty_detail", self.pk)

    # -- Rules -----------------------------------------------------------------------------------

    def clean(self) -> None:
        from counterparties import dossier  # the registries stand above the models

        super().clean()
        errors: dict[str, Any] = {}
        self.compose_name()
        if not self.name:
            field = "name" if self.is_legal else "given_name"
            errors[field] = _("Write the name.")
        if not self.kinds:
            errors["kinds"] = _("Choose at least one kind.")
        errors |= self.clean_numbers() or self.refuse_taken_numbers()
        if self.insolvency and not self.insolvency_source:
            errors["insolvency_source"] = _("Say where this is known from.")
        if self.vat_registered_on and self.vat_deregistered_on and self.vat_deregistered_on < self.vat_registered_on:
            errors["vat_deregistered_on"] = _("The end is before the beginning.")
        if self.pk and self.status_id != self._status_before and self._status_before:
            before = Status.objects.get(pk=self._status_before)
            if self.status is None or not before.allows(self.status):
                errors["status"] = _("From “%(before)s” the status may not change to “%(after)s”.") % {
                    "before": before,
                    "after": self.status or "—",
                }
        if self.pk and (refusals := dossier.refusals_to_remove_kinds(self)):
            errors["kinds"] = refusals
        if errors:
            raise ValidationError(errors)

    def validate_constraints(self, exclude: Any = None) -> None:
        """Without a name or a kind `clean` has spoken already, in words and at the field."""
        spoken = {*([] if self.name else ["name"]), *([] if self.kinds else [kind.flag for kind in Kind])}
        super().validate_constraints({*(exclude or ()), *spoken})

    def compose_name(self) -> None:
        """Make `name` of a natural person's names, and split a legal form off a legal person's name."""
        if not self.is_legal:
            parts = (self.given_name, self.fathers_name, self.family_name)
            self.name = " ".join(part for part in parts if part)
            self.legal_form = None
            return
        self.given_name = self.fathers_name = self.family_name = ""
        if self.legal_form_id is None and " " in self.name.strip():
            first, after_first = self.name.strip().split(" ", 1)
            before_last, last = self.name.strip().rsplit(" ", 1)
            form = LegalForm.objects.filter(
                Q(name__iexact=last, place=LegalForm.Place.AFTER) | Q(name__iexact=first, place=LegalForm.Place.BEFORE)
            ).first()
            if form is not None:
                self.legal_form = form
                self.name = (before_last if form.place == LegalForm.Place.AFTER else after_first).strip()

    def link_to_head_office(self) -> None:
        """A record with a 13-digit EIK is a branch: relate it to the company, when that is here too."""
        from counterparties.models.details import Relation

        eik = self.head_office_eik
        office = Counterparty.objects.filter(country="BG", registration_number=eik).first() if eik else None
        if office is not None:
            Relation.objects.get_or_create(from_party=self, to_party=office, kind=Relation.Kind.BRANCH)

    def fill_derived(self) -> None:
        """Fill the stored texts that lists sort by and search looks in; bulk writers call it for themselves."""
        self.sort_name = sort_key(self.name)[:400]
        self.folded_name = fold_name(self.name)[:600]
        pieces = [
            self.full_name,
            self.short_name,
            self.name_latin,
            self.registration_number,
            self.vat_number,
            self.email,
            *searchable(self.phone),
        ]
        self.search_text = " ".join(fold(piece) for piece in pieces if piece)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.personal_number != (self._personal_number_before or ""):
            self.personal_number_changed_at = timezone.now()
        self.fill_derived()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "sort_name", "folded_name", "search_text", "updated_at"}
        super().save(*args, **kwargs)
        self._status_before = self.status_id
        self._personal_number_before = self.personal_number

    # -- Deeds -----------------------------------------------------------------------------------

    def archive(self, by: User, reason: str) -> None:
        """Take the party out of lists and pickers; it keeps all it has. Raises ValidationError without a reason."""
        if not reason.strip():
            raise ValidationError(_("Say why the party is archived."))
        if self.is_archived:
            raise ValidationError(_("The party is already archived."))
        self.archived_at, self.archived_by, self.archive_reason = timezone.now(), by, reason.strip()[:300]
        self.save(update_fields=["archived_at", "archived_by", "archive_reason"])

    def restore(self) -> None:
        self.archived_at, self.archived_by, self.archive_reason = None, None, ""
        self.save(update_fields=["archived_at", "archived_by", "archive_reason"])
