"""What may be issued and cancelled among financial documents, by kind."""

from __future__ import annotations

from typing import Any

from finance.models.periods import refuse_closed


def check_document(document: Any) -> None:
    """Refuse what the rules of its kind do not allow; amounts are computed. Raises DocumentError."""


def check_cancelling(document: Any) -> None:
    """Refuse a cancellation that would leave something hanging. Raises DocumentError."""
    refuse_closed(document.own_firm_id, document.cancelled_on)
