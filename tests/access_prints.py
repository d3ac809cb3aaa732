"""Who may print what in finance: rows of the access table (see `test_access.py`), and what they name."""

from __future__ import annotations

from typing import Any

from tests.factories.finance import issued


def furnish_prints(world: Any) -> None:
    """Put an annulled invoice into the world."""
    world.annulled = issued(party=world.party)
    world.annulled.cancel(world.users["administrator"], "грешка")


def invoice(world: Any, user: Any) -> list[Any]:
    return [world.invoice.pk]


def annulled(world: Any, user: Any) -> list[Any]:
    return [world.annulled.pk]


def payment(world: Any, user: Any) -> list[Any]:
    return [world.payment.pk]


# administrator, manager, seller, buyer, accountant, warehouse, viewer, auditor
PRINTS = [
    ("finance:financialdocument_pdf", "get", invoice, "200 200 200 200 200 403 403 200"),
    ("finance:financialdocument_annulment_pdf", "get", annulled, "200 200 200 200 200 403 403 200"),
    ("finance:payment_pdf", "get", payment, "200 200 403 403 200 403 403 200"),
    ("finance:document_bulk_print", "get", None, "302 302 302 403 302 403 403 302"),
]
