from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FinanceConfig(AppConfig):
    name = "finance"
    verbose_name = _("Finance")

    def ready(self) -> None:
        import finance.printing
        import finance.rules  # noqa: F401  (both listen to what is issued and cancelled)
