"""The form of an address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import OfPartyForm
from contacts.forms.pickers import SettlementField
from contacts.models import Address
from counterparties.models import PersonKind

ONLY_BULGARIAN = (
    "settlement",
    "settlement_name",
    "district",
    "municipality_name",
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


class AddressForm(OfPartyForm):
    """One address. Which fields are asked for depends on the country; without scripts all are shown."""

    settlement = SettlementField(
        label=_("Settlement"), required=False, help_text=_("Type the beginning of the name; district follows from it.")
    )

    class Meta:
        model = Address
        fields = [
            "kind",
            "name",
            "country",
            *ONLY_BULGARIAN,
            "postal_code",
            "foreign_text",
            "phone",
            "email",
            "valid_from",
            "valid_to",
        ]
        labels = {
            "settlement_name": _("Settlement, when it is not found"),
            "municipality_name": _("Municipality, when it is not found"),
            "name": _("Name of the place"),
        }
        help_texts = {
            "quarter": _("As on the envelope: ж.к. „Люлин“, кв. „Изток“."),
            "street": _("As on the envelope: ул. „Шипка“, бул. „Витоша“, пл. „Независимост“."),
            "foreign_text": _("Line by line, as it is written on an envelope, without the country."),
        }
        widgets = {"foreign_text": forms.Textarea(attrs={"rows": 4})}

    fieldsets = [
        ("", [("kind", "name"), "country"]),
        (
            _("Where"),
            [
                "settlement",
                ("settlement_name", "municipality_name"),
                "district",
                "foreign_text",
                ("postal_code", "city_district"),
                "quarter",
                ("street", "number"),
                ("block", "entrance", "floor"),
                ("apartment", "office", "po_box"),
                "extra",
            ],
        ),
        (_("How to reach it"), [("phone", "email")]),
        (_("Validity"), [("valid_from", "valid_to")]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if self.instance.party.person_kind == PersonKind.LEGAL and not self.instance.pk:
            persons_only = (Address.Kind.PERMANENT, Address.Kind.CURRENT)
            fields["kind"].choices = [choice for choice in Address.Kind.choices if choice[0] not in persons_only]
        fields["country"].widget.attrs |= {"data-switch": "country", "data-enhance-select": ""}
        for name in ONLY_BULGARIAN:
            # What follows from a chosen settlement is asked for only without one.
            follows = name in ("settlement_name", "municipality_name", "district")
            fields[name].widget.attrs["data-show-when"] = "country=BG&settlement=" if follows else "country=BG"
        fields["foreign_text"].widget.attrs["data-show-when"] = "country!=BG"
        fields["postal_code"].widget.attrs["inputmode"] = "numeric"
