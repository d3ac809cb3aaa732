from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.words import LARGEST, amount_in_words, number_in_words

# -- Bulgarian -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "нула"),
        (1, "едно"),
        (2, "две"),
        (3, "три"),
        (9, "девет"),
        (10, "десет"),
        (11, "единадесет"),
        (12, "дванадесет"),
        (13, "тринадесет"),
        (14, "четиринадесет"),
        (16, "шестнадесет"),
        (19, "деветнадесет"),
        (20, "двадесет"),
        (21, "двадесет и едно"),
        (22, "двадесет и две"),
        (30, "тридесет"),
        (60, "шестдесет"),
        (99, "деветдесет и девет"),
        (100, "сто"),
        (101, "сто и едно"),
        (102, "сто и две"),
        (110, "сто и десет"),
        (111, "сто и единадесет"),
        (120, "сто и двадесет"),
        (121, "сто двадесет и едно"),
        (123, "сто двадесет и три"),
        (200, "двеста"),
        (300, "триста"),
        (400, "четиристотин"),
        (500, "петстотин"),
        (600, "шестстотин"),
        (999, "деветстотин деветдесет и девет"),
        (1000, "хиляда"),
        (1001, "хиляда и едно"),
        (1002, "хиляда и две"),
        (1011, "хиляда и единадесет"),
        (1020, "хиляда и двадесет"),
        (1021, "хиляда двадесет и едно"),
        (1100, "хиляда и сто"),
        (1101, "хиляда сто и едно"),
        (1120, "хиляда сто и двадесет"),
        (1200, "хиляда и двеста"),
        (1999, "хиляда деветстотин деветдесет и девет"),
        (2000, "две хиляди"),
        (2001, "две хиляди и едно"),
        (2345, "две хиляди триста четиридесет и пет"),
        (7214, "седем хиляди двеста и четиринадесет"),
        (11000, "единадесет хиляди"),
        (21000, "двадесет и една хиляди"),
        (22002, "двадесет и две хиляди и две"),
        (100000, "сто хиляди"),
        (100001, "сто хиляди и едно"),
        (101000, "сто и една хиляди"),
        (101101, "сто и една хиляди сто и едно"),
        (1000000, "един милион"),
        (1000001, "един милион и едно"),
        (1001000, "един милион и хиляда"),
        (1001001, "един милион хиляда и едно"),
        (1002000, "един милион и две хиляди"),
        (1021000, "един милион двадесет и една хиляди"),
        (1200000, "един милион и двеста хиляди"),
        (1234005, "един милион двеста тридесет и четири хиляди и пет"),
        (2000000, "два милиона"),
        (2000300, "два милиона и триста"),
        (21000000, "двадесет и един милиона"),
        (1000000000, "един милиард"),
        (2001000000, "два милиарда и един милион"),
        (2001000001, "два милиарда един милион и едно"),
        (102000000000, "сто и два милиарда"),
        (
            LARGEST,
            "деветстотин деветдесет и девет милиарда деветстотин деветдесет и девет милиона "
            "деветстотин деветдесет и девет хиляди деветстотин деветдесет и девет",
        ),
        (-1, "минус едно"),
        (-1200, "минус хиляда и двеста"),
    ],
)
def test_a_number_in_bulgarian(number, words):
    assert number_in_words(number) == words


