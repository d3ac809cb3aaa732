"""What an article costs whom, and why: the one engine of prices."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from counterparties.models import PartyType
from tests.factories.counterparties import ClientFactory
from tests.factories.trade import (
    ArticleFactory,
    ArticleGroupFactory,
    ExchangeRateFactory,
    PartyTermsFactory,
    PriceConditionFactory,
    PriceListFactory,
    PriceListPriceFactory,
    unit,
    vat,
)
from trade import pricing
from trade.models import Article, ArticleUnit
from trade.pricing import quote
from trade.quoting import Asked, Candidate, choose

D = Decimal
DAY = dt.date(2026, 5, 4)
EARLIER, LATER = DAY - dt.timedelta(days=30), DAY + dt.timedelta(days=30)


def client_type(name: str, parent: Any = None) -> PartyType:
    return PartyType.objects.create(tree="client", name=name, parent=parent)


def listed(article: Article, price: Any = "10", *, name: str = "Едро", **fields: Any) -> Any:
    """A price of the article in a general list."""
    of_price = {key: fields.pop(key) for key in ("min_quantity", "valid_from", "valid_to", "unit") if key in fields}
    price_list = PriceListFactory(name=name, **{"is_general": True, **fields})
    return PriceListPriceFactory(price_list=price_list, article=article, price=D(price), **of_price)


def said(answer: Any) -> str:
    return " ".join(answer.why)


@pytest.mark.django_db
class TestSources:
    def test_without_any_price_the_answer_says_so(self):
        answer = quote(ArticleFactory(), on=DAY)

        assert (answer.price, answer.net_price, answer.discount_percent) == (None, None, 0)
        assert "No price of this article" in answer.why[0]

    def test_a_general_list_serves_everybody(self):
        article = ArticleFactory()
        listed(article, "12.5", valid_from=EARLIER)

        answer = quote(article, on=DAY)

        assert (answer.price, answer.net_price) == (D("12.5"), D("12.5"))
        assert answer.why == ["Price 12,50\u00a0€ from the list “Едро” for one pc, without VAT, valid from 04.04.2026."]

    def test_the_list_for_the_client_type_comes_before_the_general_one(self):
        builders = client_type("Строители")
        article, party = ArticleFactory(), ClientFactory(client_type=client_type("Бригади", builders))
        listed(article, "10")
        own = listed(article, "8", name="Строители", is_general=False)
        own.price_list.client_types.add(builders)

        assert quote(article, party=party, on=DAY).price == D(8)
        assert quote(article, party=ClientFactory(), on=DAY).price == D(10)

    def test_the_partys_own_list_comes_before_that_of_its_type(self):
        kind = client_type("Строители")
        article, party = ArticleFactory(), ClientFactory(client_type=kind)
        listed(article, "8", name="Строители").price_list.client_types.add(kind)
        own = listed(article, "9", name="Партньор", is_general=False)
        PartyTermsFactory(party=party, price_list=own.price_list)

        assert quote(article, party=party, on=DAY).price == D(9)

    def test_an_own_list_without_the_article_leaves_it_to_the_next_list(self):
        article, party = ArticleFactory(), ClientFactory()
        listed(article, "10")
        PartyTermsFactory(party=party, price_list=PriceListFactory())

        assert quote(article, party=party, on=DAY).price == D(10)

    def test_a_discount_of_the_party_is_taken_from_the_list_price(self):
        article, party = ArticleFactory(), ClientFactory()
        listed(article, "12.50")
        PriceConditionFactory(party=party, discount_percent=10)

        answer = quote(article, party=party, on=DAY)

        assert (answer.price, answer.discount_percent, answer.net_price) == (D("12.5"), D(10), D("11.25"))
        assert "10 % discount by a condition of the counterparty for all articles." in answer.why

    def test_an_agreed_price_takes_no_discount(self):
        article, party = ArticleFactory(), ClientFactory()
        listed(article, "12.50")
        PriceConditionFactory(party=party, discount_percent=10)
        PriceConditionFactory(party=party, discount_percent=None, price=7, article=article)

        answer = quote(article, party=party, on=DAY)

        assert (answer.price, answer.discount_percent) == (D(7), 0)
        assert "no discount is taken" in said(answer)
        assert "Passed over: a condition of the counterparty for all articles" in said(answer)

    def test_a_discount_without_any_list_price_falls_back_to_the_next_agreed_price(self):
        kind = client_type("Строители")
        article, party = ArticleFactory(), ClientFactory(client_type=kind)
        PriceConditionFactory(party=party, discount_percent=10)
        PriceConditionFactory(party=None, client_type=kind, discount_percent=None, price=7, article=article)

        assert quote(article, party=party, on=DAY).net_price == D(7)

    def test_the_condition_of_the_nearer_type_comes_first(self):
        above = client_type("Търговци")
        kind = client_type("Магазини", above)
        article, party = ArticleFactory(), ClientFactory(client_type=kind)
        listed(article)
        PriceConditionFactory(party=None, client_type=above, discount_percent=20, priority=1)
        PriceConditionFactory(party=None, client_type=kind, discount_percent=5)

        assert quote(article, party=party, on=DAY).discount_percent == D(5)

    def test_another_partys_condition_is_not_even_named(self):
        article = ArticleFactory()
        listed(article)
        PriceConditionFactory(discount_percent=50, note="тайна")

        answer = quote(article, party=ClientFactory(), on=DAY)

        assert answer.discount_percent == 0
        assert "тайна" not in said(answer)

    def test_a_condition_of_a_group_above_reaches_the_article_and_the_narrower_wins(self):
        building = ArticleGroupFactory(name="Строителни")
        cement = ArticleGroupFactory(name="Цименти", parent=building)
        article, party = ArticleFactory(group=cement), ClientFactory()
        listed(article)
        PriceConditionFactory(party=party, discount_percent=3)
        wide = PriceConditionFactory(party=party, discount_percent=5, group=building)

        assert quote(article, party=party, on=DAY).discount_percent == D(5)

        wide.archive(None)
        PriceConditionFactory(party=party, discount_percent=7, group=cement)
        assert quote(article, party=party, on=DAY).discount_percent == D(7)

    def test_priority_comes_before_narrowness(self):
        article, party = ArticleFactory(), ClientFactory()
        listed(article)
        PriceConditionFactory(party=party, discount_percent=5, article=article)
        PriceConditionFactory(party=party, discount_percent=15, priority=1)

        assert quote(article, party=party, on=DAY).discount_percent == D(15)

    def test_an_app_above_may_bring_its_own_conditions(self):
        article, party = ArticleFactory(), ClientFactory()
        listed(article)
        source = pricing.ConditionSource("test", lambda asked, reach: [Candidate(100, "contract 5", price=D(4))])
        pricing.condition_sources.register(source)
        try:
            answer = quote(article, party=party, on=DAY)
        finally:
            pricing.condition_sources.unregister("test")

        assert answer.price == D(4)
        assert answer.why[0].startswith("Price 4,00\u00a0€ from contract 5")


@pytest.mark.django_db
class TestDaysAndQuantities:
    def test_a_condition_of_another_day_is_told_and_not_counted(self):
        article, party = ArticleFactory(), ClientFactory()
        listed(article)
        PriceConditionFactory(party=party, discount_percent=10, valid_from=LATER)
        PriceConditionFactory(party=party, discount_percent=20, valid_to=EARLIER)

        answer = quote(article, party=party, on=DAY)

        assert answer.discount_percent == 0
        assert "because it begins on 03.06.2026" in said(answer)
        assert "because it ended on 04.04.2026" in said(answer)

    def test_days_of_the_list_and_of_the_price_both_count(self):
        article = ArticleFactory()
        listed(article, "9", valid_to=EARLIER)
        listed(article, "10", name="Нова").price_list.__class__.objects.filter(name="Нова").update(valid_from=LATER)

        assert quote(article, on=DAY).price is None

    def test_a_larger_quantity_gets_the_price_of_its_step(self):
        article = ArticleFactory()
        row = listed(article, "10")
        for quantity, price in ((10, 9), (100, 8)):
            PriceListPriceFactory(price_list=row.price_list, article=article, min_quantity=quantity, price=price)

        prices = [quote(article, on=DAY, quantity=D(n)).price for n in ("9.999", "10", "99", "100", "5000")]

        assert prices == [10, 9, 9, 8, 8]
        assert "it holds from a quantity of 100 pc" in said(quote(article, on=DAY, quantity=D(50)))

    def test_an_archived_list_and_an_archived_condition_give_nothing(self):
        article, party = ArticleFactory(), ClientFactory()
        listed(article).price_list.archive(None)
        PriceConditionFactory(party=party, article=article, discount_percent=None, price=3).archive(None)

        assert quote(article, party=party, on=DAY).price is None


@pytest.mark.django_db
class TestConversions:
    def test_a_price_for_a_piece_is_asked_for_a_carton(self):
        article = ArticleFactory()
        ArticleUnit.objects.create(article=article, unit=unit("кашон"), factor=24)
        listed(article, "0.5")

        answer = quote(article, on=DAY, unit=unit("кашон"))

        assert answer.price == D(12)
        assert "Converted: 1 carton is 24 pc." in answer.why

    def test_a_price_of_its_own_for_the_carton_comes_first(self):
        article = ArticleFactory()
        ArticleUnit.objects.create(article=article, unit=unit("кашон"), factor=24)
        row = listed(article, "0.5")
        PriceListPriceFactory(price_list=row.price_list, article=article, unit=unit("кашон"), price=11)

        assert quote(article, on=DAY, unit=unit("кашон")).price == D(11)
        assert quote(article, on=DAY).price == D("0.5")

    def test_kilograms_and_tonnes_know_one_another(self):
        article = ArticleFactory(unit=unit("кг"))
        listed(article, "0.30", unit=unit("кг"))

        assert quote(article, on=DAY, unit=unit("т")).price == D(300)

    def test_the_least_quantity_is_compared_in_one_unit(self):
        article = ArticleFactory(unit=unit("кг"))
        listed(article, "0.25", unit=unit("кг"), min_quantity=500)

        assert quote(article, on=DAY, unit=unit("т"), quantity=D(1)).price == D(250)
        assert quote(article, on=DAY, unit=unit("т"), quantity=D("0.4")).price is None

    def test_a_unit_that_nothing_converts_is_refused(self):
        with pytest.raises(ValidationError, match="Nothing says how many"):
            quote(ArticleFactory(), on=DAY, unit=unit("час"))

    def test_net_becomes_gross_and_gross_net_at_the_rate_of_the_article(self):
        article = ArticleFactory(vat_rate=vat("S", 9))
        listed(article, "10.90", includes_vat=True)

        answer = quote(article, on=DAY)

        assert answer.price == D(10)
        assert "VAT of 9 % is taken out of the price." in answer.why
        assert quote(article, on=DAY, includes_vat=True).price == D("10.9")

    def test_euro_become_dollars_at_the_rate_of_the_day(self):
        article = ArticleFactory()
        listed(article, "10")
        ExchangeRateFactory(currency="USD", on=DAY, rate=D("1.1"))
        ExchangeRateFactory(currency="USD", on=EARLIER, rate=D("2"))

        answer = quote(article, on=DAY, currency="USD")

        assert answer.price == D(11)
        assert "Exchange rate: 1 EUR = 1,1 USD." in answer.why

    def test_a_currency_without_a_rate_refuses_the_price_in_words(self):
        article = ArticleFactory()
        listed(article, "10", currency="CHF")

        answer = quote(article, on=DAY)

        assert answer.price is None
        assert "there is no exchange rate of CHF for the day" in said(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_a_quote_costs_the_same_number_of_queries_however_many_rows_there_are(rows, django_assert_num_queries):
    kind, group = client_type("Строители"), ArticleGroupFactory()
    party = ClientFactory(client_type=kind)
    article = ArticleFactory(group=group)
    ArticleUnit.objects.create(article=article, unit=unit("кашон"), factor=24)
    for number in range(rows):
        listed(article, 5 + number, name=f"Листа {number}", currency="USD", min_quantity=number)
        PriceConditionFactory(party=party, group=group, min_quantity=number)
        PriceConditionFactory(party=None, client_type=kind, discount_percent=None, price=3, article=article)
    ExchangeRateFactory(currency="USD", on=DAY)
    article = Article.objects.select_related("unit", "vat_rate").get(pk=article.pk)

    carton = unit("кашон")

    with django_assert_num_queries(8):
        quote(article, party=party, on=DAY, unit=carton)


# -- The choice alone, whatever was found ------------------------------------------------------------

PIECE = SimpleNamespace(pk=1, __str__=lambda self: "pc")


def asked(quantity: Any = 1, **fields: Any) -> Asked:
    known: dict[str, Any] = {
        "includes_vat": False, "vat_percent": D(20), "factors": {1: D(1), 2: D(24)},
        "rates": {"EUR": D(1), "USD": D("1.1")},
    }  # fmt: skip
    article = SimpleNamespace(unit=PIECE)
    return Asked(article, None, None, DAY, D(quantity), PIECE, "EUR", **known | fields)


prices = st.decimals(min_value=0, max_value=10**9, places=6)
candidates = st.builds(
    Candidate,
    rank=st.sampled_from([200, 300, 500, 700]),
    title=st.sampled_from(["a", "b", "c"]),
    price=prices,
    discount_percent=st.none(),
    combines=st.booleans(),
    currency=st.sampled_from(["EUR", "USD", "CHF"]),
    includes_vat=st.booleans(),
    unit_id=st.sampled_from([None, 1, 2, 3]),
    min_quantity=st.sampled_from([D(0), D(5), D(50)]),
    priority=st.integers(0, 3),
    width=st.integers(0, 2),
    key=st.integers(1, 50),
) | st.builds(
    Candidate,
    rank=st.sampled_from([200, 300, 400]),
    title=st.sampled_from(["d", "e"]),
    discount_percent=st.decimals(min_value=D("0.01"), max_value=100, places=2),
    min_quantity=st.sampled_from([D(0), D(5), D(50)]),
    priority=st.integers(0, 3),
    width=st.integers(0, 2),
    key=st.integers(51, 99),
)
found = st.lists(candidates, max_size=8, unique_by=lambda one: one.key)


@given(found, st.decimals(min_value=D("0.001"), max_value=1000, places=3), st.booleans())
def test_a_price_is_never_below_zero_and_a_discount_never_raises_it(rows, quantity, includes_vat):
    answer = choose(rows, asked(quantity, includes_vat=includes_vat))

    assert 0 <= answer.discount_percent <= 100
    if answer.price is None or answer.net_price is None:
        assert answer.net_price is answer.price
    else:
        assert 0 <= answer.net_price <= answer.price
    assert answer.why


@given(found, st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_in_which_rows_came(rows, chance: random.Random):
    shuffled = list(rows)
    chance.shuffle(shuffled)

    assert choose(shuffled, asked(10)) == choose(rows, asked(10))


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 1000)), min_size=1, max_size=6, unique=True))
def test_when_larger_steps_are_cheaper_more_never_costs_more_a_piece(steps):
    quantities = sorted({quantity for quantity, _price in steps})
    falling = sorted((price for _quantity, price in steps), reverse=True)[: len(quantities)]
    rows = [
        Candidate(500, "list", price=D(price), combines=True, unit_id=1, min_quantity=D(quantity), key=quantity)
        for quantity, price in zip(quantities, falling, strict=True)
    ]

    answers = [choose(rows, asked(n)).price for n in range(1, 130)]
    known = [price for price in answers if price is not None]

    assert known == sorted(known, reverse=True)


@given(prices, st.booleans())
def test_a_price_in_the_asked_unit_currency_and_kind_is_given_as_it_stands(price, includes_vat):
    row = Candidate(500, "list", price=price, combines=True, unit_id=1, includes_vat=includes_vat)

    assert choose([row], asked(includes_vat=includes_vat)).price == price
