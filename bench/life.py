"""Two dossiers with much life in them, one many times the other: what opens one must cost what opens the other."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.utils import timezone

from bench.data import PARTIES, copy_rows
from counterparties.models import Counterparty
from documents.models import File, FileContent, FileVersion, Letter
from events.models import Email, Event, EventContact, EventFile, EventParticipant, EventType
from users.models import User

# Party: events, files, letters.
SMALL, BIG = PARTIES - 2, PARTIES - 1
SIZES = {SMALL: (200, 100, 20), BIG: (10_000, 2_000, 500)}
# Others have a little each, so that the tables are not of these two alone.
OTHERS = range(1, 5_001)
FEW = (4, 2, 1)
YEARS = dt.timedelta(days=3 * 365)
OPEN = 10  # overdue, and as many planned, in each of the two: what a page shows of them must be the same


def moments(rng: random.Random, number: int, now: dt.datetime) -> Iterator[dt.datetime]:
    """So many moments over three years, the oldest first."""
    for place in range(number):
        yield now - YEARS + YEARS * (place + rng.random()) / number


def events(rng: random.Random, now: dt.datetime, types: list[EventType], users: list[User]) -> Iterator[Event]:
    for party, number in lives(0):
        for place, at in enumerate(moments(rng, number, now)):
            planned = party in SIZES and place < OPEN
            overdue = party in SIZES and place % (number // OPEN) == number // OPEN - 1
            kind = types[place % len(types)]
            event = Event(
                type=kind,
                party_id=party,
                subject=f"{kind.name} за поръчка {place}",
                text="Уточнихме количествата, сроковете и мястото на доставката. " * (place % 4),
                outcome="" if planned or overdue else "Договорено",
                starts_at=now + dt.timedelta(days=1 + place) if planned else at,
                author=users[place % len(users)],
                participant_names=str(users[place % len(users)]),
                is_private=place % 50 == 7,
                done_at=None if planned or overdue else at + dt.timedelta(hours=1),
                done_by=None if planned or overdue else users[place % len(users)],
                created_at=at,
            )
            event.fill_derived()
            yield event


def files(rng: random.Random, now: dt.datetime, content: FileContent, users: list[User]) -> Iterator[File]:
    for party, number in lives(1):
        for place, at in enumerate(moments(rng, number, now)):
            file = File(
                party_id=party,
                name=f"оферта-{place}.pdf",
                content=content,
                version=2 if place % 10 == 0 else 1,
                added_by=users[place % len(users)],
                created_at=at,
            )
            file.fill_derived()
            yield file


def letters(rng: random.Random, now: dt.datetime, firm: Counterparty, users: list[User]) -> Iterator[Letter]:
    days = ((party, at) for party, many in lives(2) for at in moments(rng, many, now))
    for number, (party, at) in enumerate(days, start=1):
        letter = Letter(
            own_firm=firm,
            direction=Letter.Direction.INCOMING,
            year=at.year,
            position=number,
            number=str(number),
            registered_on=at.date(),
            party_id=party,
            subject="Искане за оферта",
            responsible=users[number % len(users)],
            registered_by=users[number % len(users)],
            created_at=at,
        )
        letter.fill_derived()
        yield letter


def lives(place: int) -> Iterator[tuple[int, int]]:
    for party in OTHERS:
        yield party, FEW[place]
    for party, sizes in SIZES.items():
        yield party, sizes[place]


def numbered(rows: Iterator[Any]) -> list[Any]:
    made = list(rows)
    for pk, row in enumerate(made, start=1):
        row.pk = pk
    return made


def fill_life() -> None:
    """Fill in events, files and letters unless they are there."""
    if Event.objects.exists():
        return
    started = time.monotonic()
    rng, now = random.Random(3), timezone.now()
    users = list(User.objects.filter(username__startswith="trader"))
    firm = Counterparty.objects.filter(is_own_firm=True)[0]
    with transaction.atomic(), pgtrigger.ignore():
        for party in SIZES:
            Counterparty.objects.filter(pk=party).update(is_client=True, is_supplier=False, is_bank=False)
        digest = hashlib.sha256(b"bench").hexdigest()
        content = FileContent.objects.create(sha256=digest, size=5, content_type="application/pdf", file="bench.pdf")
        made_files = numbered(files(rng, now, content, users))
        copy_rows(File, made_files)
        first = (
            FileVersion(file=file, party_id=file.party_id, number=1, content=content, name=file.name, added_at=at)
            for file in made_files
            for at in [file.created_at]
        )
        second = (
            FileVersion(
                file=file,
                party_id=file.party_id,
                number=2,
                content=content,
                name=file.name,
                added_by=users[0],
                added_at=min(now, file.created_at + dt.timedelta(days=30)),
            )
            for file in made_files
            if file.version == 2
        )
        copy_rows(FileVersion, numbered(iter([*first, *second])))
        made = numbered(events(rng, now, list(EventType.objects.order_by("order")), users))
        copy_rows(Event, made)
        copy_rows(
            EventParticipant,
            numbered(EventParticipant(event=event, user_id=event.author_id) for event in made if event.pk % 2),
        )
        # The person of the same number serves the party.
        copy_rows(
            EventContact,
            numbered(EventContact(event=event, person_id=event.party_id) for event in made if event.pk % 3 == 0),
        )
        by_party: dict[int, Iterator[File]] = {}
        for party in SIZES:
            by_party[party] = iter([file for file in made_files if file.party_id == party])
        attached = [
            EventFile(event=event, file=file)
            for event in made
            if event.party_id in SIZES and event.pk % 10 == 0 and (file := next(by_party[event.party_id], None))
        ]
        copy_rows(EventFile, numbered(iter(attached)))
        numbers = count(1)
        copy_rows(
            Email,
            (
                Email(
                    pk=(number := next(numbers)),
                    direction=Email.Direction.OUT,
                    state=Email.State.SENT,
                    message_id=f"<{number}@bench.example>",
                    subject=event.subject,
                    text=event.text,
                    dated_at=event.starts_at,
                    event=event,
                    author_id=event.author_id,
                )
                for event in made
                if event.type.code == "email"
            ),
        )
        copy_rows(Letter, numbered(letters(rng, now, firm, users)))
        for model in (Event, File, Letter):
            write_history(model)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"Filled in {len(made)} events and {len(made_files)} files in {time.monotonic() - started:.0f} s.")


def write_history(model: Any) -> None:
    """As if each row of the two had been added and then changed once."""
    target = model.pgh_event_model
    quote = connection.ops.quote_name
    columns = ", ".join(quote(one.column) for one in target._meta.concrete_fields if not one.name.startswith("pgh_"))
    with connection.cursor() as cursor:
        for label, later in (("added", "0"), ("changed", "1")):
            cursor.execute(
                f"INSERT INTO {quote(target._meta.db_table)} (pgh_created_at, pgh_label, pgh_obj_id, {columns})"
                f" SELECT created_at + {later} * interval '1 hour', %s, id, {columns}"
                f" FROM {quote(model._meta.db_table)} WHERE party_id = ANY(%s)",
                [label, list(SIZES)],
            )
