"""Countries by their names in Unicode's CLDR, in the language of the page and in the order of its alphabet.

django-countries knows the codes; its Bulgarian names hold errors, and it sorts by Latin letters alone.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import django_countries
from babel import Locale
from django.utils.functional import lazystr
from django.utils.text import capfirst
from django.utils.translation import get_language


@cache
def names(language: str) -> Any:
    """All names of one language by code."""
    return Locale(language).territories


class CountryName:
    """Text that is the country's name in the language in force when it is shown."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __str__(self) -> str:
        return capfirst(names((get_language() or "bg")[:2]).get(self.code, self.code))


def alphabetical(country: tuple[str, str]) -> str:
    """Key of sorting a (code, name): Latin letters without their marks, Cyrillic ones as they are."""
    parts = (unicodedata.normalize("NFD", char) for char in country[1].casefold())
    return "".join(part[0] if part[0].isascii() else unicodedata.normalize("NFC", part) for part in parts)


def use_cldr_names() -> None:
    """Let django-countries take names and order from here, in forms and wherever a country is shown."""
    countries: Any = django_countries.countries
    countries.override = {code: lazystr(CountryName(code)) for code in countries.countries}
    countries.__dict__.pop("_countries", None)
    django_countries.sort_key = alphabetical  # type: ignore[assignment]
