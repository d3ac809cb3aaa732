"""Copies of the parties as they are on the day a document is issued: what is printed later never changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from contacts.models import Address, BankAccount, ContactLink
from counterparties.models import Counterparty
from counterparties.models.numbers import PERSONAL_TYPES

# By kind of address, the first that is in force is the one a document shows.
OF_FIRM = (Address.Kind.REGISTERED, Address.Kind.CORRESPONDENCE)
OF_PARTY = (
    Address.Kind.BILLING,
    Address.Kind.REGISTERED,
    Address.Kind.PERMANENT,
    Address.Kind.CURRENT,
    Address.Kind.CORRESPONDENCE,
)


def address_for(party: Counterparty, on: dt.date, kinds: tuple[str, ...]) -> Address | None:
    """The address that a document shows: the first in force by the order of kinds, else any."""
    rank = {kind: place for place, kind in enumerate(kinds)}
    found = Address.objects.in_force(on).filter(party=party).select_related("settlement", "district")
    return min(found, key=lambda one: (rank.get(one.kind, len(rank)), one.pk), default=None)


def representative_of(party: Counterparty, on: dt.date) -> str:
    """The name of the МОЛ (materially responsible person) or representative of a legal person, else empty."""
    if not party.is_legal:
        return ""
    links = ContactLink.objects.in_force(on).filter(party=party, role__code__in=("mol", "representative", "procurator"))
    link = links.select_related("person").order_by("role__order", "-is_primary", "pk").first()
    return link.person.name if link else ""


def copy_of(party: Counterparty, on: dt.date, *, firm: bool = False) -> dict[str, Any]:
    """The party's name, numbers and address as a document keeps them, in plain values.

    A personal number is not copied: `personal` says that the number is one, and the printing asks the record.
    """
    place = address_for(party, on, OF_FIRM if firm else OF_PARTY)
    return {
        "name": party.full_name,
        "name_latin": party.latin_name,
        "is_legal": party.is_legal,
        "country": str(party.country),
        "identifier_type": party.identifier_type,
        "number": party.registration_number,
        "personal": party.identifier_type in PERSONAL_TYPES,
        "vat_number": party.vat_number if party.vat_in_force(on) else "",
        "vat_personal": bool(party.vat_from_personal_number and party.vat_in_force(on)),
        "vat_registration": party.vat_registration if party.vat_in_force(on) else "none",
        "address": place.as_text()
        | {
            "country": str(place.country),
            "town": place.town,
            "postal_code": place.postal_code,
            "street": place.street_line(),
        }
        if place
        else {},
        "representative": representative_of(party, on),
        "email": party.email,
        "phone": str(party.phone or ""),
    }


def account_copy(account: BankAccount | None) -> dict[str, str]:
    """The bank account as a document keeps it; empty without one."""
    if account is None:
        return {}
    return {
        "iban": account.iban,
        "number": account.number,
        "bic": account.bic,
        "bank": account.bank_shown,
        "currency": account.currency,
        "holder": account.holder,
    }
