"""What periods, settings and offsets hang on the menu and the dossier."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.columns import Action
from common.context_processors import MenuEntry, menu
from counterparties import dossier
from counterparties.models import Counterparty

menu.register(
    MenuEntry(
        "finance.periods",
        gettext_lazy("Periods"),
        "/finance/periods/",
        icon="calendar-check",
        parent="finance",
        visible=lambda user: user.has_perm("finance.view_periodclosing"),
        order=80,
    )
)


def settings_of_firm(party: Counterparty, user: Any) -> Action | None:
    if not party.is_own_firm or party.is_archived:
        return None
    return Action(_("Finance settings"), f"/finance/firms/{party.pk}/settings/", icon="gear")


def periods_of_firm(party: Counterparty, user: Any) -> Action | None:
    if not party.is_own_firm or party.is_archived:
        return None
    return Action(_("Periods"), f"/finance/periods/?own_firm={party.pk}", icon="calendar-check")


def offset_with(party: Counterparty, user: Any) -> Action | None:
    """For who is both client and supplier: what they owe us against what we owe them."""
    if party.is_archived or not (party.is_client and party.is_supplier):
        return None
    return Action(_("Offset protocol"), f"/finance/offsets/add/?party={party.pk}", icon="arrow-left-right")


for slug, action, permission, order in (
    ("finance_settings", settings_of_firm, "finance.change_firmsettings", 70),
    ("finance_periods", periods_of_firm, "finance.view_periodclosing", 71),
    ("offset", offset_with, "finance.add_financialdocument", 45),
):
    dossier.quick_actions.register(dossier.QuickAction(slug, action, permission=permission, order=order))