@pytest.mark.parametrize(
    ("number", "masculine", "feminine", "neuter"),
    [
        (1, "един", "една", "едно"),
        (2, "два", "две", "две"),
        (11, "единадесет", "единадесет", "единадесет"),
        (12, "дванадесет", "дванадесет", "дванадесет"),
        (21, "двадесет и един", "двадесет и една", "двадесет и едно"),
        (1001, "хиляда и един", "хиляда и една", "хиляда и едно"),
        (2002, "две хиляди и два", "две хиляди и две", "две хиляди и две"),
        (2000001, "два милиона и един", "два милиона и една", "два милиона и едно"),
    ],
)
def test_one_and_two_agree_with_what_is_counted(number, masculine, feminine, neuter):
    assert number_in_words(number, "masculine") == masculine
    assert number_in_words(number, "feminine") == feminine
    assert number_in_words(number, "neuter") == neuter


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("0", "EUR", "нула евро"),
        ("0.01", "EUR", "нула евро и един цент"),
        ("0.02", "EUR", "нула евро и два цента"),
        ("1", "EUR", "едно евро"),
        ("1.01", "EUR", "едно евро и един цент"),
        ("2", "EUR", "две евро"),
        ("2.5", "EUR", "две евро и петдесет цента"),
        ("11.11", "EUR", "единадесет евро и единадесет цента"),
        ("20", "EUR", "двадесет евро"),
        ("21.21", "EUR", "двадесет и едно евро и двадесет и един цента"),
        ("100", "EUR", "сто евро"),
        ("101.22", "EUR", "сто и едно евро и двадесет и два цента"),
        ("110", "EUR", "сто и десет евро"),
        ("121", "EUR", "сто двадесет и едно евро"),
        ("1000", "EUR", "хиляда евро"),
        ("1100", "EUR", "хиляда и сто евро"),
        ("1000000", "EUR", "един милион евро"),
        ("7214.31", "EUR", "седем хиляди двеста и четиринадесет евро и тридесет и един цента"),
        ("-7.10", "EUR", "минус седем евро и десет цента"),
        ("-0.01", "EUR", "минус нула евро и един цент"),
        ("-0.001", "EUR", "нула евро"),
        ("0.995", "EUR", "едно евро"),
        ("1", "BGN", "един лев"),
        ("2.01", "BGN", "два лева и една стотинка"),
        ("21.02", "BGN", "двадесет и един лева и две стотинки"),
        ("1001.21", "BGN", "хиляда и един лева и двадесет и една стотинки"),
        ("1.01", "USD", "един щатски долар и един цент"),
        ("2.02", "USD", "два щатски долара и два цента"),
        ("21.31", "CHF", "двадесет и едно CHF и 31/100"),
        ("2.05", "GBP", "две GBP и 05/100"),
        ("2", "GBP", "две GBP"),
        ("1000.4", "JPY", "хиляда JPY"),
        ("1.25", "KWD", "едно KWD и 250/1000"),
    ],
)
def test_an_amount_in_bulgarian(amount, currency, words):
    assert amount_in_words(Decimal(amount), currency) == words


def test_the_greatest_amount_has_words_and_the_next_cent_has_none():
    assert amount_in_words(Decimal("999999999999.99")).endswith("девет евро и деветдесет и девет цента")
    with pytest.raises(ValueError, match="too big"):
        amount_in_words(Decimal("999999999999.995"))
    with pytest.raises(ValueError, match="too big"):
        number_in_words(-LARGEST - 1)


def test_what_is_no_exact_amount_is_refused():
    with pytest.raises(TypeError):
        amount_in_words(1.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="currency"):
        amount_in_words(Decimal(1), "ZZZ")
    with pytest.raises(ValueError, match="finite"):
        amount_in_words(Decimal("NaN"))


# -- English ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (1, "one"),
        (11, "eleven"),
        (20, "twenty"),
        (21, "twenty-one"),
        (40, "forty"),
        (100, "one hundred"),
        (101, "one hundred and one"),
        (121, "one hundred and twenty-one"),
        (1000, "one thousand"),
        (1001, "one thousand and one"),
        (1100, "one thousand one hundred"),
        (2345, "two thousand three hundred and forty-five"),
        (100000, "one hundred thousand"),
        (101000, "one hundred and one thousand"),
        (1000000, "one million"),
        (1000020, "one million and twenty"),
        (1200000, "one million two hundred thousand"),
        (2000000000, "two billion"),
        (-5, "minus five"),
    ],
)
def test_a_number_in_english(number, words):
    assert number_in_words(number, language="en") == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("0", "EUR", "zero euros"),
        ("0.01", "EUR", "zero euros and one cent"),
        ("1", "EUR", "one euro"),
        ("7214.31", "EUR", "seven thousand two hundred and fourteen euros and thirty-one cents"),
        ("-2", "EUR", "minus two euros"),
        ("1.01", "BGN", "one lev and one stotinka"),
        ("2.02", "BGN", "two leva and two stotinki"),
        ("1.02", "USD", "one US dollar and two cents"),
        ("21.31", "CHF", "twenty-one CHF and 31/100"),
        ("5", "JPY", "five JPY"),
    ],
)
def test_an_amount_in_english(amount, currency, words):
    assert amount_in_words(Decimal(amount), currency, "en") == words


