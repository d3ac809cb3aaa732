"""Fields that choose files of one party which are filed already: for events, e-mails and letters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.dates import format_date
from common.pickers import PickerField, PickerWidget
from documents.models import File

# How many of the newest are offered where no script searches the rest.
OFFERED = 50


def choosable(user: Any, party: Any, kept: Iterable[File] = ()) -> QuerySet[File]:
    """Files of the party that the user may choose; those `kept` were chosen before and may be deleted by now."""
    if party is None or not user.has_perm("documents.view_file"):
        return File.objects.none()
    files = File.objects.visible_to(user).filter(party=party).select_related("content").defer("search_text")
    return files.filter(Q(deleted_at__isnull=True) | Q(pk__in=[file.pk for file in kept]))


def picker_url(party: Any) -> str:
    return f"{reverse('documents:file_picker')}?party={party.pk}" if party is not None else ""


def facts_of(file: File) -> str:
    """What tells a file from others of a similar name: day, size, description."""
    return " · ".join(
        part for part in (format_date(file.created_at), filesizeformat(file.content.size), file.description) if part
    )


class FilesWidget(forms.SelectMultiple):
    """A choice of several that scripts search at `url`; without scripts, a list of the newest."""

    url = ""
    offered: Iterable[File] = ()

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return super().build_attrs(base_attrs, {**(extra_attrs or {}), "data-picker-url": self.url})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        select = super().render(name, value, attrs, renderer)
        chosen = {str(one) for one in value or []}
        options = format_html_join(
            "",
            '<option value="{}"{}>{} ({})</option>',
            (
                (file.pk, SafeString(" selected") if str(file.pk) in chosen else "", file.name, facts_of(file))
                for file in self.offered
            ),
        )
        return format_html(
            '{}<noscript><input type="hidden" name="{}-listed" value="1">'
            '<select class="form-select" name="{}-plain" multiple size="6" aria-label="{}">{}</select></noscript>',
            select,
            name,
            name,
            _("Files of the dossier"),
            options,
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        # The plain list is there only when scripts are off, and then it is what the user sees.
        return super().value_from_datadict(data, files, f"{name}-plain" if data.get(f"{name}-listed") else name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class FilesField(forms.ModelMultipleChoiceField):
    """Several files of one party that the user may see. `kept` are those chosen before."""

    widget = FilesWidget
    queryset: QuerySet[File]
    default_error_messages = {
        "invalid_choice": _("One of the files is not in this dossier, or not for you to see."),
        "invalid_pk_value": _("One of the files is not in this dossier, or not for you to see."),
    }

    def __init__(self, *, user: Any, party: Any, kept: Iterable[File] = (), **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Files of the dossier"))
        self.kept = list(kept)
        super().__init__(choosable(user, party, self.kept), **kwargs)
        self.widget.url = picker_url(party)

    def get_bound_field(self, form: Any, field_name: str) -> Any:
        bound = super().get_bound_field(form, field_name)
        keys = [str(getattr(one, "pk", one)) for one in bound.value() or []]
        keys = [key for key in keys if key.isdecimal() and len(key) < 19][:200]
        chosen = list(self.queryset.filter(pk__in=keys)) if keys else []
        self.widget.choices = [(file.pk, file.name) for file in chosen]
        newest = self.queryset.order_by("-created_at", "-pk")[:OFFERED]
        self.widget.offered = _Lazily(chosen, newest)
        return bound

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)

    def _get_choices(self) -> Any:
        return []  # the widget is given what is chosen, never the whole dossier

    choices: Any = property(_get_choices, lambda self, value: None)


class _Lazily:
    """The chosen files, then the newest ones, asked for when they are drawn."""

    def __init__(self, chosen: list[File], newest: QuerySet[File]) -> None:
        self.chosen, self.newest = chosen, newest

    def __iter__(self) -> Any:
        known = {file.pk for file in self.chosen}
        yield from self.chosen
        yield from (file for file in self.newest if file.pk not in known)


class OneFileField(PickerField):
    """One file of a party, or none."""

    default_error_messages = {"invalid_choice": _("There is no such file in this dossier.")}

    def __init__(self, *, user: Any, party: Any, kept: Iterable[File] = (), **kwargs: Any) -> None:
        kwargs.setdefault("label", _("File of the dossier"))
        super().__init__(
            choosable(user, party, kept),
            url_name="documents:file_picker",
            find=lambda files, text: files.matching(text),  # type: ignore[attr-defined]
            **kwargs,
        )
        widget: Any = self.widget
        assert isinstance(widget, PickerWidget)
        widget.url = picker_url(party)
