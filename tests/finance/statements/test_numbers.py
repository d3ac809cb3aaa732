"""Amounts as banks write them; what can be read in two ways is refused."""

from decimal import Decimal

import pytest

from finance.statements import StatementError
from finance.statements.numbers import Ambiguous, decimal_sign_of, read_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234\u202f567.89", "1234567.89"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1234,5", "1234.5"),
        ("1234.567", "1234.567"),
        ("0,123", "0.123"),
        (",50", "0.50"),
        ("12", "12"),
        ("-12,00", "-12.00"),
        ("−12,00", "-12.00"),
        ("12,00-", "-12.00"),
        ("(12.00)", "-12.00"),
        ("+12", "12"),
        ("- 12", "-12"),
        ("1 234,56 лв.", "1234.56"),
        ("EUR 5.00", "5.00"),
        ("5,00 €", "5.00"),
        ("€5.00", "5.00"),
        ("-5,00 EUR", "-5.00"),
    ],
)
def test_what_banks_write_is_read(text, amount):
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["1.234", "1,234", "12,345", "-999.000", "123,456 EUR"])
def test_what_can_be_read_in_two_ways_is_refused(text):
    with pytest.raises(Ambiguous):
        read_amount(text)


def test_the_other_numbers_of_a_file_settle_it():
    assert decimal_sign_of(["1,50", "1.234", "", "да"]) == ","
    assert decimal_sign_of(["1 234.50", "7"]) == "."
    assert decimal_sign_of(["1,50", "1.50"]) == ""
    assert decimal_sign_of(["1.234", "5"]) == ""
    assert read_amount("1.234", ",") == Decimal(1234)
    assert read_amount("1.234", ".") == Decimal("1.234")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "abc", "abc 12", "12 abc", "1,23,45", "1.23.456", "12 34,5", "1e5", "NaN", "Infinity", "0x10"),
        *("--5", "(5", "-(5)-", "1,,2", ".", "1 234 5", "٣", "1_000", "5 EUR EUR", "9" * 19, "1.2.2026"),
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(StatementError):
        read_amount(text)
