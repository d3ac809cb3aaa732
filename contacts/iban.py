"""IBAN and BIC: checked, and written as banks write them.

The validators give back the canonical form (capitals, no spaces) or raise ValidationError whose message says what is
wrong, with a code of: empty, letters, country, length, format, check_digit.
"""

import re
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import bic as stdnum_bic
from stdnum import exceptions as stdnum_errors
from stdnum import iban as stdnum_iban
from stdnum import numdb

from common.text import compact_number

_REGISTRY = numdb.get("iban")
_PART = re.compile("([0-9]+)!([nac])")
_CHECK_DIGITS_WRONG = _("The check digits do not match: one of the characters is wrong.")


def normalise(value: str) -> str:
    """Remove spaces, dots and hyphens, write small letters as capitals and Cyrillic look-alikes in Latin."""
    return compact_number(value)


def validate_iban(value: str) -> str:
    """An IBAN of any country of the registry: length, places of letters and digits, check digits."""
    iban = normalise(value)
    _check_characters(iban)
    country = iban[:2]
    length = _length_in(country)
    if length is None:
        raise ValidationError(
            _("An IBAN begins with a country; no country that uses IBAN has the letters %(country)s."),
            "country",
            {"country": country},
        )
    if len(iban) != length:
        raise ValidationError(
            _("An IBAN that begins with %(country)s has %(length)d characters; this one has %(count)d."),
            "length",
            {"country": country, "length": length, "count": len(iban)},
        )
    # Compared rather than divided: "01" and "98" leave the same remainder, yet only 02-98 are ever given.
    if not iban[2:4].isdigit() or iban[2:4] != stdnum_iban.calc_check_digits(iban):
        raise ValidationError(_CHECK_DIGITS_WRONG, "check_digit")
    try:
        return stdnum_iban.validate(iban)
    except stdnum_errors.InvalidChecksum:
        raise ValidationError(_CHECK_DIGITS_WRONG, "check_digit") from None
    except stdnum_errors.ValidationError:
        raise ValidationError(
            _("In an IBAN that begins with %(country)s letters and digits have other places."),
            "format",
            {"country": country},
        ) from None


def validate_bic(value: str) -> str:
    """A BIC of 8 or 11 characters: bank, country, place, and perhaps branch."""
    bic = normalise(value)
    _check_characters(bic)
    try:
        return stdnum_bic.validate(bic)
    except stdnum_errors.InvalidLength:
        raise ValidationError(
            _("A BIC has 8 or 11 characters; this one has %(count)d."), "length", {"count": len(bic)}
        ) from None
    except stdnum_errors.InvalidComponent:
        raise ValidationError(
            _("The fifth and sixth letters of a BIC are a country; there is none with %(country)s."),
            "country",
            {"country": bic[4:6]},
        ) from None
    except stdnum_errors.ValidationError:
        raise ValidationError(_("The first six characters of a BIC are letters: bank and country."), "format") from None


def bank_code(iban: str) -> str:
    """The bank named inside a Bulgarian IBAN: the first four letters of its BIC. Empty for other countries."""
    return iban[4:8] if iban.startswith("BG") else ""


def format_iban(iban: str) -> str:
    """Write a canonical IBAN in groups of four, as on paper."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


@cache
def _length_in(country: str) -> int | None:
    """The length of IBANs of a country, counted from its structure in the registry ("4!a4!n2!n8!c")."""
    structure = _REGISTRY.info(country)[0][1].get("bban")
    return 4 + sum(int(count) for count, _kind in _PART.findall(structure)) if structure else None


def _check_characters(value: str) -> None:
    if not value:
        raise ValidationError(_("Enter the number."), "empty")
    if not re.fullmatch("[0-9A-Z]+", value):
        raise ValidationError(_("Only Latin letters and digits are used here; there is another sign in it."), "letters")
