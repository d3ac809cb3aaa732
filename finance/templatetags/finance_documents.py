"""Numbers on documents: `{{ line.quantity|plain:0 }}`."""

from __future__ import annotations

from decimal import Decimal

from django import template

from common.amounts import written
from common.money import NBSP

register = template.Library()


@register.filter(is_safe=True)
def plain(value: Decimal | None, decimals: int) -> str:
    """A number with a comma, at least so many decimals and no needless zeros; thousands apart, as in amounts."""
    if value is None:
        return ""
    whole, comma, rest = written(value, decimals).partition(",")
    return f"{int(whole):,}".replace(",", NBSP) + comma + rest if abs(value) >= 1000 else f"{whole}{comma}{rest}"
