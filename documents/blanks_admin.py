"""Administration of forms: the text with its placeholders, and the form's own fields under it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReferenceAdmin
from common.forms import cleaned_or_refused
from counterparties.kinds import Kind
from documents.models import FormField, FormTemplate, FormValue
from documents.placeholders import FIELD, NO_PERSONAL_NUMBERS, PARTS, check_text, placeholders
from documents.rendering import check_markup
from users.permission_words import describe

describe({"documents.fill_formtemplate": gettext_lazy("Fill forms and keep the PDF")})

# The prefix that the fields' rows have in the page, as Django makes it of the relation's name.
ROWS = "form_fields"

MARKUP = (
    ("# …", gettext_lazy("title; ## … heading of a part; ### … small heading")),
    ("**…**", gettext_lazy("bold; *…* italic")),
    ("Чл. 1. (1) …", gettext_lazy("clauses are numbered as you write them: Чл. 1., 1., 1.1., (2), а)")),
    ("- …", gettext_lazy("a list; > … an indented block (for whom a letter is); -> … a line at the right")),
    ("| … | … |", gettext_lazy("a table; its second line is | --- | --- |")),
    ("===", gettext_lazy("alone on a line: a new page")),
    (
        "::: signatures",
        gettext_lazy("who signs, side by side with | between them; the block ends with ::: alone on a line"),
    ),
)


class LinesField(forms.CharField):
    """A list of texts, one to a line."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 30})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = cleaned_or_refused(super().to_python(value) or "", multiline=True)
        lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
        if any(len(line) > 200 for line in lines):
            raise ValidationError(_("A choice has at most 200 characters."))
        return lines

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class FormFieldForm(forms.ModelForm):
    choices = LinesField(
        label=gettext_lazy("List of choices"), required=False, help_text=gettext_lazy("Only for a list: one to a line.")
    )

    class Meta:
        model = FormField
        fields = ["code", "label", "label_en", "type", "is_required", "default", "choices", "help", "order"]
        # The default of a text of several lines has lines too: an input of one line would join them.
        widgets = {"default": forms.Textarea(attrs={"rows": 2, "cols": 30})}
        help_texts = {
            "default": gettext_lazy("Of a date, the word “today” stands for the day on which the form is filled.")
        }


class FormFieldInline(admin.StackedInline):
    """Fields have no rights of their own: who changes the form changes them."""

    model = FormField
    form = FormFieldForm
    extra = 0
    fields = [("code", "type", "is_required", "order"), ("label", "label_en"), ("default", "help"), "choices"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("documents.view_formtemplate")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("documents.change_formtemplate") or (
            obj is None and request.user.has_perm("documents.add_formtemplate")
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)


class FormTemplateForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("For kinds"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For which kinds of party; none chosen means all."),
    )

    class Meta:
        model = FormTemplate
        fields = [
            "name",
            "name_en",
            "code",
            "language",
            "description",
            "kinds",
            "category",
            "text",
            "order",
            "is_active",
        ]
        widgets = {"text": forms.Textarea(attrs={"rows": 36, "cols": 120, "spellcheck": "true"})}

    def clean_text(self) -> str:
        """Check the text against all placeholders and the fields as they will be once this page is saved."""
        text = cleaned_or_refused(self.cleaned_data["text"], multiline=True)
        check_text(text, self.codes_after_saving())
        check_markup(text)
        return text

    def codes_after_saving(self) -> set[str]:
        total = self.data.get(f"{ROWS}-TOTAL_FORMS", "")
        if not total.isdecimal() or len(total) > 4:
            return set()
        rows = [f"{ROWS}-{number}" for number in range(int(total)) if not self.data.get(f"{ROWS}-{number}-DELETE")]
        return {self.data.get(f"{row}-code", "").strip() for row in rows} - {""}


@admin.register(FormTemplate)
class FormTemplateAdmin(ReferenceAdmin):
    form = FormTemplateForm
    inlines = (FormFieldInline,)
    list_display = ["name", "name_en", "language", "kind_words", "category", "field_count", "order", "is_active"]
    list_editable = ["order"]
    list_filter = ["is_active", "language", "category"]
    list_select_related = ["category"]
    search_fields = ["name", "name_en", "code", "text"]
    readonly_fields = ["how_to_write", "available"]
    fieldsets = [
        (None, {"fields": [("name", "name_en"), "description", ("code", "order", "is_active")]}),
        (gettext_lazy("Where it is offered"), {"fields": ["kinds", "category"]}),
        (gettext_lazy("Text"), {"fields": ["language", "how_to_write", "text", "available"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(fields_in_all=Count("form_fields"))

    def row_is_used(self, row: FormTemplate) -> bool:
        return super().row_is_used(row) or FormValue.objects.filter(field__template=row).exists()

    @admin.display(description=gettext_lazy("for kinds"))
    def kind_words(self, template: FormTemplate) -> str:
        return ", ".join(str(Kind(kind).label) for kind in template.kinds) or _("all")

    @admin.display(description=gettext_lazy("fields"), ordering="fields_in_all")
    def field_count(self, template: Any) -> int:
        return template.fields_in_all

    @admin.display(description=gettext_lazy("how it is written"))
    def how_to_write(self, template: FormTemplate) -> SafeString:
        return format_html(
            '<dl class="form-syntax">{}</dl>', format_html_join("", "<dt><code>{}</code></dt><dd>{}</dd>", MARKUP)
        )

    @admin.display(description=gettext_lazy("available placeholders"))
    def available(self, template: FormTemplate) -> SafeString:
        """All placeholders in groups, each with what it gives and an example."""
        groups = []
        for part, title in PARTS.items():
            rows = [
                (f"{{{{ {one.slug} }}}}", one.label, one.example)
                for one in placeholders
                if one.slug.startswith(f"{part}.")
            ]
            groups.append(
                (title, format_html_join("", "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>", rows))
            )
        tables = format_html_join("", "<details><summary>{}</summary><table>{}</table></details>", groups)
        own = _("Fields of this form: {{ field.code }}, with the code of a field below.")
        return format_html(
            '<div class="form-placeholders"><p><code>{{{{ {}code }}}}</code> {}</p>{}<p>{}</p></div>',
            FIELD,
            own,
            tables,
            NO_PERSONAL_NUMBERS,
        )
