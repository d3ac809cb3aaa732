"""Who may do what with payments and cash desks: rows of the access table, and one of everything that they name."""

from __future__ import annotations

from typing import Any

from finance.models import Settlement
from tests.factories.finance import CashDeskFactory, PaymentFactory, issued, posted


def furnish_payments(world: Any) -> None:
    """A draft, an advance, one that settles an invoice, an empty cash desk and an archived one."""
    boss = world.users["administrator"]
    world.draft_payment = PaymentFactory(party=world.party)
    world.payment = posted(party=world.party, by=boss)
    paid = issued(party=world.party, by=boss)
    world.settlement = Settlement.settle(posted(party=world.party, own_firm=paid.own_firm, by=boss), paid, by=boss)
    world.desk = CashDeskFactory(own_firm=paid.own_firm)
    world.archived_desk = CashDeskFactory(own_firm=paid.own_firm)
    world.archived_desk.archive(boss)


def draft_payment(world: Any, user: Any) -> list[Any]:
    return [world.draft_payment.pk]


def payment(world: Any, user: Any) -> list[Any]:
    return [world.payment.pk]


def settlement(world: Any, user: Any) -> list[Any]:
    return [world.settlement.pk]


def desk(world: Any, user: Any) -> list[Any]:
    return [world.desk.pk]


def archived_desk(world: Any, user: Any) -> list[Any]:
    return [world.archived_desk.pk]


# administrator, manager, seller, buyer, accountant, warehouse, viewer, auditor
PAYMENTS = [
    ("finance:payment_list", "get", None, "200 200 200 200 200 403 200 200"),
    ("finance:payment_add", "get", None, "200 200 403 403 200 403 403 403"),
    ("finance:payment_detail", "get", payment, "200 200 200 200 200 403 200 200"),
    ("finance:payment_edit", "get", draft_payment, "200 200 403 403 200 403 403 403"),
    ("finance:payment_issue", "get", draft_payment, "200 200 403 403 200 403 403 403"),
    ("finance:payment_delete", "post", draft_payment, "302 302 403 403 302 403 403 403"),
    ("finance:payment_settle", "get", payment, "200 200 403 403 200 403 403 403"),
    ("finance:payment_refund", "post", payment, "302 302 403 403 302 403 403 403"),
    ("finance:payment_cancel", "get", payment, "200 200 403 403 200 403 403 403"),
    ("finance:settlement_end", "post", settlement, "302 302 403 403 302 403 403 403"),
    ("finance:exchange_differences", "get", None, "200 200 200 200 200 403 200 200"),
    ("finance:account_balances", "get", None, "200 200 403 403 200 403 403 200"),
    ("finance:cashdesk_list", "get", None, "200 200 403 403 200 403 403 200"),
    ("finance:cashdesk_add", "get", None, "200 200 403 403 200 403 403 403"),
    ("finance:cashdesk_detail", "get", desk, "200 200 403 403 200 403 403 200"),
    ("finance:cashdesk_edit", "get", desk, "200 200 403 403 200 403 403 403"),
    ("finance:cashdesk_pdf", "get", desk, "200 200 403 403 200 403 403 200"),
    ("finance:cashdesk_archive", "post", desk, "302 302 403 403 302 403 403 403"),
    ("finance:cashdesk_restore", "post", archived_desk, "302 302 403 403 302 403 403 403"),
]
