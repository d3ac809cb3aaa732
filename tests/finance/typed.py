"""What a browser sends when a document is typed, for tests without one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from common.dates import format_date, today
from tests.factories.trade import vat

ONE = {"description": "Консултация", "quantity": "2", "unit": "час", "unit_price": "50,00"}


def typed(own_firm: Any, *lines: dict[str, Any], **head: Any) -> dict[str, Any]:
    """The fields of a form: the firm, today, and lines (one of 100.00 and 20 % when none is given)."""
    data: dict[str, Any] = {
        "own_firm": own_firm.pk,
        "date": format_date(today()),
        "currency": "EUR",
        "payment_method": "bank",
        "print_language": "bg",
        "entry_key": str(uuid4()),
        "version": "1",
        "deed": "save",
        "confirmed": "1",
    }
    rate = vat().pk
    for at, line in enumerate(lines or (ONE,)):
        cells = {"quantity": "1", "vat_rate": rate, **line}
        data |= {f"lines-{at}-{name}": value for name, value in cells.items()}
    return data | head
