"""Who changed what, when, before → after, over every tab of a dossier.

The events are written by the database (pghistory); here they are brought together. An app says with `register` which of
its tracked models belong to a dossier and how their events lead to a party.
"""

# ruff: noqa: S608  (only names of tables, conditions of ours and placeholders are put into the text of queries)

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Trim
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.dates import SOFIA, format_date, format_moment
from common.lists import show
from common.prepared import PreparedQuery
from common.registry import Registry
from counterparties.facts import ANY_PARTY, KEPT, rights_of, stand_in_of
from counterparties.models import (
    CharacteristicValue,
    Counterparty,
    Relation,
    ServingFirm,
)
from users.models import name_of_user

PAGE_SIZE = 50
# Fields that say nothing to a reader of history.
SILENT = {"id", "party", "created_at", "updated_at", "created_by", "search_text", "sort_name", "archived_by"}


# SQL of a condition, and its parameters.
Condition = tuple[str, list[Any]]


@dataclass(frozen=True)
class HistorySource:
    """A tracked model of the dossier.

    `of_party(events, party)` narrows its events to a party, by its key alone; `permission` is what a user needs to
    read them; `allows(party, user)` may refuse them in one dossier for reasons of scope; `title` names the row from its
    values; `hidden` are fields whose values are never shown; `also` is SQL of a jsonb object over the event `e`: values
    for `title` that stand in other rows, such as a person's name; `seen_by(user)` is an SQL condition over the event
    `one` with its parameters, for rows that not all who see the party may see (None: no condition); `deed` names a
    change by the values before and after ("done"), "" where it is an ordinary one; `say(field, value, values)` words a
    value that the field alone does not explain (None: as usual).
    """

    model: type[models.Model]
    of_party: Callable[[QuerySet[Any], Any], QuerySet[Any]]
    permission: str = ""
    title: Callable[[dict[str, Any]], str] = lambda values: ""
    hidden: frozenset[str] = frozenset()
    also: str = ""
    allows: Callable[[Any, Any], bool] = lambda party, user: True
    seen_by: Callable[[Any], Condition | None] | None = None
    deed: Callable[[dict[str, Any], dict[str, Any]], str] = lambda before, after: ""
    say: Callable[[str, Any, dict[str, Any]], str | None] = lambda field, value, values: None
    order: int = 100

    @property
    def slug(self) -> str:
        return self.model._meta.label_lower

    @property
    def event_model(self) -> Any:
        return self.model.pgh_event_model  # type: ignore[attr-defined]

    @property
    def fields(self) -> list[str]:
        return [f.attname for f in self.event_model._meta.concrete_fields if not f.name.startswith("pgh_")]


sources: Registry[HistorySource] = Registry("history source")


def register(model: type[models.Model], of_party: Callable[[QuerySet[Any], Any], QuerySet[Any]], **kwargs: Any) -> None:
    """Let the changes of a model's rows show in the history of the dossier they belong to."""
    sources.register(HistorySource(model, of_party, **kwargs))


@dataclass
class Entry:
    """One event as the page shows it."""

    at: dt.datetime
    who: str
    label: str  # added, changed or deleted
    deed: str
    kind: str
    title: str
    key: str
    diffs: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def what(self) -> str:
        """The deed in words: "changed: address – ул. Шипка 34"."""
        return f"{self.deed}: {self.kind}" + (f" – {self.title}" if self.title else "")


DEEDS = {"added": lambda: _("added"), "changed": lambda: _("changed"), "deleted": lambda: _("deleted")}


@dataclass(frozen=True)
class HistoryFilter:
    """What to leave of the history: one model, one user, days from and to."""

    model: str = ""
    user: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def sources_for(user: Any) -> list[HistorySource]:
    return [source for source in sources if not source.permission or user.has_perm(source.permission)]


