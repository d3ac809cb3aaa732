"""Labels of articles with their barcodes, on the A4 sheets that address labels are printed on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.codes import barcode_svg
from common.jobs import JobRefused, RunningJob, task
from common.printing import render_pdf
from contacts.labels import AT_ONCE, MOST, SHEETS, Sheet, sheets
from trade.filters import ArticleFilter
from trade.models import Article

# Heights of the bars that leave room for two lines of the name on every sheet, in millimetres.
BARS_HEIGHT, BARS_WIDTH = 13.0, 60.0
# Widths of the narrowest bar, the widest first: what scanners read without trouble.
MODULES = (0.33, 0.25, 0.2, 0.17)

__all__ = ["AT_ONCE", "SHEETS", "chosen_articles", "labels_pdf"]


def chosen_articles(user: Any, query: str) -> Any:
    """The articles that a list's query or a choice of rows (`selected=1,2`) means."""
    params = QueryDict(query)
    rows = Article.objects.visible_to(user).for_list().prefetch_related("barcodes").order_by("code")
    if selected := params.get("selected"):
        keys = [key for key in selected.split(",") if key.isdecimal() and len(key) < 19]
        return rows.filter(pk__in=keys)
    return ArticleFilter(data=params, queryset=rows).qs


@dataclass(frozen=True)
class Label:
    name: str
    code: str
    bars: SafeString | str


def label_of(article: Article) -> Label:
    """Name, code, and the bars of the article's own barcode; of its code when it has none and the code can be drawn."""
    codes = list(article.barcodes.all())
    own = next((one.code for one in codes if one.unit_id in (None, article.unit_id)), codes[0].code if codes else "")
    return Label(article.name, article.code, bars_of(own or article.code))


def bars_of(code: str) -> SafeString | str:
    """The bars as wide as the label allows; nothing for a code that does not fit or cannot be drawn."""
    for module in MODULES:
        try:
            bars = barcode_svg(code, module_mm=module, height_mm=BARS_HEIGHT)
        except ValueError:
            return ""
        if width_of(bars) <= BARS_WIDTH:
            return bars
    return ""


def width_of(bars: str) -> float:
    return float(bars.partition(' width="')[2].partition("mm")[0])


def labels_pdf(articles: Iterable[Article], sheet: Sheet, start: int = 1, copies: int = 1) -> bytes:
    labels = (label for article in articles for label in [label_of(article)] * copies)
    pages = list(sheets(labels, sheet, start))  # type: ignore[arg-type]
    css = ["css/labels.css", "css/article-labels.css"]
    return render_pdf("trade/print/labels.html", {"pages": pages, "sheet": sheet}, css=css)


@task("trade.labels")
def make_labels(job: RunningJob) -> None:
    """Print many labels in the background."""
    articles, copies = chosen_articles(job.user, job.arguments["query"]), job.arguments["copies"]
    total = articles.count() * copies
    if total > MOST:
        words = _("These are %(count)d labels; at most %(most)d are printed at once.")
        raise JobRefused(words % {"count": total, "most": MOST})
    job.progress(0, total)
    job.attach("labels.pdf", labels_pdf(articles, SHEETS[job.arguments["sheet"]], job.arguments["start"], copies))
    job.progress(total, total)
    job.finish(_("%(count)d labels are ready.") % {"count": total}, reverse("common:job_file", args=[job.job.pk]))
