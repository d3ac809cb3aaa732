"""`manage.py load_calendar YEAR [YEAR …]`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trade.holidays import FIRST_YEAR, LAST_YEAR, load_calendar


class Command(BaseCommand):
    help = (
        "Loads the official holidays of Bulgaria for the years, with the days that are free in their stead. May be "
        "repeated; days that the government adds by order, and worked Saturdays, are entered in the administration."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("years", nargs="+", type=int, metavar="YEAR")

    def handle(self, *args: Any, **options: Any) -> None:
        for year in options["years"]:
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise CommandError(f"{year} is no year from {FIRST_YEAR} to {LAST_YEAR}.")
        self.stdout.write(f"{load_calendar(options['years'])} days written.")
