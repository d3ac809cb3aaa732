"""What the worker finds here: the tasks of imports."""

from contacts.importing import jobs

__all__ = ["jobs"]
