"""Django admin: what the pages for reference data share, and the admin's own log of changes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext


def is_used(row: models.Model) -> bool:
    """Whether other rows point at this one, other than those that live and die with it."""
    kept = (models.PROTECT, models.RESTRICT, models.SET_NULL)
    relations: list[Any] = [
        field
        for field in row._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and getattr(field, "on_delete", None) in kept
    ]
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: row}).exists() for relation in relations
    )


class KeptWhileUsed(admin.ModelAdmin):
    """A row that something points at is not deleted: the page says so instead of listing every row that does."""

    kept_message: Any = gettext_lazy("“%(row)s” is in use, so it is kept.")

    def row_is_used(self, row: Any) -> bool:
        return is_used(row)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # deletes without asking each row whether it is used
        return actions

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is not None and self.has_delete_permission(request, row) and self.row_is_used(row):
            messages.warning(request, self.kept_message % {"row": row})
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[row.pk]))
        return super().delete_view(request, object_id, extra_context)


class ReferenceAdmin(KeptWhileUsed):
    """Reference data named in two languages that is taken out of use rather than deleted."""

    list_filter = ["is_active"]
    search_fields = ["name", "name_en"]
    list_per_page = 50
    save_as = False
    actions = ["take_out_of_use", "put_in_use"]
    kept_message = gettext_lazy("“%(row)s” is in use, so it is kept. Take it out of use and it will not be offered.")

    @admin.action(description=gettext_lazy("Take out of use"), permissions=["change"])
    def take_out_of_use(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_in_use(request, queryset, in_use=False)

    @admin.action(description=gettext_lazy("Put in use"), permissions=["change"])
    def put_in_use(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_in_use(request, queryset, in_use=True)

    def _set_in_use(self, request: HttpRequest, queryset: QuerySet[Any], *, in_use: bool) -> None:
        rows = list(queryset.exclude(is_active=in_use))
        for row in rows:
            row.is_active = in_use
            row.save(update_fields=["is_active"])
            self.log_change(
                request, row, [{"changed": {"fields": [str(row._meta.get_field("is_active").verbose_name)]}}]
            )
        count = len(rows)
        messages.success(request, ngettext("%d row changed.", "%d rows changed.", count) % count)


class ReadOnlyAdmin(admin.ModelAdmin):
    """A log: looked at and searched, never written by hand."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Who changed which reference data, user or role, and when."""

    list_display = ["action_time", "user", "deed", "content_type", "object_repr", "what"]
    list_display_links = ["action_time"]
    list_filter = ["action_flag", "action_time", ("content_type", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr", "change_message", "user__username", "user__first_name", "user__last_name"]
    fields = ["action_time", "user", "deed", "content_type", "object_repr", "what"]
    readonly_fields = ["action_time", "user", "deed", "content_type", "object_repr", "what"]

    @admin.display(description=gettext_lazy("action"), ordering="action_flag")
    def deed(self, entry: LogEntry) -> str:
        return str(entry.get_action_flag_display())

    @admin.display(description=gettext_lazy("what changed"))
    def what(self, entry: LogEntry) -> str:
        return entry.get_change_message() or "–"
