"""Django admin of the party record's reference data, own firms of users, and the log of personal numbers.

Counterparties themselves are worked with in their dossiers, never here.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.functions import Cast, Concat, LPad
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from common.admin import ReadOnlyAdmin, ReferenceAdmin
from counterparties.kinds import DEEDS as KIND_DEEDS
from counterparties.kinds import Kind
from counterparties.models import (
    Characteristic,
    LegalForm,
    OwnFirmAccess,
    PartyType,
    PersonalNumberAccess,
    Status,
    StatusEffect,
)
from users.admin import UserAdmin
from users.permission_words import DEEDS, describe

describe(
    {kind.permission(deed): format_lazy("{}: {}", DEEDS[deed], kind.label) for kind in Kind for deed in KIND_DEEDS}
)
describe(
    {
        "counterparties.reveal_personal_number": _("Reveal EGN and LNCh"),
        "counterparties.view_personal_number_log": _("View the log of accesses to personal numbers"),
        "counterparties.assign_trader": _("Assign the responsible trader in bulk"),
        "counterparties.comment": _("Write the shared comment"),
        "counterparties.import_counterparties": _("Import counterparties"),
    }
)


@admin.register(LegalForm)
class LegalFormAdmin(ReferenceAdmin):
    list_display = ["name", "name_en", "place", "order", "is_active"]
    list_editable = ["order"]
    list_filter = ["is_active", "place"]


@admin.register(Status)
class StatusAdmin(ReferenceAdmin):
    list_display = ["name", "name_en", "color", "effect_words", "next_words", "is_default", "order", "is_active"]
    list_filter = ["is_active", "color"]
    search_fields = ["name", "name_en", "code"]
    fieldsets = [
        (None, {"fields": ["name", "name_en", "code", "color", "order"]}),
        (_("What it does"), {"fields": ["effects", "next_statuses"]}),
        (_("Use"), {"fields": ["is_default", "is_active"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Status]:
        return super().get_queryset(request).prefetch_related("next_statuses")

    @admin.display(description=_("effects"))
    def effect_words(self, status: Status) -> str:
        return ", ".join(str(StatusEffect(effect).label) for effect in status.effects) or "–"

    @admin.display(description=_("may change to"))
    def next_words(self, status: Status) -> Any:
        return ", ".join(str(one) for one in status.next_statuses.all()) or _("any")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["code"] if obj else []  # imports and settings may name it

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, ArrayField):
            return forms.MultipleChoiceField(
                label=capfirst(db_field.verbose_name),
                choices=StatusEffect.choices,
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def tree_key(prefix: str) -> Any:
    """What rows of one level sort by, as text; empty where there is no such ancestor."""
    order = LPad(Cast(f"{prefix}order", CharField()), 5, Value("0"))
    key = Concat(order, Value(" "), F(f"{prefix}name"), Value("\t"))
    return Case(When(**{f"{prefix}id__isnull": False}, then=key), default=Value(""))


@admin.register(PartyType)
class PartyTypeAdmin(ReferenceAdmin):
    """Both trees, each in its order, with children under their parent (four levels keep their order)."""

    LEVELS = ("parent__parent__parent__", "parent__parent__", "parent__", "")
    list_display = ["indented_name", "name_en", "tree", "order", "is_active"]
    list_filter = ["tree", "is_active"]
    autocomplete_fields = ["parent"]
    fields = ["tree", "parent", "name", "name_en", "order", "is_active"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartyType]:
        return super().get_queryset(request).select_related("parent__parent__parent")

    def get_ordering(self, request: HttpRequest) -> Any:
        return ["tree", Concat(*(tree_key(level) for level in self.LEVELS)).asc(), "pk"]

    @admin.display(description=_("name"))
    def indented_name(self, row: PartyType) -> str:
        depth, ancestor = 0, row.parent
        while ancestor is not None and depth < 3:
            depth, ancestor = depth + 1, ancestor.parent
        return format_html("{}{}", "\u2003\u2003" * depth, row.name)


@admin.register(Characteristic)
class CharacteristicAdmin(ReferenceAdmin):
    list_display = [
        "name",
        "name_en",
        "value_type",
        "kind",
        "party_type",
        "required",
        "in_filter",
        "order",
        "is_active",
    ]
    list_filter = ["is_active", "value_type", "kind", "required", "in_filter"]
    list_select_related = ["party_type"]
    search_fields = ["name", "name_en", "code"]
    autocomplete_fields = ["party_type"]
    prepopulated_fields = {"code": ["name"]}
    fieldsets = [
        (None, {"fields": ["name", "name_en", "code", "help_text"]}),
        (_("Value"), {"fields": ["value_type", "choices", "required"]}),
        (_("For whom"), {"fields": ["kind", "party_type"]}),
        (_("Use"), {"fields": ["in_filter", "order", "is_active"]}),
    ]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return []
        # Values are kept in the column of their type: with another type they would be lost from sight.
        return ["code", "value_type"] if obj.values.exists() else ["code"]


@admin.register(PersonalNumberAccess)
class PersonalNumberAccessAdmin(ReadOnlyAdmin):
    list_display = ["at", "user", "party", "way", "reason"]
    list_display_links = None
    list_filter = ["way", "at"]
    list_select_related = ["user", "party__legal_form"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "party__name", "reason"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("counterparties.view_personal_number_log")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) or super().has_module_permission(request)


class OwnFirmAccessInline(admin.TabularInline):
    """The own firms that a user works for, on the user's own page."""

    model = OwnFirmAccess
    extra = 0
    verbose_name_plural = _("own firms (none: all of them)")


UserAdmin.inlines = [*UserAdmin.inlines, OwnFirmAccessInline]
