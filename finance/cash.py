"""What may be paid how, and what lies in the cash desks."""

from __future__ import annotations

from typing import Any


def check_payment(payment: Any) -> None:
    """Refuse a payment that the rules of its way do not allow. Raises DocumentError."""


def move(payment: Any, sign: int) -> None:
    """Put a payment's cash into its desk or take it out (`sign` −1 undoes it). Raises DocumentError below zero."""
