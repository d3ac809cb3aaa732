"""Demonstration data of events: what was said, met about, promised and done, and what the next weeks hold."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pghistory
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from common.dates import SOFIA
from common.demo import DemoPart, parts
from contacts.models import ContactLink
from counterparties.models import Counterparty
from documents.models import File
from events import demo_event_texts as texts
from events.demo_event_texts import Story
from events.models import Event, EventContact, EventFile, EventParticipant, EventType, Reminder
from users.models import User

PARTIES = 60
DAYS_BACK, DAYS_AHEAD = 540, 30


class Filling:
    """The events while they are being put together; the same each time, counted from today."""

    def __init__(self) -> None:
        self.rng = random.Random(2026)
        self.now = timezone.now()
        self.types = {one.code: one for one in EventType.objects.all()}
        self.users = {user.username: user for user in User.objects.with_rights()}
        self.seen = {
            name: set(Counterparty.objects.visible_to(user).values_list("pk", flat=True))
            for name, user in self.users.items()
        }
        self.people: dict[int, list[Any]] = defaultdict(list)
        for link in ContactLink.objects.current().select_related("person").order_by("-is_primary", "pk"):
            self.people[link.party_id].append(link.person)
        self.files: dict[int, list[File]] = defaultdict(list)
        for file in File.objects.current().filter(audience__isnull=True).order_by("pk"):
            self.files[file.party_id].append(file)
        self.events: list[Event] = []
        self.with_users: list[tuple[Event, User]] = []
        self.with_people: list[tuple[Event, Any]] = []
        self.with_files: list[tuple[Event, File]] = []
        self.follows: list[tuple[Event, Event]] = []

    # -- Who, when ---------------------------------------------------------------------------------

    def staff_of(self, party: Counterparty) -> list[User]:
        """Those who deal with the party and see it, the one who answers for it first."""
        if party.is_client:
            names = [party.trader.username if party.trader else "manager", "manager", "warehouse", "accountant"]
        elif party.is_supplier:
            names = ["buyer", "accountant", "warehouse", "manager"]
        else:
            names = ["accountant", "manager", "admin"]
        known = [name for name in dict.fromkeys(names) if name in self.users and party.pk in self.seen[name]]
        return [self.users[name] for name in known]

    def moment(self, days: int, hour: int | None = None) -> dt.datetime:
        """An hour of work that many days from now, never on Saturday or Sunday."""
        day = (self.now + dt.timedelta(days=days)).astimezone(SOFIA).date()
        if days and day.weekday() >= 5:
            day -= dt.timedelta(days=day.weekday() - 4)
        clock = dt.time(hour if hour is not None else self.rng.randint(9, 16), self.rng.choice((0, 0, 15, 30, 45)))
        return dt.datetime.combine(day, clock, SOFIA)

    def words(self, story: Story) -> Story:
        values = {
            "goods": self.rng.choice(texts.GOODS),
            "pieces": str(self.rng.choice((60, 120, 200, 250, 400, 600, 1200))),
            "percent": str(self.rng.choice((3, 5, 7, 10, 12))),
            "month": self.rng.choice(texts.MONTHS),
        }
        filled = [text.format(**values) for text in story]
        return Story(*filled)

    # -- One event ---------------------------------------------------------------------------------

    def add(self, story: Story, starts: dt.datetime, by: User, party: Counterparty | None = None, **more: Any) -> Event:
        """An event with the people of its party; not yet written."""
        said = self.words(story)
        kind = self.types[said.type]
        event = Event(type=kind, party=party, subject=said.subject, text=said.text, place=said.place, author=by)
        event.starts_at, event.all_day = starts, bool(more.pop("all_day", False))
        if event.all_day:
            event.starts_at = starts.astimezone(SOFIA).replace(hour=0, minute=0, second=0, microsecond=0)
        elif kind.minutes:
            event.ends_at = event.starts_at + dt.timedelta(minutes=kind.minutes * self.rng.choice((1, 1, 1, 2)))
        event.created_at = min(self.now, event.starts_at) - dt.timedelta(days=self.rng.randint(0, 9), minutes=7)
        others: list[User] = more.pop("others", [])
        for name, value in more.items():
            setattr(event, name, value)
        taking_part = [by, *(user for user in others if user.pk != by.pk)]
        self.with_users += [(event, user) for user in taking_part]
        event.participant_names = ", ".join(str(user) for user in taking_part)
        if party is not None and kind.code in ("call", "meeting", "email") and self.people[party.pk]:
            count = 2 if kind.code == "meeting" and self.rng.random() < 0.35 else 1
            met = self.people[party.pk][:1] if self.rng.random() < 0.6 else self.people[party.pk][-count:]
            self.with_people += [(event, person) for person in met]
            event.contact_names = ", ".join(str(person) for person in met)
        self.events.append(event)
        event.told = said  # type: ignore[attr-defined]
        return event

    def done(self, event: Event) -> Event:
        said = event.told  # type: ignore[attr-defined]
        event.done_at = min(self.now, (event.ends_at or event.starts_at) + dt.timedelta(minutes=20))
        event.done_by, event.outcome, event.next_step = event.author, said.outcome, said.next_step
        return event

    def attach(self, event: Event, party: Counterparty) -> None:
        if files := self.files[party.pk]:
            file = self.rng.choice(files)
            self.with_files.append((event, file))
            event.file_names = str(file)
            if self.rng.random() < 0.4:
                event.about_type, event.about_id = ContentType.objects.get_for_model(File), file.pk

    # -- Parties -----------------------------------------------------------------------------------

    def chosen_parties(self) -> list[Counterparty]:
        """Clients and suppliers most of all, and a few of the others."""
        rows = Counterparty.objects.current().select_related("trader", "legal_form").order_by("pk")
        active = [party for party in rows if party.is_client or party.is_supplier]
        banks = [party for party in rows if party.is_bank][:5]
        offices = [party for party in rows if party.is_state_body and not party.is_bank][:5]
        firms = [party for party in rows if party.is_own_firm]
        return [*firms, *banks, *offices, *active[: PARTIES - len(firms) - len(banks) - len(offices)]]

    def pools(self, party: Counterparty) -> tuple[list[Story], list[Story]]:
        if party.is_client:
            return texts.WITH_CLIENTS, texts.TO_COME["client"]
        if party.is_supplier:
            return texts.WITH_SUPPLIERS, texts.TO_COME["supplier"]
        if party.is_bank:
            return texts.WITH_BANKS, texts.TO_COME["other"]
        if party.is_state_body:
            return texts.WITH_STATE, texts.TO_COME["other"]
        return texts.IN_OUR_FIRM, texts.TO_COME["other"]

    def past(self, party: Counterparty, staff: list[User]) -> None:
        past, _coming = self.pools(party)
        count = min(len(past), self.rng.randint(5, 10))
        for story in self.rng.sample(past, count):
            days = -int(DAYS_BACK * self.rng.random() ** 1.7) - 1
            by = staff[0] if self.rng.random() < 0.75 else self.rng.choice(staff)
            others = [self.rng.choice(staff)] if story.type == "meeting" else []
            event = self.add(story, self.moment(days), by, party, others=others)
            if story.type == "meeting" and self.rng.random() < 0.15:
                event.cancelled_at, event.cancelled_by = event.starts_at - dt.timedelta(hours=3), by
                event.cancel_reason = self.rng.choice(texts.CALLED_OFF)
                continue
            self.done(event)
            if self.rng.random() < 0.3:
                self.attach(event, party)
            if event.next_step and event.starts_at < self.now - dt.timedelta(days=4):
                after = event.starts_at + dt.timedelta(days=self.rng.randint(1, 4))
                after -= dt.timedelta(days=max(0, after.astimezone(SOFIA).weekday() - 4))
                step = self.add(Story("task", event.next_step, "Готово."), after, by, party)
                self.follows.append((self.done(step), event))

    def coming(self, party: Counterparty, staff: list[User]) -> None:
        _past, coming = self.pools(party)
        for story in self.rng.sample(coming, min(len(coming), self.rng.choice((1, 1, 2, 3)))):
            others = [staff[-1]] if story.type == "meeting" else []
            starts = self.moment(self.rng.randint(3, DAYS_AHEAD))
            remind = self.rng.choice((None, 15, 60, 24 * 60))
            event = self.add(story, starts, staff[0], party, others=others, remind_before=remind)
            event.all_day = story.type == "task"
            if event.all_day:
                event.starts_at, event.ends_at = starts.replace(hour=0, minute=0), None

    # -- People ------------------------------------------------------------------------------------

    def day_of(self, user: User, number: int) -> None:
        """Each user has something late, something today and something to come."""
        mine = [party for party in self.parties if party.pk in self.seen[user.username] and not party.is_bank]
        of_trader = [party for party in mine if party.trader_id == user.pk]
        pick = self.rng.sample(of_trader or mine, min(6, len(of_trader or mine)))
        parties: Iterator[Counterparty | None] = iter([*pick, *[None] * 6])
        own = texts.PERSONAL_DAY
        for late, days in zip(self.rng.sample(texts.LATE, 2), (2, 6), strict=True):
            self.add(late, self.moment(-days), user, next(parties))
        self.add(own[number % len(own)], self.moment(0, 9), user, None, all_day=True)
        self.done(self.add(Story("call", "Сутрешно обаждане за доставките днес", "Всичко върви по график."),
                           self.moment(0, 8), user, next(parties)))  # fmt: skip
        self.add(self.rng.choice(texts.TO_COME["client"]), self.moment(0, 16), user, next(parties), remind_before=15)
        self.add(own[(number + 1) % len(own)], self.moment(1, 10), user, None, remind_before=24 * 60)
        self.add(self.rng.choice(texts.TO_COME["supplier"]), self.moment(4, 14), user, next(parties), remind_before=60)
        if number % 2 == 0 and pick:
            event = self.add(texts.PRIVATE[number % len(texts.PRIVATE)], self.moment(-10), user, pick[0])
            event.is_private = True
            self.done(event)

    def fair(self) -> None:
        """A fair of several days, an event of many."""
        story = Story("meeting", "Изложение „Дом и кухня“", text="Щанд № 14; дежурства по график.", place="Пловдив")
        first = self.moment(9, 9)
        names = ("manager", "seller", "seller2", "buyer")
        staff = [self.users[name] for name in names if name in self.users]
        if staff:
            event = self.add(story, first, staff[0], None, others=staff[1:], all_day=True)
            event.ends_at = event.starts_at + dt.timedelta(days=3, minutes=-1)

    # -- Writing -----------------------------------------------------------------------------------

    def put_together(self) -> None:
        self.parties = self.chosen_parties()
        for party in self.parties:
            if staff := self.staff_of(party):
                self.past(party, staff)
                self.coming(party, staff)
        for number, user in enumerate(self.users.values()):
            self.day_of(user, number)
        self.fair()

    def write(self) -> None:
        for event in self.events:
            event.fill_derived()
        by_author: dict[int, list[Event]] = defaultdict(list)
        for event in sorted(self.events, key=lambda event: event.created_at):
            by_author[event.author_id].append(event)
        for author, events in by_author.items():
            with pghistory.context(user=author):
                Event.objects.bulk_create(events)
        EventParticipant.objects.bulk_create([EventParticipant(event=e, user=user) for e, user in self.with_users])
        EventContact.objects.bulk_create([EventContact(event=e, person=person) for e, person in self.with_people])
        EventFile.objects.bulk_create([EventFile(event=e, file=f, came_with_it=False) for e, f in self.with_files])
        for event, before in self.follows:
            event.follows = before
        Event.objects.bulk_update([event for event, _before in self.follows], ["follows"])
        Reminder.objects.bulk_create(
            [
                Reminder(event=event, user=user, at=event.starts_at - dt.timedelta(minutes=event.remind_before))
                for event, user in self.with_users
                if event.is_open and event.remind_before is not None
            ]
        )


def fill() -> None:
    filling = Filling()
    filling.put_together()
    filling.write()


parts.register(DemoPart("events", 50, fill, Event.objects.exists))
