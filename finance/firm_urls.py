"""Addresses of periods, settings of own firms and offsets; part of finance/urls.py."""

from __future__ import annotations

from django.urls import URLPattern, path

from finance.views import firms, offsets, periods

urlpatterns: list[URLPattern] = [
    path("periods/", periods.period_list, name="period_list"),
    path("periods/<int:pk>/<str:month>/close/", periods.period_close, name="period_close"),
    path("periods/<int:pk>/reopen/", periods.period_reopen, name="period_reopen"),
    path("firms/<int:pk>/settings/", firms.firm_settings, name="firm_settings"),
    path("firms/<int:pk>/logo/", firms.firm_logo, name="firm_logo"),
    path("offsets/add/", offsets.offset_add, name="offset_add"),
    path("offsets/<int:pk>/edit/", offsets.offset_edit, name="offset_edit"),
]
