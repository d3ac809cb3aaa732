"""Pickers: a field that searches as one types and never loads a table; without scripts, a number or a name is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.text import without_nul

PICKER_ROWS = 20
SHORTEST_NUMBER = 9  # digits of an EIK; fewer digits alone are a key


class PickerWidget(forms.Select):
    """A select that holds only what is chosen; scripts search the rest at `url`, and without them a text is typed."""

    def __init__(self, url: Any, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.url = url

    def __deepcopy__(self, memo: Any) -> PickerWidget:
        copied = super().__deepcopy__(memo)
        copied.url = self.url
        return copied

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return super().build_attrs(base_attrs, {**(extra_attrs or {}), "data-picker-url": str(self.url)})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        select = super().render(name, value, attrs, renderer)
        typed = "" if value in (None, "") else value
        return format_html(
            '{}<noscript><input class="form-control" name="{}-typed" value="{}" aria-label="{}"></noscript>',
            select,
            name,
            typed,
            _("Number or name"),
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        # The typed text is there only when scripts are off, and then it is what the user sees.
        typed = data.get(f"{name}-typed")
        return typed if typed is not None else data.get(name)


class PickerField(forms.ModelChoiceField):
    """A choice out of many rows, by primary key, or by a text that means exactly one row.

    `find(queryset, text)` narrows the queryset to the rows that the text means; `url_name` is the JSON view.
    """

    widget = PickerWidget
    queryset: QuerySet[Any]
    default_error_messages = {
        "invalid_choice": _("Nothing that you may choose is called so."),
        "unclear": _("Several are called so: %(names)s. Write the number."),
    }

    def __init__(
        self,
        queryset: QuerySet[Any],
        *,
        url_name: str,
        find: Callable[[QuerySet[Any], str], QuerySet[Any]],
        **kwargs: Any,
    ) -> None:
        self.find = find
        super().__init__(queryset, widget=PickerWidget(reverse_lazy(url_name)), **kwargs)

    def _chosen(self, value: Any) -> Iterable[tuple[Any, str]]:
        text = str(getattr(value, "pk", value) or "")
        if text and text.isdecimal() and len(text) < 19:
            row = self.queryset.filter(pk=text).first()
            if row is not None:
                return [(row.pk, self.label_from_instance(row))]
        return [(text, text)] if text else []

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        text = without_nul(str(value)).strip()[:200]
        if text.isdecimal() and len(text) < 19 and (row := self.queryset.filter(pk=text).first()) is not None:
            return row
        if text.isdecimal() and len(text) < SHORTEST_NUMBER:
            # A key of a row that may not be chosen: looked for as a text, its digits would find another row.
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        found = list(self.find(self.queryset, text)[:4])
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"{row} (№ {row.pk})" for row in found[:3])
            raise forms.ValidationError(self.error_messages["unclear"], code="unclear", params={"names": names})
        raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")

    def get_bound_field(self, form: Any, field_name: str) -> Any:
        bound = super().get_bound_field(form, field_name)
        chosen = list(self._chosen(bound.value()))
        self.widget.choices = [("", ""), *chosen]
        return bound

    def _get_choices(self) -> Any:
        return [("", "")]

    choices: Any = property(_get_choices, lambda self, value: None)


def picker_answer(
    request: HttpRequest, rows: Iterable[Any], note: Callable[[Any], str] = lambda row: ""
) -> JsonResponse:
    """Answer at most twenty rows as JSON for the picker."""
    results = [{"id": row.pk, "text": str(row), "note": note(row)} for row in list(rows)[:PICKER_ROWS]]
    return JsonResponse({"results": results})
