"""What the fields that choose files ask for while one types: JSON, twenty rows at most."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from common.pickers import PICKER_ROWS, picker_answer
from contacts.access import asked_party, demand
from documents.models import File
from documents.pickers import facts_of


@login_required
def file_picker(request: HttpRequest) -> HttpResponse:
    """Files of one party (`?party=`) by name or description, the newest first."""
    party = asked_party(request)
    demand(request, "documents.view_file")
    files = File.objects.visible_to(request.user).current().select_related("content")
    files = files.filter(party=party) if party is not None else files.none()
    if text := request.GET.get("q", "").strip()[:200]:
        files = files.matching(text)
    return picker_answer(request, files.order_by("-created_at", "-pk")[:PICKER_ROWS], facts_of)
