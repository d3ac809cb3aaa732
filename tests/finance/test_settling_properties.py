"""Issuing, settling, undoing and cancelling in any order: what is stored stays what is counted, and ends at 0.00."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.dates import today
from finance import recounting
from finance.models import CashDesk, FinancialDocument, FirmSettings, Payment, Settlement, Turnover
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import CashDeskFactory, PaymentFactory, draft, issued, posted
from tests.factories.trade import ExchangeRateFactory
from tests.factories.users import UserFactory
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db
OF_2025 = dt.date(2025, 12, 15)
CENT = Decimal("0.01")
SLOW: Any = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}
cents = st.integers(1, 500_000).map(lambda number: Decimal(number) / 100)


@pytest.fixture
def world(db) -> World:
    return World()


@contextmanager
def undone() -> Iterator[None]:
    """What an example writes is gone before the next one."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class World:
    """A client and a firm with papers of both eras, ours and theirs, and cash."""

    def __init__(self) -> None:
        self.user = UserFactory(role="administrator")
        self.firm, self.client = OwnFirmFactory(), ClientFactory()
        self.between = {"own_firm": self.firm, "party": self.client}
        self.desk = CashDeskFactory(own_firm=self.firm)
        FirmSettings.objects.create(own_firm=self.firm, takes_cash_from_clients=True)
        for day in (OF_2025, today()):
            ExchangeRateFactory(on=day, rate="1.0873")

    def papers(self) -> list[Any]:
        old = {"currency": "BGN", "date": OF_2025, **self.between}
        cash = {"method": "cash", "desk": self.desk, "receipt_number": "0001", **self.between}
        note = {"corrects_number": "0000000009", "corrects_date": OF_2025, "reason": "Връщане"}
        return [
            draft(price="97.81", **old),
            draft(price="1234.57", **self.between),
            draft(price="333.33", currency="USD", **self.between),
            draft(price="41.99", kind="credit_note", **note, **self.between),
            PaymentFactory(amount="100.00", **old),
            PaymentFactory(amount="777.77", **self.between),
            PaymentFactory(amount="250.10", currency="USD", **self.between),
            PaymentFactory(amount="60.01", **cash),
            PaymentFactory(amount="12.00", direction="out", **cash),
        ]


def assert_nothing_differs() -> None:
    assert [str(one) for one in recounting.differences()] == []
    for item in (*FinancialDocument.objects.all(), *Payment.objects.all()):
        assert 0 <= item.settled <= item.owed
        assert 0 <= item.settled_eur <= item.owed_eur
        assert item.open or not item.open_eur


steps = st.lists(
    st.tuples(
        st.sampled_from(["issue", "settle", "settle", "settle", "part", "part", "undo", "cancel"]),
        st.integers(0, 8),
        st.integers(0, 8),
        st.integers(1, 9_999),
    ),
    min_size=6,
    max_size=22,
)


def do(world: World, items: list[Any], deed: str, at: int, other: int, share: int) -> None:
    """One deed; a refusal in words is an answer too."""
    one, two = items[at], items[other]
    for item in (one, two):
        item.refresh_from_db()
    try:
        match deed:
            case "issue":
                one.issue(world.user)
            case "settle":
                Settlement.settle(one, two, by=world.user)
            case "part":
                amount = (one.open * share / 10_000).quantize(CENT)
                Settlement.settle(one, two, by=world.user, amount=amount)
            case "undo":
                rows = list(Settlement.objects.current().order_by("pk"))
                if rows:
                    rows[share % len(rows)].end(world.user)
            case "cancel":
                one.cancel(world.user, "Грешка")
    except DocumentError:
        pass


@settings(max_examples=20, **SLOW)
@given(all_at_once=st.booleans(), deeds=steps)
def test_any_order_of_deeds_leaves_every_figure_equal_to_a_recount(
    world: World, all_at_once: bool, deeds: list[Any]
) -> None:
    with undone():
        items = world.papers()
        if all_at_once:
            for item in items:
                item.issue(world.user)
        for deed in deeds:
            do(world, items, *deed)
        assert_nothing_differs()
        for item in items:
            item.refresh_from_db()
            if item.is_issued:
                item.issue(world.user)
                do(world, items, "cancel", items.index(item), 0, 1)
        assert_nothing_differs()


