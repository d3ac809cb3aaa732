"""Who changed what, when, before → after, over every tab of a dossier.

The events are written by the database (pghistory); here they are brought together. An app says with `register` which of
its tracked models belong to a dossier and how their events lead to a party.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject, NullIf, Trim
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.lists import show
from common.registry import Registry
from counterparties.models import (
    CharacteristicValue,
    Counterparty,
    Relation,
    ServingFirm,
)

PAGE_SIZE = 50
# Fields that say nothing to a reader of history.
SILENT = {"id", "party", "created_at", "updated_at", "created_by", "search_text", "sort_name", "archived_by"}


@dataclass(frozen=True)
class HistorySource:
    """A tracked model of the dossier.

    `of_party(events, party)` narrows its events to a party; `permission` is what a user needs to read them; `title`
    names the row from its values; `hidden` are fields whose values are never shown.
    """

    model: type[models.Model]
    of_party: Callable[[QuerySet[Any], Any], QuerySet[Any]]
    permission: str = ""
    title: Callable[[dict[str, Any]], str] = lambda values: ""
    hidden: frozenset[str] = frozenset()
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


def name_of_user() -> Any:
    """A user's name as an expression, the log-in name when he has no other."""
    full = Trim(Concat("first_name", Value(" "), "last_name"))
    return Coalesce(NullIf(full, Value("")), F("username"))


def rows_of(source: HistorySource, party: Any, narrowed: HistoryFilter) -> QuerySet[Any]:
    """The source's events of a party, each with the values before it, as plain values that can be united."""
    event = source.event_model
    earlier = (
        event.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
        .order_by("-pgh_id")
        .values(pgh_values=JSONObject(**{name: F(name) for name in source.fields}))
    )
    who = (
        get_user_model()
        .objects.annotate(key=Cast("pk", CharField()), name=name_of_user())
        .filter(key=KeyTextTransform("user", OuterRef("pgh_context__metadata")))
    )
    events = source.of_party(event.objects.all(), party).order_by()
    if narrowed.since:
        events = events.filter(pgh_created_at__date__gte=narrowed.since)
    if narrowed.until:
        events = events.filter(pgh_created_at__date__lte=narrowed.until)
    if narrowed.user:
        events = events.filter(pgh_context__metadata__user=int(narrowed.user))
    return events.annotate(
        pgh_source=Value(source.slug, output_field=CharField()),
        pgh_by=Subquery(who.values("name")),
        pgh_values=JSONObject(**{name: F(name) for name in source.fields}),
        pgh_before=Subquery(earlier[:1]),
    ).values("pgh_source", "pgh_created_at", "pgh_id", "pgh_label", "pgh_by", "pgh_values", "pgh_before")


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
    if not wanted:
        return [], ""
    parts = []
    for source in wanted:
        rows = rows_of(source, party, narrowed)
        if before_key:
            rows = older_than(rows, source.slug, before_key)
        parts.append(rows.order_by("-pgh_created_at", "-pgh_id")[: size + 1])
    union = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    found = list(union.order_by("-pgh_created_at", "pgh_source", "-pgh_id")[: size + 1])
    page = found[:size]
    next_key = key_of(page[-1]) if len(found) > size else ""
    return entries(page, user, values), next_key


def key_of(row: dict[str, Any]) -> str:
    return f"{row['pgh_created_at'].isoformat()}~{row['pgh_source']}~{row['pgh_id']}"


def older_than(rows: QuerySet[Any], slug: str, key: str) -> QuerySet[Any]:
    """Leave the rows that stand after the key in the order newest first, then by source, then by number."""
    try:
        at_text, key_slug, number = key.split("~")
        at, pgh_id = dt.datetime.fromisoformat(at_text), int(number)
    except ValueError:
        return rows
    if slug > key_slug:
        return rows.filter(pgh_created_at__lte=at)
    if slug == key_slug:
        return rows.filter(models.Q(pgh_created_at__lt=at) | models.Q(pgh_created_at=at, pgh_id__lt=pgh_id))
    return rows.filter(pgh_created_at__lt=at)


def entries(rows: Iterable[dict[str, Any]], user: Any, values: bool = True) -> list[Entry]:
    rows = list(rows)
    related = related_names(rows, user) if values else {}
    made = []
    for row in rows:
        source = sources.get(row["pgh_source"])
        assert source is not None
        after, before = row["pgh_values"], row["pgh_before"] or {}
        entry = Entry(
            at=row["pgh_created_at"],
            who=row["pgh_by"] or _("the system"),
            deed=DEEDS[row["pgh_label"]](),
            kind=str(source.model._meta.verbose_name),
            title=source.title(after),
            key=key_of(row),
        )
        if values:
            entry.diffs = diffs(source, row["pgh_label"], before, after, related)
        made.append(entry)
    return made


def diffs(
    source: HistorySource,
    label: str,
    before: dict[str, Any],
    after: dict[str, Any],
    related: dict[tuple[Any, Any], str],
) -> list[tuple[str, str, str]]:
    """The fields that the event changed: label, before, after."""
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
        if old == new or (old in (None, "", False) and new in (None, "", False)):
            continue
        made.append(
            (
                capfirst(str(getattr(model_field, "verbose_name", attname))),
                words(model_field, old, related),
                words(model_field, new, related),
            )
        )
    return made


def field_of(model: type[models.Model], attname: str) -> Any:
    try:
        return model._meta.get_field(attname.removesuffix("_id") if attname.endswith("_id") else attname)
    except FieldDoesNotExist:
        try:
            return model._meta.get_field(attname)
        except FieldDoesNotExist:
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
        return show(dt.datetime.fromisoformat(value).astimezone().date())
    if isinstance(model_field, models.DateField):
        return show(dt.date.fromisoformat(value))
    if isinstance(model_field, models.DecimalField):
        return f"{value}".replace(".", ",")
    if isinstance(model_field, models.FileField):
        return _("a file")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def related_names(rows: list[dict[str, Any]], user: Any) -> dict[tuple[Any, Any], str]:
    """Names of the rows that foreign keys in the page point to, one query a model; parties only if seen by the user."""
    wanted: dict[Any, set[Any]] = {}
    for row in rows:
        source = sources.get(row["pgh_source"])
        assert source is not None
        for attname in source.fields:
            model_field = field_of(source.model, attname)
            if model_field is None or not model_field.is_relation or model_field.name in SILENT:
                continue
            values = {(row["pgh_before"] or {}).get(attname), row["pgh_values"].get(attname)} - {None}
            if values and (
                (row["pgh_before"] or {}).get(attname) != row["pgh_values"].get(attname)
                or row["pgh_label"] != "changed"
            ):
                wanted.setdefault(model_field.related_model, set()).update(values)
    names: dict[tuple[Any, Any], str] = {}
    for model, keys in wanted.items():
        queryset = model._base_manager.filter(pk__in=keys)
        if model is Counterparty:
            queryset = Counterparty.objects.visible_to(user).filter(pk__in=keys).select_related("legal_form")
        names |= {(model, one.pk): str(one) for one in queryset}
    return names


register(Counterparty, lambda events, party: events.filter(pgh_obj_id=party.pk), order=10)
register(ServingFirm, lambda events, party: events.filter(party_id=party.pk), order=20)
register(
    Relation,
    lambda events, party: events.filter(models.Q(from_party_id=party.pk) | models.Q(to_party_id=party.pk)),
    order=30,
)
register(CharacteristicValue, lambda events, party: events.filter(party_id=party.pk), order=40)

__all__ = ["Entry", "HistoryFilter", "page_of", "register", "sources", "sources_for"]
