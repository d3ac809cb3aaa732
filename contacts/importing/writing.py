"""The plan put into the database, in the caller's transaction: many rows at a time, history included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from common.importing.plans import chunks
from common.importing.process import take_turn
from common.importing.undoing import as_json, note, note_change
from contacts import iban as iban_rules
from contacts.importing.plans import Outcome, PlannedRow
from contacts.models import Address, BankAccount, BankCode, ContactLink, ContactPerson
from counterparties import identifiers
from counterparties.models import Counterparty, IdentifierType, Relation, Status
from users.scopes import PartiesScope

BATCH = 1000
Progress = Callable[[int, int], None]


class Writer:
    """Writes planned rows and notes in each what undoing needs (`PlannedRow.written`)."""

    def __init__(self, planned: Sequence[PlannedRow], user: Any, progress: Progress | None = None) -> None:
        self.created = [one for one in planned if one.outcome == Outcome.CREATED]
        self.updated = [one for one in planned if one.outcome == Outcome.UPDATED]
        self.user = user
        self.progress = progress or (lambda done, total: None)
        self.done = 0
        self.total = len(self.created) + len(self.updated)
        self.status = Status.objects.filter(is_default=True).first()
        self.banks = {code.bic[:4]: code for code in BankCode.objects.order_by("-bic")}

    def write(self) -> None:
        for batch in chunks(self.created, BATCH):
            self.create(batch)
            self.tell(len(batch))
        for batch in chunks(self.updated, 200):
            self.update(batch)
            self.tell(len(batch))
        self.link_branches()

    def tell(self, count: int) -> None:
        self.done += count
        self.progress(self.done, self.total)

    # -- New records -----------------------------------------------------------------------------

    def create(self, batch: list[PlannedRow]) -> None:
        now = timezone.now()
        parties = [one.party for one in batch if one.party is not None]
        for party in parties:
            party.status = self.status
            party.created_by = self.user
            party.trader = self.trader_for(party)
            if party.personal_number:
                party.personal_number_changed_at = now
            party.fill_derived()
        Counterparty.objects.bulk_create(parties)
        for one in batch:
            note(one, one.party)
        self.add_addresses([one for one in batch if one.address is not None])
        self.add_accounts([one for one in batch if one.adds_account], first=True)
        self.add_contacts([one for one in batch if one.adds_contact], primary={party.pk for party in parties})

    def trader_for(self, party: Counterparty) -> Any:
        """Who sees only his own or his team's parties would lose sight of what he imports without a trader."""
        if self.user is None or not any(kind.is_scoped for kind in party.kinds):
            return None
        narrow = self.user.rights.parties_scope in (PartiesScope.MINE, PartiesScope.TEAM)
        return self.user if narrow else None

    def add_addresses(self, batch: list[PlannedRow]) -> None:
        addresses = []
        for one in batch:
            if one.address is not None:
                one.address.party = one.party  # type: ignore[assignment]
                addresses.append(one.address)
        Address.objects.bulk_create(addresses)
        for one in batch:
            note(one, one.address)

    def add_accounts(self, batch: list[PlannedRow], *, first: bool, with_default: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        """New accounts; the party's first one is its default. A supplier's waits for a second person's look."""
        accounts = []
        for one in batch:
            account = one.row.account
            if account is None or one.party is None:
                continue
            account.party, account.added_by = one.party, self.user
            account.is_default = first or one.party.pk not in with_default
            if (code := self.banks.get(iban_rules.bank_code(account.iban))) is not None:
                account.bank_id, account.bic = code.bank_id, code.bic
            accounts.append(account)
        BankAccount.objects.bulk_create(accounts)
        for one in batch:
            note(one, one.row.account)

    def add_contacts(self, batch: list[PlannedRow], *, primary: set[int]) -> None:
        """New contact persons; the first of a party is its main one."""
        people = [one.row.contact for one in batch if one.row.contact is not None]
        for person in people:
            person.fill_derived(reached_by=[])
        ContactPerson.objects.bulk_create(people)
        links = []
        for one in batch:
            if one.party is not None and one.row.contact is not None:
                is_primary = one.party.pk in primary
                links.append(ContactLink(person=one.row.contact, party=one.party, is_primary=is_primary))
        ContactLink.objects.bulk_create(links)
        for one, link in zip(batch, links, strict=True):
            note(one, one.row.contact)
            note(one, link)

    # -- Existing records ------------------------------------------------------------------------

    def update(self, batch: list[PlannedRow]) -> None:
        for one in batch:
            if one.party is not None and one.fields:
                fields = [name.removesuffix("_id") for name in one.fields]
                one.party.save(update_fields=[*fields, "updated_at"])
                note_change(one, one.party, one.before["party"])
            if one.address is not None and one.address.pk:
                one.address.save(update_fields=[*one.address_fields, "updated_at"])
                note_change(one, one.address, one.before["address"])
        self.add_addresses([one for one in batch if one.address is not None and not one.address.pk])
        keys = [one.party.pk for one in batch if one.party is not None]
        accounts = BankAccount.objects.filter(party__in=keys, currency="EUR", is_default=True)
        have_default = set(accounts.values_list("party", flat=True))
        self.add_accounts([one for one in batch if one.adds_account], first=False, with_default=have_default)
        led = ContactLink.objects.filter(party__in=keys, is_primary=True, archived_at=None)
        without_main = set(keys) - set(led.values_list("party", flat=True))
        self.add_contacts([one for one in batch if one.adds_contact], primary=without_main)

    # -- Branches --------------------------------------------------------------------------------

    def link_branches(self) -> None:
        """A record with a 13-digit EIK is a branch of the company whose nine digits it begins with, if that is here."""
        branches = [
            one
            for one in (*self.created, *self.updated)
            if one.party is not None
            and one.party.identifier_type == IdentifierType.EIK
            and len(one.party.registration_number) == 13
        ]
        by_eik: dict[str, int] = {}
        wanted = {identifiers.parent_eik(one.party.registration_number) for one in branches if one.party} - {None}
        offices = Counterparty.objects.filter(country="BG")
        if self.user is not None:
            offices = offices.visible_to(self.user)
        for part in chunks(wanted):
            found = offices.filter(registration_number__in=part).values_list("registration_number", "pk")
            by_eik |= dict(found)
        pairs = []
        for one in branches:
            if one.party is not None:
                office = by_eik.get(identifiers.parent_eik(one.party.registration_number) or "")
                if office is not None:
                    pairs.append((one, office))
        present = set(
            Relation.objects.filter(
                kind=Relation.Kind.BRANCH, from_party__in=[one.party.pk for one, _office in pairs if one.party]
            ).values_list("from_party", "to_party")
        )
        new = [(one, office) for one, office in pairs if one.party and (one.party.pk, office) not in present]
        relations = [
            Relation(from_party=one.party, to_party_id=office, kind=Relation.Kind.BRANCH) for one, office in new
        ]
        Relation.objects.bulk_create(relations)
        for (one, _office), relation in zip(new, relations, strict=True):
            note(one, relation)


__all__ = ["Writer", "as_json", "note", "note_change", "take_turn"]
