"""Filters for amounts and dates: `{{ total|money:"EUR" }}`, `{{ issued_on|day }}`, `{{ created_at|moment }}`.

An empty value (None or "") shows as nothing.
"""

import datetime
from decimal import Decimal
from typing import Literal

from django import template

from common.dates import format_date, format_moment
from common.money import format_money

register = template.Library()


@register.filter(is_safe=True)
def money(amount: Decimal | int | Literal[""] | None, currency: str) -> str:
    """The amount with its currency. A template that forgets the currency or gives a float fails loudly."""
    return "" if amount is None or amount == "" else format_money(amount, currency)


@register.filter(expects_localtime=True, is_safe=True)
def day(value: datetime.date | Literal[""] | None) -> str:
    """A date, or the date of a moment, as 03.11.2026."""
    return format_date(value) if value else ""


@register.filter(is_safe=True)
def moment(value: datetime.datetime | Literal[""] | None) -> str:
    """A moment as 03.11.2026 14:05, by the clock in Sofia."""
    return format_moment(value) if value else ""
