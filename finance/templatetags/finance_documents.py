"""Numbers on documents: `{{ line.quantity|plain:0 }}`."""

from __future__ import annotations

from decimal import Decimal

from django import template

from common.amounts import written

register = template.Library()


@register.filter(is_safe=True)
def plain(value: Decimal | None, decimals: int) -> str:
    """A number with a comma, at least so many decimals and no needless zeros."""
    return "" if value is None else written(value, decimals)
