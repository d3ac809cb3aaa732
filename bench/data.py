"""Twenty thousand parties with contacts, addresses and accounts, written by COPY."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pgtrigger
from django.db import connection, models, transaction
from django.utils import timezone

from contacts.models import Address, BankAccount, ContactLink, ContactPerson, Settlement
from counterparties.kinds import Kind
from counterparties.models import Counterparty, IdentifierType, Status
from users.models import User

PARTIES = 20_000
# The dossier that is measured: a client with much in every tab.
BIG = PARTIES
ROOTS = [
    "Алфа",
    "Бета",
    "Вектор",
    "Гранит",
    "Делта",
    "Екватор",
    "Жасмин",
    "Зенит",
    "Изгрев",
    "Комета",
    "Лазур",
    "Марица",
    "Нептун",
    "Орион",
    "Пирин",
    "Рила",
    "Странджа",
]
TRADES = [
    "Строй",
    "Транс",
    "Агро",
    "Мебел",
    "Текстил",
    "Фарма",
    "Техника",
    "Консулт",
    "Импорт",
    "Логистик",
    "Енерго",
    "Дизайн",
    "Печат",
    "Вино",
    "Метал",
]
FORMS = [
    "Груп",
    "Трейд",
    "Сервиз",
    "Инвест",
    "Плюс",
    "Про",
    "Компани",
    "Холд",
]


def copy_rows(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write model instances by COPY; every column is given, keys included."""
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
        # Checks of foreign keys come at commit; planned without statistics they would read this table whole each time.
        cursor.execute(f"ANALYZE {table}")
        cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {table}))", [table])


def eik(number: int) -> str:
    """A synthetic EIK of nine digits with a right check digit."""
    digits = f"{number:08d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(1, 9), strict=True)) % 11
    if total == 10:
        total = sum(int(digit) * weight for digit, weight in zip(digits, range(3, 11), strict=True)) % 11 % 10
    return f"{digits}{total}"


def parties(rng: random.Random, traders: list[Any], statuses: list[Any]) -> Iterator[Counterparty]:
    now = timezone.now()
    kinds = list(Kind)
    for pk in range(1, PARTIES + 1):
        kind = rng.choices(kinds, weights=[75, 22, 1, 1, 0.5, 0.5])[0] if pk != BIG else Kind.CLIENT
        party = Counterparty(
            id=pk,
            name=f"{rng.choice(ROOTS)} {rng.choice(TRADES)} {rng.choice(FORMS)} {pk}",
            identifier_type=IdentifierType.EIK,
            registration_number=eik(10_000_000 + pk * 7),
            status=rng.choice(statuses),
            trader=rng.choice(traders),
            email=f"office{pk}@example.com",
            phone=f"+3598880{pk:05d}",
            note="Бележка" if pk % 5 == 0 else "",
            created_at=now,
            updated_at=now,
        )
        party.kinds = [kind]
        party.fill_derived()
        yield party


def fill() -> None:
    """Fill the database unless it is already filled."""
    if Counterparty.objects.exists():
        return
    started = time.monotonic()
    rng = random.Random(2026)
    now = timezone.now()
    # History is written only for the dossier that is measured; for all it would take minutes.
    with transaction.atomic(), pgtrigger.ignore():
        traders = [
            User.objects.create(username=f"trader{number}", first_name="Търговец", last_name=str(number))
            for number in range(12)
        ]
        User.objects.create(username="bench", is_superuser=True, is_staff=True)
        statuses = list(Status.objects.all())
        copy_rows(Counterparty, parties(rng, traders, statuses))
        town = Settlement.objects.order_by("pk").first()
        people = [
            ContactPerson(id=pk, given_name="Иван", family_name=f"Петров {pk}", created_at=now, updated_at=now)
            for pk in range(1, PARTIES + 201)
        ]
        for person in people:
            person.compose_name()
            person.fill_derived([])
        copy_rows(ContactPerson, people)
        copy_rows(
            ContactLink,
            (
                ContactLink(
                    id=pk, person_id=pk, party_id=min(pk, BIG), is_primary=pk <= PARTIES, created_at=now, updated_at=now
                )
                for pk in range(1, PARTIES + 201)
            ),
        )
        copy_rows(
            Address,
            (
                Address(
                    id=pk,
                    party_id=min(pk, BIG),
                    kind="registered" if pk <= PARTIES else "site",
                    settlement=town,
                    street="ул. Шипка",
                    number=str(pk % 90 + 1),
                    created_at=now,
                    updated_at=now,
                )
                for pk in range(1, PARTIES + 101)
            ),
        )
        copy_rows(
            BankAccount,
            (
                BankAccount(
                    id=pk,
                    party_id=min(pk, BIG),
                    iban=f"BG00BENC{pk:014d}",
                    currency="EUR",
                    is_default=pk <= PARTIES,
                    created_at=now,
                    updated_at=now,
                )
                for pk in range(1, PARTIES + 21)
            ),
        )
    for number in range(60):
        Counterparty.objects.filter(pk=BIG).update(note=f"Бележка {number}")
    ContactLink.objects.filter(party=BIG).update(position="търговец")
    Address.objects.filter(party=BIG).update(extra="до пощата")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"Filled with {PARTIES} parties in {time.monotonic() - started:.0f} s.")
