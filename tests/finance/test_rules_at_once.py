"""Many who take from one invoice at once, on connections of their own: together never more than it has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from common.dates import today
from finance.drafting import add_deductions, draft_offset
from finance.models import FinancialDocument, Payment
from finance.remaining import left_of
from tests.counterparties.test_concurrency import at_once
from tests.factories.counterparties import ClientFactory, OwnFirmFactory, SupplierFactory
from tests.factories.finance import CashDeskFactory, PaymentFactory, draft, entered, issued
from tests.factories.users import UserFactory
from trade.errors import DocumentError

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def issuing(document: Any, user: Any) -> Callable[[], bool]:
    def issue() -> bool:
        try:
            return FinancialDocument.objects.get(pk=document.pk).issue(user)
        except DocumentError:
            return False

    return issue


def test_invoices_that_deduct_one_advance_and_its_credit_notes_share_it():
    two = {"party": ClientFactory(), "own_firm": OwnFirmFactory()}
    user = UserFactory()
    advance = issued(kind="advance_invoice", price=100, **two)
    finals = [draft(price=60, **two) for _ in range(4)]
    for final in finals:
        add_deductions(final, [advance])
    notes = [draft(kind="credit_note", corrects=advance, reason="Опит", price=60, **two) for _ in range(4)]

    done = at_once(*(issuing(one, user) for one in (*finals, *notes)))

    assert done.count(True) == 1
    assert [left.base for left in left_of(advance).values()] == [40]


def test_one_received_number_is_entered_once():
    first = entered(date=today() - dt.timedelta(days=400), number="1")
    facts = {"party": first.party, "own_firm": first.own_firm, "received": True, "direction": "expense"}
    papers = [draft(number="777", kind=kind, **facts) for kind in ("invoice", "advance_invoice") * 3]

    done = at_once(*(issuing(one, UserFactory()) for one in papers))

    assert done.count(True) == 1


def test_two_offsets_of_the_same_documents_take_them_off_once():
    two = {"party": ClientFactory(is_supplier=True), "own_firm": OwnFirmFactory()}
    user = UserFactory(role="administrator")
    ours, theirs = issued(**two), entered(**two)
    protocols = [draft_offset(two["party"], two["own_firm"], [ours], [theirs], user) for _ in range(3)]

    done = at_once(*(issuing(one, user) for one in protocols))

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (done.count(True), ours.open, theirs.open) == (1, 0, 0)


def test_cash_below_the_limit_in_parts_at_once_does_not_go_over_it():
    two = {"party": SupplierFactory(), "own_firm": OwnFirmFactory()}
    user = UserFactory(role="buyer")
    desk = CashDeskFactory(own_firm=two["own_firm"])
    filling = PaymentFactory(method="cash", desk=desk, amount=5000, own_firm=two["own_firm"], party=SupplierFactory())
    filling.issue(user)
    more = PaymentFactory(method="cash", desk=desk, amount=5000, own_firm=two["own_firm"], party=SupplierFactory())
    more.issue(user)
    halves = [PaymentFactory(method="cash", desk=desk, amount=3000, direction="out", **two) for _ in range(3)]

    def posting(payment: Any) -> Callable[[], bool]:
        def post() -> bool:
            try:
                return Payment.objects.get(pk=payment.pk).issue(user)
            except DocumentError:
                return False

        return post

    assert at_once(*(posting(one) for one in halves)).count(True) == 1
