"""What the worker finds here: originals of what was issued, prints of many documents."""

from finance.printing import bulk, originals

__all__ = ["bulk", "originals"]
