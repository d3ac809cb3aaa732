from decimal import Decimal

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from common.money import format_money, round_money


@pytest.mark.parametrize(
    ("exact", "currency", "rounded"),
    [
        ("1.005", "EUR", "1.01"),
        ("-1.005", "EUR", "-1.01"),
        ("1.0049999", "EUR", "1.00"),
        ("2.675", "EUR", "2.68"),
        ("0.5", "JPY", "1"),
        ("1.0005", "KWD", "1.001"),
        ("123456789012345678901234567890.125", "EUR", "123456789012345678901234567890.13"),
    ],
)
def test_a_half_is_rounded_away_from_zero(exact, currency, rounded):
    assert str(round_money(Decimal(exact), currency)) == rounded


def test_there_is_no_negative_zero():
    assert str(round_money(Decimal("-0.001"))) == "0.00"


@pytest.mark.parametrize("amount", [1.5, "1.5", True, None])
def test_an_amount_that_is_not_exact_is_refused(amount):
    with pytest.raises(TypeError):
        round_money(amount)


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_an_amount_that_is_not_finite_is_refused(amount):
    with pytest.raises(ValueError, match="finite"):
        round_money(Decimal(amount))


def test_an_unknown_currency_is_refused():
    with pytest.raises(ValueError, match="currency"):
        round_money(Decimal(1), "ZZZ")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12))
def test_rounding_moves_an_amount_by_half_a_cent_at_most(amount):
    rounded = round_money(amount)

    assert abs(rounded - amount) <= Decimal("0.005")
    assert round_money(rounded) == rounded
    assert round_money(-amount) == -rounded


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        ("1234.5", "EUR", "bg", "1 234,50 €"),
        ("1234567.891", "EUR", "en", "1 234 567,89 €"),
        ("-0.5", "EUR", "bg", "-0,50 €"),
        ("1E+3", "EUR", "bg", "1 000,00 €"),
        ("1000", "JPY", "en", "1 000 JPY"),
        ("10", "BGN", "bg", "10,00 лв."),
        ("10", "BGN", "en", "10,00 BGN"),
    ],
)
def test_money_is_written_the_bulgarian_way_in_both_languages(amount, currency, language, written):
    assert format_money(Decimal(amount), currency, language) == written.replace(" ", "\u00a0")


def test_the_filter_shows_an_amount_and_nothing_for_none():
    template = Template('{% load money %}[{{ total|money:"EUR" }}][{{ nothing|money:"EUR" }}]')

    assert template.render(Context({"total": Decimal("5"), "nothing": None})) == "[5,00\u00a0€][]"
