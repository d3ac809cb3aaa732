"""The admin site: log-in goes through the product's own log-in page, with its throttling and second factor."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _


class DossierAdminSite(AdminSite):
    site_header = _("Reference data and users")
    site_title = _("Settings")
    index_title = _("Settings")
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return secure_admin_login(super().login)(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """On the first page: our reference data, then users together with roles, then logs and background jobs."""
        sections = super().get_app_list(request, app_label)
        if app_label is not None:
            return sections
        found = {section["app_label"]: section for section in sections}
        if "users" in found and "auth" in found:
            found["users"]["models"] += found.pop("auth")["models"]
        last = ["users", "admin", "procrastinate"]
        return sorted(
            found.values(),
            key=lambda section: last.index(section["app_label"]) + 1 if section["app_label"] in last else 0,
        )
