"""Numbers that tell parties apart: EIK, EGN, LNCh, NRA service number, VAT numbers, foreign national numbers.

Each `validate_…` takes what was typed and gives back the canonical form (ASCII digits and capitals, no separators),
or raises ValidationError whose message says what is wrong, and whose code is one of: empty, letters, length, zeros,
check_digit, birth_date, country, scheme, format. Messages never repeat the number: it may be a personal one.
"""

import datetime
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import exceptions as stdnum_errors
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat

from common import dates
from common.text import clean_text, compact_number

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

MASK = "•"
MAX_FOREIGN_LENGTH = 30
_DIGITS = re.compile("[0-9]+")

_ONE_DIGIT_WRONG = _("The last digit does not match: one of the digits is wrong.")
_ALL_ZEROS = _("A number of zeros alone is not given to anyone.")


def normalise(value: str) -> str:
    """Remove spaces, dots and hyphens, write small letters as capitals and Cyrillic look-alikes in Latin."""
    return compact_number(value)


def mask(number: str) -> str:
    """Hide a personal number: the first six characters, at most, stay; the last four never do ("610104••••")."""
    shown = min(6, max(len(number) - 4, 0))
    return number[:shown] + MASK * (len(number) - shown)


# -- EIK / BULSTAT --------------------------------------------------------------------------------


def validate_eik(value: str) -> str:
    """EIK of 9 digits (a firm, a body) or 13 digits (its branch or unit)."""
    number = normalise(value)
    if number.startswith("BG") and _DIGITS.fullmatch(number[2:]):
        raise ValidationError(_("An EIK has digits only: leave out “BG”, it belongs to the VAT number."), "letters")
    _check_digits(number)
    if len(number) == 10:
        raise ValidationError(
            _(
                "An EIK has 9 or 13 digits; this one has 10. The BULSTAT of a freelancer is the personal number: "
                "enter it as EGN or LNCh."
            ),
            "length",
        )
    if len(number) not in (9, 13):
        raise ValidationError(_("An EIK has 9 or 13 digits; this one has %(count)d."), "length", {"count": len(number)})
    # All zeros satisfy the check digit.
    if not number[:9].strip("0"):
        raise ValidationError(_ALL_ZEROS, "zeros")
    if number[8] != _eik_digit(number[:8], range(1, 9), range(3, 11)):
        if len(number) == 13:
            raise ValidationError(
                _("The first nine digits are not the EIK of a firm: one of them is wrong."), "check_digit"
            )
        raise ValidationError(_ONE_DIGIT_WRONG, "check_digit")
    if len(number) == 13 and number[12] != _eik_digit(number[8:12], (2, 7, 3, 5), (4, 9, 5, 7)):
        raise ValidationError(
            _("The last digit does not match: one of the last four digits, those of the branch, is wrong."),
            "check_digit",
        )
    return number


def parent_eik(eik: str) -> str | None:
    """The 9-digit EIK of the firm to which a 13-digit branch belongs; None when `eik` is a firm's own."""
    return eik[:9] if len(eik) == 13 else None


def _eik_digit(digits: str, first: Sequence[int], second: Sequence[int]) -> str:
    """The second weights count only when the first leave 10; when these leave 10 as well, the digit is 0."""
    rest = _weighted(digits, first) % 11
    if rest == 10:
        rest = _weighted(digits, second) % 11
    return str(rest % 10)


# -- Ten digits of a person: EGN, LNCh, NRA service number ---------------------------------------------

_EGN_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6)
_LNCH_WEIGHTS = (21, 19, 17, 13, 11, 9, 7, 3, 1)
_NRA_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2)


def validate_egn(value: str, *, today: datetime.date | None = None) -> str:
    """EGN: a birth date not after `today` (the present day in Sofia when None) and a check digit."""
    number = _ten_digits(value, _("An EGN has 10 digits; this one has %(count)d."))
    if birth_date_of_egn(number) > (today or dates.today()):
        raise ValidationError(_("The birth date in this EGN is in the future."), "birth_date")
    if number[9] != str(_weighted(number, _EGN_WEIGHTS) % 11 % 10):
        raise ValidationError(_ONE_DIGIT_WRONG, "check_digit")
    return number


