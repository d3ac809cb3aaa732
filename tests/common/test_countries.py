"""Names of countries and their order, in both languages."""

import pytest
from django.utils.translation import override
from django_countries import countries


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [("bg", "GE", "Грузия"), ("bg", "LV", "Латвия"), ("bg", "IM", "Остров Ман"), ("en", "GE", "Georgia")],
)
def test_a_country_is_named_in_the_language_of_the_page(language: str, code: str, name: str) -> None:
    with override(language):
        shown = countries.name(code)

    assert shown == name


@pytest.mark.parametrize(
    ("language", "in_order"),
    [
        ("bg", ["Австралия", "Афганистан", "България", "Италия", "Йемен", "Кабо Верде", "Япония"]),
        ("en", ["Afghanistan", "Åland Islands", "Albania", "Türkiye", "Zimbabwe"]),
    ],
)
def test_countries_stand_in_the_order_of_the_alphabet(language: str, in_order: list[str]) -> None:
    with override(language):
        names = [country.name for country in countries]

    assert [name for name in names if name in in_order] == in_order
