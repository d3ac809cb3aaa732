"""The admin site: log-in goes through the product's own log-in page, with its throttling and second factor."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class DossierAdminSite(AdminSite):
    site_header = _("Reference data and users")
    site_title = _("Settings")
    index_title = _("Settings")
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return secure_admin_login(super().login)(request, extra_context)
