"""A list page: filter, sort, numbered pages, column choice, saved views, bulk actions, export. Declared, not written.

An app's list says its model, columns and filter; everything on the page and in the export comes from these. A dossier
tab is the same list narrowed to one party, shown in the dossier's frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_filters.views import FilterView

from common import exports
from common.columns import Action, BulkAction, Cell, Column, Empty, Row, ShownColumn, draw, lookup, show
from common.models import SavedView
from common.rows import draw_rows

PAGE_SIZES = (25, 50, 100)


class CountedPaginator(Paginator):
    """Numbered pages with an exact total; the last pages are read from the end, so that they cost like the first."""

    def page(self, number: Any) -> Any:
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        top = min(bottom + self.per_page, self.count)
        rows: Any = self.object_list
        if isinstance(rows, QuerySet) and rows.query.order_by and bottom > self.count // 2:
            backwards = list(rows.reverse()[self.count - top : self.count - bottom])
            return Page(backwards[::-1], number, self)
        return Page(rows[bottom:top], number, self)


class ListPage(AccessMixin, FilterView):
    """Base of all lists. Subclasses set `model`, `columns`, `filterset_class`, `permission_required`, `page_title`."""

    template_name = "common/list_page.html"
    partial_template_name = "common/_list.html"
    paginator_class = CountedPaginator
    context_object_name = "objects"
    strict = False

    columns: Iterable[Column] = ()
    bulk_actions: Iterable[BulkAction] = ()
    permission_required: str | Sequence[str] = ()
    export_permission: str = ""
    page_title: Any = ""
    default_sort = ""
    tie_break: Sequence[str] = ("pk",)
    list_key = ""
    empty = Empty()
    add_label: Any = ""
    add_as_page = False
    rows_in_panel = False
    crumbs: Sequence[tuple[Any, str]] = ()
    # The filter that is preset with the own firm in force; lists without one of this name have none.
    firm_filter = "own_firm"
    # The frame of a dossier when this list is one of its tabs: narrows the rows and gives the outer template.
    frame: Any = None

    request: HttpRequest

    # -- Access ------------------------------------------------------------------------------------

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not self.has_permission():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def has_permission(self) -> bool:
        wanted = self.permission_required
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        return all(self.request.user.has_perm(name) for name in names)

    def may_export(self) -> bool:
        return not self.export_permission or self.request.user.has_perm(self.export_permission)

    # -- Rows --------------------------------------------------------------------------------------

    def base_queryset(self) -> QuerySet[Any]:
        """All rows of this list that the user may see, before filter and sort."""
        queryset = super().get_queryset().visible_to(self.request.user)
        return self.frame.narrow(queryset) if self.frame is not None else queryset

    @classmethod
    def counted_rows(cls, rows: QuerySet[Any]) -> QuerySet[Any]:
        """What of the rows a dossier's tab counts beside its name; a list that hides archived rows leaves them out."""
        return rows

    def get_queryset(self) -> QuerySet[Any]:
        queryset = self.base_queryset()
        names = {self.sort.lstrip("-"), *(column.name for column in self.chosen_columns)}
        for column in self.known_columns:
            if column.name in names and column.annotate is not None:
                queryset = column.annotate(queryset, self.request.user)
        return queryset.order_by(*self.ordering_fields())

    def get_strict(self) -> bool:
        return False  # a wrong filter value is shown at the field and leaves the other filters at work

    # -- Sort --------------------------------------------------------------------------------------

    @property
    def sort(self) -> str:
        asked = self.params.get("sort", "")
        column = self.column(asked.lstrip("-"))
        return asked if column is not None and column.sort else self.default_sort

    def ordering_fields(self) -> list[str]:
        sort = self.sort
        column = self.column(sort.lstrip("-")) if sort else None
        if column is None:
            return [*self.tie_break]
        fields = [*column.sort, *(name for name in self.tie_break if name.lstrip("-") not in column.sort)]
        return [opposite(name) for name in fields] if sort.startswith("-") else fields

    # -- Columns -----------------------------------------------------------------------------------

    def get_columns(self) -> list[Column]:
        """All columns that the user may see, whether chosen or not."""
        return [c for c in self.columns if not c.permission or self.request.user.has_perm(c.permission)]

    @cached_property
    def known_columns(self) -> list[Column]:
        return self.get_columns()

    def column(self, name: str) -> Column | None:
        return next((c for c in self.known_columns if c.name == name), None)

    @property
    def key(self) -> str:
        return self.list_key or f"{self.model._meta.label_lower}"

    @cached_property
    def chosen_columns(self) -> list[Column]:
        """The columns to show: those of the address, of the saved view, of the user's choice, or the usual ones."""
        names: list[str] = [name for name in self.params.getlist("columns") if self.column(name)]
        if not names and (view := self.active_view):
            names = [name for name in view.columns if self.column(name)]
        if not names:
            own = self.request.user.preferences.get("columns", {}).get(self.key, [])  # type: ignore[union-attr]
            names = [name for name in own if self.column(name)]
        return [c for c in self.known_columns if (c.name in names if names else c.default)]

    # -- Saved views -------------------------------------------------------------------------------

    @cached_property
    def saved_views(self) -> list[SavedView]:
        views = SavedView.objects.visible_to(self.request.user).filter(list_key=self.key)
        return list(views.order_by("name", "pk"))

    @property
    def active_view(self) -> SavedView | None:
        asked = self.request.GET.get("view", "")
        return next((view for view in self.saved_views if str(view.pk) == asked), None) if asked else None

    @cached_property
    def params(self) -> QueryDict:
        """The address's parameters; a saved view stands in for them until the user changes something."""
        if (view := self.active_view) is None:
            return self.with_preset(self.request.GET)
        merged = QueryDict(view.query, mutable=True)
        for key in self.request.GET:
            merged.setlist(key, self.request.GET.getlist(key))
        return merged

    @cached_property
    def firm_to_preset(self) -> str:
        """The key of the own firm in force, where this list has a filter for it; empty in a dossier and without one."""
        if self.frame is not None or self.firm_filter not in getattr(self.filterset_class, "base_filters", {}):
            return ""
        firm = getattr(self.request.user, "firm_in_force", None)
        return str(firm.pk) if firm is not None else ""

    def with_preset(self, asked: QueryDict) -> QueryDict:
        """The parameters with the own firm in force, unless the address filters by anything.

        A link to exact rows (a figure's, a saved one) is left as it is, and so is an address that says "all firms".
        """
        if not self.firm_to_preset or any(name in asked for name in self.get_filterset_class().base_filters):
            return asked
        preset = asked.copy()
        preset[self.firm_filter] = self.firm_to_preset
        return preset

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        kwargs = super().get_filterset_kwargs(filterset_class)
        kwargs["data"] = self.params
        return kwargs

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        # Ids of its own: a form in the side panel may have fields of the same names, and its labels would point here.
        filterset.form.auto_id = "filter_%s"
        return filterset

    # -- Answers -----------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        filterset = self.get_filterset(self.get_filterset_class())
        self.filterset = filterset
        filterset.is_valid()
        self.object_list = filterset.qs
        if (form := request.GET.get("export")) in exports.FORMATS:
            return self.export(form)
        return self.render_to_response(self.get_context_data(filter=filterset, object_list=self.object_list))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A bulk action on the chosen rows, or on all that the filter finds."""
        from django.contrib import messages

        action = next((a for a in self.get_bulk_actions() if a.slug == request.POST.get("action")), None)
        if action is None:
            raise PermissionDenied
        filterset = self.get_filterset(self.get_filterset_class())
        filterset.is_valid()
        rows = filterset.qs
        if not request.POST.get("all"):
            keys = [key for key in request.POST.getlist("selected") if key.isdecimal() and len(key) < 19]
            rows = rows.filter(pk__in=keys)
        if not request.POST.get("all") and not keys:
            messages.warning(request, _("Choose at least one row."))
        else:
            try:
                messages.success(request, action.run(request, rows))
            except ValidationError as refusal:
                messages.error(request, " ".join(refusal.messages))
        return redirect(request.get_full_path())

    def get_bulk_actions(self) -> list[BulkAction]:
        user = self.request.user
        return sorted(
            (a for a in self.bulk_actions if not a.permission or user.has_perm(a.permission)), key=lambda a: a.order
        )

    def export(self, form: str) -> Any:
        """Exactly the rows of the filter, in the chosen columns."""
        if not self.may_export():
            raise PermissionDenied
        columns = self.chosen_columns
        title, header = str(self.get_page_title()), [str(column.label) for column in columns]
        running = getattr(self.request, "running_job", None)
        if form == "xlsx" and running is None:
            total = self.object_list.count()
            if total > exports.AT_ONCE:
                return redirect(exports.start_in_background(self.request, title, total))
        rows = self.object_list.iterator(chunk_size=1000)
        values = ([column.export_value(row) for column in columns] for row in exports.told_to(running, rows))
        return exports.export_response(form, title, header, values)

    def get_page_title(self) -> Any:
        return self.page_title or capfirst(self.model._meta.verbose_name_plural)

    def get_template_names(self) -> list[str]:
        htmx = getattr(self.request, "htmx", None)
        if htmx and htmx.target in ("list", "list-results"):
            return [self.partial_template_name]
        return [self.frame.template_name if self.frame is not None else self.template_name]

    def get_paginate_by(self, queryset: Any) -> int:
        asked = self.request.GET.get("page_size", "")
        sizes = {str(size): size for size in PAGE_SIZES}
        return sizes.get(asked, self.request.user.page_size)  # type: ignore[union-attr]

    def page_number(self, paginator: Paginator) -> int:
        asked = self.request.GET.get("page", "1")
        return min(int(asked), paginator.num_pages) if asked.isdecimal() and 0 < len(asked) < 9 and int(asked) else 1

    # -- Context -----------------------------------------------------------------------------------

    def address(self, **changes: Any) -> str:
        """The present address with some parameters changed; None or "" removes one; the page always starts anew."""
        params = self.params.copy()
        params.pop("page", None)
        params.pop("export", None)
        for key, value in changes.items():
            if value in (None, ""):
                params.pop(key, None)
            elif isinstance(value, (list, tuple)):
                params.setlist(key, value)
            else:
                params[key] = value
        if self.firm_to_preset and "view" not in params:
            params.setdefault(self.firm_filter, "")  # removed for this visit: the preset must not come back by itself
        query = params.urlencode()
        return f"{self.request.path}?{query}" if query else self.request.path

    def shown_column(self, column: Column) -> ShownColumn:
        sort = self.sort
        state = "asc" if sort == column.name else "desc" if sort == f"-{column.name}" else ""
        target = f"-{column.name}" if state == "asc" else column.name
        return ShownColumn(
            column,
            chosen=column in self.chosen_columns,
            sort_state=state,
            sort_url=self.address(sort=target) if column.sort else "",
        )

    def row_url(self, obj: Any) -> str:
        return obj.get_absolute_url()

    def row_css(self, obj: Any) -> str:
        return "is-archived" if getattr(obj, "archived_at", None) else ""

    def row_actions(self, obj: Any) -> list[Action]:
        return []

    def rows(self, objects: Iterable[Any], columns: list[ShownColumn]) -> list[Row]:
        made = []
        for obj in objects:
            url = self.row_url(obj)
            cells = [Cell(column, column.column.draw(obj)) for column in columns]
            made.append(Row(obj, obj.pk, url, cells, self.row_css(obj), self.rows_in_panel, self.row_actions(obj)))
        return made

    def chips(self, filterset: Any) -> list[tuple[Any, str, str]]:
        """What the list is filtered by: label, value in words, address without it."""
        made = []
        for name, bound in ((name, filterset.form[name]) for name in filterset.form.fields):
            values = [value for value in self.params.getlist(name) if value]
            if not values or bound.errors:
                continue  # a wrong value is told at its field and filters nothing
            made.append((bound.label, describe(bound, values), self.address(**{name: None})))
        return made

    def group_filter_fields(self, filterset: Any) -> None:
        """Tell the filter's template which fields stand in sight (its `primary`) and which behind "more"."""
        primary = getattr(filterset, "primary", None)
        bound = {name: filterset.form[name] for name in filterset.form.fields}
        filterset.primary_fields = [one for name, one in bound.items() if primary is None or name in primary]
        filterset.more_fields = [one for name, one in bound.items() if primary is not None and name not in primary]
        filterset.more_active = any(self.params.get(one.name) for one in filterset.more_fields)

    def get_switch(self) -> list[tuple[Any, str, bool]]:
        """Other ways to show the same: words, address, whether it is the present one. Usually none."""
        return []

    def get_actions(self) -> list[Action]:
        return []

    def get_add_url(self) -> str:
        """Where a new row is added; empty for those who may not."""
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filterset = kwargs["filter"]
        queryset = kwargs["object_list"]
        paginator = self.get_paginator(queryset, self.get_paginate_by(queryset))
        page = paginator.page(self.page_number(paginator))
        columns = [self.shown_column(column) for column in self.chosen_columns]
        rows, bulk = self.rows(page.object_list, columns), self.get_bulk_actions()
        self.group_filter_fields(filterset)
        here = urlencode({"list": self.key})
        context = {
            "page_title": self.get_page_title(),
            "columns": columns,
            "all_columns": [self.shown_column(column) for column in self.known_columns],
            "rows": rows,
            "rows_html": draw_rows(self.request, rows, choosable=bool(bulk)),
            "row_actions": any(row.actions for row in rows),
            "filter": filterset if filterset.form.fields else None,
            "chips": self.chips(filterset),
            "sort": self.sort,
            "page_obj": page,
            "paginator": paginator,
            "page_range": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "total": paginator.count,
            "page_sizes": PAGE_SIZES,
            "view_query": self.address(view=None).partition("?")[2],
            "saved_views": [
                {
                    "name": view.name,
                    "url": f"{self.request.path}?{urlencode({'view': view.pk})}",
                    "active": view == self.active_view,
                    "can_delete": view.user_id == self.request.user.pk,
                    "delete_url": reverse("common:saved_view_delete", args=[view.pk]),
                }
                for view in self.saved_views
            ],
            "save_view_url": f"{reverse('common:saved_view_save')}?{here}",
            "columns_url": f"{reverse('common:list_columns')}?{here}",
            "bulk_actions": [
                {
                    "slug": action.slug,
                    "label": action.label,
                    "icon": action.icon,
                    "confirm": action.confirm,
                    "template": action.template,
                    **action.context(self.request),
                }
                for action in bulk
            ],
            "bulk_url": self.request.get_full_path(),
            "exports": {form: self.export_address(form) for form in exports.FORMATS} if self.may_export() else {},
            "switch": self.get_switch(),
            "actions": self.get_actions(),
            "add_url": self.get_add_url(),
            "add_label": self.add_label,
            "add_as_page": self.add_as_page,
            "empty": self.empty,
            "frame": self.frame,
            "crumbs": self.crumbs,
        }
        if self.frame is not None:
            context |= self.frame.context()
        return context | {key: value for key, value in kwargs.items() if key not in context}

    def export_address(self, form: str) -> str:
        address = self.address()
        return f"{address}{'&' if '?' in address else '?'}{urlencode({'export': form})}"


def opposite(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def describe(bound: Any, values: list[str]) -> str:
    """The chosen values of a filter field in words."""
    choices = getattr(bound.field, "choices", None)
    if choices is None:
        return ", ".join(values)
    words: dict[str, str] = {}
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            words |= {str(inner): str(text) for inner, text in label}
        else:
            words[str(value)] = str(label)
    return ", ".join(words.get(value, value) for value in values)


__all__ = [
    "Action",
    "BulkAction",
    "Cell",
    "Column",
    "CountedPaginator",
    "Empty",
    "ListPage",
    "Row",
    "draw",
    "lookup",
    "show",
]
