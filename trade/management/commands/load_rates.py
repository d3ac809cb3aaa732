"""`manage.py load_rates [FILE-OR-ADDRESS]`"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from trade import ecb


class Command(BaseCommand):
    help = (
        "Loads exchange rates from a file of the European Central Bank: XML, CSV or the ZIP of it, of one day, of 90 "
        "days or of all. May be repeated: what is there already is brought up to date."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", help="path or http(s) address; ECB_RATES_URL when none is given")

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["source"] or settings.ECB_RATES_URL
        if not source:
            raise CommandError("Say from where: a file or an address. None is set in ECB_RATES_URL.")
        try:
            loaded = ecb.load(source)
        except ecb.RatesRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Loaded: {loaded}.")
