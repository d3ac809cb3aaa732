"""Obligations to the budget, customs debts and bank advice."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from stdnum import iso6346

from common.money import format_money
from finance.kinds import DocumentKind
from finance.rules.refusals import Refusals
from trade.models import VatCategory

TO_THE_STATE = (DocumentKind.OBLIGATION, DocumentKind.CUSTOMS_DEBT)
ON_IMPORT = (VatCategory.STANDARD, VatCategory.EXEMPT, VatCategory.ZERO)


def check_obligation(document: Any, refusals: Refusals) -> None:
    if document.kind in TO_THE_STATE and document.currency not in ("EUR", "BGN"):
        refusals.add("currency", _("What is owed to the state is in euro (in levs until 2025)."))
    if document.kind == DocumentKind.OBLIGATION:
        check_interest(document, refusals)
    if document.kind == DocumentKind.CUSTOMS_DEBT:
        check_customs_debt(document, refusals)
    if document.kind == DocumentKind.OBLIGATION and document.vat:
        refusals.add("lines", _("An obligation to the budget has no VAT on it."))


def check_interest(document: Any, refusals: Refusals) -> None:
    if document.interest < 0:
        refusals.add("interest", _("An amount is not below zero."))
    elif document.interest > document.gross:
        refusals.add(
            "interest",
            _("The interest is a part of the total, which is only %s.")
            % format_money(document.gross, document.currency),
        )


def check_customs_debt(document: Any, refusals: Refusals) -> None:
    if refusal := mrn_refusal(document.number):
        refusals.add("number", refusal)
    if document.duty < 0:
        refusals.add("duty", _("An amount is not below zero."))
    elif document.duty > document.net:
        refusals.add(
            "duty",
            _("The duty is a part of the tax base, which is only %s.") % format_money(document.net, document.currency),
        )
    if any(tax.vat_category not in ON_IMPORT for tax in document.taxes.all()):
        refusals.add("lines", _("On import VAT is charged by a rate, or the goods are exempt."))


def mrn_refusal(mrn: str) -> str:
    """Why it is no MRN of a customs declaration: two digits of the year, the country, 13 signs, a check digit."""
    if not mrn:
        return ""
    if len(mrn) != 18 or not mrn.isascii() or not mrn.isalnum():
        return _("An MRN has 18 signs, Latin letters and digits: 26BG… and so on.")
    if not mrn[:2].isdigit() or not mrn[2:4].isalpha() or not mrn[17].isdigit():
        return _("An MRN begins with two digits of the year and two letters of the country, and ends in a digit.")
    if iso6346.calc_check_digit(mrn[:17]) != mrn[17]:
        return _("The check digit of the MRN is wrong: look for a mistyped sign (O and 0, I and 1).")
    return ""
