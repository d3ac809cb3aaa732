"""Django admin of what goes by day: exchange rates and the days that are not worked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contacts.currencies import validate_currency
from trade.models import ExchangeRate, NonWorkingDay


class ExchangeRateForm(forms.ModelForm):
    def clean_currency(self) -> str:
        return validate_currency(self.cleaned_data["currency"])

    def clean_source(self) -> str:
        """What is typed is nobody's publication unless it says whose."""
        return self.cleaned_data["source"] or ""


@admin.register(ExchangeRate)
class ExchangeRateAdmin(admin.ModelAdmin):
    """Rates as published; those of the ECB are loaded nightly. A document keeps the rate at which it was issued."""

    form = ExchangeRateForm
    list_display = ["currency", "on", "rate", "source"]
    list_filter = ["currency", "source"]
    date_hierarchy = "on"
    list_per_page = 50
    show_full_result_count = False
    fields = ["currency", "on", "rate", "source"]
    save_as = False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"source": "", **super().get_changeform_initial_data(request)}


class NonWorkingDayForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        day = given.get("day")
        if day is not None and given.get("is_worked") and day.weekday() < 5:
            raise ValidationError({"is_worked": _("Only a Saturday or Sunday can be worked in place of another day.")})
        return given


@admin.register(NonWorkingDay)
class NonWorkingDayAdmin(admin.ModelAdmin):
    """Holidays, days off by order of the government, and Saturdays that are worked for them."""

    form = NonWorkingDayForm
    list_display = ["day", "name", "name_en", "is_worked"]
    list_filter = ["is_worked"]
    search_fields = ["name", "name_en"]
    date_hierarchy = "day"
    list_per_page = 50
    fields = ["day", "name", "name_en", "is_worked"]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[NonWorkingDay]) -> None:
        for row in queryset:  # each tells those who follow the calendar
            row.delete()
