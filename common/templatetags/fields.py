"""Form fields as the templates draw them: the control with its classes."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.safestring import SafeString

register = template.Library()

# Widgets that draw their own boxes: the group is a fieldset, not one control with a label.
_CHOICES = (forms.CheckboxSelectMultiple, forms.RadioSelect)


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, (forms.CheckboxInput, *_CHOICES)):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


@register.simple_tag
def control(bound: BoundField, css: str = "", autofocus: bool = False) -> SafeString:
    """Draw the widget of a bound field with our classes; errors and help are tied to it by Django's own aria."""
    widget = bound.field.widget
    classes = [_css_class(widget), str(widget.attrs.get("class", "")), css]
    if bound.errors:
        classes.append("is-invalid")
    attrs: dict[str, Any] = {"class": " ".join(name for name in classes if name)}
    return bound.as_widget(attrs=attrs | ({"autofocus": True} if autofocus else {}))


@register.simple_tag
def choice_control(choice: BoundWidget) -> SafeString:
    """Draw one box of a group of boxes; its label is drawn by the template."""
    choice.data["attrs"]["class"] = "form-check-input"
    return choice.tag()


@register.filter
def field_kind(bound: BoundField) -> str:
    """Say how the field is laid out: `check` (one box with its label after it), `choices` or `plain`."""
    widget = bound.field.widget
    if isinstance(widget, _CHOICES):
        return "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "plain"
