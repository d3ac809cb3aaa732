"""Figures of what a party is worth, owes or is owed: defined once by the app that knows, asked by all others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from common.registry import Registry
from counterparties.kinds import Kind


@dataclass(frozen=True)
class Part:
    """A figure that another one is made of, added (1) or taken off (−1)."""

    sign: int
    figure: Figure


@dataclass(frozen=True)
class Figure:
    """One figure.

    `queryset(parties, own_firms, on, user)` gives rows with the values `party`, `own_firm`, `currency`, `amount` and
    `amount_eur` (Decimal, EUR at each document's stored rate), already narrowed to what the user may see. `parties`
    and `own_firms` are querysets, or an OuterRef in their place when the figure becomes a column of a list; None for
    `own_firms` means all. `list_url(party, on)` is the address of the very documents that add up to the figure.
    A figure made of others names them in `parts`. `shown_apart`: a panel of its app shows it on the Summary.
    """

    name: str
    label: Any
    permission: str
    queryset: Callable[[Any, Any, dt.date, Any], QuerySet[Any]]
    list_url: Callable[[Any, dt.date], str]
    kinds: tuple[Kind, ...] = tuple(Kind)
    alarming: bool = False
    order: int = 100
    parts: tuple[Part, ...] = ()
    shown_apart: bool = False

    def visible_for(self, user: Any, party: Any) -> bool:
        return user.has_perm(self.permission) and any(kind in self.kinds for kind in party.kinds)

    def as_column(self, on: dt.date, user: Any) -> Any:
        """The figure's EUR total as an expression on a queryset of parties: a list can sort and filter by it."""
        if self.parts:
            signed = [one.sign * one.figure.as_column(on, user) for one in self.parts]
            return reduce(add, signed)
        rows = self.queryset(OuterRef("pk"), None, on, user).order_by().values("party")
        total = rows.annotate(figure_total=Sum("amount_eur")).values("figure_total")
        money = DecimalField(max_digits=18, decimal_places=2)
        nothing = Value(Decimal("0.00"), output_field=money)
        return Coalesce(Subquery(total, output_field=money), nothing, output_field=money)

    def totals(
        self, parties: Any, own_firms: Any, on: dt.date, user: Any, by: tuple[str, ...] = ("currency",)
    ) -> dict[tuple[Any, ...], tuple[Decimal, Decimal]]:
        """Amount and its worth in EUR by currency, or by any of party, own_firm and currency; none where it is zero."""
        found: dict[tuple[Any, ...], tuple[Decimal, Decimal]] = {}
        for part in self.parts or (Part(1, self),):
            rows = part.figure.queryset(parties, own_firms, on, user).order_by().values(*by)
            for row in rows.annotate(sum=Sum("amount"), sum_eur=Sum("amount_eur")):
                key = tuple(row[name] for name in by)
                amount, euro = found.get(key, (Decimal(0), Decimal(0)))
                found[key] = amount + part.sign * row["sum"], euro + part.sign * row["sum_eur"]
        return {key: sums for key, sums in found.items() if any(sums)}


figures: Registry[Figure] = Registry("figure")
register = figures.register
