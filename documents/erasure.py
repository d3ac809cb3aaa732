"""Erasing personal documents for good: the row, its history and its scan; only that it was done remains.

The history of every other row is kept for ever, and the database watches over that. Here the law asks for the contrary
(GDPR art. 5(1)(e) and 17), so this is the one place that passes by that watch.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from common.dates import format_date, today
from documents import personal_scans
from documents.models import PersonalDocument, PersonalDocumentAccess

logger = logging.getLogger(__name__)

# The deletion itself would be written into the history, and the history refuses to lose rows.
WATCHERS = ("documents.PersonalDocument:deleted_delete", "documents.PersonalDocumentEvent:append_only")


def locked(pk: int) -> PersonalDocument | None:
    """The document as it is now, held until the end of the transaction; None when it is gone. The number stays shut."""
    rows = PersonalDocument.objects.select_for_update(of=("self",)).select_related("party", "person", "type")
    return rows.defer("number").filter(pk=pk).first()


def note_erasure(document: PersonalDocument, by: Any, reason: str) -> None:
    PersonalDocumentAccess.objects.create(
        user=by,
        party=document.party,
        person=document.person,
        type=document.type,
        document_key=document.pk,
        way=PersonalDocumentAccess.Way.ERASED,
        reason=reason[:300],
    )


@transaction.atomic
def erase(document: PersonalDocument, by: Any, reason: str) -> bool:
    """Erase a document for good and log that it was done; False when somebody else has just erased it.

    The bytes of the scan go when the transaction has succeeded; should the process be killed just then, in the night.
    """
    held = locked(document.pk)
    if held is None:
        return False
    note_erasure(held, by, reason)
    personal_scans.delete_later(held.scan.name)
    events: Any = PersonalDocument.pgh_event_model  # type: ignore[attr-defined]
    with pgtrigger.ignore(*WATCHERS):
        events.objects.filter(pgh_obj_id=held.pk).delete()
        PersonalDocument.objects.filter(pk=held.pk).delete()
    return True


@transaction.atomic
def erase_scan(document: PersonalDocument, by: Any, reason: str) -> bool:
    """Erase the scan alone; the document stays. False when there is none any longer."""
    held = locked(document.pk)
    if held is None or not held.scan:
        return False
    note_erasure(held, by, reason)
    personal_scans.take_away(held)
    held.save(update_fields=["scan", "scan_name", "scan_type", "updated_at"])
    return True


def erase_overdue(on: dt.date | None = None) -> tuple[int, int]:
    """Erase all that has been kept as long as was said; returns how many were erased and how many could not be.

    Each in a transaction of its own: one that fails stops no other, and what a killed worker left is taken next time.
    """
    on = on or today()
    erased = failed = 0
    for pk in list(PersonalDocument.objects.to_be_erased(on).order_by("pk").values_list("pk", flat=True)):
        try:
            erased += erase_one_overdue(pk, on)
        except Exception:
            logger.exception("Personal document %d could not be erased", pk)
            failed += 1
    return erased, failed


@transaction.atomic
def erase_one_overdue(pk: int, on: dt.date) -> bool:
    document = locked(pk)
    if document is None or document.keep_until >= on:  # meanwhile erased, or to be kept longer
        return False
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("The term of keeping ended on %s.") % format_date(document.keep_until)
    return erase(document, None, reason)


@app.periodic(cron="10 2 * * *", periodic_id="personal_documents")
@app.task(name="documents.erase_personal_documents", queueing_lock="erase_personal_documents")
def erase_personal_documents(timestamp: int) -> None:
    """Every night: what is kept no longer is erased, and files that nothing names any more are deleted."""
    erased, failed = erase_overdue()
    strays = personal_scans.delete_strays()
    logger.info("Erased %d personal documents (%d failed) and %d stray scans", erased, failed, strays)
    if failed:
        raise RuntimeError(f"{failed} personal documents could not be erased; the log says which")
