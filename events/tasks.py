"""What the worker finds here."""

from events import due_sources, mailbox, morning_letter, reminding, sending

__all__ = ["due_sources", "mailbox", "morning_letter", "reminding", "sending"]
