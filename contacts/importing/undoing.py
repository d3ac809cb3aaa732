"""An import taken back whole, while nothing has been hung on what it made; else refused, saying which rows and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pghistory
import pghistory.models
from django.apps import apps
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.importing.matching import chunks
from contacts.importing.writing import as_json, take_turn
from contacts.models import (
    Address,
    BankAccount,
    ContactLink,
    ContactPerson,
    ImportMapping,
    ImportRow,
    PartyImport,
)
from counterparties.models import Counterparty, RecentParty, Relation

# In the order in which rows can be deleted.
MADE: tuple[type[models.Model], ...] = (Relation, ContactLink, ContactPerson, BankAccount, Address, Counterparty)
# Rows that say nothing of their own about a party.
WEIGHTLESS: tuple[type[models.Model], ...] = (ImportRow, PartyImport, ImportMapping, RecentParty)
NAMED_AT_MOST = 10
Progress = Callable[[int, int], None]


class UndoRefused(Exception):
    """Something has been done with what the import made; the message says to which rows."""


def undo(party_import: PartyImport, user: Any, progress: Progress | None = None) -> None:
    """Delete what the import made and give changed records their values back; all or nothing.

    Must run in a transaction. Raises UndoRefused.
    """
    take_turn()
    locked = PartyImport.objects.select_for_update().get(pk=party_import.pk)
    if locked.state != PartyImport.State.APPLIED:
        raise UndoRefused(_("This import is not in force, so there is nothing to undo."))
    rows = list(locked.rows.exclude(written={}))
    work = Undoing(rows)
    work.lock()
    if problems := work.problems():
        raise UndoRefused(in_words(problems))
    with pghistory.context(party_import=locked.pk):
        work.take_back(progress or (lambda done, total: None))
    locked.state, locked.undone_at, locked.undone_by = PartyImport.State.UNDONE, timezone.now(), user
    locked.save(update_fields=["state", "undone_at", "undone_by"])
    party_import.refresh_from_db()


class Undoing:
    """What the rows of one import made and changed, by model."""

    def __init__(self, rows: list[ImportRow]) -> None:
        self.rows = rows
        # What a later import did and took back again leaves no difference.
        self.undone = list(PartyImport.objects.filter(state=PartyImport.State.UNDONE).values_list("pk", flat=True))
        self.added: dict[str, dict[int, ImportRow]] = defaultdict(dict)
        self.changed: dict[str, dict[int, dict[str, list[Any]]]] = defaultdict(dict)
        self.changed_rows: dict[tuple[str, int], ImportRow] = {}
        for row in rows:
            for label, keys in row.written.get("added", {}).items():
                self.added[label] |= dict.fromkeys(keys, row)
            for label, records in row.written.get("changed", {}).items():
                for key, values in records.items():
                    self.changed[label][int(key)] = values
                    self.changed_rows[label, int(key)] = row

    def lock(self) -> None:
        """Nobody may change the records, or hang anything on new ones, until this is over."""
        keys = {*self.added[Counterparty._meta.label_lower], *self.changed[Counterparty._meta.label_lower]}
        for part in chunks(sorted(keys)):
            list(Counterparty.objects.filter(pk__in=part).order_by("pk").select_for_update().values_list("pk"))
        for model in (ContactPerson, Address, BankAccount, ContactLink):
            keys = {*self.added[model._meta.label_lower], *self.changed[model._meta.label_lower]}
            for part in chunks(sorted(keys)):
                list(model.objects.filter(pk__in=part).order_by("pk").select_for_update().values_list("pk"))

    # -- May it be undone? -----------------------------------------------------------------------

    def problems(self) -> dict[int, tuple[ImportRow, str]]:
        """The first reason against undoing of each row that has one, by the row's number."""
        found: dict[int, tuple[ImportRow, str]] = {}
        for row, reason in (*self.gone_or_edited(), *self.hung_on(), *self.changed_since()):
            found.setdefault(row.number, (row, reason))
        return dict(sorted(found.items()))

    def gone_or_edited(self) -> Iterator[tuple[ImportRow, str]]:
        """New rows that somebody has changed or deleted since."""
        for model in MADE:
            made = self.added[model._meta.label_lower]
            event: Any = model.pgh_event_model  # type: ignore[attr-defined]
            for part in chunks(made):
                edited = event.objects.filter(pgh_obj_id__in=part, pgh_label__in=["changed", "deleted"])
                edited = edited.exclude(pgh_context__metadata__party_import__in=self.undone)
                for key in set(edited.values_list("pgh_obj_id", flat=True)):
                    yield made[key], _("%s: changed after the import") % model._meta.verbose_name

    def hung_on(self) -> Iterator[tuple[ImportRow, str]]:
        """Rows of any model that point at a new row and are no part of the import."""
        for model in MADE:
            made = self.added[model._meta.label_lower]
            if not made:
                continue
            for field in pointing_at(model):
                other = field.model
                own = self.added.get(other._meta.label_lower, {})
                for part in chunks(made):
                    pointing = other._base_manager.filter(**{f"{field.name}__in": part})
                    for key, target in pointing.values_list("pk", F(field.attname)):
                        if key not in own:
                            yield made[target], _("has since been given: %s") % other._meta.verbose_name

    def changed_since(self) -> Iterator[tuple[ImportRow, str]]:
        """Updated records whose fields no longer have the values that the import gave them."""
        for model in (Counterparty, Address):
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

    def take_back(self, progress: Progress) -> None:
        total = sum(len(keys) for keys in self.added.values()) + sum(len(keys) for keys in self.changed.values())
        done = 0
        parties = self.added[Counterparty._meta.label_lower]
        for part in chunks(parties):
            RecentParty.objects.filter(party__in=part).delete()
            ImportRow.objects.filter(party__in=part).update(party=None)
        for model in MADE:
            for part in chunks(self.added[model._meta.label_lower]):
                # Nothing points at these rows any more: no need to let Django look for what else would go.
                model._base_manager.filter(pk__in=part)._raw_delete(using="default")
                done += len(part)
                progress(done, total)
        for model in (Counterparty, Address):
            label = model._meta.label_lower
            for part in chunks(self.changed[label]):
                present = model._base_manager.in_bulk(part)
                for key in part:
                    record = present[key]
                    values = self.changed[label][key]
                    for name, (before, _after) in values.items():
                        setattr(record, name, before)
                    record.save(update_fields=[*(name.removesuffix("_id") for name in values), "updated_at"])
                done += len(part)
                progress(done, total)


def pointing_at(model: type[models.Model]) -> Iterable[models.ForeignKey[Any, Any]]:
    """All foreign keys to a model, those of many-to-many tables too; history and weightless rows left out."""
    for other in apps.get_models(include_auto_created=True):
        if other in WEIGHTLESS or issubclass(other, pghistory.models.Event) or not other._meta.managed:
            continue
        for field in other._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is model:
                yield field


def in_words(problems: dict[int, tuple[ImportRow, str]]) -> str:
    """The refusal: the first rows by name, then how many more."""
    named = [
        _("row %(number)d (%(title)s): %(reason)s") % {"number": number, "title": row.title, "reason": reason}
        for number, (row, reason) in list(problems.items())[:NAMED_AT_MOST]
    ]
    text = _("Nothing was undone, because something has been done since: %s") % "; ".join(named)
    if (more := len(problems) - len(named)) > 0:
        text += " " + ngettext("and %d more row.", "and %d more rows.", more) % more
    return text
