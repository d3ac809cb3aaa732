"""The steps of an import kept in the database: upload, dry run, import, file of errors. Jobs and pages call them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pghistory
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from common import exports
from common.importing.columns import Columns
from common.importing.plans import Outcome, Planned, chunks, count
from common.importing.reading import BROKEN_CHARACTER, Table, read_table
from common.uploads import safe_name

logger = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
ATTEMPTS = 3
LOCK_KEY = 7_031_977  # of nothing else in this database


class ImportRefused(Exception):
    """The step cannot be taken; the message says why."""


def take_turn() -> None:
    """Let one import write at a time, until the end of the transaction.

    Foreign keys are checked at once from here on: each event of the history opens a subtransaction, and these become
    the slower the more checks wait for the end (20,000 rows took minutes).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Importer:
    """One kind of import. An app says its models and columns, how rows are planned, and how plans are written.

    `context_key` is what an import is called in the context of the history; undoing looks there.
    """

    model: Any
    row_model: Any
    columns: Columns
    context_key = ""
    file_stem = "table"

    # -- For the app to say ----------------------------------------------------------------------

    def columns_of(self, made: Any) -> Columns:
        """The columns of this very import; those of the class unless there are several kinds."""
        return self.columns

    def remember(self, made: Any, header: Sequence[str]) -> None:
        """Keep what was chosen for a set of headers."""

    def recall(self, made: Any, header: Sequence[str]) -> bool:
        """Take what was chosen for these headers before, when it was; whether there was anything."""
        return False

    def is_remembered(self, made: Any, header: Sequence[str]) -> bool:
        return False

    def plan(self, made: Any, table: Table, *, lock: bool, progress: Progress | None) -> Sequence[Planned]:
        """What becomes of each row. With `lock` matched records stay as they are until the transaction ends."""
        raise NotImplementedError

    def write(self, made: Any, planned: Sequence[Any], progress: Progress | None) -> None:
        """Write what is planned, noting in each row what undoing needs. May raise IntegrityError: then it is redone."""
        raise NotImplementedError

    def as_row(self, made: Any, one: Any) -> Any:
        """The row as the import's log keeps it."""
        raise NotImplementedError

    def busy_words(self) -> str:
        return _("Others are entering the same at this moment: try again in a minute.")

    # -- The steps -------------------------------------------------------------------------------

    def read(self, made: Any, content: bytes, name: str = "", limit: int | None = None) -> Table:
        return read_table(content, name, limit, known=self.columns_of(made).known_columns)

    def upload(self, content: bytes, name: str, user: Any, **fields: Any) -> Any:
        """Keep a file and what its columns are as far as they are known. Raises UnreadableFile."""
        made = self.model(user=user, file_name=safe_name(name), **fields)
        table = self.read(made, content, name, limit=1)
        made.mapping = self.columns_of(made).guess(table.header)
        self.recall(made, table.header)
        made.file.save(f"{self.file_stem}.{table.form}", ContentFile(content), save=False)
        made.save()
        return made

    def needs_mapping(self, made: Any, table: Table) -> bool:
        """Whether the user must say what some column is; not when he has said so for the same headers before."""
        if self.columns_of(made).all_known(table.header, made.mapping):
            return False
        return not self.is_remembered(made, table.header)

    def table_of(self, made: Any, limit: int | None = None) -> Table:
        """The import's file, read again. Raises ImportRefused when it has been deleted, UnreadableFile when broken."""
        if not made.file:
            raise ImportRefused(_("The file has been deleted: upload it again."))
        try:
            with made.file.open("rb") as file:
                content = file.read()
        except FileNotFoundError:
            raise ImportRefused(_("The file has been deleted: upload it again.")) from None
        table = self.read(made, content, limit=limit)
        return table if made.has_header else table.without_header()

    def planned_rows(self, made: Any, *, lock: bool, progress: Progress | None = None) -> Sequence[Planned]:
        table = self.table_of(made)
        if len(made.mapping) != len(table.header):
            raise ImportRefused(_("The columns of the file are not the ones that were chosen: upload it again."))
        return self.plan(made, table, lock=lock, progress=progress)

    def dry_run(self, made: Any, progress: Progress | None = None) -> None:
        """Find out what would become of each row and keep it for the review; nothing else is written."""
        if made.state not in (made.State.UPLOADED, made.State.PLANNED):
            raise ImportRefused(_("This file is imported already."))
        self.keep_rows(made, self.planned_rows(made, lock=False, progress=progress))
        made.state = made.State.PLANNED
        made.save()

    def keep_rows(self, made: Any, planned: Sequence[Any]) -> None:
        made.rows.all()._raw_delete(using="default")
        for part in chunks(planned):
            self.row_model.objects.bulk_create([self.as_row(made, one) for one in part])
        made.set_counts(count(planned))

    def apply(self, made: Any, progress: Progress | None = None) -> None:
        """Write the import, in the caller's transaction, as the dry run has shown it.

        What has changed since the dry run is left alone and said. Raises ImportRefused.
        """
        if made.state != made.State.PLANNED:
            raise ImportRefused(_("Only a file whose dry run is done can be imported, and only once."))
        take_turn()
        shown = {row.number: row for row in made.rows.all()}

        def planned_as_shown() -> Sequence[Any]:
            planned = self.planned_rows(made, lock=True, progress=halved(progress, 0))
            for one in planned:
                keep_to_what_was_shown(one, shown.get(one.row.number))
            return planned

        with pghistory.context(**{self.context_key: made.pk}):
            planned = self.write_anew(planned_as_shown, lambda rows: self.write(made, rows, halved(progress, 1)))
        self.keep_rows(made, planned)
        made.state, made.applied_at = made.State.APPLIED, timezone.now()
        made.save()

    def write_anew(self, make_plan: Callable[[], Sequence[Any]], write: Callable[[Any], None]) -> Any:
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
        raise ImportRefused(self.busy_words())


def halved(progress: Progress | None, half: int) -> Progress | None:
    """Progress of the first or the second half of the work."""
    if progress is None:
        return None
    return lambda done, total: progress(done + half * total, 2 * total)


def keep_to_what_was_shown(one: Any, shown: Any) -> None:
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


def reasons_of(rows: Iterable[Any]) -> dict[int, str]:
    """Why each failed row failed, by its number in the file."""
    return {
        (row.row.number if isinstance(row, Planned) else row.number): " ".join(row.reasons)
        for row in rows
        if row.outcome == Outcome.FAILED
    }
