"""The door for demonstration data: each app registers a part, and `manage.py demo` fills them from the ground up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from common.registry import Registry


@dataclass(frozen=True)
class DemoPart:
    """`fill` writes the part's rows; `holds_rows` says whether the database already has some of them."""

    slug: str
    order: int
    fill: Callable[[], None]
    holds_rows: Callable[[], bool]


parts: Registry[DemoPart] = Registry("demonstration data")
