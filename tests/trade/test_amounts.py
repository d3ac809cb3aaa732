"""Amounts of a document, for any lines: they add up, in its currency and in euro, to the cent and to the line."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trade.amounts import PricedLine, VatKey, compute, fit, in_euro, line_amount, round_amount, spread

KEYS = [
    VatKey("S", Decimal(20), ""),
    VatKey("S", Decimal(9), ""),
    VatKey("K", Decimal(0), "чл. 53"),
    VatKey("E", Decimal(0), "чл. 45"),
    VatKey("S", Decimal("17.35"), ""),
]
CURRENCIES = ["EUR", "BGN", "USD", "JPY", "HUF", "KWD"]


def numbers(most: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, most, places=places, allow_nan=False, allow_infinity=False)


priced = st.builds(
    PricedLine,
    quantity=st.one_of(st.just(Decimal(1)), st.just(Decimal(-1)), numbers(9999, 6), st.integers(1, 500).map(Decimal)),
    unit_price=st.one_of(numbers(100000, 6), numbers(500, 2)),
    discount_percent=st.one_of(st.just(Decimal(0)), numbers(100, 2)),
    vat=st.sampled_from(KEYS),
)
many = st.lists(priced, min_size=1, max_size=25)
rates = st.one_of(st.just(Decimal(1)), st.just(Decimal("1.95583")), st.decimals("0.01", "20000", places=8))


def exactly(value: Fraction, currency: str) -> Decimal:
    """Half away from zero by whole numbers alone, as a judge of `round_amount`."""
    unit = 1 if currency == "JPY" else 100
    doubled = abs(value) * unit * 2
    cents = (doubled.numerator // doubled.denominator + 1) // 2
    return Decimal(cents if value >= 0 else -cents) / unit


@given(priced, st.sampled_from(CURRENCIES))
def test_a_line_is_rounded_half_away_from_zero_as_whole_numbers_say(line: PricedLine, currency: str) -> None:
    value = Fraction(line.quantity) * Fraction(line.unit_price) * (100 - Fraction(line.discount_percent)) / 100

    assert line_amount(line, currency) == exactly(value, currency)


@given(many, st.sampled_from(CURRENCIES), st.booleans())
def test_totals_are_bases_and_vat_and_lines_add_up_to_bases(
    lines: list[PricedLine], currency: str, includes_vat: bool
) -> None:
    made = compute(lines, currency=currency, includes_vat=includes_vat)

    assert made.net == sum(tax.base for tax in made.taxes)
    assert made.vat == sum(tax.tax for tax in made.taxes)
    assert made.gross == made.net + made.vat
    assert len({tax.vat for tax in made.taxes}) == len(made.taxes)
    for tax in made.taxes:
        here = [at for at, line in enumerate(lines) if line.vat == tax.vat]
        assert sum(made.nets[at] for at in here) == tax.base
        if includes_vat:
            gross = sum(made.lines[at] for at in here)
            assert tax.gross == gross
            assert tax.tax == exactly(
                Fraction(gross) * Fraction(tax.vat.percent) / (100 + Fraction(tax.vat.percent)), currency
            )
        else:
            assert tax.tax == exactly(Fraction(tax.base) * Fraction(tax.vat.percent) / 100, currency)
        assert tax.tax == 0 or tax.vat.percent


@given(many, st.sampled_from(CURRENCIES))
def test_no_line_priced_gross_is_far_from_its_own_net(lines: list[PricedLine], currency: str) -> None:
    made = compute(lines, currency=currency, includes_vat=True)
    unit = Decimal(1) if currency == "JPY" else Decimal("0.01")

    for line, amount, net in zip(lines, made.lines, made.nets, strict=True):
        assert abs(net - amount * 100 / (100 + line.vat.percent)) <= 2 * unit


@given(many, st.sampled_from(CURRENCIES), st.booleans(), rates)
def test_euro_amounts_add_up_and_the_total_is_the_converted_one(
    lines: list[PricedLine], currency: str, includes_vat: bool, rate: Decimal
) -> None:
    made = compute(lines, currency=currency, includes_vat=includes_vat)

    euro = in_euro(made, lines, rate)

    assert euro.gross == exactly(Fraction(made.gross) / Fraction(rate), "EUR") == euro.net + euro.vat
    assert euro.net == sum(euro.nets)
    for tax, there in zip(made.taxes, euro.taxes, strict=True):
        assert there.tax == exactly(Fraction(tax.tax) / Fraction(rate), "EUR")
        here = [at for at, line in enumerate(lines) if line.vat == tax.vat]
        assert sum(euro.nets[at] for at in here) == there.base
        assert abs(there.base - tax.base / rate) <= Decimal("0.01") * (1 + len(made.taxes))


def test_in_euro_nothing_changes_when_the_document_is_in_euro() -> None:
    lines = [
        PricedLine(Decimal(3), Decimal("9.99"), Decimal(0), KEYS[0]),
        PricedLine(Decimal(1), Decimal("0.07"), Decimal(0), KEYS[1]),
    ]
    made = compute(lines, currency="EUR", includes_vat=False)

    euro = in_euro(made, lines, Decimal(1))

    assert (euro.nets, euro.net, euro.vat, euro.gross) == (made.nets, made.net, made.vat, made.gross)


def test_an_advance_that_takes_all_away_leaves_each_line_its_own_net() -> None:
    lines = [PricedLine(Decimal(sign), Decimal(120), Decimal(0), KEYS[0]) for sign in (1, -1)]

    made = compute(lines, currency="EUR", includes_vat=True)

    assert made.nets == (Decimal("100.00"), Decimal("-100.00"))
    assert (made.net, made.vat, made.gross) == (0, 0, 0)


@pytest.mark.parametrize(
    ("gross", "percent", "base", "tax"),
    [
        ("120.00", 20, "100.00", "20.00"),
        ("1.09", 9, "1.00", "0.09"),
        ("0.01", 20, "0.01", "0.00"),
        ("0.03", 20, "0.02", "0.01"),
    ],
)
def test_vat_inside_a_price(gross: str, percent: int, base: str, tax: str) -> None:
    made = compute(
        [PricedLine(Decimal(1), Decimal(gross), Decimal(0), VatKey("S", Decimal(percent), ""))],
        currency="EUR",
        includes_vat=True,
    )

    assert (made.net, made.vat) == (Decimal(base), Decimal(tax))


@given(
    st.decimals(-100000, 100000, places=2),
    st.lists(st.decimals(0, 10000, places=4), min_size=1, max_size=30),
)
@example(Decimal("0.01"), [Decimal(0), Decimal(0)])
@example(Decimal("100.00"), [Decimal(1), Decimal(1), Decimal(1)])
def test_a_total_spread_by_weights_is_spread_whole(total: Decimal, weights: list[Decimal]) -> None:
    parts = spread(total, weights)

    assert sum(parts) == total
    assert len(parts) == len(weights)
    assert all(part == round_amount(part, "EUR") for part in parts)
    if whole := sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - total * weight / whole) <= Decimal("0.01")


def test_dinars_are_kept_to_hundredths() -> None:
    assert round_amount(Decimal("1.2345"), "KWD") == Decimal("1.23")
    assert round_amount(Decimal("1.5"), "JPY") == Decimal(2)


def test_parts_that_round_alike_are_made_to_fit() -> None:
    assert fit([Decimal("0.333")] * 3, Decimal("1.00"), "EUR") == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    assert fit([], Decimal(0), "EUR") == []


def test_half_a_cent_goes_away_from_zero() -> None:
    assert round_amount(Decimal("-0.005"), "EUR") == Decimal("-0.01")
    assert Decimal("0.005").quantize(Decimal("0.01"), ROUND_HALF_UP) == round_amount(Decimal("0.005"), "EUR")