@settings(max_examples=12, **SLOW)
@given(gross=cents, parts=st.lists(st.integers(1, 99), max_size=4))
def test_an_invoice_in_levs_paid_in_euro_ends_at_nothing_and_makes_no_difference(
    world: World, gross: Decimal, parts: list[int]
) -> None:
    with undone():
        invoice = issued(price=gross, currency="BGN", date=OF_2025, by=world.user, **world.between)
        paid = Decimal(0)
        for part in [*parts, 100]:
            invoice.refresh_from_db()
            amount = invoice.open_eur if part == 100 else (invoice.open_eur * part / 100).quantize(CENT)
            if not amount:
                continue
            payment = posted(amount=amount, by=world.user, **world.between)
            made = Settlement.settle(payment, invoice, by=world.user)
            payment.refresh_from_db()
            assert (payment.open, payment.open_eur, made.exchange_difference) == (0, 0, 0)
            paid += amount
        invoice.refresh_from_db()
        assert (invoice.open, invoice.open_eur, paid) == (0, 0, invoice.owed_eur)


@settings(max_examples=12, **SLOW)
@given(amount=cents, parts=st.lists(st.integers(1, 99), max_size=4))
def test_an_advance_in_levs_used_by_invoices_in_euro_ends_at_nothing(
    world: World, amount: Decimal, parts: list[int]
) -> None:
    with undone():
        advance = posted(amount=amount, currency="BGN", date=OF_2025, by=world.user, **world.between)
        for part in [*parts, 100]:
            advance.refresh_from_db()
            net = advance.open_eur if part == 100 else advance.open_eur * part / 100
            if net < CENT:
                continue
            invoice = issued(price=net.quantize(CENT), by=world.user, **world.between)
            made = Settlement.settle(invoice, advance, by=world.user)
            assert made.exchange_difference == 0
        advance.refresh_from_db()
        assert (advance.open, advance.open_eur) == (0, 0)


@settings(max_examples=12, **SLOW)
@given(gross=cents, parts=st.lists(st.integers(1, 99), max_size=4))
def test_an_invoice_in_levs_paid_in_levs_in_parts_ends_at_nothing(
    world: World, gross: Decimal, parts: list[int]
) -> None:
    with undone():
        old = {"currency": "BGN", "date": OF_2025, "by": world.user, **world.between}
        invoice = issued(price=gross, **old)
        for part in [*parts, 100]:
            invoice.refresh_from_db()
            amount = (invoice.open * part / 100).quantize(CENT)
            if amount:
                Settlement.settle(posted(amount=amount, **old), invoice, by=world.user)
        invoice.refresh_from_db()
        assert (invoice.open, invoice.open_eur) == (0, 0)


@pytest.mark.parametrize("amount", ["0.005", "NaN", "Infinity", "-1", "0", "120.01"])
def test_an_amount_that_cannot_be_settles_nothing(amount: str) -> None:
    world = World()
    invoice, payment = issued(by=world.user, **world.between), posted(amount=200, by=world.user, **world.between)

    for pair in ((invoice, payment), (payment, invoice)):
        with pytest.raises(DocumentError):
            Settlement.settle(*pair, by=world.user, amount=Decimal(amount), other_amount=Decimal(amount))

    assert_nothing_differs()


def test_one_currency_needs_no_exchange_rate_to_be_settled() -> None:
    world = World()
    invoice = issued(currency="USD", date=OF_2025, by=world.user, **world.between)
    payment = posted(currency="USD", by=world.user, **world.between)
    invoice.date = OF_2025

    Settlement.settle(payment, invoice, by=world.user, on=today())

    invoice.refresh_from_db()
    assert (invoice.open, invoice.open_eur) == (0, 0)


def test_what_is_refused_leaves_the_object_as_it_was() -> None:
    world = World()
    issued(by=world.user, **world.between)
    late = draft(date=today() - dt.timedelta(days=3), **world.between)

    with pytest.raises(DocumentError):
        late.issue(world.user)

    assert (late.number, late.series, late.position, late.state) == ("", "", None, "draft")
    assert late.gross == 0


@pytest.mark.parametrize("days", [1, -1])
def test_a_document_is_cancelled_between_its_day_and_today(days: int) -> None:
    invoice = issued()

    with pytest.raises(DocumentError):
        invoice.cancel(UserFactory(), "Грешка", on=today() + dt.timedelta(days=days))

    assert invoice.cancelled_on is None


class TestRecount:
    def spoiled(self) -> tuple[FinancialDocument, CashDesk]:
        world = World()
        invoice = issued(by=world.user, **world.between)
        posted(method="cash", desk=world.desk, receipt_number="0001", by=world.user, **world.between)
        FinancialDocument.objects.filter(pk=invoice.pk).update(settled=5, settled_eur=5)
        CashDesk.objects.filter(pk=world.desk.pk).update(balance=3)
        return invoice, world.desk

    def test_it_finds_and_mends_what_differs(self) -> None:
        invoice, desk = self.spoiled()
        Turnover.objects.all().delete()

        assert len(list(recounting.differences())) == 3
        assert recounting.repair() == 3

        invoice.refresh_from_db()
        desk.refresh_from_db()
        assert (invoice.settled, desk.balance, Turnover.objects.get().net) == (0, 120, 100)
        assert_nothing_differs()
