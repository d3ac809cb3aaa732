"""Address labels on A4 sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.jobs import JobRefused, RunningJob, task
from common.printing import render_pdf
from contacts.filters import AddressFilter
from contacts.models import Address

# Above this many the sheet is made by the worker.
AT_ONCE = 500
MOST = 20_000


@dataclass(frozen=True)
class Sheet:
    """A sheet of labels as sold; sizes stand in labels.css under the same slug."""

    slug: str
    label: Any
    columns: int
    rows: int

    @property
    def count(self) -> int:
        return self.columns * self.rows


SHEETS = {
    sheet.slug: sheet
    for sheet in (
        Sheet("3x8", gettext_lazy("3 × 8 labels, 70 × 37 mm"), 3, 8),
        Sheet("2x7", gettext_lazy("2 × 7 labels, 99.1 × 38.1 mm"), 2, 7),
    )
}


def chosen_addresses(user: Any, query: str) -> Any:
    """The addresses that a list's query or a choice of rows (`selected=1,2`) means, through the user's own rights."""
    params = QueryDict(query)
    rows = Address.objects.visible_to(user).for_list().order_by("party__sort_name", "kind", "pk")
    across = True
    if (party := params.get("party", "")).isdecimal() and len(party) < 19:
        rows, across = rows.filter(party=party), False
    if selected := params.get("selected"):
        keys = [key for key in selected.split(",") if key.isdecimal() and len(key) < 19]
        return rows.filter(pk__in=keys)
    return AddressFilter(data=params, queryset=rows, across=across).qs


@dataclass(frozen=True)
class Label:
    name: str
    lines: list[str]

    @property
    def size(self) -> str:
        """Long addresses are set smaller, so that the whole of them is on the label."""
        longest = max((len(line) for line in (self.name, *self.lines)), default=0)
        return "small" if longest > 60 or len(self.lines) > 4 else "middle" if longest > 34 else "usual"


def label_of(address: Address) -> Label:
    lines = address.lines()
    if address.name:
        lines = [address.name, *lines]
    return Label(address.party.full_name, lines)


def sheets(labels: Iterable[Label], sheet: Sheet, start: int = 1) -> Iterator[list[Label | None]]:
    """Labels page by page; the first `start` − 1 places of the first page stay empty."""
    page: list[Label | None] = [None] * (start - 1)
    for label in labels:
        page.append(label)
        if len(page) == sheet.count:
            yield page
            page = []
    if any(page):
        yield page


def labels_pdf(addresses: Iterable[Address], sheet: Sheet, start: int = 1) -> bytes:
    pages = list(sheets((label_of(address) for address in addresses), sheet, start))
    return render_pdf("contacts/print/labels.html", {"pages": pages, "sheet": sheet}, css=["css/labels.css"])


@task("contacts.labels")
def make_labels(job: RunningJob) -> None:
    """Print many labels in the background."""
    addresses = chosen_addresses(job.user, job.arguments["query"])
    total = addresses.count()
    if total > MOST:
        words = _("These are %(count)d labels; at most %(most)d are printed at once.")
        raise JobRefused(words % {"count": total, "most": MOST})
    job.progress(0, total)
    sheet = SHEETS[job.arguments["sheet"]]
    job.attach("labels.pdf", labels_pdf(addresses, sheet, job.arguments["start"]))
    job.progress(total, total)
    job.finish(_("%(count)d labels are ready.") % {"count": total}, reverse("common:job_file", args=[job.job.pk]))
