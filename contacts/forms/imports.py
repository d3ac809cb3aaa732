"""Forms of an import: the file, and what its columns are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.importing.forms import ColumnsForm, FileForm
from contacts.importing.columns import COLUMNS
from contacts.importing.rows import hide_personal
from counterparties.kinds import Kind


class StartForm(FileForm):
    """The file and whether records that are here may be changed by it."""

    columns = COLUMNS
    update = forms.BooleanField(
        label=gettext_lazy("Update counterparties that exist already"),
        required=False,
        help_text=gettext_lazy(
            "Without it a row whose EIK or VAT number is here already is skipped. With it the row's values are "
            "written to the record; empty cells never erase anything. You see every change before it is made."
        ),
    )


class MappingForm(ColumnsForm):
    """One choice for each column of the file, and what rows that say no kind are."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of rows that name none"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    @staticmethod
    def shown(text: str) -> str:
        """Personal numbers among the headers and first values are masked."""
        return hide_personal(text)

    def check_chosen(self, chosen: set[str], data: dict[str, Any]) -> None:
        if "name" not in chosen:
            self.add_error(None, _("Say which column holds the names."))
        if "kinds" not in chosen and not data.get("kinds"):
            self.add_error("kinds", _("No column says the kind: choose at least one kind for all rows."))
