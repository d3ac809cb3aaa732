"""Synthetic numbers with right check digits, for the demonstration data alone."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from django.core.exceptions import ValidationError

from counterparties import identifiers

# How the VAT numbers of some countries look; # is a digit.
VAT_PATTERNS = {
    "AT": "U########",
    "DE": "#########",
    "GR": "#########",
    "IT": "#######001#",
    "PL": "##########",
    "RO": "########",
    "SI": "########",
}
NATIONAL_NUMBERS = {
    "AT": "FN ######x",
    "CN": "9144030#########X",
    "DE": "HRB ######",
    "GR": "############",
    "IT": "MI-#######",
    "PL": "000#######",
    "RO": "J12/###/2015",
    "RS": "2#######",
    "SI": "########00",
}


def numbers_like(pattern: str, rng: random.Random) -> str:
    return re.sub("#", lambda _match: str(rng.randint(0, 9)), pattern)


def eik(rng: random.Random) -> str:
    """Nine digits that begin with 29: the register has not come so far."""
    return _first_valid(lambda: numbers_like("29#######", rng), identifiers.validate_eik)


def branch_eik(parent: str, branch: int) -> str:
    digits = iter(range(10))
    return _first_valid(lambda: f"{parent}{branch:03d}{next(digits)}", identifiers.validate_eik)


def egn(birth: str, rng: random.Random) -> str:
    return _first_valid(lambda: birth + numbers_like("####", rng), identifiers.validate_egn)


def lnch(rng: random.Random) -> str:
    """A valid LNCh that satisfies no other scheme, so that an import of it is clear."""

    def only_lnch(number: str) -> str:
        if identifiers.schemes_of(number) != {"lnch"}:
            raise ValidationError("")
        return number

    return _first_valid(lambda: numbers_like("##########", rng), only_lnch)


def vat_number(country: str, rng: random.Random) -> str:
    prefix = identifiers.vat_prefix(country)
    return _first_valid(
        lambda: prefix + numbers_like(VAT_PATTERNS[country], rng),
        lambda number: identifiers.validate_vat_number(number, country),
    )


def national_number(country: str, rng: random.Random) -> str:
    return numbers_like(NATIONAL_NUMBERS[country], rng)


def _first_valid(make: Callable[[], str], validate: Callable[[str], str]) -> str:
    for _try in range(100_000):
        try:
            return validate(make())
        except ValidationError:
            continue
    raise ValueError("No number of this pattern passes its check.")
