"""Form fields as the templates draw them: the control with its classes, and the fields in their groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.safestring import SafeString

register = template.Library()

# Widgets that draw their own boxes: the group is a fieldset, not one control with a label.
_CHOICES = (forms.CheckboxSelectMultiple, forms.RadioSelect)


@dataclass
class FieldGroup:
    """Fields under one legend; a row holds one field or several that stand side by side."""

    legend: str
    rows: list[list[BoundField]] = field(default_factory=list)


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, (forms.CheckboxInput, *_CHOICES)):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


@register.simple_tag
def control(bound: BoundField, css: str = "") -> SafeString:
    """Draw the widget of a bound field with our classes; errors and help are tied to it by Django's own aria."""
    widget = bound.field.widget
    classes = [_css_class(widget), str(widget.attrs.get("class", "")), css]
    if bound.errors:
        classes.append("is-invalid")
    return bound.as_widget(attrs={"class": " ".join(name for name in classes if name)})


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


@register.simple_tag
def field_groups(form: forms.BaseForm) -> list[FieldGroup]:
    """Give the visible fields in groups.

    A form may say `fieldsets = [(legend, ["name", ("side", "by_side")]), …]`; names it does not have are skipped,
    fields that it does not name come last without a legend.
    """
    left = {bound.name: bound for bound in form.visible_fields()}
    groups = []
    for legend, names in getattr(form, "fieldsets", []):
        rows = [list(_taken(left, (name,) if isinstance(name, str) else name)) for name in names]
        if rows := [row for row in rows if row]:
            groups.append(FieldGroup(legend, rows))
    if left:
        groups.append(FieldGroup("", [[bound] for bound in left.values()]))
    return groups


def _taken(left: dict[str, BoundField], names: tuple[str, ...]) -> Iterator[BoundField]:
    for name in names:
        if name in left:
            yield left.pop(name)
