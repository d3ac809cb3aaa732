"""Numbers and amounts of money in words, in Bulgarian and in English, as documents of payment spell them out.

Bulgarian takes the long official forms: „единадесет“, not „единайсет“. The text begins with a small letter.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from babel.numbers import get_currency_precision

from common.money import round_money

Gender = Literal["masculine", "feminine", "neuter"]
LARGEST = 999_999_999_999


@dataclass(frozen=True)
class Name:
    """What is counted: its word after one, its word after any other number, its gender."""

    one: str
    many: str
    gender: Gender = "neuter"

    def after(self, number: int) -> str:
        return self.one if number == 1 else self.many


# The whole unit and the hundredth. Other currencies stand by their ISO code, their hundredths as 31/100.
_CURRENCIES = {
    "bg": {
        "EUR": (Name("евро", "евро"), Name("цент", "цента", "masculine")),
        "BGN": (Name("лев", "лева", "masculine"), Name("стотинка", "стотинки", "feminine")),
        "USD": (Name("щатски долар", "щатски долара", "masculine"), Name("цент", "цента", "masculine")),
    },
    "en": {
        "EUR": (Name("euro", "euros"), Name("cent", "cents")),
        "BGN": (Name("lev", "leva"), Name("stotinka", "stotinki")),
        "USD": (Name("US dollar", "US dollars"), Name("cent", "cents")),
    },
}
_MINUS = {"bg": "минус", "en": "minus"}
_AND = {"bg": "и", "en": "and"}


def amount_in_words(amount: Decimal, currency: str = "EUR", language: str = "bg") -> str:
    """Spell out an amount of money: „двеста и четиринадесет евро и тридесет и един цента“.

    It is rounded first as `round_money` does, which raises on a float and on an unknown currency; cents that are none
    are not mentioned. Raises ValueError for an amount of a thousand milliards or more and for a language that has no
    words here.
    """
    language = _known(language)
    exact = round_money(amount, currency)
    whole = int(abs(exact))
    parts = 10 ** get_currency_precision(currency)
    part = int((abs(exact) - whole) * parts)
    unit, hundredth = _CURRENCIES[language].get(currency, (Name(currency, currency), None))
    words = [f"{number_in_words(whole, unit.gender, language)} {unit.after(whole)}"]
    if part and hundredth:
        words.append(f"{number_in_words(part, hundredth.gender, language)} {hundredth.after(part)}")
    elif part:
        words.append(f"{part:0{len(str(parts)) - 1}}/{parts}")
    text = f" {_AND[language]} ".join(words)
    return f"{_MINUS[language]} {text}" if exact < 0 else text


def number_in_words(n: int, gender: Gender = "neuter", language: str = "bg") -> str:
    """Spell out a whole number; in Bulgarian one and two agree with the gender of what is counted.

    Raises ValueError beyond ±999 999 999 999 and for a language that has no words here.
    """
    language = _known(language)
    if abs(n) > LARGEST:
        raise ValueError(f"The number is too big to be spelled out: {n}.")
    words = _bulgarian(abs(n), gender) if language == "bg" else _english(abs(n))
    return f"{_MINUS[language]} {words}" if n < 0 else words


def _known(language: str) -> str:
    """The language without its region: "en-gb" is "en"."""
    short = language.lower().replace("_", "-").partition("-")[0]
    if short not in _CURRENCIES:
        raise ValueError(f"No numbers in words in the language {language!r}.")
    return short


def _groups(n: int) -> list[int]:
    """Split into groups of three digits, the units first: 7214 is [214, 7, 0, 0]."""
    return [n // 1000**power % 1000 for power in range(4)]


# -- Bulgarian -------------------------------------------------------------------------------------

_BG_ONE_TWO: dict[Gender, tuple[str, str]] = {
    "masculine": ("един", "два"),
    "feminine": ("една", "две"),
    "neuter": ("едно", "две"),
}
_BG_UNITS = ("", "", "", "три", "четири", "пет", "шест", "седем", "осем", "девет", "десет", "единадесет", "дванадесет")
_BG_HUNDREDS = ("", "сто", "двеста", "триста")
# The thousands, millions and milliards; one thousand is „хиляда“ alone, without „една“.
_BG_SCALES = (
    Name("хиляда", "хиляди", "feminine"),
    Name("милион", "милиона", "masculine"),
    Name("милиард", "милиарда", "masculine"),
)


def _bulgarian(n: int, gender: Gender) -> str:
    """Join the groups: „и“ stands before the last part of a group, and before the last group if that is one part."""
    if n == 0:
        return "нула"
    units, *scaled = _groups(n)
    groups = []  # the greatest first: the parts of the number, the word of the scale
    for name, number in reversed(list(zip(_BG_SCALES, scaled, strict=True))):
        if number == 1 and name.gender == "feminine":
            groups.append(([name.one], ""))
        elif number:
            groups.append((_bulgarian_parts(number, name.gender), f" {name.after(number)}"))
    if units:
        groups.append((_bulgarian_parts(units, gender), ""))
    texts = [" и ".join(filter(None, [" ".join(parts[:-1]), parts[-1]])) + scale for parts, scale in groups]
    if len(groups) > 1 and len(groups[-1][0]) == 1:
        texts[-1] = f"и {texts[-1]}"
    return " ".join(texts)


def _bulgarian_parts(n: int, gender: Gender) -> list[str]:
    """The parts of a number from 1 to 999: 214 is „двеста“ and „четиринадесет“."""
    hundreds, rest = divmod(n, 100)
    parts = []
    if hundreds:
        parts.append(_BG_HUNDREDS[hundreds] if hundreds <= 3 else f"{_BG_UNITS[hundreds]}стотин")
    tens, unit = divmod(rest, 10)
    if tens > 1:
        parts.append(f"{'два' if tens == 2 else _BG_UNITS[tens]}десет")
        rest = unit
    if rest:
        parts.append(_bulgarian_unit(rest, gender))
    return parts


def _bulgarian_unit(n: int, gender: Gender) -> str:
    """A number from 1 to 19."""
    if n <= 2:
        return _BG_ONE_TWO[gender][n - 1]
    return _BG_UNITS[n] if n <= 12 else f"{_BG_UNITS[n - 10]}надесет"


# -- English ---------------------------------------------------------------------------------------

_EN_UNITS = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_SCALES = ("thousand", "million", "billion")


def _english(n: int) -> str:
    """The British way: "one thousand and one", "two thousand three hundred and forty-five"."""
    if n == 0:
        return "zero"
    units, *scaled = _groups(n)
    texts = [
        f"{_english_group(number)} {name}"
        for name, number in reversed(list(zip(_EN_SCALES, scaled, strict=True)))
        if number
    ]
    if units:
        texts.append(f"and {_english_group(units)}" if texts and units < 100 else _english_group(units))
    return " ".join(texts)


def _english_group(n: int) -> str:
    hundreds, rest = divmod(n, 100)
    tens, unit = divmod(rest, 10)
    small = _EN_UNITS[rest] if rest < 20 else "-".join(filter(None, [_EN_TENS[tens], _EN_UNITS[unit]]))
    return " and ".join(filter(None, [f"{_EN_UNITS[hundreds]} hundred" if hundreds else "", small]))
