from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = _("Common")

    def ready(self) -> None:
        from common import checks  # noqa: F401  (registers the system checks)
        from common.countries import use_cldr_names

        use_cldr_names()
