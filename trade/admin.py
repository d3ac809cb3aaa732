"""Django admin of trade's reference data: groups, units, VAT. Articles and prices have pages of their own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.admin import ReferenceAdmin, is_used
from trade import dated_admin  # noqa: F401  (registers itself)
from trade.models import ArticleGroup, Unit, VatGround, VatRate
from users.permission_words import describe

describe(
    {
        "trade.import_article": _("Import articles"),
        "trade.import_pricelist": _("Import prices into price lists"),
        "trade.view_partyterms": _("View price lists and currencies of parties"),
        "trade.change_partyterms": _("Change price lists and currencies of parties"),
        "trade.view_pricecondition": _("View price conditions and explain prices"),
        "trade.change_pricecondition": _("Change and archive price conditions"),
    }
)


@admin.register(ArticleGroup)
class ArticleGroupAdmin(ReferenceAdmin):
    list_display = ["name", "name_en", "parent", "order", "is_active"]
    list_editable = ["order"]
    list_select_related = ["parent"]
    list_filter = ["is_active", ("parent", admin.RelatedOnlyFieldListFilter)]
    fields = ["name", "name_en", "parent", "order", "is_active"]


class KeptAsUsed(ReferenceAdmin):
    """What is used keeps what figures are computed with; a new value is a new row."""

    kept_fields: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.kept_fields if obj is not None and is_used(obj) else ()


@admin.register(Unit)
class UnitAdmin(KeptAsUsed):
    list_display = ["name", "name_en", "code", "decimals", "base", "factor", "order", "is_active"]
    list_editable = ["order"]
    list_select_related = ["base"]
    search_fields = ["name", "name_en", "code"]
    fields = ["name", "name_en", "code", "decimals", "base", "factor", "order", "is_active"]
    kept_fields = ("base", "factor")


@admin.register(VatRate)
class VatRateAdmin(KeptAsUsed):
    list_display = ["name", "name_en", "category", "percent", "valid_from", "valid_to", "is_default", "is_active"]
    list_filter = ["is_active", "category"]
    fields = [
        *("name", "name_en", "category", "percent", "valid_from", "valid_to", "is_default", "order", "is_active"),
    ]
    kept_fields = ("category", "percent")


@admin.register(VatGround)
class VatGroundAdmin(ReferenceAdmin):
    list_display = ["text", "text_en", "category", "code", "order", "is_active"]
    list_filter = ["is_active", "category"]
    search_fields = ["text", "text_en", "code"]
    fields = ["category", "text", "text_en", "code", "order", "is_active"]
