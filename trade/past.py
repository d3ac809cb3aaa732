"""What was changed in an article, for its own page. The dossier's history is that of a party."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from counterparties.history import DEEDS, Entry, HistorySource, diffs, field_of
from trade.models import Article, ArticleUnit
from users.models import User

SHOWN = 20


def changes_of(article: Article, user: Any) -> list[Entry]:
    """The latest changes of the article and its units, the newest first, in a fixed number of queries."""
    own, units = source_of(Article), source_of(ArticleUnit)
    events = [
        *((own, event) for event in latest(own, pgh_obj_id=article.pk)),
        *((units, event) for event in latest(units, article_id=article.pk)),
    ]
    events.sort(key=lambda pair: (pair[1].pgh_created_at, pair[1].pgh_id), reverse=True)
    names, related = authors([event for _source, event in events]), related_names(events)
    # What a row was before: the event of the same row before this one.
    rows: dict[Any, list[Any]] = defaultdict(list)
    for source, event in events:
        rows[source.slug, event.pgh_obj_id].append(event)
    made = []
    for source, event in events[:SHOWN]:
        older = rows[source.slug, event.pgh_obj_id]
        place = older.index(event) + 1
        if event.pgh_label == "changed" and place == len(older):
            continue  # what it was before lies further back than is shown
        before = values_of(source, older[place]) if place < len(older) else {}
        after = values_of(source, event)
        entry = Entry(
            at=event.pgh_created_at,
            who=names.get(author_of(event), _("the system")),
            label=event.pgh_label,
            deed=deed_of(event.pgh_label, before, after),
            kind=str(source.model._meta.verbose_name),
            title=str(related.get((source.model._meta.get_field("unit").related_model, after["unit_id"]), ""))
            if source is units
            else "",
            key=f"{source.slug}~{event.pgh_id}",
        )
        entry.diffs = diffs(source, event.pgh_label, before, after, related)
        if entry.diffs or event.pgh_label != "changed":
            made.append(entry)
    return made


def source_of(model: Any) -> HistorySource:
    """How the model's events are read; they belong to no party, so no dossier is told of it."""
    return HistorySource(model, lambda events, party: events.none(), hidden=frozenset(["article"]))


def latest(source: HistorySource, **narrowed: Any) -> list[Any]:
    events = source.event_model.objects.filter(**narrowed).select_related("pgh_context")
    return list(events.order_by("-pgh_id")[: SHOWN + 1])


def values_of(source: HistorySource, event: Any) -> dict[str, Any]:
    """The row's values as the history words them: moments and days as text."""
    found = {name: getattr(event, name) for name in source.fields}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in found.items()}


def deed_of(label: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    if label == "changed" and bool(before.get("archived_at")) != bool(after.get("archived_at")):
        return _("archived") if after["archived_at"] else _("restored")
    return DEEDS[label]()


def author_of(event: Any) -> Any:
    return event.pgh_context.metadata.get("user") if event.pgh_context is not None else None


def authors(events: list[Any]) -> dict[Any, str]:
    keys = {key for key in map(author_of, events) if key}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=keys)}


def related_names(events: list[tuple[HistorySource, Any]]) -> dict[tuple[Any, Any], str]:
    """Names of what foreign keys of the events point at, one query for each model."""
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for source, event in events:
        for attname in source.fields:
            field: Any = field_of(source.model, attname)
            if field is not None and field.is_relation and getattr(event, attname) is not None:
                wanted[field.related_model].add(getattr(event, attname))
    return {
        (model, row.pk): str(row) for model, keys in wanted.items() for row in model._base_manager.filter(pk__in=keys)
    }
