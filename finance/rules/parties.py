"""What follows from who the two sides are: the party's status, registration under the VAT act, countries."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from counterparties.identifiers import EU_PREFIXES
from counterparties.models import StatusEffect
from counterparties.models.numbers import VatRegistration
from finance.kinds import Direction, DocumentKind
from finance.models.choices import CreditRight
from finance.rules.refusals import Refusals
from trade.models import VatCategory

SALES = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE, DocumentKind.PROFORMA)
# Northern Ireland counts as the EU for goods, and its VAT numbers begin with XI; Greece's with EL.
EU_COUNTRIES = {*EU_PREFIXES, "GR"} - {"XI", "EL"}


def effects_of(party: Any) -> list[str]:
    return list(party.status.effects) if party.status_id else []


def registration(firm: Any, day: dt.date) -> str:
    """How the firm is registered under the VAT act on the day."""
    return str(firm.vat_registration) if firm.vat_in_force(day) else str(VatRegistration.NONE)


def is_in_eu(party: Any) -> bool:
    """Whether the party is in another member state (or has a VAT number of Northern Ireland)."""
    country = str(party.country)
    return (country in EU_COUNTRIES and country != "BG") or (country == "GB" and party.vat_number.startswith("XI"))


def is_outside_eu(party: Any) -> bool:
    return str(party.country) not in EU_COUNTRIES


def check_parties(document: Any, refusals: Refusals) -> None:
    is_sale = not document.received and document.direction == Direction.INCOME and document.kind in SALES
    if is_sale and StatusEffect.STOP_SALES in effects_of(document.party):
        refusals.add(
            "party",
            _("The status of the counterparty is “%(status)s”: sales are stopped.") % {"status": document.party.status},
        )
    if document.kind == DocumentKind.OFFSET:
        return
    registered = registration(document.own_firm, document.rate_day)
    if document.received:
        if registered != VatRegistration.FULL and document.is_tax_document:
            document.credit_right = CreditRight.NONE
        return
    if document.kind == DocumentKind.PROTOCOL:
        if registered == VatRegistration.NONE:
            refusals.add("own_firm", _("The own firm is not registered for VAT on this day."))
        elif registered != VatRegistration.FULL:
            document.credit_right = CreditRight.NONE
        return
    categories = {tax.vat_category for tax in document.taxes.all()}
    check_own_registration(registered, categories, refusals)
    if VatCategory.INTRA_COMMUNITY in categories:
        check_intra_community(document.party, refusals)


def check_own_registration(registered: str, categories: set[str], refusals: Refusals) -> None:
    """Who is not registered charges no VAT and says so (ЗДДС чл. 113, ал. 9); who is by чл. 97а, none at home."""
    if registered == VatRegistration.NONE and categories - {VatCategory.OUTSIDE}:
        refusals.add(
            "lines",
            _(
                "The own firm is not registered for VAT on this day: choose “no VAT charged” with its ground "
                "(чл. 113, ал. 9 ЗДДС) on every line."
            ),
        )
    elif registered == VatRegistration.ART_97A and categories - {VatCategory.OUTSIDE, VatCategory.REVERSE_CHARGE}:
        refusals.add(
            "lines",
            _("The own firm is registered under чл. 97а ЗДДС only: no VAT is charged on its documents."),
        )


def check_intra_community(party: Any, refusals: Refusals) -> None:
    if not is_in_eu(party):
        refusals.add("lines", _("An intra-Community supply goes to a counterparty in another member state of the EU."))
    elif not party.vat_number:
        refusals.add("lines", _("An intra-Community supply needs the VAT number of the counterparty."))
