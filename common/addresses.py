"""Addresses by name, fast: a list or a dossier asks for dozens, and `reverse` walks the patterns each time."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import reverse


@cache
def _pattern(name: str, kinds: tuple[type, ...]) -> str:
    """The address as a format string, found out once by `reverse` with marks in the places of the keys."""
    marks: list[Any] = [900_000_000_000 + place if kind is int else f"mark-{place}" for place, kind in enumerate(kinds)]
    pattern = reverse(name, args=marks).replace("{", "{{").replace("}", "}}")
    for place, mark in enumerate(marks):
        pattern = pattern.replace(str(mark), f"{{{place}}}")
    return pattern


def address(name: str, *keys: int | str) -> str:
    """Return what `reverse(name, args=keys)` does, for keys that are whole numbers or slugs."""
    return _pattern(name, tuple(int if isinstance(key, int) else str for key in keys)).format(*keys)
