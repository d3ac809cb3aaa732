import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from contacts.iban import bank_code, format_iban, validate_bic, validate_iban


def refusal(validator, value):
    with pytest.raises(ValidationError) as caught:
        validator(value)
    return caught.value.code, caught.value.messages[0]


@pytest.mark.parametrize(
    ("typed", "iban"),
    [
        ("BG80 BNBG 9661 1020 3456 78", "BG80BNBG96611020345678"),
        ("bg80bnbg96611020345678", "BG80BNBG96611020345678"),
        ("ВG80\u00a0ВNВG-9661.1020\u202f3456 78", "BG80BNBG96611020345678"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("GB82WEST12345698765432", "GB82WEST12345698765432"),
        ("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
    ],
)
def test_an_iban_is_taken_however_it_is_written(typed, iban):
    assert validate_iban(typed) == iban


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("", "empty", "Enter"),
        ("BG80BNBG9661102034567", "length", "begins with BG has 22 characters; this one has 21"),
        ("DE8937040044053201300000", "length", "begins with DE has 22 characters; this one has 24"),
        ("BG80BNBG96611020345679", "check_digit", "check digits"),
        ("BG81BNBG96611020345678", "check_digit", "check digits"),
        ("BGX0BNBG96611020345678", "check_digit", "check digits"),
        ("BG80BNBG9661102034567Ж", "letters", "Latin letters"),
        ("BG80BNBG9661102034567٨", "letters", "Latin letters"),
        ("ZZ80BNBG96611020345678", "country", "ZZ"),
        ("1234", "country", "12"),
        ("BG18966110203456781234", "check_digit", "check digits"),
        ("BG31123496611020345678", "format", "other places"),
    ],
)
def test_a_wrong_iban_is_told_what_is_wrong(typed, code, words):
    told, message = refusal(validate_iban, typed)

    assert told == code
    assert words in message


def test_the_bank_is_read_from_a_bulgarian_iban_only():
    assert bank_code("BG80BNBG96611020345678") == "BNBG"
    assert bank_code("DE89370400440532013000") == ""


@given(st.text(alphabet="0123456789", min_size=6, max_size=6), st.text(alphabet="0123456789AZ", min_size=8, max_size=8))
def test_a_valid_iban_is_read_back_from_paper_and_one_wrong_digit_is_noticed(branch, account):
    bban = f"BNBG{branch}{account}"
    remainder = int("".join(str(int(char, 36)) for char in bban + "BG00")) % 97
    iban = f"BG{98 - remainder:02}{bban}"

    assert validate_iban(format_iban(iban)) == iban

    wrong = iban[:8] + str((int(iban[8]) + 1) % 10) + iban[9:]
    assert refusal(validate_iban, wrong)[0] == "check_digit"


def test_an_iban_is_printed_in_groups_of_four():
    assert format_iban("BG80BNBG96611020345678") == "BG80 BNBG 9661 1020 3456 78"


@pytest.mark.parametrize(("typed", "bic"), [("UNCRBGSF", "UNCRBGSF"), (" uncr bg sf xxx", "UNCRBGSFXXX")])
def test_a_bic_of_8_or_11_characters_is_taken(typed, bic):
    assert validate_bic(typed) == bic


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "empty"), ("UNCRBGS", "length"), ("UN1RBGSF", "format"), ("UNCRQQSF", "country"), ("УНКРБГСФ", "letters")],
)
def test_a_wrong_bic_is_told_what_is_wrong(typed, code):
    assert refusal(validate_bic, typed)[0] == code
