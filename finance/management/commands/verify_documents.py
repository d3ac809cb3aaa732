"""`manage.py verify_documents [--own-firm EIK] [--certificate] [--json]`"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.db.models import Q

from counterparties.models import Counterparty
from finance import certificate, numbering, verifying

SHOWN = 1000  # findings and documents that are written out; all are counted


class Command(BaseCommand):
    help = (
        "Checks issued documents anew: that the numbers of every tax series have no gap and no repeat and follow the "
        "days, that lines, VAT and totals add up, that kept prints are the bytes that were kept, that what is settled "
        "is what is counted. Prints the numbering certificate. Ends with an error when anything is found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--own-firm", help="EIK or key of one own firm; all of them when not given")
        parser.add_argument("--certificate", action="store_true", help="only the numbering certificate, in Bulgarian")
        parser.add_argument("--json", action="store_true", help="the same for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        firm = self.own_firm(options["own_firm"]) if options["own_firm"] else None
        with one_moment():
            answer = self.as_json if options["json"] else self.as_text
            found = answer(firm, only_numbers=options["certificate"])
        if found:
            raise CommandError(f"{found} findings.")

    def own_firm(self, text: str) -> Counterparty:
        firms = Counterparty.objects.filter(is_own_firm=True).select_related("legal_form")
        by_key = Q(pk=int(text)) if text.isdecimal() and len(text) < 9 else Q()
        firm = firms.filter(by_key or Q(registration_number=text)).first()
        if firm is None:
            raise CommandError(f"No own firm has the EIK or the key {text}.")
        return firm

    def as_text(self, firm: Counterparty | None, *, only_numbers: bool) -> int:
        unclean = 0

        def counted() -> Iterator[numbering.SeriesReport]:
            nonlocal unclean
            for report in numbering.series_reports(firm):
                unclean += not report.is_clean
                yield report

        for line in certificate.lines_of(counted()):
            self.stdout.write(line)
        if only_numbers:
            return unclean
        count = 0
        self.stdout.write("")
        for finding in verifying.findings(firm):
            count += 1
            if count <= SHOWN:
                self.stdout.write(str(finding))
        self.stdout.write(f"Totals, prints and sums: {count} findings.")
        missing = verifying.without_original(firm)
        if total := missing.count():
            self.stdout.write(f"Documents without a kept original yet: {total}")
            for number, key in missing.order_by("pk").values_list("number", "pk")[:SHOWN]:
                self.stdout.write(f"    {number} (key {key})")
        return unclean + count

    def as_json(self, firm: Counterparty | None, *, only_numbers: bool) -> int:
        series = [self.report(one) for one in numbering.series_reports(firm)]
        answer: dict[str, Any] = {"series": series}
        found = sum(not one["clean"] for one in series)
        if not only_numbers:
            count, named = 0, []
            for finding in verifying.findings(firm):
                count += 1
                if count <= SHOWN:
                    named.append({"check": finding.check, "row": finding.row, "words": finding.words})
            missing = verifying.without_original(firm)
            answer |= {
                "findings": named,
                "findings_count": count,
                "without_original": list(missing.order_by("pk").values_list("number", flat=True)[:SHOWN]),
                "without_original_count": missing.count(),
            }
            found += count
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1, default=str))
        return found

    def report(self, one: numbering.SeriesReport) -> dict[str, Any]:
        return {
            "own_firm": one.own_firm.pk,
            "name": one.own_firm.full_name,
            "series": one.code,
            "first": one.first,
            "last": one.last,
            "next": one.next_number,
            "count": one.count,
            "clean": one.is_clean,
            **{
                name: {"count": found.count, "named": found.named}
                for name in ("missing", "repeated", "out_of_order", "unfit")
                for found in [getattr(one, name)]
            },
            "cancelled": list(one.cancelled_rows()),
        }


@contextmanager
def one_moment() -> Iterator[None]:
    """All is read as of one moment, whatever is issued meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
