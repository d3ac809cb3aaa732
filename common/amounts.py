"""Form fields for amounts and quantities as people type them: comma or dot, spaces between thousands."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_SHAPE = re.compile(r"[-+]?[0-9]{1,15}([.,][0-9]{0,10})?")


def parse_number(text: str) -> Decimal:
    """Read a number as people write it: 1 234,56, 1234.56, 1.234,56, 1,234.56; a trailing € or EUR is passed over.

    Of a dot and a comma the last one is the decimal sign; one of them alone is it too. Raises ValueError with a message
    for the user.
    """
    bare = _SPACES.sub("", text.replace("−", "-"))
    bare = re.sub(r"(€|EUR|лв\.?|BGN)$", "", bare, flags=re.IGNORECASE)
    if "," in bare and "." in bare:
        decimal = max(bare.rfind(","), bare.rfind("."))
        thousands = "." if bare[decimal] == "," else ","
        whole = bare[:decimal]
        if not re.fullmatch(rf"[-+]?[0-9]{{1,3}}(\{thousands}[0-9]{{3}})*", whole):
            raise ValueError(_("Write a number, for example 1234,56."))
        bare = whole.replace(thousands, "") + "." + bare[decimal + 1 :]
    if not _SHAPE.fullmatch(bare):
        raise ValueError(_("Write a number, for example 1234,56."))
    return Decimal(bare.replace(",", "."))


def written(value: Decimal, decimals: int) -> str:
    """A number as it stands in a field: comma, no needless zeros beyond the given decimals."""
    text = f"{value:f}"
    if "." in text:
        whole, _dot, rest = text.partition(".")
        rest = rest.rstrip("0").ljust(decimals, "0")
        text = f"{whole},{rest}" if rest else whole
    elif decimals:
        text = f"{text},{'0' * decimals}"
    return text


class AmountField(forms.DecimalField):
    """A number typed with comma or dot. `shown_decimals` are written even when they are zeros (2 for money)."""

    widget = forms.TextInput

    def __init__(self, *, shown_decimals: int = 2, **kwargs: Any) -> None:
        self.shown_decimals = shown_decimals
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "data-amount": ""}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            if not value.strip():
                return None
            try:
                value = parse_number(value[:60])
            except ValueError as refusal:
                raise forms.ValidationError(str(refusal), code="invalid") from refusal
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """What was typed, should the form be shown again; a number of ours with a comma."""
        return written(value, self.shown_decimals) if isinstance(value, Decimal) else value
