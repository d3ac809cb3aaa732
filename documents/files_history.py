"""The history of files. What hangs on a private event shows only to those for whom the event is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from counterparties import history
from documents.models import File


def files_seen_by(user: Any) -> history.Condition:
    """Asked of the file as it is now: a history of open days closes with it."""
    sql = """EXISTS (SELECT FROM documents_file f WHERE f.id = one.pgh_obj_id
        AND (f.audience IS NULL OR f.audience @> ARRAY[%s]::bigint[]))"""
    return sql, [user.pk]


def file_deed(before: dict[str, Any], after: dict[str, Any]) -> str:
    if bool(before.get("deleted_at")) != bool(after.get("deleted_at")):
        return _("deleted") if after.get("deleted_at") else _("restored")
    if before.get("version") != after.get("version"):
        return _("new version")
    return ""


history.register(
    File,
    lambda events, party: events.filter(party_id=party.pk),
    permission="documents.view_file",
    title=lambda values: str(values.get("name") or ""),
    hidden=frozenset({"content", "origin", "added_by", "deleted_at", "deleted_by"}),
    seen_by=files_seen_by,
    deed=file_deed,
    order=110,
)
