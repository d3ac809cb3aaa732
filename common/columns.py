"""What a list page is made of: columns, rows and cells as they are drawn, actions, and what an empty list says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common.dates import format_date


def lookup(obj: Any, path: str) -> Any:
    """Follow a dotted path (`party.status`), calling what is callable; None where a step is missing."""
    for step in path.split("."):
        if obj is None:
            return None
        obj = getattr(obj, step)
        if callable(obj) and not hasattr(obj, "all"):
            obj = obj()
    return obj


@dataclass(frozen=True, eq=False)  # a column is itself and no other, whatever it is made of
class Column:
    """One column of a list.

    `value` is a path from the row or a function of it; `html` draws the cell when text is not enough; `export` gives
    the value for files when it differs. `sort` names the ordering fields. `annotate` adds to the queryset what the
    column reads (for columns that upper apps register). `permission` hides the column from those without it.
    """

    name: str
    label: Any
    value: str | Callable[[Any], Any] = ""
    sort: Sequence[str] = ()
    html: Callable[[Any], SafeString | str] | None = None
    export: Callable[[Any], Any] | None = None
    numeric: bool = False
    default: bool = True
    order: int = 100
    permission: str = ""
    annotate: Callable[[QuerySet[Any], Any], QuerySet[Any]] | None = None
    css: str = ""

    def read(self, obj: Any) -> Any:
        if callable(self.value):
            return self.value(obj)
        return lookup(obj, self.value or self.name)

    def draw(self, obj: Any) -> SafeString:
        if self.html is not None:
            return conditional_escape(self.html(obj))
        return conditional_escape(show(self.read(obj)))

    def export_value(self, obj: Any) -> Any:
        value = self.export(obj) if self.export else self.read(obj)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return value


def show(value: Any) -> str:
    """A value as the page writes it."""

    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, dt.date):
        return format_date(value)
    return str(value)


@dataclass
class ShownColumn:
    """A column on the page, with its sort link."""

    column: Column
    chosen: bool = True
    sort_url: str = ""
    sort_state: str = ""

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def label(self) -> Any:
        return self.column.label

    @cached_property
    def cell_start(self) -> tuple[str, str]:
        """The opening tag of the column's cells: of filled ones and of empty ones."""
        words = ["is-number"] if self.numeric else []
        words += [self.column.css] if self.column.css else []
        label = str(escape(str(self.label)))
        return (
            f'<td class="{" ".join(words)}" data-label="{label}">',
            f'<td class="{" ".join([*words, "is-empty"])}" data-label="{label}">',
        )

    @property
    def numeric(self) -> bool:
        return self.column.numeric

    @property
    def css(self) -> str:
        return self.column.css

    @property
    def sortable(self) -> bool:
        return bool(self.column.sort)


@dataclass(frozen=True)
class Cell:
    column: ShownColumn
    html: SafeString


@dataclass(frozen=True)
class Row:
    object: Any
    pk: Any
    url: str
    cells: list[Cell]
    css: str = ""
    in_panel: bool = False
    actions: list[Action] = field(default_factory=list)


@dataclass(frozen=True)
class Action:
    """A button or a menu entry. `htmx` opens it in the side panel when scripts are on; `method` is get or post."""

    label: Any
    url: str
    icon: str = ""
    primary: bool = False
    method: str = "get"
    htmx: bool = False
    confirm: Any = ""


@dataclass(frozen=True)
class BulkAction:
    """A deed on the chosen rows. `run(request, queryset)` returns the sentence that is shown after it, or
    raises ValidationError.

    `template` draws further inputs; `context(request)` gives them their context.
    """

    slug: str
    label: Any
    run: Callable[[HttpRequest, QuerySet[Any]], str]
    icon: str = ""
    permission: str = ""
    template: str = ""
    context: Callable[[HttpRequest], dict[str, Any]] = lambda request: {}
    confirm: Any = ""
    order: int = 100


@dataclass
class Empty:
    title: Any = ""
    text: Any = ""


def draw(template: str, **context: Any) -> SafeString:
    """A cell drawn by a template of its own; for the few that a format string does not serve."""
    return mark_safe(render_to_string(template, context))  # noqa: S308  (our own template escapes)
