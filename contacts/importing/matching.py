"""The records that are here already, found for all rows of a file at once by their numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from common.importing.plans import chunks
from contacts.importing.rows import Key, ParsedRow, keys_of
from contacts.models import Address, BankAccount, BankCode, ContactLink
from counterparties.models import Counterparty


@dataclass
class Known:
    """Existing records by their numbers, and what hangs on those that a file is about to change."""

    by_key: dict[Key, Counterparty] = field(default_factory=dict)
    visible: set[int] = field(default_factory=set)
    addresses: dict[int, list[Address]] = field(default_factory=lambda: defaultdict(list))
    accounts: dict[int, list[BankAccount]] = field(default_factory=lambda: defaultdict(list))
    links: dict[int, list[ContactLink]] = field(default_factory=lambda: defaultdict(list))
    holders: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    banks: dict[str, BankCode] = field(default_factory=dict)

    def matches(self, row: ParsedRow) -> list[Counterparty]:
        """The different records that carry one of the row's numbers."""
        found: dict[int, Counterparty] = {}
        for key in row.keys:
            if (party := self.by_key.get(key)) is not None:
                found.setdefault(party.pk, party)
        return list(found.values())


def load(rows: Sequence[ParsedRow], user: Any, *, whole: bool, lock: bool) -> Known:
    """Find the records that the rows' numbers belong to.

    `whole` brings what hangs on them (for an update), `lock` keeps others from changing them until the end of the
    transaction.
    """
    known = Known()
    numbers: dict[str, set[str]] = defaultdict(set)
    people: dict[str, set[str]] = defaultdict(set)
    vats: set[str] = set()
    for row in rows:
        if row.party is None or row.problems:
            continue
        for kind, scope, number in row.keys:
            if kind == "number":
                numbers[scope].add(number)
                if scope == "BG" and len(number) == 9:
                    vats.add(f"BG{number}")
            elif kind == "person":
                people[scope].add(number)
            else:
                vats.add(number)
    conditions = [
        *(Q(country=where, registration_number__in=part) for where, them in numbers.items() for part in chunks(them)),
        *(Q(identifier_type=kind, personal_number__in=part) for kind, them in people.items() for part in chunks(them)),
        *(Q(vat_number__in=part) for part in chunks(vats)),
    ]  # fmt: skip
    found: dict[int, Counterparty] = {}
    parties = Counterparty.objects.select_related("legal_form")
    if lock:
        for part in chunks(sorted(found_keys(conditions))):
            # In the order of keys, so that two who lock many never wait for each other crosswise.
            locked = parties.filter(pk__in=part).order_by("pk").select_for_update(of=("self",))
            found |= {party.pk: party for party in locked}
    else:
        for condition in conditions:
            found |= {party.pk: party for party in parties.filter(condition)}
    for party in found.values():
        for key in keys_of(party):
            known.by_key[key] = party
    for part in chunks(found):
        if user is None:
            known.visible.update(part)
        else:
            known.visible.update(Counterparty.objects.filter(pk__in=part).visible_to(user).values_list("pk", flat=True))
    if whole:
        load_parts(known, list(found))
    load_accounts(known, rows)
    return known


def found_keys(conditions: Iterable[Q]) -> set[int]:
    keys: set[int] = set()
    for condition in conditions:
        keys.update(Counterparty.objects.filter(condition).values_list("pk", flat=True))
    return keys


def load_parts(known: Known, parties: list[int]) -> None:
    for part in chunks(parties):
        for address in (
            Address.objects.filter(party__in=part)
            .in_force()
            .select_related("settlement", "district", "municipality", "settlement__municipality")
        ):
            known.addresses[address.party_id].append(address)
        for account in BankAccount.objects.filter(party__in=part):
            known.accounts[account.party_id].append(account)
        for link in ContactLink.objects.filter(party__in=part).current().select_related("person"):
            known.links[link.party_id].append(link)


def load_accounts(known: Known, rows: Sequence[ParsedRow]) -> None:
    """Who else has the accounts of the file, and the banks that their numbers name."""
    ibans = {row.account.iban for row in rows if row.account is not None}
    for part in chunks(ibans):
        for iban, party in BankAccount.objects.filter(iban__in=part).values_list("iban", "party"):
            known.holders[iban].add(party)
    if ibans:
        for code in BankCode.objects.select_related("bank").order_by("-bic"):
            known.banks[code.bic[:4]] = code
