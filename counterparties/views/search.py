"""The search box."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from counterparties.search import search


@login_required
def search_results(request: HttpRequest) -> HttpResponse:
    """What all sources find; one hit opens at once."""
    text = request.GET.get("q", "").strip()[:200]
    groups = search(text, request.user)
    addresses = {hit.url for group in groups for hit in group.hits}
    if len(addresses) == 1 and not request.GET.get("stay"):
        return redirect(addresses.pop())
    context = {"page_title": _("Search"), "search_query": text, "groups": groups, "too_short": 0 < len(text) < 2}
    return render(request, "counterparties/search.html", context)
