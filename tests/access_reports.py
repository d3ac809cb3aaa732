"""Who may see which figures, reports and papers of accounts: rows of the access table (see `test_access.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def named(slug: str) -> Callable[[Any, Any], list[Any]]:
    return lambda world, user: [slug]


def party(world: Any, user: Any) -> list[Any]:
    return [world.party.pk]


# administrator, manager, seller, buyer, accountant, warehouse, viewer, auditor
REPORTS = [
    ("finance:figure_items", "get", named("receivable"), "200 200 200 200 200 403 200 200"),
    ("finance:figure_items", "get", named("advances_in"), "200 200 200 200 200 403 200 200"),
    ("finance:figure_lines", "get", named("sales"), "200 200 200 200 200 403 200 200"),
    ("finance:report_list", "get", None, "200 200 403 403 200 403 403 200"),
    ("finance:report", "get", named("receivables"), "200 200 403 403 200 403 403 200"),
    ("finance:report", "get", named("balances"), "200 200 403 403 200 403 403 200"),
    ("finance:report", "get", named("sales"), "200 200 403 403 200 403 403 200"),
    ("finance:reminder_list", "get", None, "200 200 403 403 200 403 403 200"),
    ("finance:account_statement", "get", party, "200 200 200 403 200 403 403 200"),
    ("finance:balance_confirmation", "get", party, "200 200 200 403 200 403 403 200"),
    ("finance:payment_reminder", "get", party, "200 200 200 403 200 403 403 200"),
    ("finance:interest_sheet", "get", party, "200 200 200 403 200 403 403 200"),
]

# What these tell is narrowed by scope row by row.
REPORTS_OF_NO_PARTY = ("finance:figure_items", "finance:figure_lines", "finance:report")
