"""What a print costs: a fresh one beside WeasyPrint alone on the same HTML; a kept one is a page like others."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.staticfiles import finders
from django.db import transaction

from bench import money
from common.printing import PRINT_CSS, engine, static_only
from finance.models import FinancialDocument, FinancialDocumentLine
from finance.printing import originals
from trade.models import VatRate
from users.models import User

# A fresh print with all that is asked of the database, to the same HTML given to WeasyPrint.
LIMIT = 1.3
# Lines of the invoice, and how often each is printed.
SIZES = {10: 9, 300: 1}


def kept() -> str:
    """The address of a kept original; it is made anew when its file was cleaned away."""
    rows = FinancialDocument.objects.filter(party=money.MODEL, received=False, state="issued")
    document = rows.select_related("original").order_by("pk")[0]
    if document.original is not None and not os.path.exists(document.original.file.path):
        FinancialDocument.objects.filter(original=document.original).update(original=None)
        document.original.delete()
        document.original = None
    originals.keep_original(document)
    return f"/finance/documents/{document.pk}/pdf/"


def invoice_of(lines: int) -> FinancialDocument:
    """An issued invoice of so many lines."""
    model = FinancialDocument.objects.filter(party=money.MODEL, received=False).order_by("pk")[0]
    made = FinancialDocument(own_firm=model.own_firm, party=model.party)
    made.save()
    rate = VatRate.objects.get(category="S", percent=20)
    for place in range(lines):
        line = {"description": f"Стока номер {place}", "unit_price": Decimal("12.345678"), "vat_rate": rate}
        FinancialDocumentLine(document=made, position=place, **line).save()
    made.issue(User.objects.get(username="bench"))
    return made


def alone(html: str) -> bytes:
    """WeasyPrint alone, with the same style sheets."""
    fetcher, weasyprint = static_only(), engine()
    names = (PRINT_CSS, *originals.PRINT_CSS)
    sheets = [weasyprint.CSS(filename=str(finders.find(name)), url_fetcher=fetcher) for name in names]
    made: Any = weasyprint.HTML(string=html, base_url="static://", url_fetcher=fetcher)
    return bytes(made.write_pdf(stylesheets=sheets))


def took(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure_prints() -> int:
    """Print how long fresh prints take; return 1 when one takes more than it may beside WeasyPrint alone."""
    exceeded = False
    for lines, rounds in SIZES.items():
        with transaction.atomic():
            document = invoice_of(lines)
            html = originals.html_of(document, mark="original")[0]
            if rounds > 1:
                alone(html)
            pairs = [
                (took(partial(originals.first_print, document)), took(partial(alone, html))) for _round in range(rounds)
            ]
            transaction.set_rollback(True)
        fresh = statistics.median(pair[0] for pair in pairs)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        title = f"fresh print of {lines} lines"
        print(f"{title:34} {fresh * 1000:7.1f} ms  {ratio:.2f} times WeasyPrint alone (at most {LIMIT:g}×)")
        exceeded = exceeded or ratio > LIMIT
    if exceeded:
        print("Over the limit: a fresh print")
    return 1 if exceeded else 0
