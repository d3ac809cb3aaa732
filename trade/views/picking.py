"""What the line grid of a document asks while one types: articles, and the price of one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from common.amounts import parse_number
from common.dates import parse_date, today
from common.pickers import PICKER_ROWS
from common.text import without_nul
from contacts.access import demand
from contacts.currencies import validate_currency
from counterparties.models import Counterparty
from trade.forms.fields import nearest_first
from trade.forms.prices import unit_of
from trade.models import Article
from trade.pricing import quote


@login_required
def article_picker(request: HttpRequest) -> HttpResponse:
    """Articles by code, name or barcode, twenty at most; with each what a line of a document takes from it."""
    demand(request, "trade.view_article")
    text = without_nul(request.GET.get("q", "")).strip()[:200]
    rows = nearest_first(Article.objects.visible_to(request.user).current(), text)
    found = rows.select_related("unit", "vat_rate").defer("search_text", "description")[:PICKER_ROWS]
    return JsonResponse({"results": [described(one) for one in found]})


def described(article: Article) -> dict[str, Any]:
    return {
        "id": article.pk,
        "text": str(article),
        "note": f"{article.unit} · {article.vat_rate}",
        "code": article.code,
        "name": article.name,
        "name_en": article.name_en,
        "kind": article.kind,
        "unit": article.unit_id,
        "unit_name": str(article.unit),
        "vat_rate": article.vat_rate_id,
        # On which ground no VAT is charged follows from the deal, not from the article.
        "ground": None,
    }


@login_required
def article_price(request: HttpRequest) -> HttpResponse:
    """The price of an article for a party, day and quantity, and the reasons; 400 with a sentence when asked wrong."""
    demand(request, "trade.view_article")
    demand(request, "trade.view_pricelist")
    articles = Article.objects.visible_to(request.user).select_related("unit", "vat_rate")
    article = row_of(articles, request.GET.get("article", ""))
    if article is None:
        raise Http404
    parties = Counterparty.objects.visible_to(request.user)
    try:
        asked = terms_of(request)
        answer = quote(
            article,
            party=row_of(parties, request.GET.get("party", "")),
            own_firm=row_of(parties.filter(is_own_firm=True), request.GET.get("own_firm", "")),
            **asked,
        )
    except ValidationError as refusal:
        return JsonResponse({"error": " ".join(refusal.messages)}, status=400)
    return JsonResponse(
        {
            "price": as_text(answer.price),
            "discount_percent": as_text(answer.discount_percent),
            "net_price": as_text(answer.net_price),
            "currency": answer.currency,
            "includes_vat": answer.includes_vat,
            "why": answer.why,
        }
    )


def row_of(rows: Any, key: str) -> Any:
    """The row that an address names: None when it names none, 404 when the user may not see it."""
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    return get_object_or_404(rows, pk=key)


def terms_of(request: HttpRequest) -> dict[str, Any]:
    """Quantity, unit, day, currency and VAT as the address says them. Raises ValidationError in words."""
    asked = request.GET
    quantity, on = Decimal(1), today()
    try:
        if text := asked.get("quantity", "").strip()[:40]:
            quantity = parse_number(text)
        if text := asked.get("date", "").strip()[:20]:
            on = parse_date(text)
    except ValueError as refusal:
        raise ValidationError(str(refusal)) from refusal
    if quantity <= 0:
        # A line that takes something back is priced as the line that gave it.
        quantity = -quantity or Decimal(1)
    if not dt.date(1990, 1, 1) <= on <= dt.date(2100, 1, 1):
        raise ValidationError(_("There is no such day in the calendar."))
    return {
        "quantity": quantity,
        "unit": unit_of(asked.get("unit", "")),
        "on": on,
        "currency": validate_currency(asked.get("currency", "") or "EUR"),
        "includes_vat": asked.get("includes_vat", "") in ("1", "true", "on", "yes"),
    }


def as_text(number: Decimal | None) -> str | None:
    """A number as JSON carries it without loss: text with a dot."""
    return None if number is None else f"{number.normalize():f}"
