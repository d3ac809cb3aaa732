"""Documents re-checked as they are stored: totals against lines, kept prints against their hashes, sums against counts.

Totals are checked by the database in one statement each; prints are read one by one, in portions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from babel.numbers import get_currency_precision
from django.db.models import F

from documents.models import FileContent
from finance import recounting
from finance.kinds import FACTS, DocumentKind
from finance.models import FinancialDocument
from finance.recounting import rows

PORTION = 1024 * 1024

SUMS = """
    SELECT d.id, d.number, d.kind, d.net, d.vat, d.gross, d.net_eur, d.vat_eur, d.gross_eur,
           COALESCE(t.net, 0) AS taxes_net, COALESCE(t.vat, 0) AS taxes_vat,
           COALESCE(t.net_eur, 0) AS taxes_net_eur, COALESCE(t.vat_eur, 0) AS taxes_vat_eur,
           COALESCE(l.net, 0) AS lines_net, COALESCE(l.net_eur, 0) AS lines_net_eur
    FROM finance_financialdocument d
    LEFT JOIN (SELECT document_id, SUM(base) AS net, SUM(tax) AS vat, SUM(base_eur) AS net_eur, SUM(tax_eur) AS vat_eur
               FROM finance_financialdocumenttax GROUP BY 1) t ON t.document_id = d.id
    LEFT JOIN (SELECT document_id, SUM(net) AS net, SUM(net_eur) AS net_eur
               FROM finance_financialdocumentline GROUP BY 1) l ON l.document_id = d.id
    WHERE d.state <> 'draft' AND d.kind <> 'offset' AND (%(firm)s::bigint IS NULL OR d.own_firm_id = %(firm)s) AND (
        d.gross <> d.net + d.vat OR d.gross_eur <> d.net_eur + d.vat_eur
        OR d.net <> COALESCE(t.net, 0) OR d.vat <> COALESCE(t.vat, 0)
        OR d.net_eur <> COALESCE(t.net_eur, 0) OR d.vat_eur <> COALESCE(t.vat_eur, 0)
        OR d.net <> COALESCE(l.net, 0) OR d.net_eur <> COALESCE(l.net_eur, 0))
    ORDER BY d.id
"""
# By rate: lines come to the base, and the VAT is that of the base (a note may take what rounding left of its invoice).
BY_RATE = """
    SELECT d.id, d.number, t.vat_percent AS percent, t.base, t.tax, COALESCE(l.net, 0) AS lines_net, x.tax AS due
    FROM finance_financialdocumenttax t
    JOIN finance_financialdocument d ON d.id = t.document_id
    LEFT JOIN (SELECT document_id, vat_category, vat_percent, ground_text, SUM(net) AS net, SUM(amount) AS amount
               FROM finance_financialdocumentline GROUP BY 1, 2, 3, 4) l
      ON l.document_id = d.id AND l.vat_category = t.vat_category AND l.vat_percent = t.vat_percent
         AND l.ground_text = t.ground
    CROSS JOIN LATERAL (SELECT round(CASE WHEN d.includes_vat
                               THEN (t.base + t.tax) * t.vat_percent / (100 + t.vat_percent)
                               ELSE t.base * t.vat_percent / 100 END,
                               CASE WHEN d.currency = ANY(%(whole)s) THEN 0 ELSE 2 END) AS tax) x
    WHERE d.state <> 'draft' AND NOT d.received AND (%(firm)s::bigint IS NULL OR d.own_firm_id = %(firm)s) AND (
        t.base <> COALESCE(l.net, 0)
        OR abs(t.tax - x.tax) > CASE WHEN d.kind = 'credit_note' THEN 0.10 ELSE 0 END)
    ORDER BY d.id
"""
OWED = """
    SELECT d.id, d.number, d.owed, CASE WHEN NOT d.kind = ANY(%(owing)s) THEN 0
                                        WHEN d.kind = %(customs)s THEN d.duty + d.vat ELSE d.gross END AS due
    FROM finance_financialdocument d
    WHERE d.state <> 'draft' AND (%(firm)s::bigint IS NULL OR d.own_firm_id = %(firm)s)
      AND d.owed <> CASE WHEN NOT d.kind = ANY(%(owing)s) THEN 0
                         WHEN d.kind = %(customs)s THEN d.duty + d.vat ELSE d.gross END
    ORDER BY d.id
