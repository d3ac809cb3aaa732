"""How numbers of identity papers are written, by type, country and date of issue."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from documents.models.personal import masked
from documents.personal_numbers import check_number

LAST_OLD, FIRST_NEW = dt.date(2024, 6, 16), dt.date(2024, 6, 17)


@pytest.mark.parametrize(
    ("written", "issued_on", "kept"),
    [
        ("641234567", LAST_OLD, "641234567"),
        ("64 123-4567", LAST_OLD, "641234567"),
        ("AB1234567", FIRST_NEW, "AB1234567"),
        ("ab 123 4567", FIRST_NEW, "AB1234567"),
        ("АВ1234567", FIRST_NEW, "AB1234567"),  # Cyrillic letters that look the same
        ("641234567", None, "641234567"),
        ("AB1234567", None, "AB1234567"),
    ],
)
def test_an_identity_card_is_written_as_its_date_demands(written, issued_on, kept):
    assert check_number("id_card", written, "BG", issued_on) == kept


@pytest.mark.parametrize(
    ("written", "issued_on", "words"),
    [
        ("641234567", FIRST_NEW, "from 17.06.2024"),
        ("AB1234567", LAST_OLD, "until 16.06.2024"),
        ("64123456", LAST_OLD, "nine digits"),
        ("A12345678", FIRST_NEW, "two Latin letters"),
        ("ABC123456", None, "two Latin letters"),
        ("", LAST_OLD, "3 to 30"),
        ("ЖЩ1234567", FIRST_NEW, "Latin letters"),
    ],
)
def test_a_number_of_another_form_is_refused(written, issued_on, words):
    with pytest.raises(ValidationError, match=words):
        check_number("id_card", written, "BG", issued_on)


def test_passport_and_licence_have_nine_digits():
    assert check_number("nine_digits", "123 456 789", "BG", None) == "123456789"
    with pytest.raises(ValidationError, match="nine digits"):
        check_number("nine_digits", "AB1234567", "BG", FIRST_NEW)


@pytest.mark.parametrize("form", ["id_card", "nine_digits", "free"])
def test_of_foreign_papers_no_format_is_asked(form):
    assert check_number(form, "l01x00t47", "DE", FIRST_NEW) == "L01X00T47"


@pytest.mark.parametrize(("number", "seen"), [("", ""), ("123", "•••••"), ("12345", "•••••"), ("641234567", "•••••67")])
def test_a_masked_number_tells_two_signs_at_most_and_no_length(number, seen):
    assert masked(number) == seen
