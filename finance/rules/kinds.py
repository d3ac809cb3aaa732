"""What each kind of document is, asked at issue: direction, whose it is, the party, its days, its amounts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.dates import today
from finance.advances import check_deductions
from finance.kinds import DocumentKind
from finance.rules.refusals import Refusals
from trade.amounts import ZERO


def check_kind(document: Any, refusals: Refusals) -> None:
    """The directions of the kind, and the kinds of parties it is for."""
    facts = document.facts
    ways = facts.theirs if document.received else facts.ours
    if not ways:
        words = (
            _("Such a document is only issued by us, not received.")
            if document.received
            else _("Such a document is only received, not issued by us.")
        )
        refusals.add("kind", words)
    elif document.direction not in ways:
        refusals.add("direction", _("A document of this kind does not go in this direction."))
    if document.party_id == document.own_firm_id:
        refusals.add("party", _("A firm has no documents with itself."))
    elif not any(kind in facts.parties for kind in document.party.kinds):
        refusals.add(
            "party",
            {
                DocumentKind.OBLIGATION: _("An obligation to the budget is to a state body."),
                DocumentKind.CUSTOMS_DEBT: _("A customs debt is to a state body: the customs."),
                DocumentKind.BANK_ADVICE: _("A bank advice comes from a bank."),
            }.get(document.kind, _("A counterparty of this kind has no such documents.")),
        )


def check_days(document: Any, refusals: Refusals) -> None:
    """Days in an order that can be."""
    if document.due_date and document.due_date < document.date:
        refusals.add("due_date", _("The last day for paying is before the date of the document."))
    if document.received_on is not None and document.received:
        if document.received_on > today():
            refusals.add("received_on", _("Nothing is received in the future."))
        elif document.received_on < document.date:
            refusals.add("received_on", _("It was received before the date that stands on it."))
    if document.is_tax_document and document.vat_period is not None:
        if document.vat_period.day != 1:
            document.vat_period = document.vat_period.replace(day=1)
        if document.vat_period < (document.tax_event_date or document.date).replace(day=1) and document.received:
            refusals.add("vat_period", _("The VAT period is before the tax event."))
    if document.period_from and document.period_to and document.period_to < document.period_from:
        refusals.add("period_to", _("The end is before the beginning."))
    if document.appeal_until and document.appeal_until < document.date:
        refusals.add("appeal_until", _("The last day for an appeal is before the date of the document."))


def check_amounts(document: Any, refusals: Refusals) -> None:
    """Nothing negative, per rate and in all; the deductions within what is left."""
    lines = [line for line in document.priced_lines() if line.deducts_id is not None]
    refusals.add_all("lines", check_deductions(document, lines))
    if document.gross < 0 or any(tax.base < 0 or tax.tax < 0 for tax in document.taxes.all()):
        refusals.add(
            "lines",
            _("More advance is deducted than the lines of this rate come to.")
            if lines
            else _("The total is below zero: make a credit note instead."),
        )
    elif document.gross == ZERO and not lines:
        refusals.add("lines", _("The document comes to nothing."))
