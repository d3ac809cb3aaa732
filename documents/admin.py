"""Reference data of this app: number series, categories of files, types of personal documents, forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.admin import KeptWhileUsed, ReferenceAdmin
from documents import blanks_admin, personal_admin  # noqa: F401  (they register themselves)
from documents.models import FileCategory, NumberSeries
from documents.numbering import series_kinds
from users.permission_words import describe

describe({"documents.cancel_letter": _("Cancel entries of the correspondence register")})


class CodedAdmin(ReferenceAdmin):
    """Reference data of which some rows carry a code that programs rely on."""

    list_display = ["name", "name_en", "code", "order", "is_active"]
    list_editable = ["order"]
    search_fields = ["name", "name_en", "code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj is not None and obj.code else []


@admin.register(FileCategory)
class FileCategoryAdmin(CodedAdmin):
    pass


class NumberSeriesForm(forms.ModelForm):
    code = forms.ChoiceField(label=_("What is numbered"))

    class Meta:
        model = NumberSeries
        fields = ["own_firm", "code", "year", "prefix", "digits", "first_number", "last_number", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            field: Any = self.fields["code"]
            field.choices = [(kind.slug, kind.label) for kind in series_kinds]


class WhatIsNumbered(admin.SimpleListFilter):
    """Kinds of series by their words, not by their codes."""

    title = _("what is numbered")
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind.slug, kind.label) for kind in series_kinds]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(code=self.value()) if self.value() else queryset


@admin.register(NumberSeries)
class NumberSeriesAdmin(KeptWhileUsed):
    """Ranges of numbers. One that has given numbers keeps its beginning and is never deleted."""

    form = NumberSeriesForm
    list_display = ["own_firm", "what", "year", "prefix", "first_number", "last_number", "next_number", "is_active"]
    list_filter = [WhatIsNumbered, "year", "is_active"]
    list_select_related = ["own_firm", "own_firm__legal_form"]
    fields = [*NumberSeriesForm.Meta.fields, "next_number"]
    kept_message = _("Numbers were given from “%(row)s”, so it is kept. Take it out of use instead.")

    @admin.display(description=_("what is numbered"), ordering="code")
    def what(self, series: NumberSeries) -> str:
        kind = series_kinds.get(series.code)
        return str(kind.label) if kind else series.code

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["next_number"]

    def row_is_used(self, row: NumberSeries) -> bool:
        return row.has_given_numbers