def validate_lnch(value: str) -> str:
    """LNCh, the personal number of a foreigner: ten digits with a check digit, no date inside."""
    number = _ten_digits(value, _("An LNCh has 10 digits; this one has %(count)d."))
    if number[9] != str(_weighted(number, _LNCH_WEIGHTS) % 10):
        raise ValidationError(_ONE_DIGIT_WRONG, "check_digit")
    return number


def validate_nra_number(value: str) -> str:
    """Service number given by the National Revenue Agency to a person without EGN or LNCh."""
    number = _ten_digits(value, _("A service number of the NRA has 10 digits; this one has %(count)d."))
    digit = (11 - _weighted(number, _NRA_WEIGHTS) % 11) % 11
    if digit == 10:
        raise ValidationError(
            _("No service number of the NRA begins with these nine digits: one of them is wrong."), "check_digit"
        )
    if number[9] != str(digit):
        raise ValidationError(_ONE_DIGIT_WRONG, "check_digit")
    return number


def birth_date_of_egn(egn: str) -> datetime.date:
    """The birth date written in an EGN: month +20 is the 19th century, +40 the 21st. Raises ValidationError."""
    century, month = {0: 1900, 1: 1800, 2: 2000}.get(int(egn[2:4]) // 20, 0), int(egn[2:4]) % 20
    try:
        if not century:
            raise ValueError
        return datetime.date(century + int(egn[:2]), month, int(egn[4:6]))
    except ValueError:
        raise ValidationError(
            _("The first six digits of an EGN are a birth date; these are not."), "birth_date"
        ) from None


def sex_of_egn(egn: str) -> str:
    """ "male" or "female", by the ninth digit. The law lets the two differ from life: a hint, never a fact."""
    return "male" if int(egn[8]) % 2 == 0 else "female"


def schemes_of(number: str, *, today: datetime.date | None = None) -> set[str]:
    """Which of "egn", "lnch", "nra" these ten digits satisfy: none, one or several (then the user has to say)."""
    validators = {
        "egn": lambda: validate_egn(number, today=today),
        "lnch": lambda: validate_lnch(number),
        "nra": lambda: validate_nra_number(number),
    }
    return {scheme for scheme, validator in validators.items() if _passes(validator)}


def _passes(validator: Callable[[], str]) -> bool:
    try:
        validator()
    except ValidationError:
        return False
    return True


def _ten_digits(value: str, wrong_length: "StrPromise") -> str:
    number = normalise(value)
    _check_digits(number)
    if len(number) != 10:
        raise ValidationError(wrong_length, "length", {"count": len(number)})
    if not number.strip("0"):
        raise ValidationError(_ALL_ZEROS, "zeros")
    return number


def _check_digits(number: str) -> None:
    if not number:
        raise ValidationError(_("Enter the number."), "empty")
    if not _DIGITS.fullmatch(number):
        raise ValidationError(_("The number has digits only; there are letters or signs in it."), "letters")


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))


# -- VAT numbers ------------------------------------------------------------------------------------

# Country → prefix of the VAT number, where they differ from each other or from ISO 3166.
_PREFIX_OF_COUNTRY = {"GR": "EL", "MC": "FR", "IM": "GB"}
# Northern Ireland (XI) is treated as a member state for goods.
EU_PREFIXES = frozenset(
    [
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI"),
    ]
)


def vat_prefix(country: str) -> str:
    """The prefix of VAT numbers of a country (ISO code): EL for Greece, otherwise mostly the code itself."""
    return _PREFIX_OF_COUNTRY.get(country, country)


def validate_vat_number(value: str, country: str, *, today: datetime.date | None = None) -> str:
    """VAT number with its prefix ("BG175074752", "EL094259216") of a party seated in `country` (ISO code).

    The prefix may be left out when it is that of the country. A party from abroad may be registered in another member
    state and have its number there; a Bulgarian party has a Bulgarian one. Outside the EU the number is free text.
    """
    number = normalise(value)
    if not number:
        raise ValidationError(_("Enter the number."), "empty")
    if number.startswith("БГ"):
        number = "BG" + number[2:]
    prefix, rest = _split_prefix(number, vat_prefix(country))
    if prefix not in EU_PREFIXES and prefix != "GB":
        return validate_foreign_number(number)
    if rest.endswith("EX"):
        raise ValidationError(
            _(
                "A number that ends in “-EX” belongs to the EU scheme for small enterprises; it is not a VAT number. "
                "Enter the VAT number without it, or leave the field empty."
            ),
            "scheme",
        )
    if prefix == "BG":
        return "BG" + _bulgarian_vat(rest, today)
    return _european_vat(prefix, rest)


