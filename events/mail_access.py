"""Who reaches an e-mail by its address: whoever sees its event, and those of the inbox while it has none."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from contacts.access import demand
from events.models import Email


def seen_email(request: HttpRequest, pk: int, permission: str = "") -> Email:
    """The letter that the user sees (else 404), with the right to look at it and to do the deed (else 403)."""
    rows = Email.objects.visible_to(request.user).select_related(
        "event", "event__type", "event__party", "event__party__legal_form", "author", "raw"
    )
    email: Email = get_object_or_404(rows, pk=pk)
    demand(request, "events.view_event" if email.event_id else "events.handle_inbox")
    if permission:
        demand(request, permission)
    return email


def waiting_in_inbox(request: HttpRequest, pk: int) -> Email:
    """A received letter without an event; one that has one already is 404 here."""
    if not request.user.has_perm("events.handle_inbox"):
        get_object_or_404(Email.objects.visible_to(request.user), pk=pk)
        raise PermissionDenied
    rows: Any = Email.objects.visible_to(request.user).filter(event__isnull=True, direction=Email.Direction.IN)
    email: Email = get_object_or_404(rows.select_related("raw"), pk=pk)
    return email
