"""Which of the own firms speaks to a party."""

from __future__ import annotations

from typing import Any

from counterparties.models import Counterparty
from documents.models import Letter


def usual_own_firm(party: Counterparty, user: Any, *, else_first: bool = False) -> Counterparty | None:
    """The own firm of the user's to propose.

    The party itself when it is one, one that serves the party, the one that wrote with it last, else the only one there
    is. None when nothing speaks for any of several, unless the first will do (`else_first`).
    """
    firms = Counterparty.objects.own_firms_of(user).select_related("legal_form").order_by("sort_name", "pk")
    for close in (firms.filter(pk=party.pk), firms.filter(served_parties=party)):
        if (firm := close.first()) is not None:
            return firm
    letters = Letter.objects.current().filter(party=party, own_firm__in=firms.order_by())
    if (last := letters.select_related("own_firm__legal_form").order_by("-pk").first()) is not None:
        return last.own_firm
    first_two = list(firms[:2])
    return first_two[0] if first_two and (else_first or len(first_two) == 1) else None
