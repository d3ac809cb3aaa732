"""The rows of a list as HTML, written here and not in a template: a page has a thousand small pieces of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common.columns import Action, Row
from common.templatetags.icons import icon

IN_PANEL = ' hx-get="{url}" hx-target="#panel-body" hx-swap="innerHTML"'


def draw_rows(request: HttpRequest, rows: Iterable[Row], *, choosable: bool) -> SafeString:
    """All rows of a page: a check box when they are `choosable`, the cells, and the menu of those that have deeds."""
    rows = list(rows)
    with_menus = any(row.actions for row in rows)
    select, token = escape(_("Select the row")), get_token(request) if with_menus else ""
    parts: list[str] = []
    for row in rows:
        parts.append(f'<tr class="{escape(row.css)}">')
        if choosable:
            parts.append(
                '<td class="col-check"><input class="form-check-input" type="checkbox" name="selected" '
                f'value="{escape(row.pk)}" form="bulk-form" data-check-row aria-label="{select}"></td>'
            )
        parts += cells_of(row)
        if with_menus:
            menu = draw_menu(row.actions, token) if row.actions else ""
            parts.append(f'<td class="col-menu">{menu}</td>')
        parts.append("</tr>")
    return mark_safe("".join(parts))  # noqa: S308  (all that goes in is escaped, the cells are safe already)


def cells_of(row: Row) -> Iterable[str]:
    """The row's cells; the first is the link that opens it."""
    for number, cell in enumerate(row.cells):
        html: str = cell.html
        if number == 0 and row.url:
            url = escape(row.url)
            panel = IN_PANEL.format(url=url) if row.in_panel else ""
            html = f'<a class="row-link" href="{url}"{panel}>{html or "—"}</a>'
        filled, empty = cell.column.cell_start
        yield f"{filled if cell.html else empty}{html}</td>"


def draw_menu(actions: Iterable[Action], token: str) -> str:
    """The menu ⋯ of one row."""
    entries = "".join(draw_action(action, token) for action in actions)
    label = escape(_("Actions"))
    return (
        '<details class="menu" data-menu>'
        f'<summary class="btn btn-icon btn-quiet btn-sm" aria-label="{label}">{icon("three-dots")}</summary>'
        f'<div class="menu-list menu-end">{entries}</div></details>'
    )


def draw_action(action: Action, token: str) -> str:
    """One deed of a row: a link, a link that opens the panel, or a form that posts."""
    url, words = escape(action.url), f"{icon(action.icon)}{escape(str(action.label))}"
    if action.method != "post":
        panel = IN_PANEL.format(url=url) if action.htmx else ""
        return f'<a class="menu-item" href="{url}"{panel}>{words}</a>'
    question = f' data-confirm="{escape(str(action.confirm))}"' if action.confirm else ""
    return (
        f'<form method="post" action="{url}"{question}>'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(token)}">'
        f'<button class="menu-item" type="submit">{words}</button></form>'
    )
