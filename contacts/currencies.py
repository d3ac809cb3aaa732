"""Currencies of bank accounts: those that some country uses, with their names."""

from __future__ import annotations

from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

USUAL = ("EUR", "USD", "GBP", "CHF", "TRY", "RON", "RSD", "MKD", "CNY")
# No longer a currency of its country, but of accounts from before the euro.
OLD = ("BGN",)


@cache
def in_use() -> frozenset[str]:
    """The ISO 4217 codes of the currencies in use somewhere, and the lev."""
    countries = get_global("territory_currencies")
    return frozenset(code for country in countries for code in get_territory_currencies(country)) | frozenset(OLD)


def validate_currency(code: str) -> str:
    """Return the code in capitals; raise ValidationError when no currency in use has it."""
    code = code.strip().upper()
    if code not in in_use():
        raise ValidationError(_("There is no currency with this code: three letters as in EUR, USD or GBP."))
    return code


def currency_choices(chosen: str = "") -> list[tuple[str, str]]:
    """Code and name: the usual ones first; the lev only where it is chosen already."""
    rest = sorted(in_use() - set(USUAL) - set(OLD))
    codes = [*USUAL, *([chosen] if chosen and chosen not in {*USUAL, *rest} else []), *rest]
    language = get_language() or "bg"
    return [(code, f"{code} – {get_currency_name(code, locale=language.partition('-')[0])}") for code in codes]
