"""An import taken back whole, while nothing has been hung on what it made; else refused, saying which rows and why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import pghistory
import pghistory.models
from django.apps import apps
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.importing.plans import chunks
from common.importing.process import Importer, take_turn

NAMED_AT_MOST = 10
Progress = Callable[[int, int], None]


class UndoRefused(Exception):
    """Something has been done with what the import made; the message says to which rows."""


# -- What writers note for undoing ------------------------------------------------------------------


def note(one: Any, made: models.Model | None) -> None:
    """Remember in the row that a new database row was made."""
    if made is not None:
        one.written.setdefault("added", {}).setdefault(made._meta.label_lower, []).append(made.pk)


def note_change(one: Any, changed: models.Model, before: dict[str, Any]) -> None:
    """Remember in the row the values before and after, as JSON knows them."""
    values = {}
    for name, old in before.items():
        values[name] = [as_json(old), as_json(getattr(changed, name))]
    one.written.setdefault("changed", {}).setdefault(changed._meta.label_lower, {})[str(changed.pk)] = values


def as_json(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, bool)):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return getattr(value, "as_e164", None) or str(value)


# -- Undoing ----------------------------------------------------------------------------------------


class Undoing:
    """What the rows of one import made and changed, by model. An app names its models.

    `made` are models whose rows it adds, in the order in which they can be deleted, `edited` those whose rows it
    changes, `weightless` those whose rows say nothing of their own about what they point at.
    """

    importer: Importer
    made: tuple[type[models.Model], ...] = ()
    edited: tuple[type[models.Model], ...] = ()
    weightless: tuple[type[models.Model], ...] = ()
    # In the order in which rows are locked; those that others hang on come first.
    locked: tuple[type[models.Model], ...] = ()

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows
        model = self.importer.model
        # What a later import did and took back again leaves no difference.
        self.undone = list(model.objects.filter(state=model.State.UNDONE).values_list("pk", flat=True))
        self.added: dict[str, dict[int, Any]] = defaultdict(dict)
        self.changed: dict[str, dict[int, dict[str, list[Any]]]] = defaultdict(dict)
        self.changed_rows: dict[tuple[str, int], Any] = {}
        for row in rows:
            for label, keys in row.written.get("added", {}).items():
                self.added[label] |= dict.fromkeys(keys, row)
            for label, records in row.written.get("changed", {}).items():
                for key, values in records.items():
                    self.changed[label][int(key)] = values
                    self.changed_rows[label, int(key)] = row

    @classmethod
    def undo(cls, table_import: Any, user: Any, progress: Progress | None = None) -> None:
        """Delete what the import made and give changed records their values back; all or nothing.

        Must run in a transaction. Raises UndoRefused.
        """
        take_turn()
        locked = cls.importer.model.objects.select_for_update().get(pk=table_import.pk)
        if locked.state != locked.State.APPLIED:
            raise UndoRefused(_("This import is not in force, so there is nothing to undo."))
        work = cls(list(locked.rows.exclude(written={})))
        work.lock()
        if problems := work.problems():
            raise UndoRefused(in_words(problems))
        with pghistory.context(**{cls.importer.context_key: locked.pk}):
            work.take_back(progress or (lambda done, total: None))
        locked.state, locked.undone_at, locked.undone_by = locked.State.UNDONE, timezone.now(), user
        locked.save(update_fields=["state", "undone_at", "undone_by"])
        table_import.refresh_from_db()

    def lock(self) -> None:
        """Nobody may change the records, or hang anything on new ones, until this is over."""
        for model in self.locked:
            keys = {*self.added[model._meta.label_lower], *self.changed[model._meta.label_lower]}
            for part in chunks(sorted(keys)):
                rows = model._base_manager.filter(pk__in=part).order_by("pk")
                list(rows.select_for_update().values_list("pk"))

    # -- May it be undone? -----------------------------------------------------------------------

    def problems(self) -> dict[int, tuple[Any, str]]:
        """The first reason against undoing of each row that has one, by the row's number."""
        found: dict[int, tuple[Any, str]] = {}
        for row, reason in (*self.gone_or_edited(), *self.hung_on(), *self.changed_since()):
            found.setdefault(row.number, (row, reason))
        return dict(sorted(found.items()))

    def gone_or_edited(self) -> Iterator[tuple[Any, str]]:
        """New rows that somebody has changed or deleted since."""
        undone = {f"pgh_context__metadata__{self.importer.context_key}__in": self.undone}
        for model in self.made:
            made = self.added[model._meta.label_lower]
            event: Any = getattr(model, "pgh_event_model", None)
            if event is None:
                continue
            for part in chunks(made):
                edited = event.objects.filter(pgh_obj_id__in=part, pgh_label__in=["changed", "deleted"])
                edited = edited.exclude(**undone)
                for key in set(edited.values_list("pgh_obj_id", flat=True)):
                    yield made[key], _("%s: changed after the import") % model._meta.verbose_name

    def hung_on(self) -> Iterator[tuple[Any, str]]:
        """Rows of any model that point at a new row and are no part of the import."""
        for model in self.made:
            made = self.added[model._meta.label_lower]
            if not made:
                continue
            for field in self.pointing_at(model):
                other = field.model
                own = self.added.get(other._meta.label_lower, {})
                for part in chunks(made):
                    pointing = other._base_manager.filter(**{f"{field.name}__in": part})
                    for key, target in pointing.values_list("pk", F(field.attname)):
                        if key not in own:
                            yield made[target], _("has since been given: %s") % other._meta.verbose_name

    def changed_since(self) -> Iterator[tuple[Any, str]]:
        """Updated records whose fields no longer have the values that the import gave them."""
        for model in self.edited:
            label = model._meta.label_lower
            for part in chunks(self.changed[label]):
                present = model._base_manager.in_bulk(part)
                for key in part:
                    record: Any = present.get(key)
                    for name, (_before, after) in self.changed[label][key].items():
                        if record is None or as_json(getattr(record, name)) != after:
                            yield self.changed_rows[label, key], _("changed again after the import")
                            break

    # -- Undoing it ------------------------------------------------------------------------------

    def before_deleting(self) -> None:
        """Let go what says nothing of its own about the new rows."""

    def after_taking_back(self) -> None:
        """What follows once the rows are gone and the values back."""

    def take_back(self, progress: Progress) -> None:
        total = sum(len(keys) for keys in self.added.values()) + sum(len(keys) for keys in self.changed.values())
        done = 0
        self.before_deleting()
        for model in self.made:
            for part in chunks(self.added[model._meta.label_lower]):
                # Nothing points at these rows any more: no need to let Django look for what else would go.
                model._base_manager.filter(pk__in=part)._raw_delete(using="default")
                done += len(part)
                progress(done, total)
        for model in self.edited:
            label = model._meta.label_lower
            names = {field.name for field in model._meta.fields}
            for part in chunks(self.changed[label]):
                present = model._base_manager.in_bulk(part)
                for key in part:
                    record = present[key]
                    values = self.changed[label][key]
                    for name, (before, _after) in values.items():
                        setattr(record, name, before)
                    fields = {name.removesuffix("_id") for name in values} | ({"updated_at"} & names)
                    record.save(update_fields=fields)
                done += len(part)
                progress(done, total)
        self.after_taking_back()

    def pointing_at(self, model: type[models.Model]) -> Iterable[models.ForeignKey[Any, Any]]:
        """All foreign keys to a model, those of many-to-many tables too; history and weightless rows left out."""
        for other in apps.get_models(include_auto_created=True):
            if other in self.weightless or issubclass(other, pghistory.models.Event) or not other._meta.managed:
                continue
            for field in other._meta.concrete_fields:
                if isinstance(field, models.ForeignKey) and field.related_model is model:
                    yield field


def in_words(problems: dict[int, tuple[Any, str]]) -> str:
    """The refusal: the first rows by name, then how many more."""
    named = [
        _("row %(number)d (%(title)s): %(reason)s") % {"number": number, "title": row.title, "reason": reason}
        for number, (row, reason) in list(problems.items())[:NAMED_AT_MOST]
    ]
    text = _("Nothing was undone, because something has been done since: %s") % "; ".join(named)
    if (more := len(problems) - len(named)) > 0:
        text += " " + ngettext("and %d more row.", "and %d more rows.", more) % more
    return text
