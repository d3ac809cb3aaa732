"""Reasons against a deed, collected by field and told together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS

from trade.errors import DocumentError


class Refusals:
    def __init__(self) -> None:
        self.found: dict[str, list[Any]] = {}

    def add(self, field: str, reason: Any) -> None:
        self.found.setdefault(field or NON_FIELD_ERRORS, []).append(reason)

    def add_all(self, field: str, reasons: Iterable[Any]) -> None:
        for reason in reasons:
            self.add(field, reason)

    def tell(self) -> None:
        """Raise DocumentError when there is anything."""
        if not self.found:
            return
        if set(self.found) == {NON_FIELD_ERRORS}:
            raise DocumentError(self.found[NON_FIELD_ERRORS])
        raise DocumentError(self.found)
