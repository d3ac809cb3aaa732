"""Pages of figures, reports and papers about an account, each with something on it."""

from __future__ import annotations

from typing import Any

from counterparties.models import Counterparty
from finance.models import Settlement
from finance.reports import reports
from tests.factories.counterparties import OwnFirmFactory
from tests.factories.finance import days_ago, issued, posted


def report_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """A party that is late with documents of several ages, and the addresses of all that is told of it."""
    firm = OwnFirmFactory(name=words)
    facts: dict[str, Any] = {"own_firm": firm, "party": party, "by": user}
    documents = [
        issued(date=days_ago(days), due_date=days_ago(days - 1), price=price, **facts)
        for days, price in ((200, 1_234_567), (70, 33), (40, 500), (9, 80))
    ]
    Settlement.settle(posted(amount=200, reason=words, **facts), documents[1], by=user)
    posted(amount=900, reason=words, **facts)
    account = f"/finance/accounts/{party.pk}"
    asked = f"?own_firm={firm.pk}"
    return {
        "receivable of a party": f"/finance/figures/receivable/?party={party.pk}",
        "sales of a party": f"/finance/figures/sales/?party={party.pk}",
        "advances": "/finance/figures/advances_in/",
        "lines of sales": "/finance/figures/sales/lines/",
        "reports": "/finance/reports/",
        **{f"report {one.slug}": f"/finance/reports/{one.slug}/" for one in reports},
        "sales compared": "/finance/reports/sales/?by=month&compare=year",
        "reminders": "/finance/reminders/",
        "statement of account": f"{account}/statement/{asked}",
        "confirmation of balances": f"{account}/confirmation/{asked}",
        "payment reminder": f"{account}/reminder/{asked}",
        "statutory interest": f"{account}/interest/{asked}",
    }
