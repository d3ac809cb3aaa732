"""The worker's part of an import of articles or prices; old files are deleted by the clock."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from common.importing.jobs import ImportJobs
from trade.importing.process import importer
from trade.importing.undoing import UndoingTrade
from trade.models import TradeImport

logger = logging.getLogger(__name__)


def titles() -> dict[str, str]:
    return {
        "plan": _("Dry run of an import of articles or prices"),
        "apply": _("Import of articles or prices"),
        "undo": _("Undoing an import of articles or prices"),
    }


of_trade = ImportJobs("trade", importer, UndoingTrade, titles)


def delete_old_files(now: dt.datetime | None = None) -> int:
    """Delete uploaded files some weeks after their upload; the log of rows stays. Returns how many."""
    before = (now or timezone.now()) - dt.timedelta(days=settings.IMPORT_KEEP_DAYS)
    deleted = 0
    for made in TradeImport.objects.filter(created_at__lt=before).exclude(file=""):
        made.file.delete(save=False)
        TradeImport.objects.filter(pk=made.pk).update(file="")
        deleted += 1
    return deleted


@app.periodic(cron="25 3 * * *", periodic_id="trade_import_files")
@app.task(name="trade.delete_old_import_files", queueing_lock="trade_delete_old_import_files")
def delete_old_import_files(timestamp: int) -> None:
    """Every night: what was uploaded for an import is not kept longer than it is useful."""
    logger.info("Deleted %d uploaded import files", delete_old_files())
