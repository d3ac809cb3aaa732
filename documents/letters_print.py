"""The correspondence register on paper: the filtered rows in the order of their numbers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.dates import today
from common.exports import file_name
from common.jobs import JobRefused, RunningJob, task
from common.printing import render_pdf
from documents.lists.letters import LetterFilter, senders_reference
from documents.models import Letter
from documents.numbering import series_kinds

AT_ONCE = 200  # letters that are printed while one waits; more are made by the worker
MOST = 10_000


def filtered(user: Any, query: str) -> LetterFilter:
    return LetterFilter(QueryDict(query), Letter.objects.visible_to(user).for_list())


def rows_for(user: Any, query: str) -> QuerySet[Any]:
    """The letters of a filter, as the register's page has it in its address, in the order of their numbers."""
    filterset = filtered(user, query)
    filterset.is_valid()
    return filterset.qs.order_by("own_firm", "year", "direction", "position")


def register_pdf(user: Any, letters: QuerySet[Any], query: str) -> bytes:
    """The register as PDF, A4 landscape, each own firm and direction under a heading of its own."""
    filterset = filtered(user, query)
    filterset.is_valid()
    days = [filterset.form.cleaned_data.get(name) for name in ("since", "until")]
    parts: list[dict[str, Any]] = []
    for letter in letters:
        key = (letter.own_firm_id, letter.year, letter.direction)
        if not parts or parts[-1]["key"] != key:
            kind = series_kinds.get(Letter.SERIES[Letter.Direction(letter.direction)])
            title = f"{capfirst(str(kind.label))}, {letter.year}" if kind else str(letter.year)
            parts.append({"key": key, "firm": letter.own_firm.full_name, "title": title, "letters": []})
        letter.senders = senders_reference(letter)
        parts[-1]["letters"].append(letter)
    context = {"parts": parts, "since": days[0], "until": days[1], "printed_on": today(), "user": user}
    return render_pdf("documents/print/letters.html", context, css=["css/letters.css"])


@task("documents.letters")
def print_register(job: RunningJob) -> None:
    """Print a long register in the background."""
    letters = rows_for(job.user, job.arguments["query"])
    total = letters.count()
    if total > MOST:
        words = _("These are %(count)d letters; at most %(most)d are printed at once.")
        raise JobRefused(words % {"count": total, "most": MOST})
    job.progress(0, total)
    job.attach(file_name(_("Correspondence register"), "pdf"), register_pdf(job.user, letters, job.arguments["query"]))
    job.progress(total, total)
    job.finish(_("The register is ready."), reverse("common:job_file", args=[job.job.pk]))
