"""Which of the own firms speaks to a party."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Q

from counterparties.models import Counterparty, ServingFirm
from documents.models import Letter


def usual_own_firm(party: Counterparty, user: Any, *, else_first: bool = False) -> Counterparty | None:
    """The own firm of the user's to propose.

    The party itself when it is one; the firm in force, unless only others serve the party; one that serves it, the one
    that wrote with it last, else the only one there is. None when nothing speaks for any of several, unless the first
    will do (`else_first`).
    """
    firms = Counterparty.objects.own_firms_of(user).select_related("legal_form").order_by("sort_name", "pk")
    in_force = firms.none() if user.firm_in_force is None else firms.filter(pk=user.firm_in_force.pk)
    serves = Q(served_parties=party) | ~Exists(ServingFirm.objects.filter(party=party))
    for close in (firms.filter(pk=party.pk), in_force.filter(serves), firms.filter(served_parties=party)):
        if (firm := close.first()) is not None:
            return firm
    letters = Letter.objects.current().filter(party=party, own_firm__in=firms.order_by())
    if (last := letters.select_related("own_firm__legal_form").order_by("-pk").first()) is not None:
        return last.own_firm
    first_two = list(firms[:2])
    return first_two[0] if first_two and (else_first or len(first_two) == 1) else None
