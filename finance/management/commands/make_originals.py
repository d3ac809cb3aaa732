"""Make the originals that are missing: of documents that were issued while no worker ran, or were brought in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from finance.models import FinancialDocument
from finance.printing import keep_original


class Command(BaseCommand):
    help = "Print and keep the original of each issued document of ours that has none yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=0, help="Stop after so many; 0 makes all.")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = FinancialDocument.objects.of_ours().exclude(state="draft").filter(original__isnull=True)
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[: options["most"] or None])
        made = 0
        for key in keys:
            document = FinancialDocument.objects.select_related("original").get(pk=key)
            try:
                keep_original(document)
            except Exception as error:  # one that cannot be printed does not keep the others from it
                self.stderr.write(f"{document} ({key}): {error}")
            else:
                made += 1
        self.stdout.write(f"{made} of {len(keys)} originals made.")
