"""Forms of an import: the file, and what its columns are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import PlainForm
from contacts.importing.columns import FIELDS, IGNORED, known_columns
from contacts.importing.reading import Table, UnreadableFile, read_table
from contacts.importing.rows import hide_personal
from counterparties.kinds import Kind

SAMPLES = 3


class StartForm(PlainForm):
    """The file and whether records that are here may be changed by it."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV (with comma, semicolon or tab; UTF-8 or cp1251) or XLSX. The first row names the columns."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={
            "empty": gettext_lazy("The file is empty."),
            "missing": gettext_lazy("Choose a file."),
            "required": gettext_lazy("Choose a file."),
        },
    )
    update = forms.BooleanField(
        label=gettext_lazy("Update counterparties that exist already"),
        required=False,
        help_text=gettext_lazy(
            "Without it a row whose EIK or VAT number is here already is skipped. With it the row's values are "
            "written to the record; empty cells never erase anything. You see every change before it is made."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
            raise forms.ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
        self.content = file.read()
        try:
            # A name without any ending says nothing: it is refused like a wrong one.
            table = read_table(self.content, file.name if "." in file.name else f"{file.name}.?", limit=1)
        except UnreadableFile as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if not table.rows and known_columns(table.header):
            raise forms.ValidationError(_("The file has no rows: there is nothing below the names of the columns."))
        return file


class MappingForm(PlainForm):
    """One choice for each column of the file, and what rows that say no kind are."""

    has_header = forms.BooleanField(
        label=gettext_lazy("The first row holds the names of the columns"),
        required=False,
        help_text=gettext_lazy("Leave it out when the first row is a counterparty already."),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of rows that name none"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, table: Table, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        choices = [("", _("(do not import)")), *((name, str(field.label)) for name, field in FIELDS.items())]
        for index, text in enumerate(table.header):
            label = hide_personal(text[:60]) or _("Column %d") % (index + 1)
            self.fields[f"column_{index}"] = forms.ChoiceField(label=label, choices=choices, required=False)

    @property
    def mapping(self) -> list[str]:
        return [self.cleaned_data.get(f"column_{index}", "") for index in range(len(self.table.header))]

    @staticmethod
    def initial_of(mapping: Sequence[str], has_header: bool, kinds: Sequence[str]) -> dict[str, Any]:
        columns = {f"column_{index}": "" if name == IGNORED else name for index, name in enumerate(mapping)}
        return {"has_header": has_header, "kinds": list(kinds), **columns}

    def columns(self) -> Iterator[tuple[BoundField, list[str]]]:
        """Each column's choice with its first values; personal numbers among them are masked."""
        for index in range(len(self.table.header)):
            values = (row.cells[index].strip() for row in self.table.rows)
            samples = [hide_personal(value[:60]) for value in values if value][:SAMPLES]
            yield self[f"column_{index}"], samples

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        taken: dict[str, str] = {}
        for index, name in enumerate(self.mapping):
            if name and name in taken:
                self.add_error(f"column_{index}", _("This is chosen for the column “%s” already.") % taken[name])
            elif name:
                taken[name] = str(self.fields[f"column_{index}"].label)
        if data.get("has_header") and not self.table.rows:
            self.add_error("has_header", _("The file has one row alone: it is either a counterparty or names columns."))
        if "name" not in taken:
            self.add_error(None, _("Say which column holds the names."))
        if "kinds" not in taken and not data.get("kinds"):
            self.add_error("kinds", _("No column says the kind: choose at least one kind for all rows."))
        return data
