"""Kinds of number series, and what a taken number looks like.

An app that numbers its documents registers a kind; how each own firm numbers them stands in `NumberSeries`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from common.registry import Registry


@dataclass(frozen=True)
class SeriesKind:
    """What is numbered, and how unless the office sets otherwise.

    `yearly` series begin anew at 1 each year; `digits` pads with zeros; `prefix` stands before the number. Kinds of one
    `family` share no number within a firm; `first` is where a series begins of itself.
    """

    slug: str
    label: Any
    yearly: bool = False
    digits: int = 1
    prefix: str = ""
    order: int = 100
    family: str = ""
    first: int = 1

    @property
    def kindred(self) -> list[str]:
        """The kinds with which it shares no number, itself among them."""
        return [kind.slug for kind in series_kinds if kind.family == self.family] if self.family else [self.slug]


class Taken(NamedTuple):
    """A number that was just taken: as it is written, as a number, and the year of a yearly series."""

    text: str
    number: int
    year: int | None


series_kinds: Registry[SeriesKind] = Registry("kind of number series")

LETTERS_IN = series_kinds.register(SeriesKind("letters-in", _("incoming letters"), yearly=True, order=10))
LETTERS_OUT = series_kinds.register(SeriesKind("letters-out", _("outgoing letters"), yearly=True, order=11))
LETTERS_INTERNAL = series_kinds.register(SeriesKind("letters-internal", _("internal letters"), yearly=True, order=12))
