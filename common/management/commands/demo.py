"""`manage.py demo`: fill an empty database with demonstration data."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

from common import demo

LOCK = 20_260_101  # any number, the same in every process


class Command(BaseCommand):
    help = "Fill an empty database with demonstration data; a database that holds data already is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "Demonstration data has log-ins with a known password, so it is refused where DEBUG is off."
            )
        autodiscover_modules("demo")
        started = time.monotonic()
        with transaction.atomic():
            # Two at once: the second waits, and then finds the database filled.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            filled = [part.slug for part in demo.parts if part.holds_rows()]
            if filled:
                self.stdout.write(f"The database already holds data ({', '.join(filled)}): nothing is changed.")
                return
            for part in demo.parts:
                part.fill()
        self.stdout.write(f"Demonstration data is filled in ({time.monotonic() - started:.1f} s).")
