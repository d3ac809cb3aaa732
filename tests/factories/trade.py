"""Articles, rates and prices: the smallest valid ones. VAT rates, grounds and units come with the migrations."""

import factory
from factory.django import DjangoModelFactory

from tests.factories.counterparties import ClientFactory
from trade.models import (
    Article,
    ArticleGroup,
    ExchangeRate,
    PartyTerms,
    PriceCondition,
    PriceList,
    PriceListPrice,
    Unit,
    VatGround,
    VatRate,
)


def vat(category: str = "S", percent: int = 20) -> VatRate:
    """The delivered rate of a category."""
    return VatRate.objects.filter(category=category, percent=percent).order_by("pk")[0]


def ground(category: str) -> VatGround:
    """The first delivered ground of a category."""
    return VatGround.objects.filter(category=category).order_by("order")[0]


def unit(name: str = "бр.") -> Unit:
    return Unit.objects.get(name=name)


class ArticleGroupFactory(DjangoModelFactory):
    class Meta:
        model = ArticleGroup

    name = factory.Sequence(lambda n: f"Група {n}")


class ArticleFactory(DjangoModelFactory):
    class Meta:
        model = Article

    code = factory.Sequence(lambda n: f"А{n:04d}")
    name = factory.Sequence(lambda n: f"Артикул {n}")
    unit = factory.LazyFunction(unit)
    vat_rate = factory.LazyFunction(vat)


class PriceListFactory(DjangoModelFactory):
    class Meta:
        model = PriceList

    name = factory.Sequence(lambda n: f"Ценова листа {n}")


class PriceListPriceFactory(DjangoModelFactory):
    class Meta:
        model = PriceListPrice

    price_list = factory.SubFactory(PriceListFactory)
    article = factory.SubFactory(ArticleFactory)
    unit = factory.LazyFunction(unit)
    price = 10


class PriceConditionFactory(DjangoModelFactory):
    class Meta:
        model = PriceCondition

    party = factory.SubFactory(ClientFactory)
    discount_percent = 10


class PartyTermsFactory(DjangoModelFactory):
    class Meta:
        model = PartyTerms

    party = factory.SubFactory(ClientFactory)


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = ExchangeRate

    currency = "USD"
    rate = "1.10000000"
