"""Who may reach a row by its address: unseen is 404, seen without the right is 403."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from common.addresses import address
from common.views import back
from counterparties.models import Counterparty


def demand(request: HttpRequest, permission: str) -> None:
    """Refuse with 403 a user without the permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def seen(request: HttpRequest, rows: Any, pk: int, permission: str) -> Any:
    """The row that the user sees (else 404) and may do the deed to (else 403)."""
    row = get_object_or_404(rows.visible_to(request.user), pk=pk)
    demand(request, permission)
    return row


def asked_party(request: HttpRequest) -> Counterparty | None:
    """The party named by `?party=`: None when none is named, 404 when the user may not see it."""
    key = request.GET.get("party", "")
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    return get_object_or_404(Counterparty.objects.visible_to(request.user).select_related("legal_form"), pk=key)


def tab_url(party: Counterparty, slug: str) -> str:
    return address("counterparties:counterparty_tab", party.pk, slug)


def way_back(request: HttpRequest, party: Counterparty, slug: str) -> str:
    """Where a deed on a row leads: to the page that it came from, else to the tab."""
    return back(request, tab_url(party, slug))


def crumbs(party: Counterparty, title: Any, slug: str) -> list[tuple[str, str]]:
    return [(party.display_name, party.get_absolute_url()), (str(title), tab_url(party, slug))]
