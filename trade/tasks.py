"""What the worker does for trade."""

from trade import labels

__all__ = ["labels"]
