"""Corrections of what we received and entered: allowed, with history, until its period is closed.

An edit writes the lines, puts the new facts on the document (unsaved) and calls `document.correct(by)`, all in one
transaction. What the document added elsewhere moves with it; what hangs on it must still hold.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.money import format_money
from finance.kinds import DocumentKind
from finance.models import FinancialDocument, Settlement
from finance.models.choices import columns_but_settled
from finance.models.periods import PeriodClosing, month_of, refuse_closed
from finance.remaining import left_of
from trade.errors import DocumentError

# What an entered document is does not change: reverse it and enter another.
FIXED = {"own_firm_id": "own_firm", "kind": "kind", "direction": "direction", "received": "received"}
# And this not while something is settled with it, or made to it.
FIXED_IN_USE = {"party_id": "party", "currency": "currency", "rate": "rate"}
# Kept by the life of the document, whatever a form brings.
KEPT = (
    "state",
    "settled",
    "settled_eur",
    "issued_by_id",
    "issued_at",
    "series",
    "position",
    "original_id",
    "original_at",
    "version",
)


@transaction.atomic
def correct(document: FinancialDocument, by: Any) -> None:
    """Check and compute the document anew and save it. Raises DocumentError, and then nothing is changed."""
    before = locked(document)
    if not before.received:
        raise DocumentError(_("Only received documents are corrected; ours by a note or an annulment."))
    if not before.is_issued:
        raise DocumentError(_("Only an entered document is corrected."))
    refuse_closed(before.own_firm_id, before.received_on or before.date, before.vat_period)
    for name in KEPT:
        setattr(document, name, getattr(before, name))
    document.check_day()
    if document.currency != before.currency:
        document.rate_on = None
    document.take_rate()
    refuse_changed(document, before)
    before.count_turnover(-1)
    document.prepare()
    refuse_left_hanging(document)
    move_settlements(document)
    document.count_turnover(1)
    document.version += 1
    document.save(update_fields=[*columns_but_settled(document), "settled", "settled_eur"])


def locked(document: FinancialDocument) -> FinancialDocument:
    """The row as it stands, with all it counts on, before and after the edit, locked by key."""
    rows = FinancialDocument.objects
    stored = rows.get(pk=document.pk)
    keys = {document.pk, *stored.rows_to_lock(), *document.rows_to_lock()} - {None}
    list(rows.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True).only("pk"))
    return rows.get(pk=document.pk)


def refuse_changed(document: FinancialDocument, before: FinancialDocument) -> None:
    errors: dict[str, Any] = {}
    for name, field in FIXED.items():
        if getattr(document, name) != getattr(before, name):
            errors[field] = _("This does not change on an entered document: reverse it and enter another.")
    in_use = before.settled or before.corrected_by.issued().exists() or before.deducted_in.exists()
    if in_use:
        for name, field in FIXED_IN_USE.items():
            if getattr(document, name) != getattr(before, name):
                errors[field] = _("Something is settled with the document or made to it: this does not change.")
    if errors:
        raise DocumentError(errors)


def refuse_left_hanging(document: FinancialDocument) -> None:
    """What is settled, credited and deducted of the document must still be there."""
    in_full = document.owed == document.settled
    if document.owed < document.settled or (not in_full and document.owed_eur < document.settled_eur):
        settled = format_money(document.settled, document.currency)
        raise DocumentError({"lines": _("%s of it is settled already; the total cannot be less.") % settled})
    if in_full:
        close_to_the_cent(document)
    if document.kind == DocumentKind.DEBIT_NOTE and document.corrects is not None:
        if below_zero(document.corrects):
            raise DocumentError({"lines": _("Credit notes or deductions of the invoice come to more than this.")})
    elif document.kind in (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE) and below_zero(document):
        raise DocumentError({"lines": _("Its notes, or what is deducted of it, come to more than this.")})


def move_settlements(document: FinancialDocument) -> None:
    """Nothing is settled before the document's day: where that is later now, its settlements count from it on."""
    for earlier in Settlement.objects.current().of(document).filter(on__lt=document.date).order_by("pk"):
        refuse_closed(document.own_firm_id, earlier.on, document.date)
        earlier.on = document.date
        earlier.save(update_fields=["on"])


def below_zero(invoice: FinancialDocument) -> bool:
    return any(there.base < 0 or there.gross < 0 for there in left_of(invoice).values())


def close_to_the_cent(document: FinancialDocument) -> None:
    """Settled in full, it has nothing open in euro either: the last settlement takes what rounding moved.

    The last of those of open periods: a closed month keeps its settlements to the cent.
    """
    moved = document.owed_eur - document.settled_eur
    settled = list(Settlement.objects.current().of(document).order_by("-pk"))
    if not moved or not settled:
        return
    closed = set(PeriodClosing.objects.closed().filter(own_firm=document.own_firm_id).values_list("month", flat=True))
    last = next((one for one in settled if month_of(one.on) not in closed), None)
    if last is None:
        words = _("By rounding, this total would change in euro what was settled in %(month)s, which is closed.")
        raise DocumentError({"lines": words % {"month": f"{settled[0].on:%m.%Y}"}})
    name = f"{document.side}_eur"
    setattr(last, name, getattr(last, name) + moved)
    last.save(update_fields=[name])
    document.settled_eur = document.owed_eur
