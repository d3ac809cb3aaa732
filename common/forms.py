"""What all our forms share: text that cannot deceive or break a page, and a helper that draws only the fields."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from common.text import clean_text


class CleanCharField(forms.CharField):
    """Text in one line (or several, with a Textarea): NFC, trimmed, with control and direction signs refused."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        return super().to_python(cleaned_or_refused(value, multiline=isinstance(self.widget, forms.Textarea)))


def cleaned_or_refused(value: str, *, multiline: bool) -> str:
    """Return clean text; raise ValidationError, which a form shows at the field, where `clean_text` refuses."""
    try:
        return clean_text(value, multiline=multiline)
    except ValueError as refusal:
        raise forms.ValidationError(str(refusal), code="text") from refusal


class CleanTextMixin(forms.BaseForm):
    """Clean every text field of a form, whatever class of field the model gave it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if type(field) in (forms.CharField, forms.EmailField) and not isinstance(field.widget, forms.PasswordInput):
                self._clean_before(field)
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(
                    format="%d.%m.%Y",
                    attrs={"placeholder": _("dd.mm.yyyy"), "inputmode": "numeric", "autocomplete": "off"},
                )

    @staticmethod
    def _clean_before(field: forms.Field) -> None:
        multiline = isinstance(field.widget, forms.Textarea)
        if multiline:
            field.widget.attrs.setdefault("rows", 3)
        inner = field.to_python

        def to_python(value: Any) -> Any:
            if isinstance(value, str) and value:
                # A megabyte of text is refused by its length before anything walks through it.
                limit = getattr(field, "max_length", None) or 20_000
                if len(value) > limit * 4 + 1000:
                    raise forms.ValidationError(
                        _("The text is too long: %(length)d characters, at most %(limit)d are allowed."),
                        params={"length": len(value), "limit": limit},
                    )
                value = cleaned_or_refused(value, multiline=multiline)
            return inner(value)

        field.to_python = to_python  # type: ignore[method-assign]

    @property
    def helper(self) -> FormHelper:
        """crispy draws the fields; the <form> tag and the buttons are the template's."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        return helper


class PlainForm(CleanTextMixin, forms.Form):
    """Base of forms that stand on no model."""


class RecordForm(CleanTextMixin, forms.ModelForm):
    """Base of forms that write one model."""


class ReasonForm(PlainForm):
    """A deed that asks for a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
