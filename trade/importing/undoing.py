"""Undoing of an import of articles or prices."""

from __future__ import annotations

from common.importing.plans import chunks
from common.importing.undoing import Undoing
from trade.importing.process import importer
from trade.models import Article, ArticleBarcode, ArticleUnit, PriceListPrice, TradeImport, TradeImportRow


class UndoingTrade(Undoing):
    importer = importer
    made = (PriceListPrice, ArticleBarcode, ArticleUnit, Article)
    edited = (Article, PriceListPrice)
    weightless = (TradeImport, TradeImportRow)
    locked = (Article, PriceListPrice)

    def before_deleting(self) -> None:
        for part in chunks(self.added[Article._meta.label_lower]):
            TradeImportRow.objects.filter(article__in=part).update(article=None)