def page_of(
    party: Any,
    user: Any,
    narrowed: HistoryFilter | None = None,
    before_key: str = "",
    size: int = PAGE_SIZE,
    values: bool = True,
) -> tuple[list[Entry], str]:
    """Return one page of a party's history, newest first, and the key of the next page ("" at the end).

    Paged by key: the cost of a page does not grow with how far back it lies. Without `values` only what was done is
    told, not the fields before and after.
    """
    narrowed = narrowed or HistoryFilter()
    wanted = [s for s in sources_for(user) if not narrowed.model or s.slug == narrowed.model]
    wanted = [source for source in wanted if source.allows(party, user)]
    if not wanted:
        return [], ""
    if narrowed == HistoryFilter() and not before_key:
        # The first page of all, on every Summary: put together and planned once for all of the same rights.
        query = first_page(tuple(wanted), rights_of(user), size + 1, stand_in=stand_in_of(user))
        found = [Event(*row) for row in query.ask(party.pk, user.pk)]
    else:
        sql, params = page_query(wanted, party.pk, user, narrowed, before_key, size + 1)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            found = [Event(*row) for row in cursor.fetchall()]
    page = found[:size]
    return entries(page, user, values), page[-1].key if len(found) > size else ""


def changes_since(party: Any, user: Any, seen: str) -> list[tuple[str, str, str, str]]:
    """What was changed in the record itself after a moment (ISO text): who, field, before, after; oldest first."""
    try:
        moment = dt.datetime.fromisoformat(seen)
    except ValueError:
        return []
    made, _key = page_of(party, user, HistoryFilter(model=Counterparty._meta.label_lower), size=20)
    later = [entry for entry in made if entry.at > moment and entry.label == "changed"]
    return [(entry.who, *diff) for entry in reversed(later) for diff in entry.diffs]


class Event(NamedTuple):
    """A row of the united history, as the database gives it."""

    source: str
    at: dt.datetime
    pgh_id: int
    label: str
    who: str | None
    values_json: str
    before_json: str | None

    @property
    def key(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.pgh_id}"

    @property
    def values(self) -> dict[str, Any]:
        return json.loads(self.values_json, parse_float=Decimal)

    @property
    def before(self) -> dict[str, Any]:
        return json.loads(self.before_json, parse_float=Decimal) if self.before_json else {}


@cache
def events_query(slug: str) -> tuple[str, tuple[Any, ...]]:
    """A source's events of one party as SQL. Put together once: that costs more than the database needs to answer."""
    source = sources.get(slug)
    assert source is not None
    events = source.of_party(source.event_model.objects.order_by(), Counterparty(pk=ANY_PARTY))
    return events.values(
        "pgh_id", "pgh_obj_id", "pgh_created_at", "pgh_label", "pgh_context_id"
    ).query.sql_with_params()


# The first pages that were put together; when they are too many it is begun anew.
_first_pages: dict[Any, PreparedQuery] = {}


def first_page(wanted: tuple[HistorySource, ...], rights: Any, limit: int, stand_in: Any) -> PreparedQuery:
    key = (wanted, rights, limit)
    if key not in _first_pages:
        if len(_first_pages) >= KEPT:
            _first_pages.clear()
        _first_pages[key] = PreparedQuery(*page_query(wanted, ANY_PARTY, stand_in, HistoryFilter(), "", limit))
    return _first_pages[key]


def page_query(
    wanted: Sequence[HistorySource], party: int, user: Any, narrowed: HistoryFilter, before_key: str, limit: int
) -> tuple[str, list[Any]]:
    """The query of one page: keys of each source, united and cut, and only then values, values before, and names."""
    parts, params = [], []
    for source in wanted:
        sql, its_params = events_query(source.slug)
        conditions, its_conditions = conditions_of(source, user, narrowed, before_key)
        parts.append(
            f"(SELECT %s AS source, one.* FROM ({sql}) one {conditions}"
            " ORDER BY pgh_created_at DESC, pgh_id DESC LIMIT %s)"
        )
        params += [source.slug, *(party if value == ANY_PARTY else value for value in its_params)]
        params += [*its_conditions, limit]
    values, before = [], []
    for source in wanted:
        table = connection.ops.quote_name(source.event_model._meta.db_table)
        also = f" || {source.also}" if source.also else ""
        values.append(f"WHEN %s THEN (SELECT to_jsonb(e){also} FROM {table} e WHERE e.pgh_id = page.pgh_id)")
        before.append(
            f"WHEN %s THEN (SELECT to_jsonb(e) FROM {table} e WHERE e.pgh_obj_id = page.pgh_obj_id"
            " AND e.pgh_id < page.pgh_id ORDER BY e.pgh_id DESC LIMIT 1)"
        )
    slugs = [source.slug for source in wanted]
    users = connection.ops.quote_name(get_user_model()._meta.db_table)
    sql = f"""
        WITH page AS (
            SELECT * FROM ({" UNION ALL ".join(parts)}) united
            ORDER BY pgh_created_at DESC, source, pgh_id DESC LIMIT %s
        )
        SELECT page.source, page.pgh_created_at, page.pgh_id, page.pgh_label,
            COALESCE(NULLIF(TRIM(CONCAT(u.first_name, ' ', u.last_name)), ''), u.username),
            CASE page.source {" ".join(values)} END,
            CASE page.source {" ".join(before)} END
        FROM page
        LEFT JOIN pghistory_context c ON c.id = page.pgh_context_id
        LEFT JOIN {users} u ON u.id::text = c.metadata->>'user'
        ORDER BY page.pgh_created_at DESC, page.source, page.pgh_id DESC
    """
    return sql, [*params, limit, *slugs, *slugs]


