"""What may be issued, corrected and cancelled among financial documents, by kind; and what is only warned of.

Everything that speaks against a document is told at once, at its fields.
"""

from __future__ import annotations

from typing import Any

from finance.kinds import DocumentKind
from finance.rules import cancelling, kinds, notes, obligations, parties, protocols, received
from finance.rules.offsets import check_offset
from finance.rules.refusals import Refusals
from finance.rules.terms import advances_without_invoice, warnings_for

__all__ = [
    "advances_without_invoice",
    "check_cancelling",
    "check_document",
    "refuse_duplicate",
    "warnings_for",
]


def check_document(document: Any) -> None:
    """Refuse what the rules of its kind do not allow; amounts are computed. Raises DocumentError."""
    refusals = Refusals()
    kinds.check_kind(document, refusals)
    kinds.check_days(document, refusals)
    parties.check_parties(document, refusals)
    if document.received:
        received.check_received(document, refusals)
    if document.kind == DocumentKind.OFFSET:
        check_offset(document, refusals)
    else:
        kinds.check_amounts(document, refusals)
    notes.check_note(document, refusals)
    protocols.check_protocol(document, refusals)
    obligations.check_obligation(document, refusals)
    refusals.tell()


def refuse_duplicate(document: Any) -> None:
    """Refuse a received document that is entered already; it is named. Raises DocumentError at the number."""
    refusals = Refusals()
    received.check_number(document, refusals)
    refusals.tell()


def check_cancelling(document: Any) -> None:
    """Refuse a cancellation that would leave something hanging. Raises DocumentError."""
    cancelling.check(document)
