"""What a report is: a filter, columns, rows that SQL has summed up, totals, and the way to what adds up to each sum."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dates import format_date, today
from common.forms import PlainForm
from common.money import format_money
from common.pickers import PickerField
from common.registry import Registry
from counterparties.forms import find_party
from counterparties.models import Counterparty, PartyType
from finance.figures import EARLIEST, LATEST, VIEW_DOCUMENTS, of_type
from users.models import User

VIEW_REPORTS = "finance.view_reports"

Row = dict[str, Any]


@dataclass(frozen=True)
class ReportColumn:
    """A column: `kind` is text, money, count or percent; `url(row)` leads to what adds up to the cell."""

    name: str
    label: Any
    kind: str = "text"
    url: Callable[[Row], str] | None = None
    css: str = ""

    @property
    def numeric(self) -> bool:
        return self.kind != "text"

    def words(self, value: Any, currency: str) -> str:
        if value is None or value == "":
            return ""
        match self.kind:
            case "money":
                return format_money(value, currency)
            case "percent":
                return f"{value:.1f}".replace(".", ",").replace("-", "−") + "\u00a0%"
        return str(value)


class ReportForm(PlainForm):
    """All that reports are narrowed by; a report names those of the fields that it has."""

    on = forms.DateField(label=gettext_lazy("As of"), required=False)
    since = forms.DateField(label=gettext_lazy("Tax event from"), required=False)
    until = forms.DateField(label=gettext_lazy("Tax event to"), required=False)
    by = forms.ChoiceField(label=gettext_lazy("By"), required=False)
    compare = forms.ChoiceField(
        label=gettext_lazy("Compared with"),
        required=False,
        choices=[
            ("", gettext_lazy("nothing")),
            ("year", gettext_lazy("the same days a year before")),
            ("before", gettext_lazy("as many days before")),
        ],
    )
    own_firm = forms.ModelChoiceField(
        label=gettext_lazy("Own firm"), queryset=Counterparty.objects.none(), required=False
    )
    party = PickerField(
        label=gettext_lazy("Counterparty"),
        queryset=Counterparty.objects.none(),
        url_name="counterparties:counterparty_picker",
        find=find_party,
        required=False,
    )
    trader = forms.ModelChoiceField(
        label=gettext_lazy("Trader"), queryset=User.objects.filter(is_active=True), required=False
    )
    type = forms.ModelChoiceField(label=gettext_lazy("Type"), queryset=PartyType.objects.all(), required=False)
    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        required=False,
        max_length=3,
        help_text="",
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("all, in EUR")}),
    )

    def __init__(self, data: Any, user: Any, names: tuple[str, ...]) -> None:
        super().__init__(data)
        self.fields = {name: self.fields[name] for name in names}
        for name in names:
            if isinstance(self.fields[name], forms.DateField):
                self.fields[name].widget.attrs["placeholder"] = _("dd.mm.yyyy")
        if "own_firm" in self.fields:
            firms = Counterparty.objects.own_firms_of(user).select_related("legal_form")
            self.fields["own_firm"].queryset = firms  # type: ignore[attr-defined]
        if "party" in self.fields:
            parties = Counterparty.objects.visible_to(user).select_related("legal_form")
            self.fields["party"].queryset = parties  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("on", "since", "until"):
            if (day := data.get(name)) and not EARLIEST <= day <= LATEST:
                self.add_error(name, _("This day is too far away."))
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", _("The period ends before it begins."))
        return data


class Report:
    """One report, asked by one user with one filter. Rows are dicts; a cell's value stands under its column's name."""

    slug = ""
    title: Any = ""
    text: Any = ""
    icon = "bar-chart"
    order = 100
    names: tuple[str, ...] = ("on", "own_firm", "party", "trader", "type", "currency")
    name_column = "name"

    def __init__(self, data: Any, user: Any) -> None:
        self.user = user
        self.form = self.make_form(data)
        self.form.is_valid()
        # A wrong value is told at its field and narrows nothing.
        self.data: dict[str, Any] = getattr(self.form, "cleaned_data", {})

    def make_form(self, data: Any) -> ReportForm:
        return ReportForm(self.with_preset(data), self.user, self.names)

    def with_preset(self, data: Any) -> Any:
        """What was asked, with the own firm in force, unless the address filters by anything (by "all firms", too)."""
        firm = self.user.firm_in_force
        if firm is None or "own_firm" not in self.names or any(name in data for name in self.names):
            return data
        data = data.copy()
        data["own_firm"] = str(firm.pk)
        return data

    @property
    def is_of_all_firms(self) -> bool:
        """Whether all firms were asked for where another page would be preset with the one in force."""
        return self.user.firm_in_force is not None and not self.data.get("own_firm")

    @property
    def on(self) -> dt.date:
        return self.data.get("on") or today()

    @property
    def currency(self) -> str:
        """The currency of the sums: that of the filter, else EUR, into which all are told."""
        return self.data.get("currency") or "EUR"

    @property
    def amount(self) -> str:
        return "left" if self.data.get("currency") else "left_eur"

    @cached_property
    def columns(self) -> list[ReportColumn]:
        raise NotImplementedError

    @cached_property
    def rows(self) -> list[Row]:
        """All rows in their order."""
        raise NotImplementedError

    def told(self, rows: list[Row]) -> list[Row]:
        """The rows with their names: fetched for those alone that are shown."""
        return rows

    @cached_property
    def totals(self) -> Row:
        """Sums of the columns of money; the rest is the report's own."""
        sums = {column.name for column in self.columns if column.kind in ("money", "count")}
        return {name: sum((row.get(name) or 0 for row in self.rows), Decimal(0)) for name in sums}

    @property
    def subtitle(self) -> str:
        """What the print tells of the filter."""
        shown = [_("as of %s") % format_date(self.on)] if "on" in self.names else []
        for name in self.names:
            value = self.data.get(name)
            if value and name not in ("on", "since", "until", "by", "compare"):
                words = str(value)
                shown.append(f"{self.form.fields[name].label}: {words}")
        if "currency" in self.names and not self.data.get("currency"):
            shown.append(_("in EUR at each document's rate"))
        return " · ".join(shown)

    def narrowed(self, rows: Any) -> Any:
        """Rows of documents or payments, narrowed by what the filter says of party, type, trader and currency."""
        for name, field in (("party", "party"), ("own_firm", "own_firm"), ("currency", "currency")):
            if self.data.get(name):
                rows = rows.filter(**{field: self.data[name]})
        if trader := self.data.get("trader"):
            rows = rows.filter(party__trader=trader)
        if kind := self.data.get("type"):
            rows = rows.filter(of_type(kind))
        return rows

    @property
    def link_filters(self) -> dict[str, Any]:
        """What of the filter goes into the links to what adds up."""
        keys: dict[str, Any] = {
            name: self.data[name].pk for name in ("own_firm", "trader", "type") if self.data.get(name)
        }
        if self.is_of_all_firms:
            keys["own_firm"] = ""
        return keys | {"currency": self.data.get("currency", "")}

    def party_of(self, row: Row) -> Any:
        """Whose a row is, for a link: its party, or that of the filter, or everybody's (None)."""
        return SimpleNamespace(pk=row["party"]) if row.get("party") else self.data.get("party")

    @classmethod
    def is_open_to(cls, user: Any) -> bool:
        return bool(user.has_perm(VIEW_REPORTS) and user.has_perm(VIEW_DOCUMENTS))


reports: Registry[type[Report]] = Registry("report")


def register(report: type[Report]) -> type[Report]:
    reports.register(report)
    return report


def name_parties(rows: list[Row]) -> list[Row]:
    """Write under `name` what each row's party is called."""
    parties = Counterparty.objects.select_related("legal_form").in_bulk([row["party"] for row in rows])
    for row in rows:
        party = parties[row["party"]]
        row["name"], row["url"] = party.display_name, party.get_absolute_url()
        row["number"] = party.registration_number
    return rows


def label(words: Any) -> str:
    return str(capfirst(words))
