"""A draft as it is edited: its head and its lines as one, over what somebody else may have saved meanwhile."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.utils import ErrorDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.amounts import written
from common.columns import show
from common.dates import format_moment, today
from finance.forms.documents import DocumentForm
from finance.forms.lines import CELLS, LineGrid, TypedLine
from finance.models import FinancialDocument, FirmSettings
from finance.offered import WITHOUT_VAT, usual_vat
from trade.amounts import in_euro

LABELS = {
    "article": lambda: _("article"),
    "description": lambda: _("description"),
    "quantity": lambda: _("quantity"),
    "unit": lambda: _("unit"),
    "unit_price": lambda: _("unit price"),
    "discount_percent": lambda: _("discount, %"),
    "vat_rate": lambda: _("VAT rate"),
    "vat_ground": lambda: _("ground for 0 %"),
}


@dataclass(frozen=True)
class Difference:
    """Something that stands otherwise in what was saved meanwhile than in what is typed here."""

    where: str
    saved: str
    typed: str


class Draft:
    """The form of a draft. `data` is what was sent, None to show it as it is."""

    def __init__(self, document: FinancialDocument, user: Any, data: Any = None) -> None:
        self.document, self.user, self.data = document, user, data
        self.form = DocumentForm(data, instance=document, user=user)
        self.grid = self.make_grid()
        self.differences: list[Difference] = []
        self.saved_by = ""

    def make_grid(self) -> LineGrid:
        document = self.document
        return LineGrid(
            document,
            user=self.user,
            usual=usual_vat(document, document.rate_day or today()),
            data=self.data,
            without_vat=document.kind in WITHOUT_VAT,
        )

    @property
    def errors(self) -> bool:
        return bool(self.form.errors or self.grid.errors or self.grid.general)

    def is_valid(self) -> bool:
        """Whether head and lines are right; all that is wrong is told at once."""
        head = self.form.is_valid()
        # The lines' rates are those of the day that was typed.
        self.grid = self.make_grid()
        lines = self.grid.is_valid()
        return head and lines

    # -- Somebody else's save ----------------------------------------------------------------------

    def is_overtaken(self) -> bool:
        """Whether somebody saved the draft after this form was opened. Ask under the document's lock."""
        if self.document.pk is None:
            return False
        known = self.form.cleaned_data.get("version") if self.form.is_bound and self.form.is_valid() else None
        sent = known or self.form.data.get("version")
        return str(sent or self.document.version) != str(self.document.version)

    def compare(self, stored: FinancialDocument) -> None:
        """Say what saving would put in place of what, field by field and line by line; a second save then does it."""
        self.saved_by, typed = last_change(stored), self.form
        for name in typed.fields:
            if name in ("version", "entry_key"):
                continue
            before = said_of(stored, name)
            after = said_of(typed.instance, name) if name not in typed.errors else str(typed[name].value() or "")
            if before != after:
                self.differences.append(Difference(str(typed[name].label), before, after))
        self.differences += lines_differ(self.grid)
        data: Any = typed.data
        data = data.copy()
        data["version"] = str(stored.version)
        typed.data = data

    # -- Saving ------------------------------------------------------------------------------------

    @transaction.atomic
    def save(self) -> FinancialDocument:
        """Keep the draft with its lines and totals; of an entered document, its correction. Raises DocumentError."""
        document = self.document
        if document.is_issued:
            self.grid.save()
            document.correct(self.user)
            return document
        if document.pk is None:
            firm = FirmSettings.of(document.own_firm)
            document.created_by = self.user
            document.entry_key = self.form.cleaned_data.get("entry_key")
            if not document.received:
                document.place = document.place or firm.place
                document.prepared_by = document.prepared_by or firm.prepared_by or str(self.user)[:150]
        else:
            document.version += 1
        # The totals are known before it is saved: one save is one entry of its history.
        lines = [row.line for row in self.grid.rows]
        amounts = document.compute(lines)
        document.take_amounts(amounts, in_euro(amounts, [line.priced() for line in lines], document.rate))
        document.save()
        self.grid.save()
        document.store_amounts()
        return document

    def tell(self, refusal: ValidationError) -> None:
        """Put the reasons of a refusal at the fields that they are about; what has no field is said at the top."""
        if not self.form.is_bound:
            form: Any = self.form
            form._errors, form.cleaned_data = ErrorDict(), {}
        if hasattr(refusal, "error_dict"):
            for name, messages in refusal.message_dict.items():
                if name == "lines":
                    self.grid.general += messages
                else:
                    self.form.add_error(name if name in self.form.fields else None, messages)
        else:
            self.form.add_error(None, list(refusal.messages))


def last_change(document: FinancialDocument) -> str:
    """Who saved the draft last, and when, in words."""
    from finance.documents_history import last_editor

    who = last_editor(document)
    when = format_moment(document.updated_at)
    return _("%(who)s saved it on %(when)s") % {"who": who, "when": when} if who else when


def said_of(document: FinancialDocument, name: str) -> str:
    """A field's value in words."""
    if name == "rate" and document.rate_on is None:
        return ""
    display = getattr(document, f"get_{name}_display", None)
    value = display() if display is not None else getattr(document, name)
    if hasattr(value, "quantize"):
        return written(value, 2)
    if name == "vat_period" and isinstance(value, dt.date):
        return f"{value:%m.%Y}"
    return show(value)


def lines_differ(grid: LineGrid) -> list[Difference]:
    """What the typed lines change of the stored ones."""
    found = []
    stored = {pk: grid.row_of("0", line) for pk, line in grid.stored.items()}
    rates = {str(rate.pk): str(rate) for rate in grid.rates}

    def words(row: TypedLine, cell: str) -> str:
        text = row.typed.get(cell, "").strip()
        return rates.get(text, text) if cell == "vat_rate" else text

    def short(row: TypedLine) -> str:
        return ", ".join(
            part for part in (words(row, "description"), words(row, "quantity"), words(row, "unit_price")) if part
        )

    for row in grid.rows:
        before = stored.pop(row.pk, None) if row.pk is not None else None
        where = _("Line %d") % row.place
        if before is None:
            found.append(Difference(where, "", short(row)))
            continue
        typed = grid.row_of("0", row.line) if not row.errors and row.line is not None else row
        for cell in CELLS:
            if words(before, cell) != words(typed, cell):
                found.append(Difference(f"{where}, {LABELS[cell]()}", words(before, cell), words(typed, cell)))
    found += [Difference(capfirst(_("line that is not here")), short(row), "") for row in stored.values()]
    return found
