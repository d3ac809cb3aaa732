"""The kept original: made once, stored by its hash, never made again. Copies and other languages are made on demand."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from common.file_types import PDF
from common.printing import html_to_pdf
from common.uploads import stored_path
from documents.models import FileContent
from finance.kinds import DocumentKind
from finance.models import FinancialDocument
from finance.printing.protocols import annulment_sheet, offset_sheet
from finance.printing.sheet import WITH_ORIGINAL, sheet_of
from trade import announcements

logger = logging.getLogger(__name__)

PRINT_CSS = ("css/finance-print.css",)
LOGO = "picture:logo"


class OriginalDamaged(Exception):
    """The stored bytes are not those that were kept: their hash differs."""


# -- Making ----------------------------------------------------------------------------------------


def for_print(pk: int) -> FinancialDocument:
    """The document anew, with the rows that its print reads: what a draft's print puts on it is never saved."""
    related = ("own_firm", "own_firm__legal_form", "party", "party__legal_form", "corrects", "source")
    rows = FinancialDocument.objects.select_related(*related, "issued_by", "created_by", "bank_account__bank")
    return rows.get(pk=pk)


def html_of(
    document: FinancialDocument, *, language: str = "", mark: str = "", stamped: bool = True
) -> tuple[str, dict[str, tuple[bytes, str]]]:
    """The HTML of a print, and the pictures that it names."""
    language = language or document.print_language
    fresh = for_print(document.pk)
    with translation.override("bg"):
        sheet = sheet_of(fresh, language=language, mark=mark, stamped=stamped)
        template = "finance/print/document.html"
        if fresh.kind == DocumentKind.OFFSET:
            sheet |= offset_sheet(fresh, language)
            template = "finance/print/offset.html"
        return render_to_string(template, sheet), pictures_of(sheet)


def pictures_of(sheet: dict[str, Any]) -> dict[str, tuple[bytes, str]]:
    return {LOGO: sheet["logo"]} if sheet["logo"] else {}


def render(document: FinancialDocument, *, language: str = "", mark: str = "", stamped: bool = True) -> bytes:
    html, pictures = html_of(document, language=language, mark=mark, stamped=stamped)
    return html_to_pdf(html, PRINT_CSS, pictures)


def copy_pdf(document: FinancialDocument, language: str = "", duplicate: bool = True) -> bytes:
    """A copy made now (a duplicate when the original is lost), in the language told or in the document's own.

    Of a draft it is a draft, of what was received an internal sheet. A cancelled one shows that it is cancelled.
    """
    mark = "duplicate" if duplicate else "copy"
    if document.is_draft:
        mark = ""
    elif document.received:
        mark = "internal"
    return render(document, language=language, mark=mark)


def annulment_pdf(document: FinancialDocument) -> bytes:
    """The protocol of annulment of a cancelled document of ours."""
    fresh = for_print(document.pk)
    with translation.override("bg"):
        sheet = annulment_sheet(fresh)
        html = render_to_string("finance/print/annulment.html", sheet)
    return html_to_pdf(html, PRINT_CSS, pictures_of(sheet))


# -- Keeping ---------------------------------------------------------------------------------------


def keep_original(document: FinancialDocument) -> FileContent:
    """The kept original; made when there is none yet. Of several that make it at once, one keeps it.

    It is as the document was issued, also when it was cancelled meanwhile. Raises ValueError for a draft and for what
    was received: they have no original of ours.
    """
    if document.is_draft or document.received:
        raise ValueError("Only an issued document of ours has an original.")
    if document.original is not None:
        return document.original
    return keep(document, first_print(document))


def first_print(document: FinancialDocument) -> bytes:
    """The original as it is made for the first time, not kept yet."""
    return render(document, mark="original" if document.kind in WITH_ORIGINAL else "", stamped=False)


@transaction.atomic
def keep(document: FinancialDocument, data: bytes) -> FileContent:
    """Keep these bytes as the original, unless one was kept meanwhile; that one is returned then.

    The row is locked no longer than this takes: printing is done before.
    """
    rows = FinancialDocument.objects.select_for_update(no_key=True, of=("self",)).select_related("original")
    kept = rows.only("pk", "original").get(pk=document.pk).original
    if kept is None:
        kept, now = store(data), timezone.now()
        FinancialDocument.objects.filter(pk=document.pk).update(original=kept, original_at=now)
        document.original_at = now
    document.original = kept
    return kept


def store(data: bytes, content_type: str = PDF) -> FileContent:
    """Store what was made for a document, by its hash."""
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        # Held, so that the nightly clearing of what nothing refers to cannot take it away meanwhile.
        if found := FileContent.objects.select_for_update(no_key=True).filter(sha256=digest).first():
            return found
    made = FileContent(sha256=digest, size=len(data), content_type=content_type)
    made.file.save(stored_path("prints", content_type), ContentFile(data), save=False)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:  # somebody else was storing the same bytes and was faster
        made.file.delete(save=False)
        return FileContent.objects.get(sha256=digest)
    return made


def original_pdf(document: FinancialDocument) -> bytes:
    """The bytes of the kept original, made at first need. Raises OriginalDamaged when they are not what was kept."""
    content = keep_original(document)
    with content.file.open("rb") as stored:
        data = bytes(stored.read())
    if hashlib.sha256(data).hexdigest() != content.sha256:
        logger.error("The kept print of document %s is damaged", document.pk)
        raise OriginalDamaged(str(document))
    return data


# -- Right after issuing ---------------------------------------------------------------------------


@app.task(name="finance.make_original")
def make_original(pk: int) -> None:
    """Make the original of one document, unless it is there."""
    document = FinancialDocument.objects.select_related("original").filter(pk=pk).first()
    if document is not None and not document.is_draft and not document.received:
        keep_original(document)


@announcements.issued.listen(FinancialDocument)
def make_original_soon(document: Any, user: Any) -> None:
    """Let the worker make the original; the entry in the queue is committed with the issuing, or neither is."""
    if not document.received:
        make_original.configure(queueing_lock=f"original-{document.pk}").defer(pk=document.pk)
