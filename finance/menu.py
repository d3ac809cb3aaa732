"""The head of finance in the sidebar; its rooms put their entries under it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from common.context_processors import MenuEntry, menu

SEEN_WITH = ("finance.view_financialdocument", "finance.view_payment", "finance.view_bankstatement")


def sees_finance(user: Any) -> bool:
    return any(user.has_perm(right) for right in SEEN_WITH)


menu.register(
    MenuEntry(
        "finance", gettext_lazy("Finance"), "/finance/documents/", icon="cash-coin", visible=sees_finance, order=40
    )
)
