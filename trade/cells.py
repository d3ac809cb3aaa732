"""How articles and prices are drawn in the cells of lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.money import NBSP
from trade.models import PriceCondition, PriceList, PriceListPrice
from trade.quoting import plain, price_words


def tone(color: str, text: Any) -> SafeString:
    return format_html('<span class="tone tone-{}">{}</span>', color, text)


def number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def price(row: PriceListPrice) -> str:
    return price_words(row.price, row.price_list.currency)


def whom(one: PriceList) -> str:
    """For whom a list is, in words; types are fetched along, parties counted."""
    found = [_("all clients")] if one.is_general else []
    found += [str(kind) for kind in one.client_types.all()]
    if count := getattr(one, "party_count", 0):
        found.append(_("%d single parties") % count if count > 1 else _("1 single party"))
    return ", ".join(found) or "—"


def vat_words(includes_vat: bool) -> str:
    return _("with VAT") if includes_vat else _("without VAT")


def condition_whom(row: PriceCondition) -> str:
    if row.party_id is not None:
        return row.party.display_name  # type: ignore[union-attr]
    return str(row.client_type) if row.client_type_id else _("all clients")


def condition_what(row: PriceCondition) -> str:
    if row.article_id is not None:
        return str(row.article)
    return _("group “%s”") % row.group if row.group_id else _("all articles")


def condition_gives(row: PriceCondition) -> str:
    if row.discount_percent is not None:
        return f"−{plain(row.discount_percent)}{NBSP}%"
    words = price_words(row.price or Decimal(0), row.currency)
    return f"{words} {vat_words(row.includes_vat)}"


def least(row: Any) -> str:
    unit = row.unit or (row.article.unit if getattr(row, "article", None) else "")
    return f"{plain(row.min_quantity)} {unit}".strip() if row.min_quantity else ""
