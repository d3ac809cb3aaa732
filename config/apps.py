"""Wires the apps together; nothing imports this package."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.apps import ProcrastinateConfig


class DossierAdminConfig(AdminConfig):
    default_site = "config.admin.DossierAdminSite"


class JobsConfig(ProcrastinateConfig):
    """The library's app of background jobs, under names that people read."""

    verbose_name = _("Background jobs")

    def ready(self) -> None:
        super().ready()
        job = self.get_model("ProcrastinateJob")._meta
        job.verbose_name, job.verbose_name_plural = _("background job"), _("background jobs")


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from users.roles import sync_roles_after_migrate

        # Permissions are made app by app after migrating, so the roles are filled once the last app is done.
        post_migrate.connect(sync_roles_after_migrate, dispatch_uid="sync_roles")
