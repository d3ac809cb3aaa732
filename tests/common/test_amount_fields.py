"""Amounts as people type them."""

from decimal import Decimal

import pytest
from django import forms

from common.amounts import AmountField, parse_number, written


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56 €", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567,8", "1234567.8"),
        ("−5", "-5"),
        ("0,000001", "0.000001"),
        ("12 EUR", "12"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed, number):
    assert parse_number(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["", "abc", "1,2,3", "1.23,4.5", "12..5", "1e5", "NaN", "12,34.56,7", "-"])
def test_what_is_no_number_is_refused_in_words(typed):
    with pytest.raises(ValueError, match="1234,56"):
        parse_number(typed)


def test_a_stored_number_is_shown_with_a_comma_and_without_needless_zeros():
    assert written(Decimal("1234.500000"), 2) == "1234,50"
    assert written(Decimal("0.123450"), 2) == "0,12345"
    assert written(Decimal("3.000000"), 0) == "3"


def test_the_field_tells_what_is_wrong_and_keeps_what_was_typed():
    class Form(forms.Form):
        amount = AmountField()

    form = Form({"amount": "12,345"})

    assert not form.is_valid()
    assert 'value="12,345"' in str(form["amount"])
    assert Form({"amount": "12,34"}).is_valid()
