"""The values of forms' fields: a tab of the dossier, under the forms that can be filled."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.addresses import address
from common.columns import show
from common.dates import format_moment, parse_date
from common.forms import PlainForm
from common.lists import Action, Column, Empty, ListPage
from documents import field_types
from documents.models import FormTemplate, FormValue

SHOWN_LENGTH = 160


class FormValueFilter(django_filters.FilterSet):
    primary = ("q", "form")

    q = django_filters.CharFilter(label=gettext_lazy("Field or value"), method="search", max_length=200)
    form = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Form"), field_name="field__template", queryset=FormTemplate.objects.all()
    )

    class Meta:
        model = FormValue
        fields: list[str] = []
        form = PlainForm

    def search(self, queryset: Any, name: str, value: str) -> Any:
        stored = Q(value__icontains=value)
        for read in (field_types.plain_money, field_types.plain_number, lambda text: parse_date(text).isoformat()):
            try:
                stored |= Q(value=read(value))
            except (ValueError, ValidationError):
                continue
        return queryset.filter(
            stored
            | Q(field__label__icontains=value)
            | Q(field__label_en__icontains=value)
            | Q(field__template__name__icontains=value)
        )


class FormValueList(ListPage):
    model = FormValue
    filterset_class = FormValueFilter
    permission_required = "documents.view_formvalue"
    export_permission = "documents.export_formvalue"
    page_title = gettext_lazy("Form fields")
    list_key = "documents.formvalue.tab"
    rows_in_panel = True
    default_sort = "form"
    tie_break = ("field__template__order", "field__template__name", "field__order", "pk")
    empty = Empty(
        gettext_lazy("No values of form fields yet"),
        gettext_lazy("What is typed while a form is filled is kept here and offered the next time."),
    )
    columns = [
        Column("form", gettext_lazy("Form"), "field.template",
               sort=["field__template__order", "field__template__name"]),
        Column("field", gettext_lazy("Field"), "field", sort=["field__order", "field__label"]),
        Column("value", gettext_lazy("Value"), "shown", sort=["value"],
               html=lambda value: Truncator(value.shown).chars(SHOWN_LENGTH),
               export=lambda value: field_types.python_value(value.field.type, value.value)),
        Column("changed", gettext_lazy("Changed"), lambda value: format_moment(value.changed_at), sort=["changed_at"],
               export=lambda value: value.changed_at),
        Column("changed_by", gettext_lazy("Changed by"), lambda value: show(value.changed_by),
               sort=["changed_by__first_name", "changed_by__last_name"]),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().select_related("field__template", "changed_by")

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        own = self.frame is not None and names == [self.frame.template_name]
        return ["documents/form_fields_tab.html"] if own else names

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        from documents.views.blanks import may_fill, offered

        party, user = self.frame.party, self.request.user
        forms = offered(party) if may_fill(user) else []
        return super().get_context_data(forms_to_fill=forms, **kwargs)

    def may_change(self) -> bool:
        return self.request.user.has_perm("documents.change_formvalue")

    def row_url(self, obj: Any) -> str:
        return obj.get_absolute_url() if self.may_change() else ""

    def row_actions(self, obj: FormValue) -> list[Action]:
        actions = []
        if self.may_change():
            actions.append(Action(_("Edit the value"), obj.get_absolute_url(), icon="pencil", htmx=True))
        template = obj.field.template
        if template.is_active and self.request.user.has_perm("documents.fill_formtemplate"):
            fill = address("documents:form_fill", template.pk, self.frame.party.pk)
            actions.append(Action(_("Fill the form"), fill, icon="file-earmark-text"))
        return actions
