"""What the worker finds here."""

from events import due_sources, mailbox, reminding, sending

__all__ = ["due_sources", "mailbox", "reminding", "sending"]
