"""Who may reach a file by its address: unseen is 404, and so is a deleted one for those who may not restore it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from contacts.access import asked_party, demand
from counterparties.dossier import tabs
from counterparties.models import Counterparty
from documents.models import File


def seen_file(request: HttpRequest, pk: int, permission: str = "") -> File:
    """The file that the user may open (else 404) and do the deed to (else 403), with what its pages tell."""
    files = File.objects.reachable_by(request.user).select_related(
        "content", "category", "added_by", "deleted_by", "party", "party__legal_form"
    )
    file: File = get_object_or_404(files, pk=pk)
    demand(request, "documents.view_file")
    if permission:
        demand(request, permission)
    return file


def party_with_tab(request: HttpRequest, slug: str) -> Counterparty | None:
    """The party named by `?party=`, when its kinds open the tab; else 404."""
    party = asked_party(request)
    tab: Any = tabs.get(slug)
    if party is not None and not any(kind in tab.kinds for kind in party.kinds):
        raise Http404
    return party


def picture_url(file: File) -> str:
    return reverse("documents:file_picture", args=[file.pk])