"""


@dataclass(frozen=True)
class Finding:
    """Something that is not as it must be."""

    check: str
    row: str
    words: str

    def __str__(self) -> str:
        return f"{self.check}: {self.row}: {self.words}"


def findings(own_firm: Any = None) -> Iterator[Finding]:
    """All that is found wrong with stored documents, beside their numbers."""
    yield from wrong_totals(own_firm)
    yield from damaged_originals(own_firm)
    if own_firm is None:
        for one in recounting.differences():
            yield Finding("recount", f"{one.what} {one.row}", f"stored {one.stored}, counted {one.counted}")


def wrong_totals(own_firm: Any = None) -> Iterator[Finding]:
    """Documents whose lines, VAT by rate and totals do not add up."""
    firm = {"firm": own_firm.pk if own_firm is not None else None}
    for row in rows(SUMS, firm):
        told = ", ".join(
            f"{name} {row[name]} against {' and '.join(str(row[other]) for other in others)}"
            for name, others in SUMMED.items()
            if any(row[name] != row[other] for other in others)
        )
        yield Finding("totals", row_of(row), told or f"gross {row['gross']} against {row['net']} + {row['vat']}")
    for row in rows(BY_RATE, firm | {"whole": currencies_without_cents()}):
        words = f"{row['percent']} %: base {row['base']} against lines of {row['lines_net']}, VAT {row['tax']}"
        yield Finding("VAT by rate", row_of(row), f"{words} against {row['due']}")
    owing = [str(kind) for kind, facts in FACTS.items() if facts.owes]
    for row in rows(OWED, firm | {"owing": owing, "customs": str(DocumentKind.CUSTOMS_DEBT)}):
        yield Finding("amount due", row_of(row), f"{row['owed']} against {row['due']}")


SUMMED = {
    "net": ("taxes_net", "lines_net"),
    "vat": ("taxes_vat",),
    "net_eur": ("taxes_net_eur", "lines_net_eur"),
    "vat_eur": ("taxes_vat_eur",),
}


def row_of(row: dict[str, Any]) -> str:
    return f"document {row['number'] or '–'} (key {row['id']})"


def currencies_without_cents() -> list[str]:
    used = FinancialDocument.objects.order_by().values_list("currency", flat=True).distinct()
    return [code for code in used if not get_currency_precision(code)]


def damaged_originals(own_firm: Any = None) -> Iterator[Finding]:
    """Kept prints whose bytes are gone or are not those that were kept."""
    documents = FinancialDocument.objects.filter(original__isnull=False)
    if own_firm is not None:
        documents = documents.filter(own_firm=own_firm)
    kept = documents.order_by("pk").values(
        "pk", "number", name=F("original__file"), sha256=F("original__sha256"), size=F("original__size")
    )
    for row in kept.iterator(500):
        where = f"document {row['number']} (key {row['pk']})"
        try:
            digest, size = digest_of(row["name"])
        except OSError:
            yield Finding("original", where, f"the file {row['name']} cannot be read")
            continue
        if (digest, size) != (row["sha256"], row["size"]):
            yield Finding("original", where, f"the file {row['name']} is not the one that was kept")


def digest_of(name: str) -> tuple[str, int]:
    """SHA-256 and length of a stored file, read in portions."""
    digest, size = hashlib.sha256(), 0
    with FileContent._meta.get_field("file").storage.open(name, "rb") as stored:
        while portion := stored.read(PORTION):
            digest.update(portion)
            size += len(portion)
    return digest.hexdigest(), size


def without_original(own_firm: Any = None) -> Any:
    """Issued documents of ours of which no original is kept yet: the worker makes it, or the first print."""
    documents = FinancialDocument.objects.of_ours().exclude(state="draft").filter(original__isnull=True)
    return documents if own_firm is None else documents.filter(own_firm=own_firm)
