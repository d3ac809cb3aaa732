"""What the worker does for trade."""

from trade import ecb, labels

__all__ = ["ecb", "labels"]
