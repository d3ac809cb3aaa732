"""What all our forms share: text that cannot deceive or break a page, and a helper that draws only the fields."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from common.phones import national
from common.text import clean_text

BLANK = BLANK_CHOICE_DASH[0][1]


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


class TelephoneInput(forms.TextInput):
    input_type = "tel"


def _phone_as_typed(value: Any) -> str:
    """What was typed, should the form be shown again; a stored number as people write it."""
    return value if isinstance(value, str) else national(value)


class CleanTextMixin(forms.BaseForm):
    """Clean every text field of a form, whatever class of field the model gave it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label is not None:
                field.empty_label = "—"
            elif isinstance(field, forms.ChoiceField):
                choices: Any = field.choices
                if next(iter(choices), None) == ("", BLANK):
                    field.choices = [("", "—"), *list(choices)[1:]]
            if type(field) in (forms.CharField, forms.EmailField) and not isinstance(field.widget, forms.PasswordInput):
                self._clean_before(field)
            if isinstance(field, PhoneNumberField):
                # The library's own widget writes every number the international way, a mistyped one too.
                field.widget = TelephoneInput(attrs=field.widget.attrs)
                field.prepare_value = _phone_as_typed
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

    # Groups of fields, `[(legend, ["name", ("side", "by_side")]), …]`; fields not named here come last.
    fieldsets: Any = ()

    @property
    def helper(self) -> FormHelper:
        """How crispy lays the fields out; the <form> tag and the buttons are the template's."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        # Hidden fields by name: crispy overlooks those of a form that has no others.
        hidden = [bound.name for bound in self.hidden_fields()]
        helper.layout = Layout(*(group_of(self, legend, rows) for legend, rows in grouped(self)), *hidden)
        return helper


def grouped(form: Any) -> list[tuple[Any, list[tuple[str, ...]]]]:
    """The visible fields of a form in its groups and rows; names that it does not have are skipped."""
    left = {bound.name: None for bound in form.visible_fields()}
    groups = []
    for legend, names in form.fieldsets:
        rows = []
        for row in names:
            here = [name for name in ((row,) if isinstance(row, str) else row) if name in left]
            for name in here:
                del left[name]
            if here:
                rows.append(tuple(here))
        if rows:
            groups.append((legend, rows))
    if left:
        groups.append(("", [(name,) for name in left]))
    return groups


def group_of(form: Any, legend: Any, rows: list[tuple[str, ...]]) -> Fieldset:
    # crispy takes a legend for a template: what the braces of a name would say there must stay text.
    words = str(legend).replace("{", "(").replace("}", ")")
    return Fieldset(words, *(Div(*row, css_class="form-row", data_fields=str(len(row))) for row in rows))


class PlainForm(CleanTextMixin, forms.Form):
    """Base of forms that stand on no model."""


class RecordForm(CleanTextMixin, forms.ModelForm):
    """Base of forms that write one model."""


class ReasonForm(PlainForm):
    """A deed that asks for a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
