"""What an import is going to do with each row, and what the importer may do at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from contacts.importing.rows import ParsedRow, hide_personal
from contacts.models import Address, ImportRow
from counterparties.kinds import Kind
from counterparties.models import Counterparty

Outcome = ImportRow.Outcome


@dataclass(frozen=True)
class Change:
    """One field of an existing record before and after, as text."""

    label: str
    before: str
    after: str

    def as_json(self) -> dict[str, str]:
        return {
            "field": self.label,
            "before": hide_personal(self.before),
            "after": hide_personal(self.after),
        }


@dataclass
class PlannedRow:
    """A row with what becomes of it.

    `party` is the new record, or the existing one with its new values (`fields` names those that change); `address`
    likewise (`address_fields`; empty when the address is new). Account and contact are always new ones.
    """

    row: ParsedRow
    outcome: str = Outcome.FAILED
    reasons: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    party: Counterparty | None = None
    fields: list[str] = field(default_factory=list)
    address: Address | None = None
    address_fields: list[str] = field(default_factory=list)
    adds_account: bool = False
    adds_contact: bool = False
    written: dict[str, Any] = field(default_factory=dict)
    # Values before the change, by field, for undoing.
    before: dict[str, dict[str, Any]] = field(default_factory=dict)

    def fail(self, reason: str) -> PlannedRow:
        self.outcome, self.reasons = Outcome.FAILED, [reason]
        self.changes = []
        return self

    def skip(self, reason: str) -> PlannedRow:
        self.outcome, self.reasons = Outcome.SKIPPED, [reason]
        self.changes = []
        return self

    def as_row(self, party_import: Any, shown_party: bool = True) -> ImportRow:
        """The row as the import's log keeps it: nothing personal, nothing of the file but the name."""
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


def count(planned: list[PlannedRow]) -> dict[str, int]:
    counts = dict.fromkeys(Outcome.values, 0)
    for one in planned:
        counts[one.outcome] += 1
    return counts


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
