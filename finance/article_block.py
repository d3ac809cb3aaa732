"""The last documents of an article, on its own page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from finance.models import FinancialDocument, FinancialDocumentLine
from trade import cells
from trade.blocks import ArticleBlock, article_blocks
from trade.quoting import price_words

SHOWN = 10


def last_lines(article: Any, user: Any) -> dict[str, Any] | None:
    """The newest lines with the article on documents that the user may see, drafts and cancelled ones left out."""
    documents = FinancialDocument.objects.visible_to(user).issued()
    lines = FinancialDocumentLine.objects.filter(article=article, document__in=documents.order_by().values("pk"))
    lines = lines.select_related("document__party__legal_form", "unit")
    found: list[Any] = list(lines.order_by("-document__date", "-document_id", "position", "pk")[:SHOWN])
    for line in found:
        line.amount_words = f"{cells.number(line.quantity)} {line.unit or article.unit}"
        line.price_words = price_words(line.unit_price, line.document.currency)
        line.vat_words = cells.vat_words(line.document.includes_vat)
        line.discount = f"−{cells.number(line.discount_percent)}\u00a0%" if line.discount_percent else ""
    return {"lines": found} if found else None


article_blocks.register(
    ArticleBlock(
        "documents",
        gettext_lazy("Last documents"),
        "finance/_article_documents.html",
        last_lines,
        permission="finance.view_financialdocument",
        order=20,
    )
)
