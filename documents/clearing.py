"""Every night: contents that nothing refers to any longer are deleted, with their bytes in the file store."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from pghistory.models import Event
from procrastinate.contrib.django import app

from documents.models import FileContent

logger = logging.getLogger(__name__)
# What was stored a moment ago may belong to a form that is still being filled in.
KEPT = dt.timedelta(days=1)
AT_ONCE = 500


def referring() -> list[tuple[type[models.Model], str]]:
    """Every model with a key to a content, of this app and of those above, with the name of the key.

    Keys without a way back (related_name "+") too. The history is left out: it keeps values, not the things.
    """
    return [
        (relation.related_model, relation.field.attname)
        for relation in FileContent._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel) and not issubclass(relation.related_model, Event)
    ]


def without_use() -> models.QuerySet[FileContent]:
    found = FileContent.objects.all()
    for model, attname in referring():
        found = found.filter(~Exists(model._base_manager.filter(**{attname: OuterRef("pk")})))
    return found


def clear_contents(now: dt.datetime | None = None) -> int:
    """Delete the contents of more than a day ago that nothing refers to. Returns how many."""
    old = without_use().filter(created_at__lt=(now or timezone.now()) - KEPT)
    return sum(clear(pk) for pk in old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def clear(pk: int) -> bool:
    """Delete one content, unless somebody is filing it, or has filed it since it was looked for."""
    locked = FileContent.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    # Asked again once the row is ours: whoever waited for it meanwhile may have filed it.
    if locked is None or not without_use().filter(pk=pk).exists():
        return False
    storage, name = locked.file.storage, str(locked.file)
    FileContent.objects.filter(pk=pk).delete()
    transaction.on_commit(partial(storage.delete, name))
    return True


@app.periodic(cron="50 3 * * *", periodic_id="file_contents")
@app.task(name="documents.clear_file_contents", queueing_lock="clear_file_contents")
def clear_file_contents(timestamp: int) -> None:
    logger.info("Deleted %d contents that nothing referred to", clear_contents())
