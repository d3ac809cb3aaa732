"""The party record: one row for everyone we deal with, whatever they are to us."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from common.addresses import address
from common.history import tracked
from common.phones import searchable
from common.text import fold, fold_name, sort_key, transliterate
from counterparties import identifiers
from counterparties.kinds import Kind, kind_permissions
from counterparties.models.reference import LegalForm, PartyType, Status
from counterparties.querysets import CounterpartyQuerySet

if TYPE_CHECKING:
    from users.models import User


class PersonKind(models.TextChoices):
    LEGAL = "legal", _("legal person")
    NATURAL = "natural", _("natural person")


class IdentifierType(models.TextChoices):
    """What the number in the record is. EGN, LNCh and the NRA's service number belong to persons and are masked."""

    EIK = "eik", _("EIK")
    EGN = "egn", _("EGN")
    LNCH = "lnch", _("LNCh")
    NRA = "nra", _("NRA service number")
    FOREIGN = "foreign", _("foreign national number")


PERSONAL_TYPES = (IdentifierType.EGN, IdentifierType.LNCH, IdentifierType.NRA)


class VatRegistration(models.TextChoices):
    """Registration under the VAT act (ЗДДС); what an invoice may show hangs on it."""

    NONE = "none", _("not registered")
    FULL = "full", _("registered")
    ART_97A = "art97a", _("registered under art. 97a (services across borders only)")


class Insolvency(models.TextChoices):
    NONE = "", _("none")
    INSOLVENCY = "insolvency", _("insolvency")
    LIQUIDATION = "liquidation", _("liquidation")


