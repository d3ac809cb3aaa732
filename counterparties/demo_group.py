"""The demonstration's trading group while it is being written."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory

from common.dates import today
from common.text import transliterate
from counterparties.models import Counterparty, LegalForm, PartyType, Status
from users.models import User

CITY_CODES = ["2400", "3260", "5260", "5680", "8282", "4260", "6260", "9160"]


class Group:
    """The trading group while it is being written: reference data and parties by their names."""

    def __init__(self) -> None:
        self.rng = random.Random(2026)
        self.users = {user.username: user for user in User.objects.all()}
        self.forms = {form.name: form for form in LegalForm.objects.all()}
        self.statuses = {status.code: status for status in Status.objects.all()}
        self.types = {(row.tree, row.name): row for row in PartyType.objects.all()}
        self.parties: dict[str, Counterparty] = {}
        self.phones = 0

    def __getitem__(self, name: str) -> Counterparty:
        return self.parties[name]

    @contextmanager
    def by(self, username: str) -> Iterator[User]:
        """What is written inside is this user's work in the history."""
        user = self.users[username]
        with pghistory.context(user=user.pk):
            yield user

    def add(self, author: str, **fields: Any) -> Counterparty:
        """Check a party by its own rules, as a form would, and save it."""
        fields.setdefault("status", self.statuses["active"])
        with self.by(author) as user:
            party = Counterparty(created_by=user, **fields)
            party.full_clean()
            party.save()
        self.parties[party.name] = party
        return party

    def change(self, author: str, party: Counterparty, **fields: Any) -> None:
        with self.by(author):
            for name, value in fields.items():
                setattr(party, name, value)
            party.full_clean()
            party.save()

    def phone(self) -> str:
        """Numbers in a row, plainly invented: every third a mobile one."""
        self.phones += 1
        if self.phones % 3 == 0:
            return f"+359888000{self.phones:03d}"
        return f"+359{self.rng.choice(CITY_CODES)}{self.phones:04d}"

    def past_day(self, days: int) -> dt.date:
        return today() - dt.timedelta(days=self.rng.randint(1, days))


def save(row: Any) -> Any:
    row.full_clean()
    row.save()
    return row


def domain(name: str) -> str:
    """A name for an address in the reserved zone .example: nothing sent there reaches anyone."""
    latin = transliterate(name).lower()
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in latin).split()
    return "-".join(words[:2])[:40]