def conditions_of(source: HistorySource, user: Any, narrowed: HistoryFilter, key: str) -> tuple[str, list[Any]]:
    """What the user's rights, the filter and the key of the page before leave of a source's events.

    After the key stand older events, and of the same moment those of later sources or of the same one with a smaller
    number.
    """
    said: list[str] = []
    params: list[Any] = []
    if (condition := seen_condition(source, user)) is not None:
        said.append(condition[0])
        params += condition[1]
    for sign, day, days in ((">=", narrowed.since, 0), ("<", narrowed.until, 1)):
        if day is not None and (day < dt.date.max or not days):  # after the last of all days comes nothing
            said.append(f"pgh_created_at {sign} %s")
            midnight = dt.datetime.combine(day, dt.time()) + dt.timedelta(days=days)
            params.append(timezone.make_aware(midnight, SOFIA))
    if narrowed.user:
        said.append(
            "EXISTS (SELECT FROM pghistory_context c WHERE c.id = one.pgh_context_id AND c.metadata->>'user' = %s)"
        )
        params.append(narrowed.user)
    try:
        at_text, key_slug, number = key.split("~")
        at, pgh_id = dt.datetime.fromisoformat(at_text).astimezone(dt.UTC), int(number)
    except (ValueError, OverflowError):
        pass  # no key, or one that nobody made here: the first page
    else:
        if source.slug == key_slug:
            said.append("(pgh_created_at, pgh_id) < (%s, %s)")
            params += [at, pgh_id]
        else:
            said.append(f"pgh_created_at {'<=' if source.slug > key_slug else '<'} %s")
            params.append(at)
    return (f"WHERE {' AND '.join(said)}" if said else ""), params


def seen_condition(source: HistorySource | None, user: Any) -> Condition | None:
    """What of a source's events, as `one`, the user may see; None when all that he sees of the party."""
    return source.seen_by(user) if source is not None and source.seen_by is not None else None


def entries(rows: list[Event], user: Any, values: bool = True) -> list[Entry]:
    related = related_names(rows, user) if values else {}
    made = []
    for row in rows:
        source = sources.get(row.source)
        assert source is not None
        after = row.values
        entry = Entry(
            at=row.at,
            who=row.who or _("the system"),
            label=row.label,
            deed=deed_of(row),
            kind=str(source.model._meta.verbose_name),
            title=source.title(after),
            key=row.key,
        )
        if values:
            entry.diffs = diffs(source, row.label, row.before, after, related)
        made.append(entry)
    return made


def deed_of(row: Event) -> str:
    """What was done, in a word; archiving is a change of a row, but not to a reader."""
    if row.label == "changed" and "archived_at" in row.values:
        before, after = row.before.get("archived_at"), row.values["archived_at"]
        if bool(before) != bool(after):
            return _("archived") if after else _("restored")
    source = sources.get(row.source)
    if row.label == "changed" and source is not None and (words := source.deed(row.before, row.values)):
        return words
    return DEEDS[row.label]()


def diffs(
    source: HistorySource,
    label: str,
    before: dict[str, Any],
    after: dict[str, Any],
    related: dict[tuple[Any, Any], str],
) -> list[tuple[str, str, str]]:
    """The fields that the event changed: label, before, after."""
    values = after
    if label == "added":
        before = {}
    elif label == "deleted":
        before, after = after, {}
    made = []
    for attname in source.fields:
        model_field = field_of(source.model, attname)
        if model_field is None or model_field.name in SILENT or model_field.name in source.hidden:
            continue
        old, new = before.get(attname), after.get(attname)
        if old == new or (is_nothing(old) and is_nothing(new)):
            continue
        said = [source.say(model_field.name, value, values) for value in (old, new)]
        made.append(
            (
                capfirst(str(getattr(model_field, "verbose_name", attname))),
                words(model_field, old, related) if said[0] is None else said[0],
                words(model_field, new, related) if said[1] is None else said[1],
            )
        )
    return made


