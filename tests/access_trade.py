"""Who may do what with articles and prices: rows of the access table (see `test_access.py`), and what they name."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from tests.factories.trade import ArticleFactory, PriceConditionFactory, PriceListPriceFactory
from trade.models import TradeImport


def furnish_trade(world: Any) -> None:
    """Put one of everything of trade into the world."""
    world.article = ArticleFactory()
    world.price = PriceListPriceFactory(article=world.article)
    world.condition = PriceConditionFactory(party=world.party)


def article(world: Any, user: Any) -> list[Any]:
    return [world.article.pk]


def price_list(world: Any, user: Any) -> list[Any]:
    return [world.price.price_list_id]


def price(world: Any, user: Any) -> list[Any]:
    return [world.price.pk]


def own_price(world: Any, user: Any) -> list[Any]:
    """A price that each one finds, although the one before has taken his out."""
    return [PriceListPriceFactory(article=world.article).pk]


def condition(world: Any, user: Any) -> list[Any]:
    return [world.condition.pk]


def party(world: Any, user: Any) -> list[Any]:
    return [world.party.pk]


def own_import(world: Any, user: Any, **fields: Any) -> list[Any]:
    made = TradeImport(
        user=user, file_name="a.csv", mapping=["code", "name"], state=TradeImport.State.PLANNED, **fields
    )
    made.file.save("a.csv", ContentFile("code;name\nА;Алфа\n".encode()))
    return [made.pk]


# administrator, manager, seller, buyer, accountant, warehouse, viewer, auditor
TRADE = [
    ("trade:article_list", "get", None, "200 200 200 200 200 200 200 200"),
    ("trade:article_picker", "get", None, "200 200 200 200 200 200 200 200"),
    ("trade:article_price", "get", None, "404 404 404 404 404 403 404 404"),
    ("trade:article_labels", "get", None, "200 200 403 200 200 403 403 200"),
    ("trade:article_add", "get", None, "200 200 403 200 200 403 403 403"),
    ("trade:article_detail", "get", article, "200 200 200 200 200 200 200 200"),
    ("trade:article_edit", "get", article, "200 200 403 200 200 403 403 403"),
    ("trade:article_archive", "post", article, "302 302 403 403 302 403 403 403"),
    ("trade:article_restore", "post", article, "302 302 403 403 302 403 403 403"),
    ("trade:pricelist_list", "get", None, "200 200 200 200 200 403 200 200"),
    ("trade:pricelist_add", "get", None, "200 200 403 403 200 403 403 403"),
    ("trade:pricelist_detail", "get", price_list, "200 200 200 200 200 403 200 200"),
    ("trade:pricelist_edit", "get", price_list, "200 200 403 403 200 404 403 403"),
    ("trade:pricelist_copy", "get", price_list, "200 200 403 403 200 404 403 403"),
    ("trade:pricelist_archive", "post", price_list, "302 302 403 403 302 404 403 403"),
    ("trade:pricelist_restore", "post", price_list, "302 302 403 403 302 404 403 403"),
    ("trade:pricelistprice_add", "get", price_list, "200 200 403 403 200 404 403 403"),
    ("trade:pricelistprice_edit", "get", price, "200 200 403 403 200 404 403 403"),
    ("trade:pricelistprice_change", "get", price, "200 200 403 403 200 404 403 403"),
    ("trade:pricelistprice_end", "post", price, "302 302 403 403 302 404 403 403"),
    ("trade:pricelistprice_delete", "post", own_price, "302 302 403 403 302 404 403 403"),
    ("trade:price_explain", "get", None, "200 200 200 200 200 403 200 200"),
    ("trade:partyterms_edit", "get", party, "200 200 403 403 200 403 403 403"),
    ("trade:import_list", "get", None, "200 200 403 200 200 403 403 403"),
    ("trade:import_start", "get", None, "200 200 403 200 200 403 403 403"),
    ("trade:import_sample", "get", None, "200 200 403 200 200 403 403 403"),
    ("trade:import_review", "get", own_import, "200 200 403 200 200 403 403 403"),
    ("trade:import_map", "get", own_import, "200 200 403 200 200 403 403 403"),
    ("trade:import_plan", "post", own_import, "302 302 403 302 302 403 403 403"),
    ("trade:import_apply", "post", own_import, "302 302 403 302 302 403 403 403"),
    ("trade:import_undo", "post", own_import, "302 302 403 302 302 403 403 403"),
    ("trade:import_errors", "get", own_import, "200 200 403 200 200 403 403 403"),
    ("trade:pricecondition_list", "get", None, "200 200 200 200 200 403 200 200"),
    ("trade:pricecondition_add", "get", None, "200 200 403 403 200 403 403 403"),
    ("trade:pricecondition_edit", "get", condition, "200 200 403 403 200 404 403 403"),
    ("trade:pricecondition_archive", "post", condition, "302 302 403 403 302 404 403 403"),
    ("trade:pricecondition_restore", "post", condition, "302 302 403 403 302 404 403 403"),
]
# Articles and price lists belong to the house, not to a party: they are open by the right alone.
TRADE_OF_NO_PARTY = {name for name, _method, args, _roles in TRADE if args in (article, price_list, price, own_price)}
