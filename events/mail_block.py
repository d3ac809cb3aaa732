"""What is shown of a letter: on its own page, and in the page of its event."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from common.lists import Action
from events import sending
from events.blocks import EventBlock, event_blocks
from events.inbox_files import waiting_files
from events.models import Email, Event

TONES = {
    Email.State.WAITING: "grey",
    Email.State.SENDING: "blue",
    Email.State.SENT: "green",
    Email.State.FAILED: "red",
    Email.State.UNSURE: "amber",
    Email.State.RECEIVED: "blue",
}


def block_of(email: Email, user: Any, *, alone: bool = False) -> dict[str, Any]:
    """The context of the templates. `alone`: on its own page, where the text is not told by an event above."""
    files: list[Any] = []
    if user.has_perm("documents.view_file"):
        rows: Any = email.files
        seen = rows.visible_to(user) if email.event_id else rows.none()
        files = list(seen.select_related("content").order_by("pk"))
    waiting = waiting_files(email) if alone and not email.event_id and not email.is_outgoing else []
    return {
        "email": email,
        "files": files,
        "waiting": waiting,
        "names": email.attachment_names.splitlines() if not files and not waiting else [],
        "tone": TONES[Email.State(email.state)],
        "state_url": reverse("events:email_state", args=[email.pk]),
        "raw_url": reverse("events:email_raw", args=[email.pk]) if email.raw_id else "",
        "actions": actions_of(email, user),
        "alone": alone,
        "is_set_up": not email.is_outgoing or sending.is_set_up(),
        "ways": [(label, ones) for way, label in WAYS if (ones := email.addresses(way))],
    }


WAYS = (("to", gettext_lazy("To")), ("cc", gettext_lazy("Copy")), ("bcc", gettext_lazy("Hidden copy")))


def actions_of(email: Email, user: Any) -> list[Action]:
    if not user.has_perm("events.send_email"):
        return []
    actions = []
    if email.may_be_retried:
        # What may have arrived is asked about first, on a page of its own.
        asks = email.state == Email.State.UNSURE
        retry = reverse("events:email_retry", args=[email.pk])
        actions.append(Action(_("Send again"), retry, icon="arrow-repeat", method="get" if asks else "post", htmx=asks))
    if email.event_id and not email.is_on_its_way and email.purpose == Email.Purpose.MESSAGE:
        answer = f"{reverse('events:email_compose')}?{urlencode({'answers': email.pk})}"
        words = _("Write again") if email.is_outgoing else pgettext("to an e-mail", "Reply")
        actions.append(Action(words, answer, icon="reply"))
    return actions


def of_event(event: Event, user: Any) -> dict[str, Any] | None:
    email = Email.objects.filter(event=event).select_related("author", "raw").first()
    return {"mail": block_of(email, user)} if email is not None else None


event_blocks.register(EventBlock("email", gettext_lazy("E-mail"), "events/_email_block.html", of_event, order=10))
