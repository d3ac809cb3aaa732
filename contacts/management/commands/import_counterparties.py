"""Import of parties and contacts from a CSV or XLSX file on the command line."""

from __future__ import annotations

import contextlib
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from common.importing.plans import outcome_words
from common.uploads import safe_name
from contacts.importing import columns, process
from contacts.importing.planning import parse, plan
from contacts.importing.plans import Outcome, PlannedRow, Powers, count
from contacts.importing.reading import Table, UnreadableFile, read_table
from contacts.importing.rows import hide_personal
from contacts.importing.writing import Writer, take_turn
from contacts.models import PartyImport
from counterparties.kinds import Kind
from users.models import User

UNREADABLE = 2


class Command(BaseCommand):
    help = (
        "Imports counterparties with their address, bank account and contact person from a CSV or XLSX file. "
        "Rows that cannot be taken are told with the reason and do not stop the others. "
        "The last line counts the rows; the exit status is 0 unless the file cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="CSV (delimiter , ; or tab; UTF-8 or cp1251) or XLSX")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--update", action="store_true", help="change counterparties that exist already")
        parser.add_argument("--errors", metavar="FILE", help="write the failed rows with their reasons (.csv or .xlsx)")
        parser.add_argument("--user", metavar="NAME", help="import as this user, with his rights; else with all rights")
        parser.add_argument(
            "--kinds", metavar="KINDS", default="", help='what rows without a kind are, as in "client;supplier"'
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = self.user(options["user"])
        language = (user.language if user is not None else "") or translation.get_language() or "bg"
        with translation.override(language):
            table = self.read(options["file"])
            mapping = self.mapping(table)
            kinds = self.kinds(options["kinds"])
            if options["dry_run"]:
                planned = plan(self.parse(table, mapping, kinds), Powers(user), update=options["update"])
            else:
                planned = self.apply(table, mapping, kinds, user, options)
            if options["verbosity"]:
                self.tell(planned, forecast=options["dry_run"])
            if options["errors"]:
                self.write_errors(options["errors"], table, planned)
        # Programs read this line: it is the same in every language.
        self.stdout.write(
            "created {created}, updated {updated}, skipped {skipped}, failed {failed}".format(**count(planned))
        )

    # -- What is asked ---------------------------------------------------------------------------

    @staticmethod
    def user(name: str | None) -> User | None:
        if not name:
            return None
        user = User.objects.with_rights().filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user “{name}”.")
        if not user.has_perm("counterparties.import_counterparties"):
            raise CommandError(f"The user “{name}” may not import counterparties.")
        return user

    @staticmethod
    def kinds(text: str) -> list[Kind]:
        from contacts.importing.words import kinds_of

        try:
            return kinds_of(text)
        except Exception as error:
            raise CommandError(str(error)) from error

    @staticmethod
    def read(path: str) -> Table:
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise CommandError(
                _("The file cannot be read: %s") % (error.strerror or error), returncode=UNREADABLE
            ) from error
        try:
            return read_table(content, Path(path).name)
        except UnreadableFile as error:
            raise CommandError(_("The file cannot be read: %s") % error, returncode=UNREADABLE) from error

    def mapping(self, table: Table) -> list[str]:
        mapping = columns.guess(table.header)
        if not set(mapping) - {"", columns.IGNORED}:
            raise CommandError(
                _(
                    "The file cannot be read: its first row names no column that is known here. The columns are: %s. "
                    "Import the file in the browser to choose them by hand."
                )
                % ", ".join(columns.FIELDS),
                returncode=UNREADABLE,
            )
        unknown = [text for text, name in zip(table.header, mapping, strict=True) if text and not name]
        if unknown:
            self.stderr.write(_("Columns passed over: %s") % hide_personal(", ".join(text[:40] for text in unknown)))
        return mapping

    # -- What is done ----------------------------------------------------------------------------

    def parse(self, table: Table, mapping: list[str], kinds: list[Kind]) -> Any:
        return parse(table, mapping, kinds, self.progress)

    def progress(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done >= total else "\r"
            self.stderr.write(f"{done * 100 // max(total, 1):3d} %", ending=end)
            with contextlib.suppress(AttributeError):
                self.stderr.flush()

    def apply(self, table: Table, mapping: list[str], kinds: list[Kind], user: Any, options: Any) -> list[PlannedRow]:
        """Everything in one transaction; the import is kept so that it can be undone in the browser."""
        with transaction.atomic():
            take_turn()
            made = PartyImport.objects.create(
                user=user,
                file_name=safe_name(Path(options["file"]).name),
                update_existing=options["update"],
                mapping=mapping,
                default_kinds=[kind.value for kind in kinds],
            )
            context = {"party_import": made.pk} | ({"user": user.pk} if user is not None else {})
            with pghistory.context(**context):
                planned = process.write_anew(
                    lambda: plan(self.parse(table, mapping, kinds), Powers(user), update=options["update"], lock=True),
                    lambda rows: Writer(rows, user, self.progress).write(),
                )
            process.keep_rows(made, planned)
            made.state, made.applied_at = PartyImport.State.APPLIED, timezone.now()
            made.save()
        return planned

    # -- What is said ----------------------------------------------------------------------------

    def tell(self, planned: list[PlannedRow], *, forecast: bool) -> None:
        lines = []
        for one in planned:
            line = _("row %(number)d: %(outcome)s: %(title)s") % {
                "number": one.row.number,
                "outcome": outcome_words(one.outcome, forecast=forecast),
                "title": one.row.title or "—",
            }
            reasons = " ".join(hide_personal(reason) for reason in one.reasons)
            lines.append(f"{line}: {reasons}" if reasons else line)
            for change in (change.as_json() for change in one.changes):
                before = "" if one.outcome == Outcome.CREATED else f"{change['before'] or '—'} → "
                lines.append(f"    {change['field']}: {before}{change['after']}")
        if lines:
            self.stdout.write("\n".join(lines))

    @staticmethod
    def write_errors(path: str, table: Table, planned: list[PlannedRow]) -> None:
        form = "xlsx" if path.lower().endswith(".xlsx") else "csv"
        try:
            Path(path).write_bytes(process.error_file(form, table, process.reasons_of(planned)))
        except OSError as error:
            raise CommandError(_("The file of errors cannot be written: %s") % (error.strerror or error)) from error
