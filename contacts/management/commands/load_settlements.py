"""`manage.py load_settlements FILE [--municipalities FILE]`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.settlements import UnreadableList, load_settlements

SHOWN = 50  # problems written out; a file that is wrong throughout would fill the screen


class Command(BaseCommand):
    help = (
        "Loads the official list of settlements: CSV in UTF-8 with the columns ekatte, kind, name, name_latin, "
        "municipality, district and, when known, postal_code. May be repeated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--municipalities", type=Path, help="CSV with the columns code, name: names of the municipalities"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load_settlements(options["file"], options["municipalities"])
        except UnreadableList as refusal:
            raise CommandError(str(refusal)) from refusal
        for problem in report.problems[:SHOWN]:
            self.stderr.write(self.style.WARNING(problem))
        if (rest := len(report.problems) - SHOWN) > 0:
            self.stderr.write(self.style.WARNING(f"… and {rest} more rows with problems"))
        self.stdout.write(
            f"{report.settlements} settlements loaded, {report.municipalities} municipalities named, "
            f"{len(report.problems)} rows left out."
        )
