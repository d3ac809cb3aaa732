"""Reading of the official list of settlements: checked row by row, written in bulk, repeatable."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from contacts.ekatte import check_ekatte
from contacts.models import District, Municipality, Settlement

SETTLEMENT_COLUMNS = ("ekatte", "kind", "name", "name_latin", "municipality", "district")
MUNICIPALITY_COLUMNS = ("code", "name")
LONGEST_NAME = 100


class UnreadableList(Exception):
    """The file is no list of settlements; the message says why."""


@dataclass
class Report:
    """What the reading did: rows written, and what is wrong in the rows left out."""

    settlements: int = 0
    municipalities: int = 0
    problems: list[str] = field(default_factory=list)


def rows_of(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV in UTF-8 with their line numbers; raises UnreadableList when columns are missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise UnreadableList(f"{path.name} has no column {', '.join(sorted(missing))}.")
            for row in reader:
                yield reader.line_num, {name: (row.get(name) or "").strip() for name in reader.fieldnames or ()}
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableList(f"{path.name} cannot be read: {problem}") from problem


def problem_in(row: dict[str, str], districts: set[str]) -> str:
    """What is wrong with a row of the list, "" when nothing is."""
    if not check_ekatte(row["ekatte"]):
        return f"“{row['ekatte']}” is no EKATTE code (five digits with a check digit)"
    if row["kind"] not in Settlement.Kind.values:
        return f"“{row['kind']}” is no kind of settlement ({', '.join(Settlement.Kind.values)})"
    if not row["name"] or len(row["name"]) > LONGEST_NAME:
        return "the name is missing or too long"
    if row["district"] not in districts:
        return f"the district “{row['district']}” is unknown"
    code = row["municipality"]
    if len(code) != 5 or not code[3:].isdecimal() or not code.startswith(row["district"]):
        return f"“{code}” is no municipality of the district {row['district']}"
    postal_code = row.get("postal_code", "")
    if postal_code and not (len(postal_code) == 4 and postal_code.isdecimal()):
        return f"“{postal_code}” is no postal code"
    return ""


@transaction.atomic
def load_settlements(path: Path, municipalities: Path | None = None) -> Report:
    """Write settlements from the list, and names of municipalities from the other one when it is given.

    Rows that are here already are brought up to date; a postal code, and the name of a municipality, stay as they are
    unless the file says another. Settlements that the file does not name are left alone: addresses may point at them.
    """
    report = Report()
    districts = set(District.objects.values_list("pk", flat=True))
    names: dict[str, str] = {}
    if municipalities is not None:
        for line, row in rows_of(municipalities, MUNICIPALITY_COLUMNS):
            if row["code"][:3] not in districts or not row["name"] or len(row["name"]) > LONGEST_NAME:
                report.problems.append(f"{municipalities.name}, line {line}: unknown code or no name")
            else:
                names[row["code"]] = row["name"]
    found: dict[str, Settlement] = {}
    known_codes = dict(Settlement.objects.values_list("pk", "postal_code"))
    for line, row in rows_of(path, SETTLEMENT_COLUMNS):
        problem = problem_in(row, districts)
        if not problem and row["ekatte"] in found:
            problem = f"{row['ekatte']} stands in the file twice"
        if problem:
            report.problems.append(f"{path.name}, line {line}: {problem}")
            continue
        settlement = Settlement(
            ekatte=row["ekatte"],
            kind=row["kind"],
            name=row["name"],
            name_latin=row["name_latin"][:LONGEST_NAME],
            municipality_id=row["municipality"],
            district_id=row["district"],
            postal_code=row.get("postal_code") or known_codes.get(row["ekatte"], ""),
        )
        settlement.fill_derived()
        found[settlement.ekatte] = settlement
    report.municipalities = write_municipalities(found, names)
    Settlement.objects.bulk_create(
        found.values(),
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["ekatte"],
        update_fields=["kind", "name", "name_latin", "municipality", "district", "postal_code", "search_text"],
    )
    report.settlements = len(found)
    return report


def write_municipalities(settlements: dict[str, Settlement], names: dict[str, str]) -> int:
    """Make the municipalities that the settlements name and give them the known names; return how many got one."""
    codes = {one.municipality_id: one.district_id for one in settlements.values()}
    codes |= {code: code[:3] for code in names}
    Municipality.objects.bulk_create(
        (Municipality(code=code, district_id=district) for code, district in codes.items()), ignore_conflicts=True
    )
    named = list(Municipality.objects.filter(pk__in=names))
    for municipality in named:
        municipality.name = names[municipality.code]
    Municipality.objects.bulk_update(named, ["name"], batch_size=500)
    return len(named)
