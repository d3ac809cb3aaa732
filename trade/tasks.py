"""What the worker does for trade."""

from trade import ecb, labels
from trade.importing import jobs

__all__ = ["ecb", "jobs", "labels"]