def is_nothing(value: Any) -> bool:
    """Empty for a reader; zero is something."""
    return value is None or value is False or value == ""


def field_of(model: type[models.Model], attname: str) -> Any:
    """The field of a column. `about_id` may be a column of its own, beside a relation to anything called `about`."""
    for name in (attname.removesuffix("_id"), attname):
        try:
            found = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if found.concrete:
            return found
    return None


def words(model_field: Any, value: Any, related: dict[tuple[Any, Any], str]) -> str:
    """A stored value as a person reads it."""
    if value in (None, ""):
        return ""
    if model_field.is_relation:
        return related.get((model_field.related_model, value), f"№ {value}")
    if getattr(model_field, "choices", None):
        return str(dict(model_field.flatchoices).get(value, value))
    if isinstance(model_field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(model_field, models.DateTimeField):
        # A whole day begins at midnight: there the hour says nothing.
        moment = dt.datetime.fromisoformat(value).astimezone(SOFIA)
        return format_moment(moment) if moment.time() != dt.time() else format_date(moment)
    if isinstance(model_field, models.DateField):
        return show(dt.date.fromisoformat(value))
    if isinstance(model_field, models.DecimalField):
        return f"{Decimal(str(value)).normalize():f}".replace(".", ",")
    if isinstance(model_field, models.FileField):
        return _("a file")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def related_names(rows: list[Event], user: Any) -> dict[tuple[Any, Any], str]:
    """Names of the rows that foreign keys in the page point to, in one query; parties and private rows only if seen."""
    wanted: dict[Any, set[Any]] = {}
    for row in rows:
        source = sources.get(row.source)
        assert source is not None
        after, before = row.values, row.before
        for attname in source.fields:
            model_field = field_of(source.model, attname)
            if model_field is None or not model_field.is_relation or model_field.name in SILENT:
                continue
            values = {before.get(attname), after.get(attname)} - {None}
            if values and (before.get(attname) != after.get(attname) or row.label != "changed"):
                wanted.setdefault(model_field.related_model, set()).update(values)
    parts: list[QuerySet[Any, Any]] = []
    names: dict[tuple[Any, Any], str] = {}
    for model, keys in wanted.items():
        queryset = model._base_manager.filter(pk__in=keys)
        source = sources.get(model._meta.label_lower)
        if model is Counterparty or (source is not None and source.seen_by is not None):
            queryset = model._default_manager.visible_to(user).filter(pk__in=keys)
        name = name_expression(model)
        if name is None:
            names |= {(model, one.pk): str(one) for one in queryset}
            continue
        label = Value(model._meta.label_lower, output_field=CharField())
        parts.append(queryset.order_by().values_list(label, Cast("pk", CharField()), Cast(name, CharField())))
    if parts:
        for label, key, name in parts[0].union(*parts[1:], all=True):
            model = apps.get_model(label)
            names[model, model._meta.pk.to_python(key)] = name.strip()
    return names


def name_expression(model: type[models.Model]) -> Any:
    """What a row of the model is called, as the database can say it; None when only the row itself knows."""
    fields = {one.name for one in model._meta.concrete_fields}
    if model is get_user_model():
        return name_of_user()
    if model is Counterparty:
        with_form = Trim(Concat("name", Value(" "), "legal_form__name"))
        return Coalesce(NullIf(F("short_name"), Value("")), with_form)
    if "name_en" in fields and get_language() == "en":
        return Coalesce(NullIf(F("name_en"), Value("")), F("name"))
    # A row whose name is not known yet is told by its key (a municipality by its code).
    return Coalesce(NullIf(F("name"), Value("")), Cast("pk", CharField())) if "name" in fields else None


register(Counterparty, lambda events, party: events.filter(pgh_obj_id=party.pk), order=10)
register(ServingFirm, lambda events, party: events.filter(party_id=party.pk), order=20)
register(
    Relation,
    lambda events, party: events.filter(models.Q(from_party_id=party.pk) | models.Q(to_party_id=party.pk)),
    order=30,
)
register(CharacteristicValue, lambda events, party: events.filter(party_id=party.pk), order=40)

__all__ = ["Entry", "HistoryFilter", "page_of", "register", "sources", "sources_for"]
