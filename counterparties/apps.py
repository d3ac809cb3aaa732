from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CounterpartiesConfig(AppConfig):
    name = "counterparties"
    verbose_name = _("Counterparties")

    def ready(self) -> None:
        # Each app hangs its tabs, panels, columns and sources on the dossier from its own `dossier.py`.
        autodiscover_modules("dossier")
        from counterparties import (
            own_firms,  # noqa: F401  (what comes along with the user)
            summary,  # noqa: F401  (the core's own tabs, panels and actions)
        )
