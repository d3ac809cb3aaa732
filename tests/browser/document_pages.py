"""Pages of financial documents, each with something on it."""

from __future__ import annotations

from typing import Any

from counterparties.models import Counterparty
from finance.models import Settlement
from tests.factories.counterparties import OwnFirmFactory, StateBodyFactory
from tests.factories.finance import FinancialDocumentLineFactory, days_ago, draft, issued, posted
from tests.factories.trade import ArticleFactory, ExchangeRateFactory, vat


def document_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """Documents of a party with long words, and the addresses of all that is told of them."""
    firm = OwnFirmFactory(name=words)
    ExchangeRateFactory(currency="USD", on=days_ago(41), rate="1.25")
    facts: dict[str, Any] = {"own_firm": firm, "party": party}
    proforma = issued(kind="proforma", date=days_ago(41), by=user, **facts)
    invoice = issued(date=days_ago(41), by=user, price=1234567, source=proforma, due_date=days_ago(20), **facts)
    Settlement.settle(posted(amount=200, by=user, **facts), invoice, by=user)
    long = draft(currency="USD", date=days_ago(40), note=words, internal_note=words, recipient=words, **facts)
    FinancialDocumentLineFactory(document=long, description=words, article=ArticleFactory(name=words))
    FinancialDocumentLineFactory(document=long, vat_rate=vat("K", 0))
    long.store_amounts()
    long.save()
    cancelled = issued(date=days_ago(30), by=user, **facts)
    cancelled.cancel(user, words)
    note = draft(kind="credit_note", corrects=invoice, reason=words, **facts)
    body = StateBodyFactory()
    return {
        "financial documents": "/finance/documents/",
        "financial documents filtered": f"/finance/documents/?paid=overdue&party={party.pk}",
        "dossier with documents": party.get_absolute_url(),
        "financial documents tab": f"/counterparties/{party.pk}/financial-documents/",
        "kinds of documents": f"/finance/documents/add/?party={party.pk}",
        "form of an invoice": f"/finance/documents/add/?kind=invoice&party={party.pk}",
        "form of an obligation": f"/finance/documents/add/?kind=obligation&party={body.pk}",
        "form of a draft": f"{long.get_absolute_url()}edit/",
        "form of a note": f"{note.get_absolute_url()}edit/",
        "draft of a document": long.get_absolute_url(),
        "issued document": invoice.get_absolute_url(),
        "cancelled document": cancelled.get_absolute_url(),
        "issuing of a document": f"{long.get_absolute_url()}issue/",
        "cancelling of a document": f"{invoice.get_absolute_url()}cancel/",
    }
