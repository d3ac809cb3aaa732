"""The import of parties: how its steps plan, write and remember; the steps themselves are those of all imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.importing.process import Importer, ImportRefused, Progress, error_file, reasons_of
from common.importing.reading import Table
from contacts.importing.columns import COLUMNS, header_key
from contacts.importing.planning import parse, plan
from contacts.importing.plans import PlannedRow, Powers
from contacts.importing.writing import Writer
from contacts.models import ImportMapping, ImportRow, PartyImport
from counterparties.kinds import Kind


class PartyImporter(Importer):
    model = PartyImport
    row_model = ImportRow
    columns = COLUMNS
    context_key = "party_import"
    file_stem = "parties"

    def recall(self, made: PartyImport, header: Sequence[str]) -> bool:
        remembered = ImportMapping.objects.filter(header_key=header_key(header)).first()
        if remembered is None or len(remembered.mapping) != len(header):
            return False
        made.mapping, made.default_kinds = remembered.mapping, remembered.default_kinds
        return True

    def is_remembered(self, made: PartyImport, header: Sequence[str]) -> bool:
        return ImportMapping.objects.filter(header_key=header_key(header)).exists()

    def remember(self, made: PartyImport, header: Sequence[str]) -> None:
        ImportMapping.objects.update_or_create(
            header_key=header_key(header), defaults={"mapping": made.mapping, "default_kinds": made.default_kinds}
        )

    def plan(self, made: PartyImport, table: Table, *, lock: bool, progress: Progress | None) -> Sequence[PlannedRow]:
        kinds = [Kind(kind) for kind in made.default_kinds]
        rows = parse(table, made.mapping, kinds, progress)
        return plan(rows, Powers(made.user), update=made.update_existing, lock=lock)

    def write(self, made: PartyImport, planned: Sequence[Any], progress: Progress | None) -> None:
        Writer(planned, made.user, progress).write()

    def as_row(self, made: PartyImport, one: PlannedRow) -> ImportRow:
        return one.as_row(made)

    def busy_words(self) -> str:
        return _("Others are entering the same counterparties at this moment: try again in a minute.")


parties = PartyImporter()
needs_mapping, table_of, dry_run, apply = parties.needs_mapping, parties.table_of, parties.dry_run, parties.apply
keep_rows, write_anew = parties.keep_rows, parties.write_anew


def upload(content: bytes, name: str, user: Any, *, update: bool) -> PartyImport:
    """Keep a file and what its columns are as far as they are known. Raises UnreadableFile."""
    made: PartyImport = parties.upload(content, name, user, update_existing=update)
    return made


__all__ = [
    "ImportRefused",
    "apply",
    "dry_run",
    "error_file",
    "keep_rows",
    "needs_mapping",
    "parties",
    "reasons_of",
    "table_of",
    "upload",
    "write_anew",
]
