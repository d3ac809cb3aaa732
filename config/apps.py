"""Wires the apps together; nothing imports this package."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class DossierAdminConfig(AdminConfig):
    default_site = "config.admin.DossierAdminSite"


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from users.roles import sync_roles_after_migrate

        # Permissions are made app by app after migrating, so the roles are filled once the last app is done.
        post_migrate.connect(sync_roles_after_migrate, dispatch_uid="sync_roles")
