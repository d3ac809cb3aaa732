"""Demonstration data of the register: letters of both own firms, answered, waiting, overdue, cancelled."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from django.db import transaction

from common.dates import today
from common.demo import DemoPart, parts
from counterparties.models import Counterparty
from documents.models import File, Letter
from users.models import User

IN, OUT, INTERNAL = Letter.Direction.INCOMING, Letter.Direction.OUTGOING, Letter.Direction.INTERNAL

# Whom it is with, direction, about, way, days ago, sender's number, days for the answer (None: none asked for).
CLIENTS = [
    (IN, "Запитване за срок на доставка", "email", 210, "", None),
    (OUT, "Покана за сключване на рамков договор", "courier", 180, "", None),
    (IN, "Рекламация по доставка, приложен протокол", "post", 96, "17/2026", 14),
    (OUT, "Становище по рекламация", "email", 88, "", None),
    (IN, "Искане за разсрочване на плащане", "email", 41, "РП-204", 10),
    (IN, "Уведомление за промяна на банкова сметка", "courier", 12, "88", 7),
    (IN, "Искане за предсрочно прекратяване на договор", "courier", 9, "УП-31", 14),
    (OUT, "Потвърждение на салда към края на тримесечието", "post", 52, "", 15),
]
SUPPLIERS = [
    (IN, "Уведомление за промяна на цените", "email", 120, "Ц-15/2026", None),
    (OUT, "Възражение срещу неточно количество", "email", 63, "", 10),
    (IN, "Декларация за съответствие и протоколи от изпитване", "post", 30, "245", None),
    (IN, "Предложение за удължаване на договора за доставки", "email", 6, "ПД-12", 20),
]
STATE = [
    (IN, "Искане за представяне на документи и писмени обяснения", "e_delivery", 25, "П-22220126201234", 14),
    (OUT, "Отговор с представяне на документи", "e_delivery", 14, "", None),
    (IN, "Уведомление за прихващане или възстановяване", "e_delivery", 58, "П-22001526087654", None),
    (IN, "Писмо за уточняване на данни по подадена декларация", "e_delivery", 8, "П-16001626112233", 7),
]
HOUSE = [
    (INTERNAL, "Заповед за инвентаризация на складовите наличности", "hand", 70, "", None),
    (INTERNAL, "Заповед за определяне на лице по чл. 25 от ЗСч", "hand", 33, "", None),
    (INTERNAL, "Докладна записка за вземания с изтекъл падеж", "hand", 5, "", 10),
]


def planned() -> list[tuple[Counterparty, Counterparty, tuple[Any, ...]]]:
    """Party, own firm and words of every letter, in the order in which they were registered."""
    rng = random.Random(41)
    firms = list(Counterparty.objects.filter(is_own_firm=True).order_by("pk"))
    groups = [
        (Counterparty.objects.filter(is_client=True, is_own_firm=False).order_by("pk")[:24], CLIENTS, 2),
        (Counterparty.objects.filter(is_supplier=True, is_own_firm=False).order_by("pk")[:12], SUPPLIERS, 2),
        (Counterparty.objects.filter(is_state_body=True).order_by("pk")[:4], STATE, 3),
    ]
    chosen = [
        (party, rng.choice(firms), on_another_day(words, rng))
        for parties, letters, count in groups
        for party in parties
        for words in rng.sample(letters, count)
    ]
    chosen += [(firm, firm, words) for firm in firms for words in HOUSE]
    # In the order in which they were registered, an answer after what it answers.
    return sorted(chosen, key=lambda one: (-one[2][3], one[0].pk))


def on_another_day(words: tuple[Any, ...], rng: random.Random) -> tuple[Any, ...]:
    """The same letter some days earlier, with a sender's number of its own."""
    direction, subject, way, ago, senders, days = words
    number, slash, year = senders.partition("/")
    if number and number[-1].isdigit():
        senders = f"{number[:-1]}{rng.randrange(10)}{slash}{year}"
    return direction, subject, way, ago + rng.randrange(max(2, ago // 2)), senders, days


@transaction.atomic
def fill() -> None:
    users = {user.username: user for user in User.objects.all()}
    spare = next(iter(users.values()), None)
    people = [users.get(name, spare) for name in ("manager", "seller", "accountant", "buyer")]
    waiting: dict[tuple[int, int], Letter] = {}
    for number, (party, firm, (direction, subject, way, ago, senders, days)) in enumerate(planned()):
        day = today() - dt.timedelta(days=ago)
        if day.year < today().year - 1:
            continue
        letter = Letter(
            own_firm=firm,
            party=party,
            direction=direction,
            subject=subject,
            way=way,
            registered_on=day,
            senders_number=senders,
            senders_date=day - dt.timedelta(days=3) if senders else None,
            answer_due=day + dt.timedelta(days=days) if days else None,
            responsible=people[number % len(people)],
            file=File.objects.filter(party=party, deleted_at__isnull=True).order_by("pk").first()
            if number % 3 == 0
            else None,
        )
        if direction == OUT:
            letter.answers = waiting.pop((party.pk, firm.pk), None)
        letter.register(people[(number + 1) % len(people)])
        if direction == IN and days:
            waiting[party.pk, firm.pk] = letter
    mistaken = Letter.objects.filter(direction=OUT, answered_by__isnull=True).order_by("pk").first()
    if mistaken is not None and mistaken.answers_id is None:
        mistaken.cancel(mistaken.registered_by, "Заведено по погрешка два пъти")


parts.register(DemoPart("letters", 41, fill, Letter.objects.exists))
