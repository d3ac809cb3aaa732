"""Events with all that hangs on them, calendars, e-mail."""

from events.models.events import (
    CalendarFeed,
    Event,
    EventContact,
    EventFile,
    EventParticipant,
    EventType,
    Reminder,
)
from events.models.mail import Email, Mailbox, MailTemplate
from events.models.preferences import EventPreferences

__all__ = [
    "CalendarFeed",
    "Email",
    "Event",
    "EventContact",
    "EventFile",
    "EventParticipant",
    "EventPreferences",
    "EventType",
    "MailTemplate",
    "Mailbox",
    "Reminder",
]
