"""Fields of the forms of finance."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.dates import parse_date


class MonthField(forms.Field):
    """A month, as its first day: 11.2026, 11/2026, 2026-11, or any day of it."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Write the month as month.year, for example 11.2026.")}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"placeholder": _("mm.yyyy"), "inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, dt.date):
            return value.replace(day=1)
        text = "".join(str(value)[:40].split())
        try:
            if match := re.fullmatch(r"(\d{1,2})[./-](\d{4})", text, re.ASCII):
                return dt.date(int(match[2]), int(match[1]), 1)
            if match := re.fullmatch(r"(\d{4})[./-](\d{1,2})", text, re.ASCII):
                return dt.date(int(match[1]), int(match[2]), 1)
            return parse_date(text).replace(day=1)
        except ValueError as wrong:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from wrong

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%m.%Y}" if isinstance(value, dt.date) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True
