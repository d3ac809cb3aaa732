"""Small pictures of figures, drawn as SVG by the templates: positions are numbers here, colours are classes there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.money import NBSP, format_money

WIDTH, HEIGHT, FOOT = 480, 150, 18


def compact(amount: Decimal) -> str:
    """An amount as the axis tells it: 1,2 млн., 850 хил., 90."""
    for size, words in ((Decimal(1_000_000), _("M")), (Decimal(1000), _("k"))):
        if abs(amount) >= size:
            number = (amount / size).quantize(Decimal("0.1")).normalize()
            return f"{number:f}".replace(".", ",") + NBSP + words
    return f"{amount.quantize(Decimal(1)):f}"


def nice_top(amount: Decimal) -> Decimal:
    """The least of 1, 2, 2.5, 5, 10 times a power of ten that is not below the amount."""
    if amount <= 0:
        return Decimal(1)
    power = Decimal(10) ** amount.adjusted()
    return next(step * power for step in map(Decimal, ("1", "2", "2.5", "5", "10")) if step * power >= amount)


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    css: str
    title: str


@dataclass(frozen=True)
class TurnoverChart:
    """Bars of twelve months, one for each direction beside the other. The same is told in a table, for all."""

    bars: list[Bar]
    labels: list[tuple[str, str]]
    lines: list[tuple[str, str, str]]
    zero: str
    legend: list[tuple[str, str]]
    table: list[tuple[str, list[str]]]
    box: str = f"0 0 {WIDTH} {HEIGHT}"

    @classmethod
    def of(cls, months: Sequence[dt.date], series: Sequence[tuple[str, Any, Sequence[Decimal]]]) -> TurnoverChart:
        everything = [amount for _css, _label, amounts in series for amount in amounts]
        top, bottom = nice_top(max(everything)), min(Decimal(0), min(everything))
        bottom = -nice_top(-bottom) if bottom < 0 else Decimal(0)
        height, begin = Decimal(HEIGHT - FOOT - 8), Decimal(44)
        scale = height / (top - bottom)

        def at(amount: Decimal) -> Decimal:
            return 8 + (top - amount) * scale

        step = (WIDTH - begin) / len(months)
        wide = step * Decimal("0.7") / len(series)
        bars, labels, table = [], [], []
        for place, month in enumerate(months):
            left = begin + place * step
            for number, (css, label, amounts) in enumerate(series):
                amount = amounts[place]
                if amount:
                    upper, lower = at(max(amount, Decimal(0))), at(min(amount, Decimal(0)))
                    words = f"{month:%m.%Y}: {capfirst(str(label))} {format_money(amount, 'EUR')}"
                    x = left + step * Decimal("0.15") + number * wide
                    bars.append(Bar(num(x), num(upper), num(wide), num(max(lower - upper, Decimal(1))), css, words))
            labels.append((num(left + step / 2), f"{month:%m}"))
            table.append((f"{month:%m.%Y}", [format_money(amounts[place], "EUR") for _css, _label, amounts in series]))
        lines = [
            (num(at(amount)), compact(amount), num(at(amount) + 3)) for amount in {top, top / 2, Decimal(0), bottom}
        ]
        legend = [(css, capfirst(str(label))) for css, label, _amounts in series]
        return cls(bars, labels, sorted(lines), num(at(Decimal(0))), legend, table)


def num(value: Decimal) -> str:
    """A position as SVG writes it, with a dot whatever the language."""
    return f"{value:.1f}"


@dataclass(frozen=True)
class AgePart:
    css: str
    label: str
    amount: Decimal
    total: str
    share: str
    x: str
    width: str
    url: str


@dataclass(frozen=True)
class AgeBar:
    """One bar of all that is receivable, in its classes of age; each part leads to its documents."""

    parts: list[AgePart]
    title: str

    @classmethod
    def of(cls, classes: Sequence[tuple[Any, Decimal, str]]) -> AgeBar | None:
        whole = sum((amount for _one, amount, _url in classes), Decimal(0))
        if whole <= 0:
            return None
        parts, begin = [], Decimal(0)
        for one, amount, url in classes:
            wide = amount * 100 / whole
            if amount:
                share = f"{wide.quantize(Decimal(1))}{NBSP}%" if wide >= 1 else f"<{NBSP}1{NBSP}%"
                label = capfirst(str(one.label))
                total = format_money(amount, "EUR")
                parts.append(AgePart(one.slug, label, amount, total, share, f"{begin:.2f}", f"{wide:.2f}", url))
            begin += wide
        title = ", ".join(f"{part.label} {part.total}" for part in parts)
        return cls(parts, title)
