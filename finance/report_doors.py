"""What figures and reports put through the doors: the menu, quick actions; Summary and lists come with `summary`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from common.addresses import address
from common.context_processors import MenuEntry, menu
from common.lists import Action
from counterparties import dossier
from counterparties.models import Counterparty
from finance import summary  # noqa: F401  (panels, warning, columns and filters)
from finance.figures import VIEW_DOCUMENTS, VIEW_PAYMENTS, may_see_balance
from finance.kinds import PARTNERS
from finance.reports import Report

PRINT = "finance.print_financialdocument"


def paper(name: str, words: Any, *, icon: str, order: int, permission: str = VIEW_DOCUMENTS) -> None:
    """Offer a paper of the account in the head of those with whom there may be documents and payments."""

    def offered(party: Counterparty, user: Any) -> Action | None:
        fits = any(kind in PARTNERS for kind in party.kinds)
        if not fits or not user.has_perm(VIEW_PAYMENTS) or not may_see_balance(user, party):
            return None
        return Action(words, address(f"finance:{name}", party.pk), icon=icon)

    dossier.quick_actions.register(dossier.QuickAction(name, offered, permission=permission, order=order))


paper("account_statement", gettext_lazy("Statement of account"), icon="journal-text", order=40)
paper("balance_confirmation", gettext_lazy("Confirmation of balances"), icon="patch-check", order=41)
paper("payment_reminder", gettext_lazy("Payment reminder"), icon="envelope-exclamation", order=42, permission=PRINT)
paper("interest_sheet", gettext_lazy("Statutory interest"), icon="percent", order=43)

menu.register(
    MenuEntry(
        "reports",
        gettext_lazy("Reports"),
        "/finance/reports/",
        icon="bar-chart",
        visible=Report.is_open_to,
        order=80,
    )
)
