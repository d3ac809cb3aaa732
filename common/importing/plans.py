"""What becomes, or became, of one row of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

CHUNK = 2000
T = TypeVar("T")


class Outcome(models.TextChoices):
    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    SKIPPED = "skipped", _("skipped")
    FAILED = "failed", _("failed")


# What a dry run foretells, where an import that is done tells what it did.
FORECASTS = {
    Outcome.CREATED: _("will be created"),
    Outcome.UPDATED: _("will be changed"),
    Outcome.SKIPPED: _("will be skipped"),
    Outcome.FAILED: _("failed the check"),
}


def outcome_words(outcome: str, *, forecast: bool) -> str:
    """An outcome in words: what will become of a row, or what became of it."""
    known = Outcome(outcome)
    return str(FORECASTS[known] if forecast else known.label)


@dataclass(frozen=True)
class Change:
    """One field of a record before and after, as text; of a new record only what was understood."""

    label: str
    before: str
    after: str

    def as_json(self) -> dict[str, str]:
        return {"field": self.label, "before": self.before, "after": self.after}


@dataclass
class Planned:
    """A row with what becomes of it. `written` is what undoing needs."""

    row: Any
    outcome: str = Outcome.FAILED
    reasons: list[str] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)
    written: dict[str, Any] = field(default_factory=dict)

    def fail(self, reason: str) -> Any:
        self.outcome, self.reasons = Outcome.FAILED, [reason]
        self.changes = []
        return self

    def skip(self, reason: str) -> Any:
        self.outcome, self.reasons = Outcome.SKIPPED, [reason]
        self.changes = []
        return self


def count(planned: Iterable[Any]) -> dict[str, int]:
    counts = dict.fromkeys(Outcome.values, 0)
    for one in planned:
        counts[one.outcome] += 1
    return counts


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    found = list(items)
    for start in range(0, len(found), size):
        yield found[start : start + size]
