"""What an import is going to do with each row, and what the importer may do at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from common.importing import plans
from common.importing.plans import Outcome, Planned, count
from common.phones import national
from contacts.importing.columns import FIELDS
from contacts.importing.rows import ParsedRow, hide_personal
from contacts.models import Address, ImportRow
from counterparties.kinds import Kind
from counterparties.models import Counterparty


@dataclass(frozen=True)
class Change(plans.Change):
    """A change that repeats no personal number."""

    def as_json(self) -> dict[str, str]:
        return {"field": self.label, "before": hide_personal(self.before), "after": hide_personal(self.after)}


@dataclass
class PlannedRow(Planned):
    """A row with what becomes of it.

    `party` is the new record, or the existing one with its new values (`fields` names those that change); `address`
    likewise (`address_fields`; empty when the address is new). Account and contact are always new ones.
    """

    party: Counterparty | None = None
    fields: list[str] = field(default_factory=list)
    address: Address | None = None
    address_fields: list[str] = field(default_factory=list)
    adds_account: bool = False
    adds_contact: bool = False
    # Values before the change, by field, for undoing.
    before: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_row(self, party_import: Any, shown_party: bool = True) -> ImportRow:
        """The row as the import's log keeps it: what it writes, personal numbers masked."""
        party = self.party if self.party is not None and self.party.pk and shown_party else None
        return ImportRow(
            party_import=party_import,
            number=self.row.number,
            outcome=self.outcome,
            title=self.row.title,
            party=party,
            reasons=[hide_personal(reason)[:1000] for reason in self.reasons],
            changes=[change.as_json() for change in self.changes],
            written=self.written,
        )


def understood(row: ParsedRow) -> list[Change]:
    """What a new record takes from its row, in the order of the columns; personal numbers masked."""
    party = row.party
    if party is None:
        return []
    country: Any = party.country
    found = {
        "name": party.full_name,
        "kinds": ", ".join(str(kind.label) for kind in party.kinds),
        "eik": party.masked_personal_number or party.registration_number,
        "vat_number": party.vat_number_shown,
        "name_latin": party.name_latin,
        "country": str(country.name) if str(country) != "BG" else "",
        "email": party.email,
        "phone": national(party.phone) if party.phone else "",
        "address": row.address.one_line if row.address is not None else "",
        "iban": row.account.number if row.account is not None else "",
        "contact_name": row.contact.name if row.contact is not None else "",
        "note": party.note[:300],
    }
    return [Change(str(FIELDS[name].label), "", text) for name, text in found.items() if text]


class Powers:
    """What the importer may do. On the command line without a user that is everything."""

    def __init__(self, user: Any = None) -> None:
        self.user = user

    def may(self, permission: str) -> bool:
        return self.user is None or bool(self.user.has_perm(permission))

    def refusal(self, deed: str, kinds: list[Kind]) -> str:
        """Why the importer may not add (change) a party of these kinds; empty when he may."""
        refused = [str(kind.label) for kind in kinds if not self.may(kind.permission(deed))]
        if not refused:
            return ""
        if deed == "add":
            return _("You may not add counterparties of this kind: %s.") % ", ".join(refused)
        return _("You may not change counterparties of this kind: %s.") % ", ".join(refused)

    def refusal_of_parts(self, *, address: str = "", account: bool = False, contact: bool = False) -> str:
        """Why the importer may not write what hangs on the party; `address` is the deed: add or change."""
        if address and not self.may(f"contacts.{address}_address"):
            return _("You may not write addresses.")
        if account and not self.may("contacts.add_bankaccount"):
            return _("You may not write bank accounts.")
        if contact and not self.may("contacts.add_contactperson"):
            return _("You may not write contact persons.")
        return ""


__all__ = ["Change", "Outcome", "PlannedRow", "Powers", "count", "understood"]
