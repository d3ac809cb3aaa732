"""Undoing of an import of articles or prices."""

from __future__ import annotations

from common.admin import is_used
from common.importing.plans import chunks
from common.importing.undoing import Undoing
from trade.importing.process import importer
from trade.models import Article, ArticleBarcode, ArticleGroup, ArticleUnit, PriceListPrice, TradeImport, TradeImportRow


class UndoingTrade(Undoing):
    importer = importer
    made = (PriceListPrice, ArticleBarcode, ArticleUnit, Article)
    edited = (Article, PriceListPrice)
    weightless = (TradeImport, TradeImportRow)
    locked = (Article, PriceListPrice)

    def before_deleting(self) -> None:
        for part in chunks(self.added[Article._meta.label_lower]):
            TradeImportRow.objects.filter(article__in=part).update(article=None)

    def after_taking_back(self) -> None:
        """Groups that the import made go too, unless something else stands in them by now."""
        made = ArticleGroup.objects.filter(pk__in=self.added[ArticleGroup._meta.label_lower])
        for group in made.order_by("-pk"):
            if not is_used(group):
                group.delete()