def test_a_language_may_have_its_region_and_must_be_known():
    assert number_in_words(2, language="en-gb") == "two"
    assert number_in_words(2, "masculine", language="bg-BG") == "два"
    with pytest.raises(ValueError, match="language"):
        number_in_words(2, language="de")
    with pytest.raises(ValueError, match="language"):
        amount_in_words(Decimal(2), language="")


# -- Read back ---------------------------------------------------------------------------------------

UNITS = (
    "три четири пет шест седем осем девет десет единадесет дванадесет тринадесет четиринадесет петнадесет "
    "шестнадесет седемнадесет осемнадесет деветнадесет"
)
TENS = "двадесет тридесет четиридесет петдесет шестдесет седемдесет осемдесет деветдесет"
HUNDREDS = "сто двеста триста четиристотин петстотин шестстотин седемстотин осемстотин деветстотин"
BULGARIAN = {
    **dict.fromkeys(["един", "една", "едно"], 1),
    **dict.fromkeys(["два", "две"], 2),
    **{word: n for n, word in enumerate(UNITS.split(), start=3)},
    **{word: 10 * n for n, word in enumerate(TENS.split(), start=2)},
    **{word: 100 * n for n, word in enumerate(HUNDREDS.split(), start=1)},
}
BULGARIAN_SCALES = {
    **dict.fromkeys(["хиляда", "хиляди"], 10**3),
    **dict.fromkeys(["милион", "милиона"], 10**6),
    **dict.fromkeys(["милиард", "милиарда"], 10**9),
}


def read_bulgarian(text):
    """Read a number back: its value, and the places of „и“ against those where the rule wants it."""
    words = text.split()
    plain = [word for word in words if word != "и"]
    found = {i - n for n, i in enumerate(i for i, word in enumerate(words) if word == "и")}
    total, start = 0, 0
    groups = []  # the place of its first part, how many parts it has
    for place, word in enumerate(plain):
        if word in BULGARIAN_SCALES:
            parts = plain[start:place]
            total += (sum(BULGARIAN[part] for part in parts) or 1) * BULGARIAN_SCALES[word]
            groups.append((start, len(parts) or 1))
            start = place + 1
    if start < len(plain):
        total += sum(BULGARIAN[part] for part in plain[start:])
        groups.append((start, len(plain) - start))
    wanted = {first + count - 1 for first, count in groups if count > 1}
    first, count = groups[-1]
    if count == 1 and len(groups) > 1:
        wanted.add(first)
    return total, found, wanted


NUMBERS = st.one_of(
    st.integers(1, 9999),
    st.integers(1, LARGEST),
    # Groups of nothing and of single parts are where the rule bites.
    st.lists(st.sampled_from([0, 1, 2, 12, 20, 21, 100, 101, 120, 121, 300]), min_size=4, max_size=4)
    .map(lambda groups: sum(group * 1000**power for power, group in enumerate(groups)))
    .filter(bool),
)


@given(NUMBERS, st.sampled_from(["masculine", "feminine", "neuter"]))
@example(1000, "neuter")
@example(1_001_000, "feminine")
def test_bulgarian_words_read_back_to_the_number_with_and_where_it_belongs(number, gender):
    text = number_in_words(number, gender)
    value, found, wanted = read_bulgarian(text)

    assert value == number
    assert found == wanted
    assert text == " ".join(text.split())
    assert "един хиляди" not in text
    assert "една хиляда" not in text


ENGLISH_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}


def read_english(text):
    small = {number_in_words(n, language="en"): n for n in range(1, 100)}
    assert len(small) == 99
    total = group = 0
    for word in text.split():
        if word in ENGLISH_SCALES:
            total, group = total + group * ENGLISH_SCALES[word], 0
        elif word == "hundred":
            group *= 100
        elif word != "and":
            group += small[word]
    return total + group


@given(NUMBERS)
def test_english_words_read_back_to_the_number(number):
    text = number_in_words(number, language="en")

    assert read_english(text) == number
    assert not text.startswith("and")
    assert " and and " not in text


@given(st.decimals(min_value=0, max_value=10**11, places=2))
def test_euros_and_cents_read_back_to_the_amount(amount):
    euros, found, cents = amount_in_words(amount).partition(" евро")

    assert (read_bulgarian(euros)[0] if euros != "нула" else 0) == int(amount)
    if found and cents:
        count = cents.removeprefix(" и ").removesuffix(" цента").removesuffix(" цент")
        assert read_bulgarian(count)[0] == int(amount * 100) % 100
    else:
        assert amount == int(amount)