@tracked(
    exclude=["personal_number", "search_text", "sort_name", "folded_name", "updated_at", "created_at", "created_by"]
)
class Counterparty(models.Model):
    person_kind = models.CharField(_("person"), max_length=10, choices=PersonKind, default=PersonKind.LEGAL)
    name = models.CharField(_("name"), max_length=255, blank=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    fathers_name = models.CharField(_("father's name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    name_latin = models.CharField(_("name in Latin letters"), max_length=255, blank=True)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    legal_form = models.ForeignKey(
        LegalForm, verbose_name=_("legal form"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    country = CountryField(verbose_name=_("country"), default="BG")

    identifier_type = models.CharField(_("number type"), max_length=10, choices=IdentifierType, blank=True)
    registration_number = models.CharField(_("EIK or national number"), max_length=30, blank=True)
    # EGN, LNCh or NRA service number: masked on every page, left out of history, exports and search text.
    personal_number = models.CharField(_("EGN/LNCh"), max_length=10, blank=True)
    # Says in the history that the number was changed, without the number.
    personal_number_changed_at = models.DateTimeField(_("EGN/LNCh changed"), null=True, blank=True, editable=False)
    vat_number = models.CharField(_("VAT number"), max_length=16, blank=True)
    # A person's VAT number is BG and his personal number: kept as a flag, so that it is not written twice.
    vat_from_personal_number = models.BooleanField(_("VAT number is BG + EGN/LNCh"), default=False)
    vat_registration = models.CharField(
        _("VAT registration"), max_length=10, choices=VatRegistration, default=VatRegistration.NONE
    )
    vat_registered_on = models.DateField(_("registered since"), null=True, blank=True)
    vat_deregistered_on = models.DateField(_("registered until"), null=True, blank=True)

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
    def is_legal(self) -> bool:
        return self.person_kind == PersonKind.LEGAL

    @property
    def is_foreign(self) -> bool:
        return bool(self.country) and str(self.country) != "BG"

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
    def identifier_label(self) -> str:
        return capfirst(str(IdentifierType(self.identifier_type).label)) if self.identifier_type else ""

    @property
    def masked_personal_number(self) -> str:
        return identifiers.mask(self.personal_number) if self.personal_number else ""

    @property
    def number(self) -> str:
        """EIK or national number; a personal number only masked."""
        return self.registration_number or self.masked_personal_number

    @property
    def vat_number_shown(self) -> str:
        if self.vat_from_personal_number and self.personal_number:
            return f"BG{self.masked_personal_number}"
        return self.vat_number

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

    def clean_numbers(self) -> dict[str, Any]:
        """Bring the numbers to canonical form; return what is wrong with them, by field."""
        errors: dict[str, Any] = {}
        check = {
            IdentifierType.EIK: identifiers.validate_eik,
            IdentifierType.EGN: identifiers.validate_egn,
            IdentifierType.LNCH: identifiers.validate_lnch,
            IdentifierType.NRA: identifiers.validate_nra_number,
            IdentifierType.FOREIGN: identifiers.validate_foreign_number,
        }
        personal = self.identifier_type in PERSONAL_TYPES
        field = "personal_number" if personal else "registration_number"
        value = getattr(self, field)
        setattr(self, "registration_number" if personal else "personal_number", "")
        if value and not self.identifier_type:
            errors["identifier_type"] = _("Choose what kind of number this is.")
        elif value:
            try:
                setattr(self, field, check[IdentifierType(self.identifier_type)](value))
            except ValidationError as refusal:
                errors[field] = refusal
        else:
            self.identifier_type = ""
        if self.identifier_type == IdentifierType.EIK and self.is_foreign:
            errors["identifier_type"] = _("A foreign party has no EIK; choose “foreign national number”.")
        if self.vat_number:
            errors |= self.clean_vat_number()
        else:
            self.vat_from_personal_number = bool(self.vat_from_personal_number and self.personal_number)
        return errors

    def clean_vat_number(self) -> dict[str, Any]:
        try:
            number = identifiers.validate_vat_number(self.vat_number, str(self.country))
        except ValidationError as refusal:
            return {"vat_number": refusal}
        of_this_person = bool(self.personal_number) and number == f"BG{self.personal_number}"
        if of_this_person or (number.startswith("BG") and len(number) == 12 and not self.is_legal):
            if not self.personal_number:
                return {
                    "vat_number": _("This VAT number is BG and a personal number: enter the EGN or LNCh above too.")
                }
            if number[2:] != self.personal_number:
                return {"vat_number": _("A person's VAT number is BG and the EGN, LNCh or service number above.")}
            self.vat_number, self.vat_from_personal_number = "", True
        else:
            self.vat_number, self.vat_from_personal_number = number, False
        if self.vat_registration == VatRegistration.NONE:
            self.vat_registration = VatRegistration.FULL
        return {}

    def bearer_of_numbers(self) -> tuple[str, Counterparty] | None:
        """The other record that already carries one of this one's numbers, and the field that collides."""
        others = Counterparty.objects.exclude(pk=self.pk).select_related("legal_form")
        checks = [
            ("registration_number", Q(country=self.country, registration_number=self.registration_number)),
            ("personal_number", Q(identifier_type=self.identifier_type, personal_number=self.personal_number)),
            ("vat_number", Q(vat_number=self.vat_number)),
        ]
        for field, condition in checks:
            if getattr(self, field) and (other := others.filter(condition).first()):
                return field, other
        return None

    def refuse_taken_numbers(self) -> dict[str, Any]:
        """The form shows the bearer with a link, to those who may see it; here only that the number is taken."""
        if (found := self.bearer_of_numbers()) is None:
            return {}
        field, other = found
        return {field: ValidationError(_("This number is taken."), code="taken", params={"party": other})}

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

    @cached_property
    def head_office_eik(self) -> str:
        """EIK of the company of which this 13-digit record is a branch; empty for any other."""
        if self.identifier_type == IdentifierType.EIK and len(self.registration_number) == 13:
            return identifiers.parent_eik(self.registration_number) or ""
        return ""

    def vat_in_force(self, on: dt.date) -> bool:
        """Whether the party is registered under the VAT act on the date."""
        if self.vat_registration == VatRegistration.NONE:
            return False
        return not (
            (self.vat_registered_on and on < self.vat_registered_on)
            or (self.vat_deregistered_on and on > self.vat_deregistered_on)
        )
