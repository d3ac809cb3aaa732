"""What the lists of a party's rows share: they stand in its dossier, and across all parties."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from common.lists import Column, ListPage


class PartyRowsList(ListPage):
    """Rows that belong to a party: in its dossier without the party's columns, elsewhere with them.

    The two are lists of their own to the user: each keeps its columns and its views. The filter is told by `across`.
    """

    # Columns that tell whose row it is.
    party_columns: tuple[str, ...] = ("party",)

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().for_list()  # type: ignore[attr-defined]

    @property
    def across(self) -> bool:
        """Whether rows of several parties are shown."""
        return self.frame is None

    @property
    def key(self) -> str:
        return super().key if self.across else f"{super().key}.tab"

    def get_columns(self) -> list[Column]:
        return [column for column in super().get_columns() if self.across or column.name not in self.party_columns]

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        return super().get_filterset_kwargs(filterset_class) | {"across": self.across}
