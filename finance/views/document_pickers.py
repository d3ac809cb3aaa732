"""What forms ask while one types: documents to choose from, and the exchange rate of a day."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from common.amounts import written
from common.dates import format_date, parse_date
from common.money import format_money
from common.pickers import picker_answer
from common.text import without_nul
from contacts.access import asked_party, demand
from contacts.currencies import validate_currency
from finance.forms.documents import find_document
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument
from trade.models import ExchangeRate

CORRECTABLE = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)


@login_required
def financialdocument_picker(request: HttpRequest) -> HttpResponse:
    """Documents by number or text, the newest first, as JSON: twenty at most. `?party=` and others narrow them."""
    demand(request, "finance.view_financialdocument")
    rows: Any = FinancialDocument.objects.visible_to(request.user).for_list()
    if (party := asked_party(request)) is not None:
        rows = rows.filter(party=party)
    if (direction := request.GET.get("direction")) in Direction.values:
        rows = rows.filter(direction=direction)
    if request.GET.get("corrects"):
        rows = rows.issued().filter(kind__in=CORRECTABLE)
    if request.GET.get("open"):
        rows = rows.open()
    if text := without_nul(request.GET.get("q", "")).strip()[:200]:
        rows = find_document(rows, text)
    return picker_answer(request, rows.order_by("-date", "-pk")[:20], say)


def say(document: FinancialDocument) -> str:
    total = format_money(document.gross, document.currency)
    return f"{format_date(document.date)} · {total} · {document.party.display_name}"


@login_required
def exchange_rate(request: HttpRequest) -> HttpResponse:
    """The rate of `?currency=` in force on `?date=`; a sentence when there is none."""
    demand(request, "finance.view_financialdocument")
    try:
        day = parse_date(request.GET.get("date", "")[:20])
        currency = validate_currency(request.GET.get("currency", "")[:10])
        found = ExchangeRate.objects.rate_of(currency, day)
    except ValueError as refusal:
        return JsonResponse({"error": str(refusal)})
    except ValidationError as refusal:
        return JsonResponse({"error": " ".join(refusal.messages)})
    except OverflowError:
        return JsonResponse({"error": _("There is no such day in the calendar.")})
    return JsonResponse({"rate": written(found.rate, 2), "currency": currency, "on": format_date(found.on)})
