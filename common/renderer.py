"""Draws the plain widgets of forms without templates: a filter of ten fields costs what one did.

Django renders each widget, and each option of a select, through templates of its own. What these produce is written
here in Python, to the letter; any other widget still goes to its template.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape, escape
from django.utils.safestring import mark_safe


def attributes(attrs: dict[str, Any]) -> str:
    """Attributes as Django's own templates write them: False leaves one out, True writes the name alone."""
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


def draw_input(widget: dict[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{escape(str(widget["value"]))}"'
    return (
        f'<input type="{escape(widget["type"])}" name="{escape(widget["name"])}"{value}{attributes(widget["attrs"])}>'
    )


def draw_textarea(widget: dict[str, Any]) -> str:
    value = "" if widget["value"] is None else escape(str(widget["value"]))
    return f'<textarea name="{escape(widget["name"])}"{attributes(widget["attrs"])}>\n{value}</textarea>'


def draw_select(widget: dict[str, Any]) -> str:
    parts = [f'<select name="{escape(widget["name"])}"{attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{escape(group)}">')
        parts += (
            f'<option value="{escape(str(option["value"]))}"{attributes(option["attrs"])}>'
            f"{conditional_escape(option['label'])}</option>"
            for option in options
        )
        if group:
            parts.append("</optgroup>")
    return "".join([*parts, "</select>"])


DRAWN: dict[str, Callable[[dict[str, Any]], str]] = {
    **dict.fromkeys(
        (
            f"django/forms/widgets/{kind}.html"
            for kind in ("text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "checkbox")
        ),
        draw_input,
    ),
    "django/forms/widgets/textarea.html": draw_textarea,
    "django/forms/widgets/select.html": draw_select,
}
# One box of a group; with a label around it, it is the template's.
OPTIONS = ("django/forms/widgets/checkbox_option.html", "django/forms/widgets/radio_option.html")


class FormRenderer(TemplatesSetting):
    """Django's renderer by templates, with the plain widgets drawn in Python."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        widget: Any = context.get("widget")
        draw = DRAWN.get(template_name)
        if draw is None and template_name in OPTIONS and not widget.get("wrap_label"):
            draw = draw_input
        if draw is None or "template_name" not in widget:
            return super().render(template_name, context, request)
        return mark_safe(draw(widget))  # noqa: S308  (every value above is escaped)
