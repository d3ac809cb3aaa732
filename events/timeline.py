"""What happened with a party, newest first, out of many sources: events, files, letters, and what apps above add.

A source gives keys (when, which row) that an index serves in order, and draws the rows of one page. A page costs the
same however far back it lies and however much the dossier holds.
"""

# ruff: noqa: S608, S611  (queries of the ORM and placeholders are put together)

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from common.dates import SOFIA
from common.lists import Action
from common.registry import Registry
from events.querysets import end_of, midnight

PAGE_SIZE = 50


@dataclass(frozen=True)
class Wanted:
    """What to leave of the timeline."""

    source: str = ""
    type: int | None = None
    state: str = ""
    who: int | None = None
    text: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    # What is still to come too, which a page shows apart; and only of the sources that the user may export.
    future: bool = False
    exported: bool = False
    # Of events only those that are done: what is open or called off has not happened.
    happened: bool = False


class Mark(NamedTuple):
    """A word in colour beside an entry's title."""

    tone: str
    text: Any
    icon: str = ""


@dataclass
class Entry:
    """One row of the timeline. `label` says in a word what it is, `text` what was said, `who` by and with whom."""

    at: dt.datetime
    icon: str
    tone: str
    label: str
    title: str
    url: str
    text: str = ""
    who: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    whole_day: bool = False
    source: str = ""
    key: str = ""


@dataclass(frozen=True)
class TimelineSource:
    """Rows of a party that have a moment.

    `keys(party, user, wanted)` gives the rows that the user may see and the filter leaves, annotated with `at`, or None
    when none can fit; days and order are put to it. `draw(pks, user)` fetches the rows of one page, by key, in one
    query.
    `brief()` gives expressions for `title`, `label`, `icon` and `tone` of a row, for the few newest on the Summary;
    `url(key)` leads to it, by its key or by what `brief` gives as `target`.
    """

    slug: str
    label: Any
    keys: Callable[[Any, Any, Wanted], QuerySet[Any] | None]
    draw: Callable[[list[int], Any], dict[int, Entry]]
    brief: Callable[[], dict[str, Any]]
    url: Callable[[int], str]
    permission: str = ""
    export_permission: str = ""
    order: int = 100


sources: Registry[TimelineSource] = Registry("timeline source")


def sources_for(user: Any, wanted: Wanted | None = None) -> list[TimelineSource]:
    """The sources that the user may read (and export, when that is wanted)."""
    wanted = wanted or Wanted()
    found = []
    for source in sources:
        asked = [source.permission, source.export_permission if wanted.exported else ""]
        if wanted.source in ("", source.slug) and all(user.has_perm(right) for right in asked if right):
            found.append(source)
    return found


def page_of(
    party: Any, user: Any, wanted: Wanted | None = None, before_key: str = "", size: int = PAGE_SIZE
) -> tuple[list[Entry], str]:
    """One page of a party's timeline, newest first, and the key of the next page ("" at the end)."""
    united = union(party, user, wanted or Wanted(), Key.read(before_key), size + 1)
    if united is None:
        return [], ""
    sql, params = united
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT source, at, pk FROM ({sql}) united", params)
        found = [Key(*row) for row in cursor.fetchall()]
    page = found[:size]
    return drawn(page, user), page[-1].text if len(found) > size else ""


def count_of(party: Any, user: Any, wanted: Wanted) -> int:
    united = union(party, user, wanted, None, 2**31)
    if united is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({united[0]}) united", united[1])
        return int(cursor.fetchone()[0])


def every(party: Any, user: Any, wanted: Wanted, size: int = 500) -> Iterator[Entry]:
    """All entries, page by page, so that a large dossier is never held at once."""
    key = ""
    while True:
        entries, key = page_of(party, user, wanted, key, size)
        yield from entries
        if not key:
            return


def newest(party: Any, user: Any, size: int) -> Any:
    """The newest of what has happened, in short, as JSON for the frame's one query; null when there is nothing."""
    return rows_as_json(union(party, user, Wanted(happened=True), None, size, brief=True))


