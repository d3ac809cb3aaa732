"""Answers of a form view: a page of its own, or the side panel when htmx asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from common.forms import grouped


def in_panel(request: HttpRequest) -> bool:
    """Whether the form was asked for by, or sent from, the side panel."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and htmx.target == "panel-body"


def show_form(
    request: HttpRequest, context: dict[str, Any], template: str = "common/form_page.html", panel: str = ""
) -> HttpResponse:
    """Show a form: as a page, or in the panel. A refused form keeps all that was typed."""
    form = context.get("form")
    begin_at_first(form)
    status = 422 if form is not None and form.is_bound and form.errors and not in_panel(request) else 200
    if in_panel(request):
        return render(request, panel or "common/_form_panel.html", context)
    return render(request, template, context, status=status)


def begin_at_first(form: Any) -> None:
    """A new form begins at its first field, when that is one to write in and nothing stands there yet."""
    is_new = form is not None and not form.is_bound and getattr(getattr(form, "instance", None), "pk", None) is None
    if not is_new or not hasattr(form, "fieldsets"):
        return
    names = [name for _legend, rows in grouped(form) for row in rows for name in row]
    if not names or any("autofocus" in form.fields[name].widget.attrs for name in names):
        return
    widget = form.fields[names[0]].widget
    is_plain = isinstance(widget, (forms.TextInput, forms.Textarea)) and "data-show-when" not in widget.attrs
    if is_plain and form[names[0]].value() in (None, ""):
        widget.attrs["autofocus"] = True


def saved(form: Any) -> Any:
    """Save a valid form and return its row; None, with a message in the form, when another request was faster.

    The form's own check cannot see what is being saved beside it; only the database can, and it raises. A form may
    have `say_what_collided()` to tell it at a field.
    """
    try:
        with transaction.atomic():
            return form.save()
    except IntegrityError:
        say = getattr(form, "say_what_collided", None)
        if say is not None:
            say()
        if not form.errors:
            form.add_error(
                None, _("Somebody else saved something of this a moment ago. Look at it, and save once more.")
            )
        return None


def ask(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show a question before a deed, with its form (a reason) when there is one."""
    return show_form(request, context, "common/confirm_page.html", "common/_confirm_panel.html")


def done(request: HttpRequest, url: str) -> HttpResponse:
    """After a deed: close the panel and refresh the list behind it, or go to the page."""
    if in_panel(request):
        response = HttpResponse(status=204)
        trigger_client_event(response, "panel-close")
        return trigger_client_event(response, "list-changed")
    return redirect(url)
