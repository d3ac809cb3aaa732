"""The cells of a row as values: cleaned text, numbers, days, and the words that stand for units, rates and groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.amounts import parse_number
from common.dates import parse_date
from common.importing.columns import IGNORED, Columns
from common.importing.reading import BROKEN_CHARACTER, RawRow
from common.text import clean_text
from trade.importing.groups import Groups, key_of
from trade.models import ArticleGroup, Unit, VatRate

EMPTY_SIGNS = frozenset(["-", "–", "—", "n/a", "#n/a"])
# What people write for the units that come with the product.
UNIT_ALIASES = {
    "бр.": ("брой", "броя", "бройки", "pcs", "pc.", "piece", "pieces", "шт"),
    "кг": ("килограм", "килограма", "kilogram", "kgs"),
    "л": ("литър", "литра", "ltr", "litre", "liter"),
    "м": ("метър", "метра", "meter", "metre"),
    "кв. м": ("м2", "m2", "м²", "кв.метър", "sqm"),
    "куб. м": ("м3", "m3", "м³", "cbm"),
    "т": ("тон", "тона", "ton", "tonne"),
    "час": ("ч", "часа", "h", "hr"),
    "к-т": ("комплект", "комплекта", "кт"),
    "опаковка": ("оп", "опак", "пакет", "pack"),
}


@dataclass
class CellRow:
    """A row with its values. `problems` say why it cannot be taken."""

    number: int
    title: str = ""
    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.values.get(name, "")


class Cells:
    """Reads rows of cells by the columns that were chosen, and what the words in them mean here."""

    def __init__(self, columns: Columns, mapping: Sequence[str]) -> None:
        self.columns = columns
        self.places = [(index, name) for index, name in enumerate(mapping) if name not in ("", IGNORED)]
        self.units: dict[str, Unit] = {}
        for unit in Unit.objects.select_related("base").order_by("-is_active", "order", "pk"):
            for word in (unit.name, unit.name_en, unit.code, *UNIT_ALIASES.get(unit.name, ())):
                if word:
                    self.units.setdefault(key_of(word), unit)
        self.rates = list(VatRate.objects.in_force().order_by("-is_default", "order", "pk"))
        self.groups = Groups()

    def read(self, raw: RawRow) -> CellRow:
        row = CellRow(raw.number)
        if raw.problem:
            row.problems.append(raw.problem)
            return row
        for index, name in self.places:
            row.values[name] = self.clean(row, name, raw.cells[index])
        row.title = f"{row.get('code') or row.get('barcode')} {row.get('name')}".strip()[:300]
        return row

    def clean(self, row: CellRow, name: str, cell: str) -> str:
        """A cell's text in NFC without what could deceive; "" where it is refused."""
        limit = self.columns.fields[name].max_length
        if BROKEN_CHARACTER in cell:
            return self.refuse(row, name, _("There is a character in it that cannot be read."))
        if len(cell) <= limit * 4 + 1000:
            try:
                text = clean_text(cell, multiline=name in ("description", "barcode"))
            except ValueError as refusal:
                return self.refuse(row, name, str(refusal))
        else:
            text = cell
        if len(text) > limit:
            words = _("The text is too long: %(length)d characters, at most %(limit)d are allowed.")
            return self.refuse(row, name, words % {"length": len(text), "limit": limit})
        return "" if text.strip().lower() in EMPTY_SIGNS else text.strip()

    def refuse(self, row: CellRow, name: str, message: str) -> str:
        row.problems.append(f"{self.columns.fields[name].label}: {message}")
        return ""

    def attempt(self, row: CellRow, name: str, work: Callable[[str], Any], default: Any = None) -> Any:
        """What the work makes of a cell that says something; the default, and a problem of the row, when it refuses."""
        text = row.get(name)
        if not text:
            return default
        try:
            return work(text)
        except (ValidationError, ValueError) as refusal:
            messages = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
            self.refuse(row, name, " ".join(messages))
            return default

    # -- What words mean -------------------------------------------------------------------------

    def unit(self, text: str) -> Unit:
        found = self.units.get(key_of(text))
        if found is None:
            raise ValidationError(_("“%s” is no unit that is known here.") % text[:40])
        return found

    def vat_rate(self, text: str) -> VatRate:
        """A rate by its name or its percent; of several with the same percent the usual one, but 0 % must be named."""
        bare = text.replace("%", "").strip()
        named = [rate for rate in self.rates if key_of(text) in (key_of(rate.name), key_of(rate.name_en or rate.name))]
        if named:
            return named[0]
        try:
            percent = parse_number(bare)
        except ValueError:
            percent = None
        # Workbooks keep 20 % as 0.2.
        found = [rate for rate in self.rates if percent is not None and rate.percent in (percent, percent * 100)]
        if not found or (not found[0].percent and len(found) > 1):
            raise ValidationError(
                _("“%(text)s” is no VAT rate; the rates are: %(rates)s.")
                % {"text": text[:40], "rates": ", ".join(str(rate) for rate in self.rates)}
            )
        return found[0]

    def group(self, text: str) -> ArticleGroup:
        return self.groups.find(text)


def positive(text: str) -> Decimal:
    number = not_negative(text)
    if not number:
        raise ValidationError(_("Write a number above zero."))
    return number


def not_negative(text: str) -> Decimal:
    number = parse_number(text)
    if number < 0:
        raise ValidationError(_("Write a number that is not below zero."))
    if number >= Decimal(10) ** 12 or -int(number.as_tuple().exponent) > 6:
        raise ValidationError(_("At most twelve digits before the decimal sign and six after it."))
    return number


def day(text: str) -> dt.date:
    found = parse_date(text.split(" ")[0])
    if not dt.date(1990, 1, 1) <= found <= dt.date(2100, 1, 1):
        raise ValidationError(_("There is no such day in the calendar."))
    return found
