"""`manage.py recount [--check]`: settled amounts, turnover and cash, counted anew from the documents."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from finance import recounting

SHOWN = 200


class Command(BaseCommand):
    help = (
        "Counts anew, from documents, payments and settlements, what is kept beside them: what is settled of each, "
        "turnover by month, what lies in the cash desks. Puts right what differs; with --check only tells it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when anything differs")

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for difference in recounting.differences():
            count += 1
            if count <= SHOWN:
                self.stdout.write(str(difference))
        if count > SHOWN:
            self.stdout.write(f"… and {count - SHOWN} more")
        if not count:
            self.stdout.write("Everything stored is what is counted.")
        elif options["check"]:
            raise CommandError(f"{count} stored figures differ from what is counted.")
        else:
            self.stdout.write(f"{recounting.repair()} rows put right.")