def read_newest(rows: list[dict[str, Any]]) -> list[Entry]:
    """The entries that `newest` brought."""
    made = []
    for row in rows:
        source = sources.get(row["source"])
        assert source is not None
        at = dt.datetime.fromisoformat(row["at"])
        words = {name: row[name] for name in BRIEF}
        # What has no hour lies at midnight.
        whole_day = at.astimezone(SOFIA).time() == dt.time()
        made.append(Entry(at=at, url=source.url(row["target"]), whole_day=whole_day, source=source.slug, **words))
    return made


# What a row is in short.
BRIEF = ("icon", "tone", "label", "title")


class Key(NamedTuple):
    """A row's place in the timeline."""

    source: str
    at: dt.datetime
    pk: int

    @property
    def text(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.pk}"

    @classmethod
    def read(cls, text: str) -> Key | None:
        """The place that an address names; None for what nobody made here: then it is the first page."""
        try:
            at, source, pk = text.split("~")
            moment = dt.datetime.fromisoformat(at)
            if moment.tzinfo is None:
                return None
            key = cls(source, moment.astimezone(dt.UTC), int(pk))
        except (ValueError, OverflowError):
            return None
        return key if dt.MINYEAR < key.at.year < dt.MAXYEAR and 0 < key.pk < 2**63 else None

    def after(self, source: str) -> Q:
        """The rows of a source that come after this one: older, or of the same moment but later in order."""
        if source == self.source:
            return Q(at__lte=self.at) & (Q(at__lt=self.at) | Q(pk__lt=self.pk))
        return Q(at__lte=self.at) if source > self.source else Q(at__lt=self.at)


ORDER = 'ORDER BY at DESC, source COLLATE "C", pk DESC'


def union(
    party: Any, user: Any, wanted: Wanted, after: Key | None, limit: int, brief: bool = False
) -> tuple[str, list[Any]] | None:
    """The first rows of each source, united and cut, as SQL and its parameters; None when no source has any."""
    parts: list[str] = []
    params: list[Any] = []
    for source in sources_for(user, wanted):
        rows = source.keys(party, user, wanted)
        if rows is None:
            continue
        if wanted.since is not None:
            rows = rows.filter(at__gte=midnight(wanted.since))
        if wanted.until is not None:
            rows = rows.filter(at__lt=end_of(wanted.until))
        if after is not None:
            rows = rows.filter(after.after(source.slug))
        more: dict[str, Any] = {}
        if brief:
            said = source.brief()
            more = {name: as_text(said[name]) for name in BRIEF} | {"target": said.get("target", F("pk"))}
        try:
            query, its = rows.order_by("-at", "-pk").values("at", "pk", **more)[:limit].query.sql_with_params()
        except EmptyResultSet:
            continue
        names = ", ".join(f"one.{name}" for name in ("at", "pk", *more))
        parts.append(f"(SELECT %s::text AS source, {names} FROM ({query}) one)")
        params += [source.slug, *its]
    if not parts:
        return None
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) every {ORDER} LIMIT %s", [*params, limit]


def as_text(said: Any) -> Any:
    return said if hasattr(said, "resolve_expression") else models.Value(str(said), output_field=models.TextField())


def rows_as_json(query: tuple[str, Iterable[Any]] | None) -> Any:
    """The rows of a query as one JSON value, to be asked beside other things; null when there are none."""
    if query is None:
        return models.Value(None, output_field=models.JSONField())
    sql, params = query
    return RawSQL(f"(SELECT jsonb_agg(to_jsonb(r)) FROM ({sql}) r)", tuple(params), output_field=models.JSONField())


def drawn(page: list[Key], user: Any) -> list[Entry]:
    """The entries of a page in its order, each source asked once; a row that vanished meanwhile is left out."""
    wanted: dict[str, list[int]] = {}
    for key in page:
        wanted.setdefault(key.source, []).append(key.pk)
    found = {}
    for slug, pks in wanted.items():
        source = sources.get(slug)
        assert source is not None
        found[slug] = source.draw(pks, user)
    made = []
    for key in page:
        entry = found[key.source].get(key.pk)
        if entry is not None:
            entry.source, entry.key = key.source, key.text
            made.append(entry)
    return made
