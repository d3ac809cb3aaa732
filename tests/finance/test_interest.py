"""Statutory interest: by half-year, by 360 days, by what was still owed; never by another half-year's rate."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.interest import InterestRateMissing, Rates, interest_on, parts_of, pieces, statutory_interest
from finance.models import InterestRate, Settlement
from tests.factories.finance import draft, issued, posted
from tests.factories.users import UserFactory
from tests.people import signed_in, superuser

pytestmark = pytest.mark.django_db
D = dt.date


def rate(year: int, month: int, base: str, points: int = 8) -> InterestRate:
    return InterestRate.objects.create(valid_from=D(year, month, 1), base_percent=base, points=points)


def test_the_rate_of_the_first_half_of_2026_comes_with_the_program():
    (part,) = interest_on(Decimal("1000.00"), D(2026, 3, 31), D(2026, 4, 30))

    # 1000 × 10.15 % × 30 / 360
    assert (part.days, part.percent, part.interest) == (30, Decimal("10.15"), Decimal("8.46"))
    assert (part.since, part.until) == (D(2026, 4, 1), D(2026, 4, 30))


def test_each_half_year_has_its_own_rate_and_is_rounded_once():
    rate(2025, 7, "2.00", 10)
    rate(2026, 7, "2.40")

    parts = interest_on(Decimal("12345.67"), D(2025, 12, 30), D(2026, 7, 1))

    assert [(part.since, part.until, part.days, part.percent) for part in parts] == [
        (D(2025, 12, 31), D(2025, 12, 31), 1, Decimal(12)),
        (D(2026, 1, 1), D(2026, 6, 30), 181, Decimal("10.15")),
        (D(2026, 7, 1), D(2026, 7, 1), 1, Decimal("10.4")),
    ]
    assert [part.interest for part in parts] == [Decimal("4.12"), Decimal("630.02"), Decimal("3.57")]


def test_a_half_year_without_a_rate_is_told_and_none_other_stands_in_for_it():
    with pytest.raises(InterestRateMissing, match=r"01\.07\.2026") as refusal:
        interest_on(Decimal(100), D(2026, 6, 30), D(2026, 7, 1))
    assert refusal.value.code == "interest_rate"
    with pytest.raises(InterestRateMissing, match=r"01\.07\.2025"):
        interest_on(Decimal(100), D(2025, 12, 30), D(2026, 1, 5))


@pytest.mark.parametrize("until", [D(2026, 3, 30), D(2026, 3, 31)])
def test_nothing_runs_before_the_day_after_the_last_one(until: dt.date):
    assert interest_on(Decimal(100), D(2026, 3, 31), until) == []
    assert interest_on(Decimal(0), D(2026, 3, 31), D(2026, 4, 30)) == []


def test_what_was_paid_in_part_counts_from_then_on():
    parts = pieces(
        Decimal("1000.00"),
        D(2026, 1, 31),
        D(2026, 4, 30),
        [(D(2026, 3, 31), Decimal("400.00")), (D(2026, 1, 15), Decimal("100.00")), (D(2026, 4, 15), Decimal("500.00"))],
    )

    assert [(part.amount, part.since, part.until, part.days) for part in parts] == [
        (Decimal("900.00"), D(2026, 2, 1), D(2026, 3, 31), 59),
        (Decimal("500.00"), D(2026, 4, 1), D(2026, 4, 15), 15),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    owed=st.integers(1, 10**8),
    days=st.lists(st.tuples(st.integers(-30, 170), st.integers(1, 10**6)), max_size=6),
    length=st.integers(0, 149),
)
def test_pieces_lie_end_to_end_and_come_to_what_day_by_day_does(owed: int, days: list, length: int):
    due, on = D(2026, 1, 31), D(2026, 1, 31) + dt.timedelta(days=length)
    paid, left = [], owed
    for offset, amount in days:
        amount = min(amount, left)
        day = due + dt.timedelta(days=offset)
        if amount and day <= on:
            paid.append((day, Decimal(amount) / 100))
            left -= amount

    parts = pieces(Decimal(owed) / 100, due, on, paid)

    exact = Fraction(0)
    for number in range(1, length + 1):
        day = due + dt.timedelta(days=number)
        exact += Fraction(Decimal(owed) / 100 - sum((one for when, one in paid if when < day), Decimal(0)))
    exact *= Fraction(1015, 10000) / 360
    assert abs(Fraction(sum((part.interest for part in parts), Decimal(0))) - exact) <= Fraction(len(parts), 200)
    assert all(one.until < two.since for one, two in pairwise(parts))


class TestOfDocuments:
    def test_an_invoice_paid_in_part(self):
        invoice = issued(price=1000, date=D(2026, 1, 5), due_date=D(2026, 1, 30))
        user = UserFactory()
        payment = posted(amount=200, date=D(2026, 3, 2), own_firm=invoice.own_firm, party=invoice.party)
        Settlement.settle(payment, invoice, by=user)
        invoice.refresh_from_db()

        parts = parts_of(invoice, D(2026, 4, 1))

        # The rest of 1000.00 from 3 March on.
        assert [(part.amount, part.days) for part in parts] == [(Decimal("1200.00"), 31), (Decimal("1000.00"), 30)]
        assert statutory_interest(invoice, D(2026, 4, 1)) == Decimal("10.49") + Decimal("8.46")
        # As of a day before the payment it had not been made.
        assert [part.amount for part in parts_of(invoice, D(2026, 2, 28))] == [Decimal("1200.00")]

    def test_the_last_day_is_moved_by_a_holiday(self):
        invoice = issued(date=D(2026, 4, 1), due_date=D(2026, 4, 10))

        assert invoice.payable_by == D(2026, 4, 14)
        assert parts_of(invoice, D(2026, 4, 15))[0].days == 1

    def test_levs_count_by_their_euro(self):
        rate(2025, 7, "2.00", 10)
        invoice = issued(price="1629.858333", currency="BGN", date=D(2025, 12, 1), due_date=D(2026, 1, 30))

        (part,) = parts_of(invoice, D(2026, 3, 1))

        assert part.amount == invoice.owed_eur == Decimal("1000.00")

    def test_what_is_paid_undone_counts_in_full(self):
        invoice = issued(price=1000, date=D(2026, 1, 5), due_date=D(2026, 1, 30))
        payment = posted(amount=200, date=D(2026, 3, 2), own_firm=invoice.own_firm, party=invoice.party)
        Settlement.settle(payment, invoice, by=UserFactory()).end(UserFactory())

        assert [part.amount for part in parts_of(invoice, D(2026, 4, 1))] == [Decimal("1200.00")]

    def test_nothing_runs_on_drafts_cancelled_ones_and_credit_notes(self):
        past = {"date": D(2026, 1, 5), "due_date": D(2026, 1, 30)}
        cancelled = issued(**past)
        cancelled.cancel(UserFactory(), "Грешка")
        note = issued(
            kind="credit_note", corrects_number="0000000001", corrects_date=D(2025, 12, 1), reason="Връщане", **past
        )

        for document in (draft(**past), cancelled, note):
            assert parts_of(document, D(2026, 4, 1)) == []

    def test_many_documents_ask_for_the_rates_once(self, django_assert_num_queries):
        invoices = [issued(date=D(2026, 1, 5), due_date=D(2026, 1, 30)) for _ in range(3)]
        rates = Rates()

        with django_assert_num_queries(3):
            for invoice in invoices:
                parts_of(invoice, D(2026, 4, 1), rates)

    def test_a_piece_explains_itself(self):
        (part,) = interest_on(Decimal("1000.00"), D(2026, 3, 31), D(2026, 4, 30))

        with translation.override("en"):
            assert str(part).replace("\xa0", " ") == (
                "1 000,00 € × 10,15 % × 30 / 360 days, 01.04.2026 – 30.04.2026: 8,46 €"
            )


def test_a_rate_begins_with_a_half_year():
    browser = signed_in(superuser())
    row = {"base_percent": "2.40", "points": "8", "source": "ЕЦБ"}

    refused = browser.post("/admin/finance/interestrate/add/", row | {"valid_from": "2026-08-01"})
    browser.post("/admin/finance/interestrate/add/", row | {"valid_from": "2026-07-01"})

    assert "valid_from" in refused.context["adminform"].form.errors
    assert InterestRate.objects.get(valid_from=D(2026, 7, 1)).percent == Decimal("10.4")
