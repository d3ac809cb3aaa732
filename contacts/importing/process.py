"""The steps of an import kept in the database: upload, dry run, import, file of errors. Jobs and pages call them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pghistory
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from common import exports
from common.uploads import safe_name
from contacts.importing import columns
from contacts.importing.matching import chunks
from contacts.importing.planning import parse, plan
from contacts.importing.plans import Outcome, PlannedRow, Powers, count
from contacts.importing.reading import BROKEN_CHARACTER, Table, read_table
from contacts.importing.writing import Writer, take_turn
from contacts.models import ImportMapping, ImportRow, PartyImport
from counterparties.kinds import Kind

logger = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
ATTEMPTS = 3


class ImportRefused(Exception):
    """The step cannot be taken; the message says why."""


def upload(content: bytes, name: str, user: Any, *, update: bool) -> PartyImport:
    """Keep a file and what its columns are as far as they are known. Raises UnreadableFile."""
    table = read_table(content, name, limit=1)
    made = PartyImport(user=user, file_name=safe_name(name), update_existing=update)
    made.mapping = columns.guess(table.header)
    remembered = ImportMapping.objects.filter(header_key=columns.header_key(table.header)).first()
    if remembered is not None and len(remembered.mapping) == len(table.header):
        made.mapping, made.default_kinds = remembered.mapping, remembered.default_kinds
    made.file.save(f"parties.{table.form}", ContentFile(content), save=False)
    made.save()
    return made


def needs_mapping(made: PartyImport, table: Table) -> bool:
    """Whether the user must say what some column is; not when he has said so for the same headers before."""
    if columns.all_known(table.header, made.mapping):
        return False
    return not ImportMapping.objects.filter(header_key=columns.header_key(table.header)).exists()


def table_of(made: PartyImport, limit: int | None = None) -> Table:
    """The import's file, read again. Raises ImportRefused when it has been deleted, UnreadableFile when broken."""
    if not made.file:
        raise ImportRefused(_("The file has been deleted: upload it again."))
    try:
        with made.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise ImportRefused(_("The file has been deleted: upload it again.")) from None
    table = read_table(content, limit=limit)
    return table if made.has_header else table.without_header()


def planned_rows(made: PartyImport, *, lock: bool, progress: Progress | None = None) -> tuple[Table, list[PlannedRow]]:
    table = table_of(made)
    if len(made.mapping) != len(table.header):
        raise ImportRefused(_("The columns of the file are not the ones that were chosen: upload it again."))
    kinds = [Kind(kind) for kind in made.default_kinds]
    rows = parse(table, made.mapping, kinds, progress)
    return table, plan(rows, Powers(made.user), update=made.update_existing, lock=lock)


def dry_run(made: PartyImport, progress: Progress | None = None) -> None:
    """Find out what would become of each row and keep it for the review; nothing else is written."""
    if made.state not in (PartyImport.State.UPLOADED, PartyImport.State.PLANNED):
        raise ImportRefused(_("This file is imported already."))
    _table, planned = planned_rows(made, lock=False, progress=progress)
    keep_rows(made, planned)
    made.state = PartyImport.State.PLANNED
    made.save()


def keep_rows(made: PartyImport, planned: Sequence[PlannedRow]) -> None:
    made.rows.all()._raw_delete(using="default")
    for part in chunks(planned):
        ImportRow.objects.bulk_create([one.as_row(made) for one in part])
    made.set_counts(count(list(planned)))


def apply(made: PartyImport, progress: Progress | None = None) -> None:
    """Write the import, in the caller's transaction, as the dry run has shown it.

    What has changed since the dry run is left alone and said. Raises ImportRefused.
    """
    if made.state != PartyImport.State.PLANNED:
        raise ImportRefused(_("Only a file whose dry run is done can be imported, and only once."))
    take_turn()
    shown = {row.number: row for row in made.rows.all()}

    def planned_as_shown() -> list[PlannedRow]:
        _table, planned = planned_rows(made, lock=True, progress=halved(progress, 0))
        for one in planned:
            keep_to_what_was_shown(one, shown.get(one.row.number))
        return planned

    with pghistory.context(party_import=made.pk):
        planned = write_anew(planned_as_shown, lambda rows: Writer(rows, made.user, halved(progress, 1)).write())
    keep_rows(made, planned)
    made.state, made.applied_at = PartyImport.State.APPLIED, timezone.now()
    made.save()


def write_anew(
    make_plan: Callable[[], list[PlannedRow]], write: Callable[[list[PlannedRow]], None]
) -> list[PlannedRow]:
    """Plan and write; anew when somebody has entered one of the numbers in this very moment, for now it is here.

    Raises ImportRefused when that does not help.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                planned = make_plan()
                write(planned)
                return planned
        except IntegrityError as error:
            # Only the constraint's name goes on: the database's own message repeats the numbers.
            name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        logger.warning("Import: constraint %s, attempt %d", name, attempt)
    raise ImportRefused(_("Others are entering the same counterparties at this moment: try again in a minute."))


def halved(progress: Progress | None, half: int) -> Progress | None:
    """Progress of the first or the second half of the work."""
    if progress is None:
        return None
    return lambda done, total: progress(done + half * total, 2 * total)


def keep_to_what_was_shown(one: PlannedRow, shown: ImportRow | None) -> None:
    """Nothing is overwritten that the dry run has not shown."""
    if one.outcome != Outcome.UPDATED:
        return
    changes = [change.as_json() for change in one.changes]
    if shown is None or shown.outcome != Outcome.UPDATED or shown.changes != changes:
        one.fail(_("The record has changed since the dry run; nothing was written to it. Make the dry run again."))


# -- The file of errors -----------------------------------------------------------------------------


def error_rows(table: Table, reasons: dict[int, str]) -> Iterator[list[str]]:
    """The rows that failed as they were uploaded, each with its reason at the end."""
    for raw in table.rows:
        if raw.number in reasons:
            yield [*raw.cells, reasons[raw.number]]


def error_header(table: Table) -> list[str]:
    header = [text or _("Column %d") % index for index, text in enumerate(table.header, 1)]
    return [*header, _("Reason")]


def error_file(form: str, table: Table, reasons: dict[int, str]) -> bytes:
    """The file of errors as CSV or XLSX; mended, it can be imported again."""
    header, rows = error_header(table), error_rows(table, reasons)
    if form == "xlsx":
        # A workbook cannot hold control characters; the reason tells that there was one.
        clean = ([ILLEGAL_CHARACTERS_RE.sub(BROKEN_CHARACTER, cell) for cell in row] for row in rows)
        return exports.xlsx_bytes(header, clean)
    return "".join(exports.csv_lines(header, rows)).encode()


def reasons_of(rows: Iterable[ImportRow | PlannedRow]) -> dict[int, str]:
    """Why each failed row failed, by its number in the file."""
    return {
        (row.row.number if isinstance(row, PlannedRow) else row.number): " ".join(row.reasons)
        for row in rows
        if row.outcome == Outcome.FAILED
    }
