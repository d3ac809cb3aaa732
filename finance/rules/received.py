"""Rules of documents that we receive: the sender's number, duplicates, totals as printed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from common.dates import format_date
from common.money import format_money
from finance.kinds import DocumentKind
from finance.models.firms import FirmSettings
from finance.rules.refusals import Refusals
from finance.shaping import printed_difference
from trade.amounts import ZERO

INVOICES = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)
NUMBERED_TEN = (*INVOICES, DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)
PREFIXES = ("№", "N°", "No.", "No ", "Nº", "#")


def normalised(document: Any) -> str:
    """The sender's number without the sign № and surplus spaces; that of a Bulgarian tax document has ten digits."""
    number = " ".join(document.number.split())
    for prefix in PREFIXES:
        if number.startswith(prefix):
            number = number.removeprefix(prefix).strip()
    if document.kind == DocumentKind.CUSTOMS_DEBT:
        return number.replace(" ", "").upper()
    bulgarian = document.kind in NUMBERED_TEN and not document.party.is_foreign
    digits = number.replace(" ", "")
    if bulgarian and digits.isascii() and digits.isdigit() and len(digits) <= 10:
        return digits.zfill(10)
    return number


def check_received(document: Any, refusals: Refusals) -> None:
    check_number(document, refusals)
    check_printed(document, refusals)


def check_number(document: Any, refusals: Refusals) -> None:
    """A number there must be, and no other document of the sender may carry it."""
    document.number = normalised(document)
    if not document.number:
        refusals.add("number", _("Write the number that stands on the document."))
        return
    if other := duplicate_of(document):
        words = _("%(document)s of %(day)s from this sender is entered already.") % {
            "document": other,
            "day": format_date(other.date),
        }
        # Who may enter it sees the other one too: it is of the same party and the same own firm.
        refusals.add("number", ValidationError(words, code="duplicate", params={"document": other}))


def duplicate_of(document: Any) -> Any:
    """The entered document of the same sender, kind, number and year, or None; two at once are kept apart."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7230042, %s)", [document.party_id])
    kinds = INVOICES if document.kind in INVOICES else (document.kind,)
    found = (
        type(document)
        ._default_manager.issued()
        .filter(
            Q(number__iexact=document.number),
            own_firm=document.own_firm_id,
            party=document.party_id,
            kind__in=kinds,
            date__year=document.date.year,
            received=True,
        )
    )
    return found.exclude(pk=document.pk).first()


def check_printed(document: Any, refusals: Refusals) -> None:
    """Totals as printed, within the tolerance: those within it are taken already."""
    tolerance = FirmSettings.of(document.own_firm_id).tolerance
    net, vat = printed_difference(document, document)
    # Where one of them is beyond, the other was not taken either; that one is not to blame.
    least = tolerance if max(abs(net), abs(vat)) > tolerance else ZERO
    for field, difference, computed in (("printed_net", net, document.net), ("printed_vat", vat, document.vat)):
        if abs(difference) > least:
            refusals.add(
                field,
                _("By its lines this is %(computed)s; a difference of up to %(tolerance)s is tolerated.")
                % {
                    "computed": format_money(computed, document.currency),
                    "tolerance": format_money(tolerance, document.currency),
                },
            )
