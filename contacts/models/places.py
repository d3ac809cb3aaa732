"""Districts, municipalities and settlements of Bulgaria by their official codes (EKATTE)."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from common.text import fold
from contacts.ekatte import check_ekatte
from contacts.querysets import SettlementQuerySet

validate_postal_code = RegexValidator(r"\A[0-9]{4}\Z", _("A Bulgarian postal code has four digits."))


def validate_ekatte(value: str) -> None:
    if not check_ekatte(value):
        raise ValidationError(_("This is no EKATTE code: the check digit does not match."), "check_digit")


class Place(models.Model):
    """A place with its Bulgarian name and the Latin spelling of the official register."""

    name = models.CharField(_("name"), max_length=100)
    name_latin = models.CharField(_("name in Latin letters"), max_length=100, blank=True)

    class Meta:
        abstract = True

    @property
    def local_name(self) -> str:
        """The name in the language of the page."""
        return self.name_latin if self.name_latin and translation.get_language() == "en" else self.name


class District(Place):
    """One of the 28 districts [области]; the code is the three letters of the register."""

    code = models.CharField(
        _("code"), max_length=3, primary_key=True, validators=[RegexValidator(r"\A[A-Z]{3}\Z", _("Three letters."))]
    )

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.local_name


class Municipality(Place):
    """A municipality [община]. Its name may be unknown yet: then its code stands for it, never a guess."""

    code = models.CharField(
        _("code"),
        max_length=5,
        primary_key=True,
        validators=[RegexValidator(r"\A[A-Z]{3}[0-9]{2}\Z", _("Three letters and two digits."))],
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    district = models.ForeignKey(
        District, verbose_name=_("district"), on_delete=models.PROTECT, related_name="municipalities"
    )

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return self.local_name or self.code


class Settlement(Place):
    """A town, a village or a monastery with a settlement's rights, known by its EKATTE code."""

    class Kind(models.TextChoices):
        TOWN = "гр.", _("town")
        VILLAGE = "с.", _("village")
        MONASTERY = "ман.", _("monastery")

    ekatte = models.CharField(_("EKATTE"), max_length=5, primary_key=True, validators=[validate_ekatte])
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    municipality = models.ForeignKey(
        Municipality, verbose_name=_("municipality"), on_delete=models.PROTECT, related_name="settlements"
    )
    district = models.ForeignKey(
        District, verbose_name=_("district"), on_delete=models.PROTECT, related_name="settlements"
    )
    postal_code = models.CharField(_("postal code"), max_length=4, blank=True, validators=[validate_postal_code])
    search_text = models.TextField(editable=False)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["name", "ekatte"]
        indexes = [
            # The picker of settlements: part of a name, in either alphabet, or of a code.
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="settlement_search_trgm"),
            models.Index(fields=["name", "ekatte"], name="settlement_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def full_label(self) -> str:
        """The settlement told from all others of its name: „с. Абланица, общ. …, обл. Благоевград“."""
        return f"{self}, общ. {self.municipality.name or self.municipality_id}, обл. {self.district.name}"

    def fill_derived(self) -> None:
        """Fill the text that the picker looks in; bulk writers call it for themselves."""
        pieces = (self.name, self.name_latin, self.ekatte, self.postal_code)
        self.search_text = " ".join(dict.fromkeys(fold(piece) for piece in pieces if piece))

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_derived()
        super().save(*args, **kwargs)  # type: ignore[arg-type]
