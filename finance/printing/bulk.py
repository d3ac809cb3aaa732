"""Many documents in one file, made in the background: each with a bookmark, in the order of their numbers."""

from __future__ import annotations

import io
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pypdf import PdfWriter

from common import jobs
from common.exports import file_name
from common.jobs import JobRefused, RunningJob, task
from common.models import Job
from counterparties.models import Counterparty
from finance.filters import DocumentFilter
from finance.models import FinancialDocument
from finance.printing.originals import copy_pdf, first_print, keep, original_pdf
from finance.printing.protocols import name_of

MOST = 1000
NOTHING = gettext_lazy("There is nothing to print: no issued document of ours is among these.")
NOT_FILTERS = ("page", "page_size", "view", "export", "columns", "sort", "sums")


def query_of(params: QueryDict) -> str:
    """The filter of a list's address, without what only draws the list."""
    query = params.copy()
    for name in NOT_FILTERS:
        query.pop(name, None)
    return query.urlencode()


def printable(user: Any) -> QuerySet[Any]:
    """Documents of ours that the user sees; drafts and received ones have no print of ours."""
    rows: QuerySet[Any] = FinancialDocument.objects.visible_to(user).of_ours().exclude(state="draft")
    return rows


def rows_for(user: Any, query: str) -> QuerySet[Any]:
    """Those that the filter of a list's address finds."""
    filterset = DocumentFilter(QueryDict(query), printable(user))
    fields = filterset.form.fields
    fields["own_firm"].queryset = Counterparty.objects.own_firms_of(user)
    fields["party"].queryset = Counterparty.objects.visible_to(user)
    filterset.is_valid()
    rows: QuerySet[Any] = filterset.qs
    return rows


class Collected:
    """One PDF put together from many."""

    def __init__(self) -> None:
        self.writer = PdfWriter()

    def add(self, title: str, data: bytes) -> None:
        self.writer.append(io.BytesIO(data), outline_item=title, import_outline=False)

    def as_bytes(self, title: str) -> bytes:
        self.writer.add_metadata({"/Title": title})
        # Each document brings its own copy of the fonts and of the logo: the same ones are stored once.
        self.writer.compress_identical_objects()
        made = io.BytesIO()
        self.writer.write(made)
        return made.getvalue()


def start(user: Any, **what: Any) -> Job:
    """Let the worker print the documents of a filter (`query`) or those of these `keys`."""
    return jobs.start(user, "finance.print_documents", _("Print of financial documents"), **what)


def print_chosen(request: HttpRequest, rows: QuerySet[Any]) -> str:
    """The deed on rows that are chosen in the list."""
    keys = list(rows.filter(received=False).exclude(state="draft").order_by().values_list("pk", flat=True)[: MOST + 1])
    if not keys:
        raise ValidationError(NOTHING)
    start(request.user, keys=keys)
    return _("The print is being made. You will be told when it is ready.")


@task("finance.print_documents")
def print_documents(job: RunningJob) -> None:
    """Print the documents of a filter: kept originals, and of cancelled ones a copy that says so."""
    user = get_user_model().objects.with_rights().get(pk=job.user.pk)
    if not user.has_perm("finance.print_financialdocument"):
        raise JobRefused(_("You may not print financial documents any more."))
    keys = job.arguments.get("keys")
    rows = rows_for(user, job.arguments["query"]) if keys is None else printable(user).filter(pk__in=keys)
    documents = list(rows.select_related("original").order_by("own_firm", "series", "position", "pk"))
    if not documents:
        raise JobRefused(str(NOTHING))
    if len(documents) > MOST:
        words = _("These are %(count)d documents; at most %(most)d are printed at once. Filter them more closely.")
        raise JobRefused(words % {"count": len(documents), "most": MOST})
    collected, first_ones = Collected(), []
    for place, document in enumerate(documents):
        job.progress(place, len(documents))
        if document.is_cancelled:
            data = copy_pdf(document, duplicate=False)
        elif document.original is not None:
            data = original_pdf(document)
        else:
            data = first_print(document)
            first_ones.append((document, data))
        collected.add(f"{capfirst(name_of(document))} № {document.number}", data)
    job.attach(file_name(_("Financial documents"), "pdf"), collected.as_bytes(_("Financial documents")))
    # Kept at the end, so that no row stays locked while others are printed.
    for document, data in first_ones:
        keep(document, data)
    job.progress(len(documents), len(documents))
    words = ngettext("%(count)d document is printed.", "%(count)d documents are printed.", len(documents))
    job.finish(words % {"count": len(documents)}, reverse("common:job_file", args=[job.job.pk]))
