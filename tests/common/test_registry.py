"""The pattern of all doors: names are unique, order is kept, and what is taken out is gone."""

from dataclasses import dataclass

import pytest

from common.registry import Registry


@dataclass(frozen=True)
class Thing:
    slug: str
    order: int = 100


@dataclass(frozen=True)
class Named:
    name: str


def test_things_come_in_their_order_and_then_by_name():
    registry: Registry[Thing] = Registry("thing")
    for thing in (Thing("в"), Thing("б", 200), Thing("а"), Thing("я", 1)):
        registry.register(thing)

    assert [thing.slug for thing in registry] == ["я", "а", "в", "б"]
    assert len(registry) == 4


def test_a_name_is_given_once():
    registry: Registry[Thing] = Registry("thing")
    registry.register(Thing("а"))

    with pytest.raises(ValueError, match="“а” is already registered"):
        registry.register(Thing("а", 5))
    assert registry.get("а") == Thing("а")


def test_registering_gives_the_thing_back_so_that_it_serves_as_a_decorator():
    registry: Registry[Named] = Registry("thing")

    assert registry.register(Named("а")) == Named("а")
    registry.unregister("а")
    assert registry.get("а") is None
    assert list(registry) == []
