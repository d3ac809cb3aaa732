"""Addresses: the Bulgarian structure, free text for foreign ones, and the order in which they are printed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from common.addresses import address
from common.history import tracked
from contacts.models.base import Archivable, Dated, dates_in_order
from contacts.models.places import District, Municipality, Settlement, validate_postal_code
from contacts.querysets import AddressQuerySet

# What only a Bulgarian address has; a foreign one is written freely.
BULGARIAN_FIELDS = (
    "municipality_name",
    "settlement_name",
    "city_district",
    "quarter",
    "street",
    "number",
    "block",
    "entrance",
    "floor",
    "apartment",
    "office",
    "po_box",
    "extra",
)


@tracked(exclude=["created_at", "updated_at"])
class Address(Archivable, Dated):
    """One address of a party. Below the settlement everything is optional text: № 12А, бл. 5-6, вх. Б."""

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("registered office")
        CORRESPONDENCE = "correspondence", _("correspondence")
        BILLING = "billing", _("billing")
        DELIVERY = "delivery", _("delivery")
        SITE = "site", _("site")
        PERMANENT = "permanent", _("permanent address")
        CURRENT = "current", _("current address")

    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="addresses",
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, default=Kind.REGISTERED)
    name = models.CharField(
        _("name"), max_length=100, blank=True, help_text=_("How the place is called: “Warehouse Iskar”, “Shop 2”.")
    )
    country = CountryField(verbose_name=_("country"), default="BG")
    district = models.ForeignKey(
        District, verbose_name=_("district"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    municipality = models.ForeignKey(
        Municipality, verbose_name=_("municipality"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    municipality_name = models.CharField(_("municipality, typed"), max_length=100, blank=True)
    settlement = models.ForeignKey(
        Settlement,
        verbose_name=_("settlement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="addresses",
    )
    settlement_name = models.CharField(_("settlement, typed"), max_length=100, blank=True)
    city_district = models.CharField(_("city district"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    quarter = models.CharField(_("quarter"), max_length=100, blank=True)
    street = models.CharField(_("street"), max_length=150, blank=True)
    number = models.CharField(_("number"), max_length=20, blank=True)
    block = models.CharField(_("block"), max_length=20, blank=True)
    entrance = models.CharField(_("entrance"), max_length=20, blank=True)
    floor = models.CharField(_("floor"), max_length=20, blank=True)
    apartment = models.CharField(_("apartment"), max_length=20, blank=True)
    office = models.CharField(_("office"), max_length=20, blank=True)
    po_box = models.CharField(_("P.O. box"), max_length=20, blank=True)
    extra = models.CharField(_("further details"), max_length=200, blank=True)
    foreign_text = models.TextField(_("foreign address"), max_length=500, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["party__sort_name", "kind", "pk"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("archive_address", "Can archive and restore addresses"),
            ("export_address", "Can export addresses"),
        ]
        constraints = [
            dates_in_order("address_dates_in_order"),
            models.CheckConstraint(
                name="address_says_where",
                condition=Q(settlement__isnull=False) | ~Q(settlement_name="") | ~Q(foreign_text=""),
                violation_error_message=_("Choose the settlement or write its name."),
            ),
        ]
        indexes = [
            # The lists of parties show and filter by the town of the registered office.
            models.Index(fields=["party", "kind"], name="address_by_party_kind", condition=Q(archived_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.one_line

    def get_absolute_url(self) -> str:
        return address("contacts:address_edit", self.pk)

    @property
    def is_foreign(self) -> bool:
        return bool(self.country) and str(self.country) != "BG"

    @property
    def country_name(self) -> str:
        country: Any = self.country
        return str(country.name)

    @property
    def town(self) -> str:
        """The name of the settlement alone; for a foreign address the country."""
        if self.is_foreign:
            return self.settlement_name or self.country_name
        return self.settlement.name if self.settlement else self.settlement_name

    # -- Printing --------------------------------------------------------------------------------

    def street_line(self) -> str:
        """Everything below the settlement in one line: ул. „Шипка“ № 34, бл. 305, вх. Б, ет. 4, ап. 72."""
        street = " ".join(part for part in (self.street, f"№ {self.number}" if self.number else "") if part)
        small = (
            ("бл.", self.block),
            ("вх.", self.entrance),
            ("ет.", self.floor),
            ("ап.", self.apartment),
            ("офис", self.office),
        )
        parts = [self.quarter, street, *(f"{label} {value}" for label, value in small if value), self.extra]
        if self.po_box:
            parts.append(f"п.к. {self.po_box}")
        return ", ".join(part for part in parts if part)

    def town_line(self) -> str:
        """Postal code and settlement, as the post wants them; a village is told by its district."""
        if self.settlement is None:
            name = self.settlement_name
        elif self.settlement.kind == Settlement.Kind.TOWN:
            name = self.settlement.name
        else:
            name = f"{self.settlement}, обл. {self.district.name}" if self.district else str(self.settlement)
        town = " ".join(part for part in (self.postal_code, name) if part)
        return ", ".join(part for part in (town, self.city_district) if part)

    def lines(self, *, abroad: bool = False) -> list[str]:
        """The address line by line, without the addressee. `abroad` adds the country to a Bulgarian one."""
        if self.is_foreign:
            text = [line.strip() for line in self.foreign_text.splitlines()]
            town = " ".join(part for part in (self.postal_code, self.settlement_name) if part)
            return [line for line in (*text, town, self.country_name.upper()) if line]
        lines = [self.street_line(), self.town_line()]
        if abroad:
            lines.append("БЪЛГАРИЯ")
        return [line for line in lines if line]

    @property
    def one_line(self) -> str:
        return ", ".join(self.lines())

    # -- Rules -----------------------------------------------------------------------------------

    def clean(self) -> None:
        super().clean()
        if self.is_foreign:
            self.drop_what_is_bulgarian()
            if not self.foreign_text:
                raise ValidationError({"foreign_text": _("Write the foreign address.")})
            return
        self.foreign_text = ""
        self.fill_from_settlement()
        if self.settlement is None and not self.settlement_name:
            raise ValidationError({"settlement": _("Choose the settlement or write its name.")})
        if self.postal_code:
            try:
                validate_postal_code(self.postal_code)
            except ValidationError as refusal:
                raise ValidationError({"postal_code": refusal}) from refusal
        if self.municipality and self.district and self.municipality.district_id != self.district_id:
            raise ValidationError({"municipality": _("The municipality is in another district.")})

    def drop_what_is_bulgarian(self) -> None:
        self.district = self.municipality = self.settlement = None
        for field in BULGARIAN_FIELDS:
            setattr(self, field, "")

    def fill_from_settlement(self) -> None:
        """Take district, municipality and, when it is missing, the postal code from the chosen settlement."""
        if self.settlement is None:
            return
        self.settlement_name = self.municipality_name = ""
        self.municipality, self.district = self.settlement.municipality, self.settlement.district
        if not self.postal_code:
            self.postal_code = self.settlement.postal_code

    def as_text(self) -> dict[str, Any]:
        """The address as documents copy it: lines and one line."""
        return {"lines": self.lines(), "one_line": self.one_line}
