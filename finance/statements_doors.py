"""What bank statements hang on the menus."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from common.context_processors import MenuEntry, menu, new_menu
from finance import matching  # noqa: F401  (listens to cancelled payments)

menu.register(
    MenuEntry(
        "finance.statements",
        gettext_lazy("Bank statements"),
        "/finance/statements/",
        icon="bank2",
        parent="finance",
        visible=lambda user: user.has_perm("finance.view_bankstatement"),
        order=40,
    )
)
new_menu.register(
    MenuEntry(
        "finance.bankstatement",
        gettext_lazy("bank statement"),
        "/finance/statements/add/",
        icon="bank2",
        visible=lambda user: user.has_perm("finance.add_bankstatement"),
        order=12,
    )
)
