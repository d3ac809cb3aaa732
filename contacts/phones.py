"""Phones, as the whole product writes and looks for them."""

from common.phones import national, searchable

__all__ = ["national", "searchable"]