def _split_prefix(number: str, own: str) -> tuple[str, str]:
    """Part the number in prefix and rest, by the prefix typed or else by that of the country."""
    typed = "EL" if number.startswith("GR") else number[:2]
    if typed == own:
        return own, number[2:]
    # The prefix was left out. A number of its country may itself begin with letters that look like another prefix.
    if typed not in EU_PREFIXES or (own in EU_PREFIXES and _passes(lambda: _european_vat(own, number))):
        return own, number
    if own == "BG":
        raise ValidationError(
            _("The VAT number of a Bulgarian party begins with BG; this one begins with %(prefix)s."),
            "country",
            {"prefix": typed},
        )
    return typed, number[2:]


def _bulgarian_vat(digits: str, today: datetime.date | None) -> str:
    _check_digits(digits)
    if len(digits) == 13:
        raise ValidationError(
            _("Thirteen digits are the EIK of a branch, never a VAT number: enter BG and the nine digits of the firm."),
            "length",
        )
    if len(digits) == 9:
        return validate_eik(digits)
    if len(digits) != 10:
        raise ValidationError(
            _("A Bulgarian VAT number is BG and 9 or 10 digits; this one has %(count)d."),
            "length",
            {"count": len(digits)},
        )
    if not digits.strip("0"):
        raise ValidationError(_ALL_ZEROS, "zeros")
    if not schemes_of(digits, today=today):
        raise ValidationError(
            _("The ten digits are neither an EGN, nor an LNCh, nor a service number of the NRA: one of them is wrong."),
            "check_digit",
        )
    return digits


def _european_vat(prefix: str, rest: str) -> str:
    """Number of another member state, or of the United Kingdom, by the rules of its country."""
    if not re.fullmatch("[0-9A-Z+*]+", rest):
        raise ValidationError(_("A VAT number has Latin letters and digits only."), "letters")
    if not rest.strip("0"):
        raise ValidationError(_ALL_ZEROS, "zeros")
    try:
        number = gb_vat.validate(rest) if prefix == "GB" else eu_vat.validate(prefix + rest)
    except stdnum_errors.InvalidLength:
        raise ValidationError(
            _("A VAT number beginning with %(prefix)s has another length; this one has %(count)d characters after it."),
            "length",
            {"prefix": prefix, "count": len(rest)},
        ) from None
    except stdnum_errors.InvalidChecksum:
        raise ValidationError(
            _("The check digit of this %(prefix)s number does not match: one of its characters is wrong."),
            "check_digit",
            {"prefix": prefix},
        ) from None
    except stdnum_errors.ValidationError:
        raise ValidationError(
            _("This is not how a VAT number beginning with %(prefix)s looks: check its letters and digits."),
            "format",
            {"prefix": prefix},
        ) from None
    # A French number may have the letters of its prefix once more inside: the length tells whether it is still there.
    return number if number.startswith(prefix) and len(number) > len(rest) else prefix + number


# -- Abroad -----------------------------------------------------------------------------------------


def validate_foreign_number(value: str) -> str:
    """National number of a party from abroad: free, printable, at most 30 characters, as the country writes it."""
    try:
        number = clean_text(value)
    except ValueError as refusal:
        raise ValidationError(str(refusal), "letters") from None
    if not number:
        raise ValidationError(_("Enter the number."), "empty")
    if len(number) > MAX_FOREIGN_LENGTH:
        raise ValidationError(
            _("A national number has at most %(limit)d characters; this one has %(count)d."),
            "length",
            {"limit": MAX_FOREIGN_LENGTH, "count": len(number)},
        )
    if not number.isprintable() or not any(char.isalnum() for char in number):
        raise ValidationError(_("A national number has letters and digits that can be printed."), "letters")
    return number
