"""Addresses of the whole product."""

from django.contrib import admin
from django.urls import include, path
from health_check.views import HealthCheckView

# What must work for this process to serve; asked by the container and the proxy.
HEALTH_CHECKS = ["health_check.checks.Database", "health_check.checks.Cache"]

urlpatterns = [
    path("", include("common.urls")),
    path("", include("users.urls")),
    path("", include("events.urls")),
    path("", include("counterparties.urls")),
    path("contacts/", include("contacts.urls")),
    path("documents/", include("documents.urls")),
    path("trade/", include("trade.urls")),
    path("finance/", include("finance.urls")),
    path("health/", HealthCheckView.as_view(checks=HEALTH_CHECKS), name="health"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
