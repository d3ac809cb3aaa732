"""Reference data of this app: places, roles and areas of contact persons, BICs of banks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.admin import KeptWhileUsed, ReferenceAdmin
from contacts.models import BankCode, ContactArea, ContactRole, District, Municipality, Settlement
from users.permission_words import describe

describe({"contacts.confirm_bankaccount": _("Confirm a supplier's new account")})


class CodedReferenceAdmin(ReferenceAdmin):
    """Reference data of which some rows carry a code that programs rely on."""

    list_display = ["name", "name_en", "code", "order", "is_active"]
    list_editable = ["order"]
    search_fields = ["name", "name_en", "code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj is not None and obj.code else []


@admin.register(ContactRole)
class ContactRoleAdmin(CodedReferenceAdmin):
    pass


@admin.register(ContactArea)
class ContactAreaAdmin(CodedReferenceAdmin):
    pass


class PlaceAdmin(KeptWhileUsed):
    """Places of the official register; the code of one that is here does not change."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [self.model._meta.pk.name] if obj is not None else []


@admin.register(District)
class DistrictAdmin(PlaceAdmin):
    list_display = ["name", "name_latin", "code"]
    search_fields = ["name", "name_latin", "code"]


@admin.register(Municipality)
class MunicipalityAdmin(PlaceAdmin):
    list_display = ["code", "name", "name_latin", "district"]
    list_filter = ["district"]
    list_select_related = ["district"]
    search_fields = ["name", "name_latin", "code"]


@admin.register(Settlement)
class SettlementAdmin(PlaceAdmin):
    list_display = ["name", "kind", "ekatte", "municipality", "district", "postal_code"]
    list_filter = ["kind", "district"]
    list_select_related = ["municipality", "district"]
    search_fields = ["search_text"]
    autocomplete_fields = ["municipality"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found: Any = queryset
        return (found.matching(search_term) if search_term else found), False


@admin.register(BankCode)
class BankCodeAdmin(admin.ModelAdmin):
    list_display = ["bic", "bank"]
    list_select_related = ["bank__legal_form"]
    search_fields = ["bic", "bank__search_text"]
    raw_id_fields = ["bank"]
