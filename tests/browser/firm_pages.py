"""Pages of our own firms – periods, settings, offsets – and of e-invoices, each with something on it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from common.dates import today
from counterparties.models import Counterparty
from finance.models import FirmSettings, PeriodClosing
from finance.rules.offsets import draft_offset
from tests.factories.counterparties import OwnFirmFactory
from tests.factories.finance import PaymentFactory, draft, entered, issued


def firm_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """A firm with a month that is closed and one with drafts, and offsets that are new, drafted and issued."""
    firm = OwnFirmFactory(name=words)
    FirmSettings.objects.create(own_firm=firm, prepared_by=words[:60], place=words[:60], foot=words)
    facts: dict[str, Any] = {"own_firm": firm, "party": party}
    last = today().replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    for day in (before, last):
        issued(date=day, by=user, price=1_234_567, **facts)
    draft(date=last, **facts)
    PaymentFactory(date=last, **facts)
    closing = PeriodClosing.close(firm, before, user)
    ours, theirs = issued(by=user, price=1_234_567, **facts), entered(by=user, price=900, **facts)
    protocol = draft_offset(
        party, firm, [(ours, Decimal(100))], [(theirs, Decimal(100))], user, note=words, place=words[:60]
    )
    done = draft_offset(party, firm, [(ours, Decimal(50))], [(theirs, Decimal(50))], user, note=words)
    done.issue(user)
    periods = "/finance/periods"
    return {
        "periods": f"{periods}/?own_firm={firm.pk}",
        "closing of a period": f"{periods}/{firm.pk}/{last:%Y-%m}/close/",
        "opening of a period again": f"{periods}/{closing.pk}/reopen/",
        "settings of a firm": f"/finance/firms/{firm.pk}/settings/",
        "dossier of a firm": firm.get_absolute_url(),
        "form of an offset protocol": f"/finance/offsets/add/?party={party.pk}&own_firm={firm.pk}",
        "counterparty of an offset protocol": "/finance/offsets/add/",
        "form of a drafted offset protocol": f"/finance/offsets/{protocol.pk}/edit/",
        "draft of an offset protocol": protocol.get_absolute_url(),
        "issued offset protocol": done.get_absolute_url(),
        "reading of e-invoices": "/finance/documents/read-ubl/",
    }
