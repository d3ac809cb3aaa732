"""Undoing of an import of parties: what it makes and changes, and what says nothing of its own about a party."""

from __future__ import annotations

from common.importing.plans import chunks
from common.importing.undoing import Undoing, UndoRefused
from contacts.importing.process import parties
from contacts.models import (
    Address,
    BankAccount,
    ContactLink,
    ContactPerson,
    ImportMapping,
    ImportRow,
    PartyImport,
)
from counterparties.models import Counterparty, RecentParty, Relation


class UndoingParties(Undoing):
    importer = parties
    made = (Relation, ContactLink, ContactPerson, BankAccount, Address, Counterparty)
    edited = (Counterparty, Address)
    weightless = (ImportRow, PartyImport, ImportMapping, RecentParty)
    locked = (Counterparty, ContactPerson, Address, BankAccount, ContactLink)

    def before_deleting(self) -> None:
        for part in chunks(self.added[Counterparty._meta.label_lower]):
            RecentParty.objects.filter(party__in=part).delete()
            ImportRow.objects.filter(party__in=part).update(party=None)


undo = UndoingParties.undo

__all__ = ["UndoRefused", "UndoingParties", "undo"]
