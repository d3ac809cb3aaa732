"""The door of what falls due: an app says which of its rows, whom it concerns and in what words.

Every quarter of an hour, from half past seven in Sofia until the evening, each user is told what he was not told yet.
A worker that starts late tells it then; what becomes due during the day is told within the quarter.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from common.dates import SOFIA
from common.models import Notification
from common.notifications import Words
from common.registry import Registry
from users.models import User

logger = logging.getLogger(__name__)

# By the clock in Sofia; the worker's own clock of tasks goes by UTC, so that no hour of it is always half past seven.
MORNING, EVENING = dt.time(7, 30), dt.time(20)
# What became due longer ago than this is told to nobody any more: it was told, or is old when the product comes.
# Shorter than notifications are kept, or they would be told again.
DAYS_BACK = 14
MOST = 5000


@dataclass(frozen=True)
class Due:
    """What is told of a row. The key holds the day as well, so that what is put off is told again."""

    key: str
    title: Words
    text: Words = ""
    url: str = ""
    level: str = "warning"


@dataclass(frozen=True)
class DueSource:
    """Rows of one model that fall due.

    `rows(day)` finds them, by an index and not further back than `DAYS_BACK`; `people(row)` gives the keys of users
    whom it concerns, None among them when there is nobody; `say(row, day)` the words. Who has not the permission, or
    does not see the row (`visible_to`), is not told.
    """

    slug: str
    rows: Callable[[dt.date], QuerySet[Any]]
    people: Callable[[Any], Iterable[int | None]]
    say: Callable[[Any, dt.date], Due]
    permission: str
    kind: str = "reminder"
    order: int = 100


due_sources: Registry[DueSource] = Registry("source of what is due")


@app.periodic(cron="*/15 * * * *", periodic_id="tell_what_is_due")
@app.task(name="events.tell_what_is_due", queueing_lock="tell_what_is_due")
def tell_what_is_due(timestamp: int) -> None:
    tell_all(timezone.now())


def is_time(now: dt.datetime) -> bool:
    """Whether people are at work: nobody is told at night what the night has made due."""
    return MORNING <= now.astimezone(SOFIA).time() < EVENING


def tell_all(now: dt.datetime) -> int:
    """Tell what every source has. Returns how many notifications are new."""
    if not is_time(now):
        return 0
    told = 0
    for source in due_sources:
        try:
            with transaction.atomic():
                told += tell_source(source, now.astimezone(SOFIA).date())
        except Exception:  # the others are told all the same
            logger.exception("What is due could not be told: %s", source.slug)
    return told


def tell_source(source: DueSource, day: dt.date) -> int:
    rows = list(source.rows(day)[:MOST])
    if len(rows) == MOST:
        logger.warning("More than %s rows are due: %s", MOST, source.slug)
    readers = readers_of(source, rows)
    said = [(source.say(row, day), readers[row.pk]) for row in rows if row.pk in readers]
    known = set(
        Notification.objects.filter(
            user__in={user.pk for _due, users in said for user in users}, key__in=[due.key for due, _users in said]
        ).values_list("user", "key")
    )
    told = 0
    for due, users in said:
        if new := [user for user in users if (user.pk, due.key) not in known]:
            told += Notification.objects.tell(
                new, kind=source.kind, key=due.key, title=due.title, text=due.text, url=due.url, level=due.level
            )
    return told


def readers_of(source: DueSource, rows: list[Any]) -> dict[int, list[User]]:
    """By row: the users whom it concerns and who may see it now."""
    concerned: dict[int, list[int]] = {}
    for row in rows:
        for key in source.people(row):
            if key is not None:
                concerned.setdefault(key, []).append(row.pk)
    readers: dict[int, list[User]] = {}
    model: Any = rows[0]._meta.model if rows else None
    for user in User.objects.active().with_rights().filter(pk__in=concerned).order_by("pk"):
        if not user.has_perm(source.permission):
            continue
        for key in (
            model._default_manager.visible_to(user).filter(pk__in=concerned[user.pk]).values_list("pk", flat=True)
        ):
            readers.setdefault(key, []).append(user)
    return readers
