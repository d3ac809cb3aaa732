"""The worker's part of an import: dry run, import and undo as background jobs; old files deleted by the clock."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from common.importing.jobs import ImportJobs
from contacts.importing.process import parties
from contacts.importing.undoing import UndoingParties
from contacts.models import PartyImport

logger = logging.getLogger(__name__)


def titles() -> dict[str, str]:
    return {
        "plan": _("Dry run of an import of counterparties"),
        "apply": _("Import of counterparties"),
        "undo": _("Undoing an import of counterparties"),
    }


of_parties = ImportJobs("contacts", parties, UndoingParties, titles)
PLAN, APPLY, UNDO, start = of_parties.PLAN, of_parties.APPLY, of_parties.UNDO, of_parties.start


def delete_old_files(now: dt.datetime | None = None) -> int:
    """Delete uploaded files some weeks after their upload; the log of rows stays. Returns how many."""
    days = settings.IMPORT_KEEP_DAYS
    before = (now or timezone.now()) - dt.timedelta(days=days)
    deleted = 0
    for made in PartyImport.objects.filter(created_at__lt=before).exclude(file=""):
        made.file.delete(save=False)
        PartyImport.objects.filter(pk=made.pk).update(file="")
        deleted += 1
    return deleted


@app.periodic(cron="20 3 * * *", periodic_id="import_files")
@app.task(name="contacts.delete_old_import_files", queueing_lock="delete_old_import_files")
def delete_old_import_files(timestamp: int) -> None:
    """Every night: what was uploaded for an import is not kept longer than it is useful."""
    logger.info("Deleted %d uploaded import files", delete_old_files())
