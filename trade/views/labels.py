"""The page where a sheet of labels is chosen for articles."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import jobs
from common.exports import file_name
from common.forms_view import show_form
from common.printing import pdf_response
from common.views import back
from contacts.access import demand
from contacts.views.labels import LabelsForm
from trade.labels import AT_ONCE, SHEETS, chosen_articles, labels_pdf


class ArticleLabelsForm(LabelsForm):
    copies = forms.IntegerField(label=gettext_lazy("Labels of each article"), min_value=1, max_value=500, initial=1)


@login_required
def article_labels(request: HttpRequest) -> HttpResponse:
    """Choose the sheet, then get the PDF; many labels are made by the worker."""
    demand(request, "trade.view_article")
    if not request.GET.get("selected"):
        # Labels of a whole list are an export by another name.
        demand(request, "trade.export_article")
    query = request.GET.urlencode()
    articles = chosen_articles(request.user, query)
    count = articles.count()
    cancel_url = reverse("trade:article_list")
    if not count:
        messages.warning(request, _("There is no article to print: none is chosen, or the filter leaves none."))
        return redirect(back(request, cancel_url))
    form = ArticleLabelsForm(request.POST or None, initial={"sheet": "3x8"})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        sheet, start, copies = SHEETS[data["sheet"]], data["start"], data["copies"]
        if count * copies > AT_ONCE:
            words = _("Labels of articles")
            job = jobs.start(
                request.user, "trade.labels", words, query=query, sheet=sheet.slug, start=start, copies=copies
            )
            return redirect(job)
        return pdf_response(labels_pdf(articles, sheet, start, copies), file_name("labels", "pdf"))
    context = {
        "form": form,
        "page_title": _("Print labels"),
        "intro": ngettext(
            "%(count)d article. The label has its barcode, or its code when it has none.",
            "%(count)d articles. A label has the barcode, or the code of an article that has none.",
            count,
        )
        % {"count": count},
        "crumbs": [(_("Articles"), cancel_url)],
        "submit_label": _("Print"),
        "cancel_url": cancel_url,
    }
    return show_form(request, context)
