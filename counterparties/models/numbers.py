"""Numbers of a party: EIK, personal and foreign numbers, VAT registration; what they must be and who carries them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from counterparties import identifiers


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


class Numbered(models.Model):
    """The numbers of a party in canonical form, with what they depend on: the kind of person and the country."""

    person_kind = models.CharField(_("person"), max_length=10, choices=PersonKind, default=PersonKind.LEGAL)
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

    class Meta:
        abstract = True

    @property
    def is_legal(self) -> bool:
        return self.person_kind == PersonKind.LEGAL

    @property
    def is_foreign(self) -> bool:
        return bool(self.country) and str(self.country) != "BG"

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
        if self.identifier_type == IdentifierType.EIK and self.is_foreign:
            # What the number should look like is not known until its kind is.
            errors["identifier_type"] = _("A foreign party has no EIK; choose “foreign national number”.")
        elif value and not self.identifier_type:
            errors["identifier_type"] = _("Choose what kind of number this is.")
        elif value:
            try:
                setattr(self, field, check[IdentifierType(self.identifier_type)](value))
            except ValidationError as refusal:
                errors[field] = refusal
        else:
            self.identifier_type = ""
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

    def bearers_of_numbers(self) -> dict[str, Any]:
        """The other records that already carry one of this one's numbers, by the field that collides.

        A Bulgarian VAT number is BG and the EIK: a company entered by the one is found by the other too.
        """
        parties: Any = type(self)._default_manager
        others = parties.exclude(pk=self.pk).select_related("legal_form")
        number, vat = self.registration_number, self.vat_number
        by_number = Q(country=self.country, registration_number=number)
        if str(self.country) == "BG" and len(number) == 9:
            by_number |= Q(vat_number=f"BG{number}")
        by_vat = Q(vat_number=vat)
        if vat.startswith("BG") and len(vat) == 11:
            by_vat |= Q(country="BG", registration_number=vat[2:])
        checks = {
            "registration_number": by_number,
            "personal_number": Q(identifier_type=self.identifier_type, personal_number=self.personal_number),
            "vat_number": by_vat,
        }
        found = {field: others.filter(asked).first() for field, asked in checks.items() if getattr(self, field)}
        return {field: other for field, other in found.items() if other is not None}

    def refuse_taken_numbers(self) -> dict[str, Any]:
        """The form shows the bearer with a link, to those who may see it; here only that the number is taken."""
        return {
            field: ValidationError(_("This number is taken."), code="taken", params={"party": other, "field": field})
            for field, other in self.bearers_of_numbers().items()
        }

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
