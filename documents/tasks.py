"""What the worker finds here: nightly erasure of personal documents, clearing of contents that nothing refers to."""

from documents import clearing, erasure

__all__ = ["clearing", "erasure"]
