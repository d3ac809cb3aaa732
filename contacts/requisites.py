"""Address and account among a party's requisites, and the address that VIES knows put where it belongs."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Address, BankAccount, Settlement
from counterparties import dossier
from counterparties.models import Counterparty

# As the NRA gives it to VIES: „бул. ВИТОША №89Б обл.СОФИЯ, гр.СОФИЯ 1463“.
_VIES_ADDRESS = re.compile(
    r"^(?P<street>.*?)[\s,]*(?:обл\.\s*[^,]+,)?\s*(?P<kind>гр\.|с\.)\s*(?P<name>[^\d,]{2,60}?)\s*(?P<code>\d{4})?\s*$",
    re.IGNORECASE | re.DOTALL,
)


def registered_office(party: Counterparty, user: Any) -> list[str]:
    """The registered office (a person's permanent address) in one line."""
    kinds = [Address.Kind.REGISTERED, Address.Kind.PERMANENT]
    addresses = Address.objects.visible_to(user).in_force().filter(party=party, kind__in=kinds).for_list()
    address = addresses.order_by(F("valid_from").desc(nulls_last=True), "-pk").first()
    return [f"{_('Address')}: {address.one_line}"] if address else []


def default_accounts(party: Counterparty, user: Any) -> list[str]:
    """The default account in each currency, but none that may not be paid yet."""
    accounts = BankAccount.objects.visible_to(user).current().filter(party=party, is_default=True).for_list()
    lines = []
    for account in accounts.order_by("currency"):
        if account.can_be_paid:
            parts = [account.number, account.bic, account.bank_shown]
            lines.append(f"IBAN ({account.currency}): " + ", ".join(part for part in parts if part))
    return lines


def settlement_in(text: str) -> tuple[Settlement | None, str, str, str]:
    """The settlement that an address of VIES names (when it is known for sure), its name and code, and the street."""
    match = _VIES_ADDRESS.match(" ".join(text.split()))
    if match is None:
        return None, "", "", text
    kind, name, code = match["kind"].lower(), match["name"].strip(), match["code"] or ""
    found = list(Settlement.objects.filter(kind=kind, name__iexact=name).select_related("municipality", "district")[:2])
    return found[0] if len(found) == 1 else None, f"{kind} {name.title()}", code, match["street"].strip(" ,")


def keep_vies_address(party: Counterparty, check: Any, user: Any) -> None:
    """Make what VIES answered the party's registered office, when it has none and the address can be understood."""
    text = (check.address or "").strip()
    if len(text.strip("-– ")) < 5 or party.addresses.filter(kind=Address.Kind.REGISTERED).exists():
        return
    address = Address(party=party, kind=Address.Kind.REGISTERED, country=party.country)
    if address.is_foreign:
        address.foreign_text = text[:500]
    else:
        address.settlement, address.settlement_name, address.postal_code, street = settlement_in(text)
        address.street = street[:150]
    try:
        address.full_clean()
    except ValidationError:
        return  # better no address than half of one
    address.save()


dossier.requisites.register(
    dossier.Requisites("address", registered_office, permission="contacts.view_address", order=20)
)
dossier.requisites.register(
    dossier.Requisites("accounts", default_accounts, permission="contacts.view_bankaccount", order=30)
)
dossier.vies_receivers.register(
    dossier.ViesReceiver(
        "address",
        gettext_lazy("The address becomes the registered office, unless there is one already."),
        keep_vies_address,
        permission="contacts.add_address",
    )
)
