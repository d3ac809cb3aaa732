"""What the worker finds here."""

from events import sending

__all__ = ["sending"]
