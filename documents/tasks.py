"""What the worker finds here: the nightly erasure of personal documents."""

from documents import erasure

__all__ = ["erasure"]
