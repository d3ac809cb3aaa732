"""Numbers on documents: `{{ line.quantity|plain:0 }}`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from common.amounts import written
from common.money import NBSP
from contacts.iban import format_iban
from finance.printing.sheet import WITHOUT_RATE

register = template.Library()


@register.filter(is_safe=True)
def plain(value: Decimal | None, decimals: int) -> str:
    """A number with a comma, at least so many decimals and no needless zeros; thousands apart, as in amounts."""
    if value is None:
        return ""
    whole, comma, rest = written(value, decimals).partition(",")
    return f"{int(whole):,}".replace(",", NBSP) + comma + rest if abs(value) >= 1000 else f"{whole}{comma}{rest}"


@register.filter
def vat_rate(row: Any) -> str:
    """The rate of a line or of a total; a dash where, as on the print, none is named (чл. 114, ал. 4 ЗДДС)."""
    return "–" if row.vat_category in WITHOUT_RATE else f"{plain(row.vat_percent, 0)}{NBSP}%"


@register.filter
def iban(number: str) -> str:
    """An IBAN in groups of four, as on the print."""
    return format_iban(number)
