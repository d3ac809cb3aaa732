"""What apps above bring along with the user of the session, in the query that loads him."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.registry import Registry


@dataclass(frozen=True)
class Brought:
    """An expression over the user; its value stands on the user under `slug`."""

    slug: str
    expression: Callable[[], Any]
    order: int = 100


brought_along: Registry[Brought] = Registry("what comes with the user")


@dataclass(frozen=True)
class FirmAtHand:
    """An own firm of the user's scope, as the head of every page offers it."""

    pk: int
    name: str
