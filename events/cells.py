"""How events are drawn in lists, panels and on their own page."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.templatetags.icons import icon
from events import times
from events.models import Email, Event

STATE_TONES = {"planned": "blue", "overdue": "red", "done": "green", "cancelled": "cancelled"}


def type_mark(event: Any) -> SafeString:
    """The type as a badge: its icon and its word, in its colour."""
    return format_html(
        '<span class="tone tone-{}">{}{}</span>', event.type.color, icon(event.type.icon), capfirst(str(event.type))
    )


# E-mails that are not, or not surely, sent; lists bring the state of an event's letter as `mail_state`.
MAIL_TONES = {Email.State.FAILED: "red", Email.State.UNSURE: "amber"}


def state_words(event: Any) -> str:
    mail = getattr(event, "mail_state", None)
    return str(Email.State(mail).label if mail in MAIL_TONES else event.state.label)


def state_mark(event: Any) -> SafeString:
    mail: Any = getattr(event, "mail_state", None)
    tone = MAIL_TONES.get(mail) or STATE_TONES[event.state.value]
    return format_html('<span class="tone tone-{}">{}</span>', tone, state_words(event))


def private_mark(event: Event) -> SafeString | str:
    if not event.is_private:
        return ""
    return format_html('<span class="tone">{}{}</span>', icon("lock"), _("private"))


def subject(event: Event) -> SafeString:
    return format_html('<a href="{}">{}</a> {}', event.get_absolute_url(), event.subject, private_mark(event))


def when(event: Event) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', event.starts_at.isoformat(), times.period(event))


def party(event: Event) -> SafeString | str:
    if event.party is None:
        return ""
    return format_html('<a href="{}">{}</a>', event.party.get_absolute_url(), event.party.display_name)


def outcome(event: Event) -> SafeString | str:
    """What came of it, or why it was called off, and what comes next."""
    said = [event.outcome or event.cancel_reason]
    if event.next_step:
        said.append(_("Next: %(step)s") % {"step": event.next_step})
    return format_html_join(SafeString("<br>"), "{}", ((words,) for words in said if words))
