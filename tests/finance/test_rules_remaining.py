"""Whatever is issued and cancelled in whatever order: of an invoice never more is taken than it has, to the cent."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.drafting import add_deductions, advance_left, draft_note
from finance.models import FinancialDocument, FinancialDocumentLine
from finance.remaining import left_of
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import FinancialDocumentLineFactory, draft
from tests.factories.trade import vat
from tests.factories.users import UserFactory
from trade.amounts import ZERO
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db
few = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

cents = st.decimals("0.01", "120", places=2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("credit"), cents, st.booleans()),
        st.tuples(st.just("debit"), cents, st.booleans()),
        st.tuples(st.just("deduct"), cents, st.booleans()),
        st.tuples(st.just("cancel"), st.integers(0, 20), st.just(False)),
        st.tuples(st.just("rest"), st.just(0), st.booleans()),
    ),
    min_size=2,
    max_size=9,
)


def invoice_of(kind, prices, includes_vat):
    two = {"party": ClientFactory(), "own_firm": OwnFirmFactory()}
    invoice = draft(price=prices[0], kind=kind, includes_vat=includes_vat, **two)
    if len(prices) > 1:
        FinancialDocumentLineFactory(document=invoice, unit_price=prices[1], vat_rate=vat("S", 9))
    invoice.issue(UserFactory())
    return invoice


def take(invoice, what, number, gross, user):
    """One step; what is refused changes nothing."""
    facts = {"party": invoice.party, "own_firm": invoice.own_firm, "includes_vat": gross}
    if what in ("credit", "debit"):
        draft(kind=f"{what}_note", corrects=invoice, reason="Опит", price=number, **facts).issue(user)
    elif what == "deduct":
        final = draft(price=number, **facts)
        add_deductions(final, [invoice])
        final.issue(user)
    elif what == "rest":
        draft_note(invoice, "credit_note", user, reason="Останалото").issue(user)
    else:
        others = FinancialDocument.objects.issued().exclude(pk=invoice.pk).order_by("pk")
        if others:
            others[number % len(others)].cancel(user, "Опит")


def recount(invoice):
    """Base of all rates that notes and deductions leave, counted anew without the code under test."""
    left = invoice.net
    for note in FinancialDocument.objects.issued().filter(corrects=invoice):
        left += note.net if note.kind == "debit_note" else -note.net
    deducted = FinancialDocumentLine.objects.filter(deducts=invoice, document__state="issued")
    return left + sum((line.net for line in deducted), ZERO)


@few
@given(st.lists(cents, min_size=1, max_size=2), st.booleans(), steps)
def test_an_advance_is_never_used_beyond_itself(prices, includes_vat, taken):
    advance = invoice_of("advance_invoice", prices, includes_vat)
    user = UserFactory(role="administrator")

    for what, number, gross in taken:
        with suppress(DocumentError):
            take(advance, what, number, gross, user)
        left = left_of(advance)
        assert all(there.base >= 0 and there.gross >= 0 for there in left.values())
        assert sum(advance_left(advance).values(), ZERO) == recount(advance)


@few
@given(st.lists(cents, min_size=1, max_size=2), st.booleans(), steps)
def test_notes_never_take_more_than_the_invoice_has(prices, includes_vat, taken):
    invoice = invoice_of("invoice", prices, includes_vat)
    user = UserFactory(role="administrator")

    for what, number, gross in taken:
        if what == "deduct":
            continue
        with suppress(DocumentError):
            take(invoice, what, number, gross, user)
        notes = FinancialDocument.objects.issued().filter(corrects=invoice)
        for name in ("net", "vat", "gross"):
            signed = [getattr(note, name) * (1 if note.kind == "debit_note" else -1) for note in notes]
            assert getattr(invoice, name) + sum(signed, ZERO) >= 0
        assert sum((there.base for there in left_of(invoice).values()), ZERO) == recount(invoice)
        invoice.refresh_from_db()
        assert invoice.settled <= invoice.owed


@few
@given(cents, st.booleans(), st.lists(st.tuples(cents, st.booleans()), min_size=1, max_size=6))
def test_an_advance_taken_to_the_end_is_gone_with_its_vat(price, includes_vat, finals):
    advance = invoice_of("advance_invoice", [price], includes_vat)
    user = UserFactory(role="administrator")
    for amount, gross in (*finals, (Decimal(500), False)):
        with suppress(DocumentError):
            take(advance, "deduct", amount, gross, user)

    assert left_of(advance) == {}
