"""The form of an upload of articles or prices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dates import today
from common.importing.columns import Columns
from common.importing.forms import ColumnsForm, FileForm
from common.importing.reading import Table
from trade.importing.articles import MAKE_GROUPS
from trade.importing.process import COLUMNS
from trade.models import PriceList, TradeImport

PERMISSIONS = {
    TradeImport.Kind.ARTICLES: "trade.import_article",
    TradeImport.Kind.PRICES: "trade.import_pricelist",
}


MAKE = gettext_lazy("Make the groups that are missing")
MAKE_HELP = gettext_lazy(
    "Without it a row whose group is not here is refused. The dry run tells how many groups would be made; undoing the "
    "import takes them away again."
)


class TradeFileForm(FileForm):
    """What the file holds, the file, and whether what is here may be changed by it."""

    kind = forms.ChoiceField(label=gettext_lazy("What the file holds"), widget=forms.RadioSelect)
    price_list = forms.ModelChoiceField(
        PriceList.objects.current(), label=gettext_lazy("Into the price list"), required=False
    )
    since = forms.DateField(
        label=gettext_lazy("Prices valid from"),
        required=False,
        help_text=gettext_lazy("For rows that name no day. Empty: as long as the list holds."),
    )
    update = forms.BooleanField(
        label=gettext_lazy("Change what is here already"),
        required=False,
        help_text=gettext_lazy(
            "Without it an article or a price that is here is skipped. With it the row's values are written; empty "
            "cells never erase anything, and an old price ends the day before the new one. You see every change before "
            "it is made."
        ),
    )

    make_groups = forms.BooleanField(label=MAKE, required=False, help_text=MAKE_HELP)

    field_order = ["kind", "price_list", "since", "file", "update", "make_groups"]

    def __init__(self, *args: Any, user: Any, price_list: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [
            (one.value, str(one.label).capitalize()) for one, right in PERMISSIONS.items() if user.has_perm(right)
        ]
        for name in ("price_list", "since"):
            self.fields[name].widget.attrs["data-show-when"] = "kind=prices"
        self.fields["make_groups"].widget.attrs["data-show-when"] = "kind=articles"
        if not user.has_perm(MAKE_GROUPS):
            del self.fields["make_groups"]
        self.initial.setdefault("kind", "prices" if price_list else kind.choices[0][0])
        self.initial.setdefault("since", today())
        if price_list.isdecimal() and len(price_list) < 19:
            self.initial.setdefault("price_list", int(price_list))

    @property
    def chosen(self) -> TradeImport.Kind:
        value = str(self["kind"].value() or "")
        return TradeImport.Kind(value) if value in TradeImport.Kind.values else TradeImport.Kind.ARTICLES

    def columns_now(self) -> Columns:
        return COLUMNS[self.chosen]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == TradeImport.Kind.PRICES:
            if data.get("price_list") is None and "price_list" not in self.errors:
                self.add_error("price_list", _("Choose the price list."))
            data["make_groups"] = False
        else:
            data["price_list"] = data["since"] = None
        return data


class TradeColumnsForm(ColumnsForm):
    """The columns; of articles also whether groups are made, which one may think of only after the dry run."""

    make_groups = forms.BooleanField(label=MAKE, required=False, help_text=MAKE_HELP)

    def __init__(self, table: Table, columns: Columns, *args: Any, **kwargs: Any) -> None:
        super().__init__(table, columns, *args, **kwargs)
        if self.initial.get("make_groups") is None:
            del self.fields["make_groups"]
