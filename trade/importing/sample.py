"""The sample files: all columns under their Bulgarian headers, and a few rows that show how they are filled in."""

from __future__ import annotations

from common.importing.columns import Columns
from trade.importing.columns import ARTICLES, PRICES

_ARTICLES: list[dict[str, str]] = [
    {
        "code": "ЦМ-100", "name": "Примерен цимент, чувал 25 кг", "name_en": "Sample cement, 25 kg bag",
        "kind": "стока", "unit": "бр.", "vat_rate": "20 %", "barcode": "2000000000015", "package": "палет",
        "factor": "56", "tariff_code": "25232900", "origin": "България",
    },
    {"code": "У-100", "name": "Примерна услуга", "kind": "услуга", "unit": "час", "vat_rate": "20"},
    {"code": "КН-100", "name": "Примерна книга", "unit": "бр.", "vat_rate": "9", "barcode": "2000000000022"},
]  # fmt: skip
_PRICES: list[dict[str, str]] = [
    {"code": "ЦМ-100", "name": "Примерен цимент, чувал 25 кг", "price": "4,35", "unit": "бр."},
    {"code": "ЦМ-100", "price": "4,10", "unit": "бр.", "min_quantity": "56"},
    {"code": "У-100", "price": "45", "unit": "час", "valid_from": "01.01.2027"},
]


def sample(columns: Columns) -> tuple[list[str], list[list[str]]]:
    """Header and rows."""
    rows = _PRICES if columns is PRICES else _ARTICLES
    return [field.bulgarian for field in columns.fields.values()], [
        [row.get(name, "") for name in columns.fields] for row in rows
    ]


__all__ = ["ARTICLES", "PRICES", "sample"]
