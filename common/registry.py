"""The one pattern of all doors: an app below offers a registry, apps above put their things into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Things put in by name and read in order.

    Each item has a `slug` (or `name`) that no other has, and may have an `order` (100 when it has none).
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._items: dict[str, T] = {}

    @staticmethod
    def _name(item: Any) -> str:
        return str(getattr(item, "slug", None) or item.name)

    def register(self, item: T) -> T:
        """Add an item and return it, so that this serves as a decorator. Raises ValueError on a name already taken."""
        name = self._name(item)
        if name in self._items:
            raise ValueError(f"{self.what}: “{name}” is already registered.")
        self._items[name] = item
        return item

    def unregister(self, name: str) -> None:
        del self._items[name]

    def get(self, name: str) -> T | None:
        return self._items.get(name)

    def __iter__(self) -> Iterator[T]:
        return iter(sorted(self._items.values(), key=lambda item: (getattr(item, "order", 100), self._name(item))))

    def __len__(self) -> int:
        return len(self._items)
