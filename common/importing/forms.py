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
from common.importing.columns import IGNORED, Columns
from common.importing.reading import Table, UnreadableFile, read_table

SAMPLES = 3


class FileForm(PlainForm):
    """The file. An app adds what else it asks, and says by `columns` what the file is about."""

    columns: Columns
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

    def columns_now(self) -> Columns:
        """The columns of the file that is being sent, where the form lets one choose."""
        return self.columns

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
            raise forms.ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
        self.content = file.read()
        known = self.columns_now().known_columns
        try:
            # A name without any ending says nothing: it is refused like a wrong one.
            name = file.name if "." in file.name else f"{file.name}.?"
            table = read_table(self.content, name, limit=1, known=known)
        except UnreadableFile as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if not table.rows and known(table.header):
            raise forms.ValidationError(_("The file has no rows: there is nothing below the names of the columns."))
        return file


class ColumnsForm(PlainForm):
    """One choice for each column of the file."""

    has_header = forms.BooleanField(
        label=gettext_lazy("The first row holds the names of the columns"),
        required=False,
        help_text=gettext_lazy("Leave it out when the first row is a record already."),
    )

    def __init__(self, table: Table, columns: Columns, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.known = table, columns
        fields = [(name, str(field.label)) for name, field in columns.fields.items()]
        choices = [("", _("(do not import)")), *fields]
        for index, text in enumerate(table.header):
            label = self.shown(text[:60]) or _("Column %d") % (index + 1)
            self.fields[f"column_{index}"] = forms.ChoiceField(label=label, choices=choices, required=False)

    @staticmethod
    def shown(text: str) -> str:
        """A text of the file as the page repeats it."""
        return text

    @property
    def mapping(self) -> list[str]:
        return [self.cleaned_data.get(f"column_{index}", "") for index in range(len(self.table.header))]

    @staticmethod
    def initial_of(mapping: Sequence[str], has_header: bool) -> dict[str, Any]:
        columns = {f"column_{index}": "" if name == IGNORED else name for index, name in enumerate(mapping)}
        return {"has_header": has_header, **columns}

    def further(self) -> list[BoundField]:
        """What is asked beside the columns."""
        return [bound for bound in self.visible_fields() if not bound.name.startswith("column_")]

    def columns(self) -> Iterator[tuple[BoundField, list[str]]]:
        """Each column's choice with its first values."""
        for index in range(len(self.table.header)):
            values = (row.cells[index].strip() for row in self.table.rows)
            samples = [self.shown(value[:60]) for value in values if value][:SAMPLES]
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
            self.add_error("has_header", _("The file has one row alone: it is either a record or names columns."))
        self.check_chosen(set(taken), data)
        return data

    def check_chosen(self, chosen: set[str], data: dict[str, Any]) -> None:
        """Refuse a choice without what nothing can be imported without."""
        missing = [str(self.known.fields[name].label) for name in self.known.required if name not in chosen]
        if missing:
            self.add_error(None, _("Say which columns hold: %s.") % ", ".join(missing))
