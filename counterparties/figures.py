"""Figures of what a party is worth, owes or is owed: defined once by the app that knows, asked by all others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from common.registry import Registry
from counterparties.kinds import Kind


@dataclass(frozen=True)
class Figure:
    """One figure.

    `queryset(parties, own_firms, on, user)` gives rows with the values `party`, `own_firm`, `currency`, `amount` and
    `amount_eur` (Decimal, EUR at each document's stored rate), already narrowed to what the user may see. `parties`
    and `own_firms` are querysets, or an OuterRef in their place when the figure becomes a column of a list; None for
    `own_firms` means all. `list_url(party, on)` is the address of the very documents that add up to the figure.
    """

    name: str
    label: Any
    permission: str
    queryset: Callable[[Any, Any, dt.date, Any], QuerySet[Any]]
    list_url: Callable[[Any, dt.date], str]
    kinds: tuple[Kind, ...] = tuple(Kind)
    alarming: bool = False
    order: int = 100

    def visible_for(self, user: Any, party: Any) -> bool:
        return user.has_perm(self.permission) and any(kind in self.kinds for kind in party.kinds)

    def as_column(self, on: dt.date, user: Any) -> Any:
        """The figure's EUR total as an expression on a queryset of parties: a list can sort and filter by it."""
        rows = self.queryset(OuterRef("pk"), None, on, user).order_by().values("party")
        total = rows.annotate(figure_total=Sum("amount_eur")).values("figure_total")
        money = DecimalField(max_digits=18, decimal_places=2)
        nothing = Value(Decimal("0.00"), output_field=money)
        return Coalesce(Subquery(total, output_field=money), nothing, output_field=money)


figures: Registry[Figure] = Registry("figure")
register = figures.register
