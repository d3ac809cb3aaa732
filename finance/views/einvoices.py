"""E-invoices: the UBL file of a document of ours, and reading those that suppliers send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.forms import PlainForm
from common.forms_view import show_form
from contacts.access import demand, seen
from documents.forms.files import FilesInput, UploadsField
from finance.einvoice import draft_from_ubl, has_ubl, ubl_of
from finance.models import FinancialDocument
from finance.ubl import MAX_BYTES, UblError

LIST = "finance:financialdocument_list"


@login_required
def financialdocument_ubl(request: HttpRequest, pk: int) -> HttpResponse:
    """The UBL file (EN 16931) of an issued invoice or note of ours; there is none of anything else."""
    documents = FinancialDocument.objects.select_related("own_firm", "party", "corrects")
    document = seen_document(request, documents, pk)
    try:
        data = ubl_of(document)
    except UblError as refusal:
        messages.error(request, str(refusal))
        return redirect(document)
    response = HttpResponse(data, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{document.kind.replace("_", "-")}-{document.number}.xml"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def seen_document(request: HttpRequest, documents: Any, pk: int) -> FinancialDocument:
    document: FinancialDocument = seen(request, documents, pk, "finance.view_financialdocument")
    if not has_ubl(document):
        raise Http404
    demand(request, "finance.print_financialdocument")
    return document


class UblFilesForm(PlainForm):
    """E-invoices as files, several at once."""

    uploads = UploadsField(label=gettext_lazy("E-invoices (.xml)"), widget=FilesInput(attrs={"accept": ".xml"}))


@login_required
def financialdocument_read_ubl(request: HttpRequest) -> HttpResponse:
    """Make drafts of received documents from suppliers' UBL files."""
    demand(request, "finance.add_financialdocument")
    demand(request, "documents.add_file")
    sent = request.method == "POST"
    form = UblFilesForm(request.POST if sent else None, request.FILES if sent else None)
    in_json = "application/json" in request.headers.get("Accept", "")
    if sent and in_json:
        return answer_in_json(request, form)
    if sent and form.is_valid():
        made = []
        for upload in form.cleaned_data["uploads"]:
            try:
                made.append(draft_of(upload, request.user))
            except ValidationError as refusal:
                form.add_error("uploads", ValidationError(refused(upload.name, refusal)))
        if made:
            words = ngettext(
                "%(count)d draft is made. Check it, then enter it.",
                "%(count)d drafts are made. Check them, then enter them.",
                len(made),
            )
            messages.success(request, words % {"count": len(made)})
        if not form.errors:
            return redirect(made[0] if len(made) == 1 else LIST)
    context = {
        "form": form,
        "page_title": _("Read e-invoices of suppliers"),
        "crumbs": [(_("Financial documents"), reverse(LIST))],
        "submit_label": _("Read"),
        "cancel_url": reverse(LIST),
        "upload": {"max_bytes": MAX_BYTES},
    }
    return show_form(request, context, "finance/document_read_ubl.html")


def draft_of(upload: UploadedFile, user: Any) -> FinancialDocument:
    """The draft made of one file. Raises ValidationError in words."""
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1024**2})
    try:
        return draft_from_ubl(upload.read(), user, name=upload.name or "")
    except UblError as refusal:
        raise ValidationError(str(refusal)) from refusal


def refused(name: str | None, refusal: ValidationError) -> SafeString:
    words, url, link = " ".join(refusal.messages), getattr(refusal, "url", ""), getattr(refusal, "link", "")
    if url:
        return format_html('{}: {} <a href="{}">{}</a>', name, words, url, link)
    return format_html("{}: {}", name, words)


def answer_in_json(request: HttpRequest, form: forms.Form) -> JsonResponse:
    """One file, its own answer: a draft (201), or a refusal in words with what helps (422)."""
    if not form.is_valid():
        words = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"text": words}, status=422)
    first, *others = form.cleaned_data["uploads"]
    if others:
        return JsonResponse({"text": _("Send one file at a time.")}, status=422)
    try:
        document = draft_of(first, request.user)
    except ValidationError as refusal:
        answer: dict[str, Any] = {"text": " ".join(refusal.messages)}
        if url := getattr(refusal, "url", ""):
            answer["present"] = {"url": url, "label": getattr(refusal, "link", "")}
        return JsonResponse(answer, status=422)
    words = _("Draft: %(document)s of %(party)s") % {"document": document, "party": document.party.display_name}
    return JsonResponse({"name": str(document), "url": document.get_absolute_url(), "text": words}, status=201)
