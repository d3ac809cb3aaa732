"""What others have changed since a form was opened: told once, instead of being overwritten unseen."""

# ruff: noqa: S608  (only names of tables and columns of our own models are put into the text of the queries)

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.utils.translation import gettext as _

from counterparties import history

Watched = tuple[type[models.Model], str, int]


class LaterChangesMixin(forms.BaseForm):
    """A form of rows whose changes are kept: the first save over someone else's later change is refused.

    `seen` is the last event of each watched row when the form was opened. What the user typed stays; saving again goes
    ahead. A form that brings no `seen` is not asked.
    """

    instance: Any
    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if watched := self.watched():
            self.fields["seen"] = forms.CharField(required=False, widget=forms.HiddenInput)
            self.initial["seen"] = "-".join(str(number) for number in last_events(watched))

    def watched(self) -> list[Watched]:
        """Whose changes matter: model, column of its events, key."""
        return [(type(self.instance), "pgh_obj_id", self.instance.pk)] if self.instance.pk else []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        seen = data.get("seen") or ""
        if not re.fullmatch(r"[0-9]{1,18}(-[0-9]{1,18})*", seen):
            return data
        watched = self.watched()
        known, now = [int(number) for number in seen.split("-")], last_events(watched)
        if len(known) == len(now) and known != now:
            typed: Any = self.data
            typed = typed.copy()
            typed[self.add_prefix("seen")] = "-".join(str(number) for number in now)
            self.data = typed
            self.add_error(
                None,
                [
                    _("Somebody else has changed this record since you opened it. What you typed is still here."),
                    *changes_after(watched, known, self.user),
                    _("Save again to put what you typed in place of it."),
                ],
            )
        return data


def table_of(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model.pgh_event_model._meta.db_table)  # type: ignore[attr-defined]


def last_events(watched: list[Watched]) -> list[int]:
    """The number of the last event of each watched row, 0 where nothing is kept."""
    parts = [
        f"(SELECT COALESCE(MAX(pgh_id), 0) FROM {table_of(model)} WHERE {column} = %s)"
        for model, column, _key in watched
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", [key for _model, _column, key in watched])
        return list(cursor.fetchone())


def changes_after(watched: list[Watched], known: list[int], user: Any) -> list[str]:
    """What the events after the known ones changed, as "who: field: before → after", the oldest first."""
    users = connection.ops.quote_name(get_user_model()._meta.db_table)
    parts: list[str] = []
    params: list[Any] = []
    for (model, column, key), after in zip(watched, known, strict=True):
        table = table_of(model)
        seen = history.seen_condition(history.sources.get(model._meta.label_lower), user)
        parts.append(
            f"""
            (SELECT %s AS source, e.pgh_created_at, e.pgh_id, e.pgh_label,
                COALESCE(NULLIF(TRIM(CONCAT(u.first_name, ' ', u.last_name)), ''), u.username) AS who,
                to_jsonb(e) AS after,
                (SELECT to_jsonb(b) FROM {table} b
                 WHERE b.pgh_obj_id = e.pgh_obj_id AND b.pgh_id < e.pgh_id ORDER BY b.pgh_id DESC LIMIT 1) AS before
            FROM (
                SELECT * FROM {table} one WHERE one.{column} = %s AND one.pgh_id > %s{" AND " + seen[0] if seen else ""}
            ) e
            LEFT JOIN pghistory_context c ON c.id = e.pgh_context_id
            LEFT JOIN {users} u ON u.id::text = c.metadata->>'user'
            ORDER BY e.pgh_id LIMIT 20)"""
        )
        params += [model._meta.label_lower, key, after, *(seen[1] if seen else [])]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({' UNION ALL '.join(parts)}) found ORDER BY 2, 3", params)
        events = [history.Event(*row) for row in cursor.fetchall()]
    return [
        f"{entry.who}: {field}: {before or '—'} → {after or '—'}"
        for entry in history.entries(events, user)
        for field, before, after in entry.diffs
    ]
