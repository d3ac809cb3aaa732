"""PDF of documents and payments: the kept original, copies, annulment, cash orders, many documents in one file."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.printing import pdf_response
from common.text import without_nul
from contacts.access import demand, seen
from finance.models import FinancialDocument, Payment
from finance.models.choices import PrintLanguage
from finance.printing import annulment_pdf, bulk, cash_order_pdf, copy_pdf, keep_original, original_pdf
from finance.printing.names import file_name_of
from finance.printing.originals import OriginalDamaged

PRINT = "finance.print_financialdocument"


@login_required
@require_safe
def financialdocument_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The original as it is kept; a copy with `?copy=1`, a duplicate with `?copy=duplicate`.

    `?language=` asks for a copy in another language. A cancelled document shows that it is, unless `?original=1` asks
    for what was kept of it. Drafts and what was received are printed anew each time.
    """
    rows = FinancialDocument.objects.select_related("original").defer("search_text")
    document = seen(request, rows, pk, PRINT)
    language = request.GET.get("language", "")
    if language and language not in PrintLanguage.values:
        raise Http404
    copy = request.GET.get("copy", "")
    has_original = not document.is_draft and not document.received
    other_language = bool(language) and language != document.print_language
    stamped = document.is_cancelled and not request.GET.get("original")
    if has_original and not copy and not other_language and not stamped:
        return kept(request, document)
    content = copy_pdf(document, language, duplicate=copy == "duplicate")
    return pdf_response(content, file_name_of(document))


def kept(request: HttpRequest, document: FinancialDocument) -> HttpResponse:
    """The kept original. A browser that has it already is told so by the hash."""
    etag = f'"{keep_original(document).sha256}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        try:
            response = pdf_response(original_pdf(document), file_name_of(document))
        except (OriginalDamaged, OSError):
            words = _("The kept print is damaged or missing. Tell the administrator; meanwhile print a copy.")
            messages.error(request, words)
            return redirect(document)
        del response["Cache-Control"]
    response["ETag"] = etag
    # Asked each time, for the right to see it may have ended; sent only when it is not there already.
    patch_cache_control(response, private=True, no_cache=True)
    return response


@login_required
@require_safe
def financialdocument_annulment_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The protocol of annulment of a cancelled document of ours."""
    document = seen(request, FinancialDocument.objects.all(), pk, PRINT)
    if not document.is_cancelled or document.received:
        raise Http404
    return pdf_response(annulment_pdf(document), f"anulirane-{file_name_of(document)}")


@login_required
@require_safe
def payment_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    payment = seen(request, Payment.objects.all(), pk, "finance.print_payment")
    return pdf_response(cash_order_pdf(payment), f"plashtane-{payment.pk}.pdf")


@login_required
@require_safe
def document_bulk_print(request: HttpRequest) -> HttpResponse:
    """Print the documents that the list's filter finds as one file; the worker makes it."""
    demand(request, "finance.view_financialdocument")
    demand(request, PRINT)
    demand(request, "finance.export_financialdocument")
    query = without_nul(bulk.query_of(request.GET))[:4000]
    if not bulk.rows_for(request.user, query).exists():
        messages.info(request, bulk.NOTHING)
        return redirect(reverse("finance:financialdocument_list"))
    return redirect(bulk.start(request.user, query=query))
