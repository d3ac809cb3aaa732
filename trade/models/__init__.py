"""What every commercial document is made of."""

from trade.models.articles import Article, ArticleBarcode, ArticleGroup, ArticleUnit, Unit
from trade.models.calendar import NonWorkingDay
from trade.models.documents import Document, DocumentLine, DocumentTax
from trade.models.imports import TradeImport, TradeImportRow
from trade.models.life import Issuable
from trade.models.prices import PartyTerms, PriceCondition, PriceList, PriceListPrice
from trade.models.rates import ExchangeRate
from trade.models.vat import VatCategory, VatGround, VatRate

__all__ = [
    "Article",
    "ArticleBarcode",
    "ArticleGroup",
    "ArticleUnit",
    "Document",
    "DocumentLine",
    "DocumentTax",
    "ExchangeRate",
    "Issuable",
    "NonWorkingDay",
    "PartyTerms",
    "PriceCondition",
    "PriceList",
    "PriceListPrice",
    "TradeImport",
    "TradeImportRow",
    "Unit",
    "VatCategory",
    "VatGround",
    "VatRate",
]
