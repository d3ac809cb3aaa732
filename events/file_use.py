"""What the page of a file tells of events: to which it is attached."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.dates import format_date
from documents.file_actions import FileUse, Use, file_uses
from documents.models import File
from events.models import Event


def attached_to(file: File, user: Any, limit: int) -> list[Use]:
    """The events that the user may see, the latest first."""
    events = Event.objects.visible_to(user).filter(file_links__file=file).select_related("type")
    return [
        Use(
            _("attached to: %(kind)s, %(day)s")
            % {"kind": str(event.type), "day": format_date(event.starts_at or event.created_at)},
            str(event) or capfirst(str(event.type)),
            event.get_absolute_url(),
        )
        for event in events.order_by("-pk")[:limit]
    ]


file_uses.register(FileUse("events", attached_to, permission="events.view_event", order=20))
