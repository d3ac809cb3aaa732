"""What the worker finds here: originals of what was issued, prints of many documents, reminders."""

from finance import reminder_tasks
from finance.printing import bulk, originals

__all__ = ["bulk", "originals", "reminder_tasks"]
