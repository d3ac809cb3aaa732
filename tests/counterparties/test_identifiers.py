"""Every personal number here is made up by the helpers below or taken from public documentation."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from counterparties.identifiers import (
    birth_date_of_egn,
    mask,
    normalise,
    parent_eik,
    schemes_of,
    sex_of_egn,
    validate_egn,
    validate_eik,
    validate_foreign_number,
    validate_lnch,
    validate_nra_number,
    validate_vat_number,
)

TODAY = datetime.date(2026, 11, 3)


def refusal(validator, *args, **kwargs):
    with pytest.raises(ValidationError) as caught:
        validator(*args, **kwargs)
    return caught.value.code, caught.value.messages[0]


def made_egn(born: datetime.date, serial: int) -> str:
    month = born.month + {18: 20, 19: 0, 20: 40}[born.year // 100]
    nine = f"{born.year % 100:02}{month:02}{born.day:02}{serial:03}"
    total = sum(w * int(d) for w, d in zip((2, 4, 8, 5, 10, 9, 7, 3, 6), nine, strict=True))
    return f"{nine}{total % 11 % 10}"


# -- EIK ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "eik"),
    [
        ("175074752", "175074752"),
        (" 175 074\u00a0752 ", "175074752"),
        ("175.074-752", "175074752"),
        ("131071587", "131071587"),
        ("000694037", "000694037"),
        ("1750747520019", "1750747520019"),
    ],
)
def test_an_eik_is_taken_however_it_is_written(typed, eik):
    assert validate_eik(typed) == eik


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("", "empty", "Enter"),
        ("17507475", "length", "An EIK has 9 or 13 digits; this one has 8."),
        ("175074752001", "length", "this one has 12."),
        ("7523169263", "length", "freelancer"),
        ("175074751", "check_digit", "The last digit does not match: one of the digits is wrong."),
        ("275074752", "check_digit", "one of the digits is wrong"),
        ("000000000", "zeros", "zeros"),
        ("0000000000000", "zeros", "zeros"),
        ("1750747510017", "check_digit", "first nine digits"),
        ("1750747520018", "check_digit", "last four digits"),
        ("17507475x", "letters", "digits only"),
        ("١٣١٠٧١٥٨٧", "letters", "digits only"),
        ("１３１０７１５８７", "letters", "digits only"),
        ("BG175074752", "letters", "leave out “BG”"),
    ],
)
def test_a_wrong_eik_is_told_what_is_wrong(typed, code, words):
    told, message = refusal(validate_eik, typed)

    assert told == code
    assert words in message


@pytest.mark.parametrize(
    "eik",
    [
        "000020003",  # first row 5·2 = 10, second 7·2 = 14, which leaves 3
        "200000900",  # both rows leave 10: the digit is 0
        "1750747520207",  # branch: first row 2·2 + 3·2 = 10, second 4·2 + 5·2 = 18, which leaves 7
    ],
)
def test_a_second_row_of_weights_decides_when_the_first_leaves_ten(eik):
    assert validate_eik(eik) == eik
    assert refusal(validate_eik, eik[:-1] + "8")[0] == "check_digit"


def test_a_branch_knows_its_firm():
    assert parent_eik("1750747520019") == "175074752"
    assert parent_eik("175074752") is None


# -- EGN, LNCh, NRA ---------------------------------------------------------------------------------


@given(st.dates(datetime.date(1800, 1, 1), datetime.date(2026, 11, 3)), st.integers(0, 999))
def test_an_egn_tells_birth_date_and_sex(born, serial):
    egn = made_egn(born, serial)

    assert validate_egn(egn, today=TODAY) == egn
    assert birth_date_of_egn(egn) == born
    assert sex_of_egn(egn) == ("female" if serial % 2 else "male")


@given(st.dates(datetime.date(1800, 1, 1), datetime.date(2026, 11, 3)), st.integers(0, 999), st.integers(0, 9))
def test_a_wrong_last_digit_of_an_egn_is_noticed(born, serial, digit):
    egn = made_egn(born, serial)

    assert (egn[9] == str(digit)) == ("egn" in schemes_of(egn[:9] + str(digit), today=TODAY))


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("752316926", "length", "An EGN has 10 digits; this one has 9."),
        ("7523169264", "check_digit", "one of the digits is wrong"),
        ("8019010008", "birth_date", "are a birth date"),
        ("8000010008", "birth_date", "are a birth date"),
        ("8002300008", "birth_date", "are a birth date"),
        ("8061010008", "birth_date", "are a birth date"),
        ("0000000000", "zeros", "zeros"),
        ("75231692б3", "letters", "digits only"),
    ],
)
def test_a_wrong_egn_is_told_what_is_wrong(typed, code, words):
    told, message = refusal(validate_egn, typed, today=TODAY)

    assert told == code
    assert words in message


def test_a_person_born_tomorrow_is_refused_today():
    egn = made_egn(TODAY + datetime.timedelta(days=1), 12)

    assert refusal(validate_egn, egn, today=TODAY)[0] == "birth_date"
    assert validate_egn(egn, today=TODAY + datetime.timedelta(days=1)) == egn


def test_an_lnch_is_checked_by_its_last_digit():
    assert validate_lnch("7111 042 925") == "7111042925"
    assert refusal(validate_lnch, "7111042922")[0] == "check_digit"
    assert refusal(validate_lnch, "711104292") == ("length", "An LNCh has 10 digits; this one has 9.")
    assert refusal(validate_lnch, "0000000000")[0] == "zeros"


def test_an_nra_number_is_checked_by_its_last_digit_and_some_beginnings_have_none():
    assert validate_nra_number("1000000007") == "1000000007"  # 11 - 4
    assert validate_nra_number("0000000019") == "0000000019"  # 11 - 2
    assert refusal(validate_nra_number, "1000000008")[0] == "check_digit"
    assert refusal(validate_nra_number, "0000000060") == (  # 6·2 = 12, leaves 1: the digit would be 10
        "check_digit",
        "No service number of the NRA begins with these nine digits: one of them is wrong.",
    )
    assert refusal(validate_nra_number, "0000000000")[0] == "zeros"


def test_ten_digits_may_fit_one_scheme_several_or_none():
    assert schemes_of("7523169263", today=TODAY) == {"egn"}
    assert schemes_of("7111042925", today=TODAY) >= {"lnch"}
    assert schemes_of("7523169264", today=TODAY) == set()
    several = next(
        egn for egn in (made_egn(datetime.date(1850, 1, 1), serial) for serial in range(1000))
        if len(schemes_of(egn, today=TODAY)) > 1
    )  # fmt: skip
    assert "egn" in schemes_of(several, today=TODAY)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("6101040000", "610104••••"),
        ("12345678", "1234••••"),
        ("123", "•••"),
        ("", ""),
        ("1234567890123", "123456•••••••"),
    ],
)
def test_the_last_four_characters_are_always_masked(number, masked):
    assert mask(number) == masked


def test_a_message_never_repeats_a_personal_number():
    for number in ("7523169264", "8019010008", "752316926"):
        assert number not in refusal(validate_egn, number, today=TODAY)[1]


# -- VAT ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "country", "canonical"),
    [
        ("175074752", "BG", "BG175074752"),
        ("bg 175 074 752", "BG", "BG175074752"),
        ("БГ175074752", "BG", "BG175074752"),
        ("ВG175074752", "BG", "BG175074752"),
        ("BG7523169263", "BG", "BG7523169263"),
        ("BG7111042925", "BG", "BG7111042925"),
        ("BG1000000007", "BG", "BG1000000007"),
        ("136695976", "DE", "DE136695976"),
        ("DE136695976", "DE", "DE136695976"),
        ("EL094259216", "GR", "EL094259216"),
        ("GR094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("K7399859412", "FR", "FRK7399859412"),
        ("FRK7399859412", "FR", "FRK7399859412"),
        ("FR40303265045", "MC", "FR40303265045"),
        ("XI980780684", "GB", "XI980780684"),
        ("GB980780684", "GB", "GB980780684"),
        ("DE136695976", "LU", "DE136695976"),
        ("BG175074752", "DE", "BG175074752"),
        ("CHE-123.456.788 MWST", "CH", "CHE123456788MWST"),
    ],
)
def test_a_vat_number_gets_its_prefix(typed, country, canonical):
    assert validate_vat_number(typed, country, today=TODAY) == canonical


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("ATU13585627", "AT"), ("BE0428759497", "BE"), ("BG175074752", "BG"), ("CY10259033P", "CY"),
        ("CZ25123891", "CZ"), ("DE136695976", "DE"), ("DK13585628", "DK"), ("EE100931558", "EE"),
        ("EL094259216", "GR"), ("ESB58378431", "ES"), ("FI20774740", "FI"), ("FR40303265045", "FR"),
        ("HR33392005961", "HR"), ("HU12892312", "HU"), ("IE6433435F", "IE"), ("IT00743110157", "IT"),
        ("LT119511515", "LT"), ("LU15027442", "LU"), ("LV40003521600", "LV"), ("MT11679112", "MT"),
        ("NL004495445B01", "NL"), ("PL8567346215", "PL"), ("PT501964843", "PT"), ("RO18547290", "RO"),
        ("SE123456789701", "SE"), ("SI50223054", "SI"), ("SK2022749619", "SK"), ("XI980780684", "GB"),
    ],
)  # fmt: skip
def test_numbers_of_every_member_state_are_known(number, country):
    assert validate_vat_number(number, country, today=TODAY) == number
    assert validate_vat_number(number, "US", today=TODAY) == number


@pytest.mark.parametrize(
    ("typed", "country", "code", "words"),
    [
        ("", "BG", "empty", "Enter"),
        ("BG", "BG", "empty", "Enter"),
        ("BG1750747520019", "BG", "length", "never a VAT number"),
        ("BG17507475", "BG", "length", "9 or 10 digits; this one has 8"),
        ("BG175074751", "BG", "check_digit", "one of the digits is wrong"),
        ("BG7523169264", "BG", "check_digit", "neither an EGN"),
        ("BG000000000", "BG", "zeros", "zeros"),
        ("BG0000000000", "BG", "zeros", "zeros"),
        ("BG175074752-EX", "BG", "scheme", "-EX"),
        ("DE136695976-EX", "DE", "scheme", "-EX"),
        ("DE136695976", "BG", "country", "begins with BG; this one begins with DE"),
        ("BG17507475Ж", "BG", "letters", "digits only"),
        ("DE136695977", "DE", "check_digit", "DE"),
        ("DE13669597", "DE", "length", "this one has 8"),
        ("DE13669597A", "DE", "format", "DE"),
        ("DE13669597Ж", "DE", "letters", "Latin"),
        ("DE000000000", "DE", "zeros", "zeros"),
        ("DE", "DE", "letters", "Latin"),
    ],
)
def test_a_wrong_vat_number_is_told_what_is_wrong(typed, country, code, words):
    told, message = refusal(validate_vat_number, typed, country, today=TODAY)

    assert told == code
    assert words in message


# -- Abroad -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["HRB 12345 B", "CHE-123.456.789", "ООО 77/12", "شركة 12", "1" * 30])
def test_a_foreign_number_is_kept_as_its_country_writes_it(number):
    assert validate_foreign_number(f" {number}\u00a0") == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [(" ", "empty"), ("1" * 31, "length"), ("1\u202e2", "letters"), ("1\x002", "letters"), ("--", "letters")],
)
def test_a_foreign_number_that_cannot_be_printed_or_is_too_long_is_refused(typed, code):
    assert refusal(validate_foreign_number, typed)[0] == code


def test_look_alikes_become_latin_and_separators_go():
    assert normalise("\u00a0авекмнорстх 1.2-3\u202f4") == "ABEKMHOPCTX1234"
