"""Pages of articles, price lists and price conditions, each with something on it."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from counterparties.models import Counterparty, PartyType
from tests.factories.finance import days_ago
from tests.factories.trade import (
    ArticleFactory,
    ArticleGroupFactory,
    PartyTermsFactory,
    PriceConditionFactory,
    PriceListFactory,
    PriceListPriceFactory,
    unit,
)
from trade.importing.process import importer
from trade.models import Article, PriceList, TradeImport

BARCODE = "3800123456787"


def trade_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """Articles and prices with long words, and the addresses of all that is told of them."""
    article = articles(user, words)
    prices = PriceListFactory(name=words[:100], is_general=True, note=words, valid_from=days_ago(300))
    prices.client_types.set(PartyType.objects.filter(tree=PartyType.Tree.CLIENT)[:3])
    price = PriceListPriceFactory(price_list=prices, article=article, price="12345678.123456", valid_from=days_ago(9))
    PriceListPriceFactory(price_list=prices, article=article, price=1, valid_to=days_ago(10))
    PriceListPriceFactory(price_list=prices, article=article, price=9, min_quantity="1234567.5")
    archived = PriceListFactory(name="Стара листа")
    archived.archive(user)
    PartyTermsFactory(party=party, price_list=prices, currency="USD")
    condition = PriceConditionFactory(party=party, article=article, discount_percent="12.25", note=words)
    PriceConditionFactory(party=None, discount_percent=3).archive(user)
    explained = f"/trade/prices/explain/?article={article.pk}&party={party.pk}&quantity=2"
    return {
        "articles": "/trade/articles/",
        "articles filtered": f"/trade/articles/?q=светлана&group={article.group_id}",
        "articles not found": "/trade/articles/?q=няма",
        "article": article.get_absolute_url(),
        "archived article": Article.objects.get(code="СТАР").get_absolute_url(),
        "form of a new article": "/trade/articles/add/",
        "form of an article": f"{article.get_absolute_url()}edit/",
        "labels of articles": f"/trade/articles/labels/?selected={article.pk}",
        "price lists": "/trade/price-lists/",
        "price list": prices.get_absolute_url(),
        "archived price list": archived.get_absolute_url(),
        "price list of which nothing is found": f"{prices.get_absolute_url()}?q=няма",
        "form of a new price list": "/trade/price-lists/add/",
        "form of a price list": f"{prices.get_absolute_url()}edit/",
        "copy of a price list": f"{prices.get_absolute_url()}copy/",
        "form of a new price": f"{prices.get_absolute_url()}prices/add/",
        "form of a price": f"/trade/prices/{price.pk}/edit/",
        "new price from a day on": f"/trade/prices/{price.pk}/change/",
        "price explained": explained,
        "price to be explained": "/trade/prices/explain/",
        "price that is not to be explained": f"{explained}&unit={unit('кг').pk}",
        "price list of a party": f"/trade/terms/{party.pk}/edit/",
        "dossier with prices": party.get_absolute_url(),
        "price conditions": "/trade/conditions/",
        "form of a new condition": f"/trade/conditions/add/?party={party.pk}",
        "form of a condition": f"/trade/conditions/{condition.pk}/edit/",
        **import_pages(user, prices, words),
    }


def articles(user: Any, words: str) -> Article:
    """An article of which all is said, a plain one and an archived one. Returns the first."""
    above = ArticleGroupFactory(name=words[:100])
    article = ArticleFactory(
        code="ДЪЛЪГ-КОД-НА-АРТИКУЛ-0123456789-012345",
        name=words,
        name_en="Research-and-production-association-of-everything",
        group=ArticleGroupFactory(name=words[:100], parent=above),
        tariff_code="8471300000",
        origin="BG",
        description=f"{words}\n\n{words.replace(' ', '_')}",
    )
    article.units.create(unit=unit("палет"), factor="1234567.5")
    article.barcodes.create(code=BARCODE)
    article.barcodes.create(code="ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789", unit=unit("палет"))
    article.name = f"{words}!"
    article.save()
    ArticleFactory()
    ArticleFactory(code="СТАР").archive(user)
    return article


def import_pages(user: Any, prices: PriceList, words: str) -> dict[str, str]:
    """An import that was checked, one that was written and one that asks for its columns."""
    rows = f"Код;Наименование;Мярка\nНОВ-1;{words};бр.\nНОВ-2;{words};{words.replace(' ', '-')}\n".encode()
    checked, written = (
        importer.upload(rows, f"{words}.csv", user, kind="articles", update_existing=False) for _time in range(2)
    )
    importer.dry_run(written)
    importer.apply(written)
    importer.dry_run(checked)
    waiting = TradeImport.objects.create(user=user, kind="prices", price_list=prices, file_name="Неизвестни.csv")
    waiting.file.save("columns.csv", ContentFile(f"Шифър;{words}\nНОВ-1;12,50\n".encode()))
    return {
        "imports of articles": "/trade/imports/",
        "import of articles": "/trade/imports/start/",
        "import of prices": f"/trade/imports/start/?price_list={prices.pk}",
        "checked import of articles": checked.get_absolute_url(),
        "written import of articles": written.get_absolute_url(),
        "columns of prices": f"/trade/imports/{waiting.pk}/columns/",
    }
