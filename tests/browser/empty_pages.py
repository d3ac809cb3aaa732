"""Pages on which there is nothing yet: what somebody sees on the first day."""

from __future__ import annotations

from typing import Any

from counterparties.models import Counterparty


def empty_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """The lists of an empty house; of the party no more is known than its name."""
    dossier = party.get_absolute_url()
    return {
        "first page of the first day": "/",
        "no articles": "/trade/articles/",
        "no price lists": "/trade/price-lists/",
        "no conditions": "/trade/conditions/",
        "no imports of articles": "/trade/imports/",
        "no bank statements": "/finance/statements/",
        "no documents": "/finance/documents/",
        "no payments": "/finance/payments/",
        "no cash desks": "/finance/cash-desks/",
        "no balances of accounts": "/finance/account-balances/",
        "no own firm to have periods": "/finance/periods/",
        "nothing receivable": "/finance/figures/receivable/",
        "nobody to be reminded": "/finance/reminders/",
        "empty dossier": dossier,
        "dossier without documents": f"{dossier}financial-documents/",
        "dossier without payments": f"{dossier}payments/",
        "dossier without events": f"{dossier}events/?show=timeline",
    }
