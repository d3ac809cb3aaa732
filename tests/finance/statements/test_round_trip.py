"""Whatever movements there are: written as CAMT.053 and as MT940, they are read back the same."""

import contextlib
import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from finance.statements import StatementError, Told, read_statements
from tests.finance.statements.files import (
    IVAN,
    MARIA,
    balance,
    block,
    camt,
    csv,
    details,
    line,
    mt940,
    ntry,
    stmt,
    tx,
    wrapped,
)

FIRST, LAST = dt.date(2026, 2, 1), dt.date(2026, 3, 31)
# Words of the alphabets that banks use, without the signs that MT940 gives a meaning to.
WORDS = st.lists(st.text("абвгдежзщюяАБЮЯabzABZ0123456789.,-/()", min_size=1, max_size=12), max_size=9).map(" ".join)
PAYMENTS: Any = st.builds(
    dict,
    day=st.dates(FIRST, LAST),
    value=st.dates(FIRST, LAST),
    cents=st.integers(-(10**11), 10**11).filter(bool),
    name=st.text("абвгАБВabcABC", min_size=1, max_size=27),
    account=st.sampled_from([IVAN, MARIA]),
    text=WORDS,
    ref=st.text("ABC0123456789", min_size=1, max_size=16),
)


def written(payments, opening_cents):
    opening = Decimal(opening_cents).scaleb(-2)
    for payment in payments:
        payment["amount"] = Decimal(payment["cents"]).scaleb(-2)
    return opening, opening + sum(payment["amount"] for payment in payments)


def assert_same(statement, payments, opening, closing):
    assert (statement.opening, statement.closing) == (opening, closing)
    assert [
        (e.booked_on, e.value_on, e.amount, e.counterparty_name, e.counterparty_iban, e.details, e.reference)
        for e in statement.entries
    ] == [(p["day"], p["value"], p["amount"], p["name"], p["account"], p["text"], p["ref"]) for p in payments]
    assert [entry.position for entry in statement.entries] == list(range(1, len(payments) + 1))
    assert len({entry.key for entry in statement.entries}) == len(payments)


@given(st.lists(PAYMENTS, max_size=8), st.integers(-(10**9), 10**9))
def test_camt(payments, opening_cents):
    opening, closing = written(payments, opening_cents)
    entries = [
        ntry(
            p["amount"],
            details(tx("Dbtr" if p["cents"] > 0 else "Cdtr", p["name"], p["account"], text=p["text"])),
            day=p["day"],
            value=p["value"],
            ref=p["ref"],
        )
        for p in payments
    ]
    ends = balance("OPBD", opening, FIRST), balance("CLBD", closing, LAST)

    (statement,) = read_statements(camt(stmt(*ends, *entries, period=(FIRST, LAST))), "x.xml")

    assert_same(statement, payments, opening, closing)
    assert (statement.from_on, statement.to_on) == (FIRST, LAST)


@given(st.lists(PAYMENTS, max_size=8), st.integers(-(10**9), 10**9))
def test_mt940(payments, opening_cents):
    opening, closing = written(payments, opening_cents)
    lines = []
    for p in payments:
        lines.append(line(p["amount"], day=p["day"], value=p["value"], bank=p["ref"]))
        parts = [p["text"][at : at + 65] for at in range(0, len(p["text"]), 65)]
        fields = "".join(f"?{21 + number}{part}" for number, part in enumerate(parts))
        lines.append(wrapped(f"051?00Превод{fields}?31{p['account']}?32{p['name']}"))

    (statement,) = read_statements(mt940(block(*lines, opening=opening, closing=closing, days=(FIRST, LAST))), "x.sta")

    assert_same(statement, payments, opening, closing)


GOOD = [
    camt(stmt(balance("OPBD", "1", FIRST), balance("CLBD", "3.50", LAST), ntry("2.50", details(tx(name="А"))))),
    mt940(block(line("2.50", bank="B1"), wrapped(f"051?20Текст?31{IVAN}?32ИВАН"), closing="102.50")),
    csv(["Дата", "Дебит", "Кредит", "Салдо", "Валута"], ["03.11.2026", "", "2,50", "2,50", "EUR"]),
]


@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=8)), min_size=1, max_size=4),
)
def test_whatever_is_spoilt_is_read_or_refused(content, changes):
    for place, length, put in changes:
        at = int(place * len(content))
        content = content[:at] + put + content[at + length :]

    # Nothing but a refusal may be raised.
    statements = []
    with contextlib.suppress(StatementError):
        statements = read_statements(content, "x", told=Told(iban=IVAN))

    assert all(one.opening + one.total == one.closing for one in statements)
