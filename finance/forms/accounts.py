"""Forms of the papers about a party's account: statement, confirmation, reminder, interest."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.amounts import AmountField
from common.dates import format_date, parse_date, today
from common.forms import PlainForm
from common.money import format_money
from counterparties.models import Counterparty
from documents.own_firms import usual_own_firm
from finance.models import FinancialDocument
from finance.reminders import DAYS, RECOVERY_COSTS, Reminder


class AccountForm(PlainForm):
    """Which of our firms; the usual one unless another is chosen."""

    own_firm = forms.ModelChoiceField(
        label=gettext_lazy("Own firm"), queryset=Counterparty.objects.none(), required=False, empty_label=None
    )

    def __init__(self, data: Any, party: Counterparty, user: Any) -> None:
        # What the address leaves out is filled in, so that one sees what is shown.
        self.filled = {key: value for key, value in data.items() if value}
        self.filled = {**self.usual(), **self.filled}
        super().__init__(self.filled)
        self.party, self.user = party, user
        firms: Any = self.fields["own_firm"]
        firms.queryset = Counterparty.objects.own_firms_of(user).exclude(pk=party.pk).select_related("legal_form")
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget.attrs["placeholder"] = _("dd.mm.yyyy")

    def usual(self) -> dict[str, str]:
        return {}

    def usual_firm(self) -> Counterparty | None:
        """The firm in force; else that with which the party has had documents last, else which usually speaks to it."""
        firms: Any = self.fields["own_firm"]
        if (chosen := self.user.firm_in_force) is not None:
            in_force: Counterparty | None = firms.queryset.filter(pk=chosen.pk).first()
            if in_force is not None:
                return in_force
        rows = FinancialDocument.objects.visible_to(self.user).filter(party=self.party, own_firm__in=firms.queryset)
        last = rows.exclude(state="draft").order_by("-date", "-pk").values_list("own_firm", flat=True).first()
        if last is not None:
            found: Counterparty = firms.queryset.get(pk=last)
            return found
        return usual_own_firm(self.party, self.user, else_first=True)

    def value(self, name: str) -> Any:
        return getattr(self, "cleaned_data", {}).get(name)

    @cached_property
    def firm(self) -> Counterparty | None:
        """The firm that is chosen; the usual one is shown as chosen, too."""
        found: Counterparty | None = self.value("own_firm") or self.usual_firm()
        if found is not None:
            self.filled["own_firm"] = str(found.pk)
        return found


class PeriodForm(AccountForm):
    since = forms.DateField(label=gettext_lazy("From"), required=False)
    until = forms.DateField(label=gettext_lazy("To"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)

    def usual(self) -> dict[str, str]:
        """Until today, or the day asked for, from the beginning of its year."""
        day = today()
        with suppress(ValueError):
            day = parse_date(self.filled.get("until", ""))
        return {"since": format_date(day.replace(month=1, day=1)), "until": format_date(day)}

    def __init__(self, data: Any, party: Counterparty, user: Any, currencies: list[str]) -> None:
        super().__init__(data, party, user)
        choices = [("", _("all, in EUR")), *((code, _("%s alone") % code) for code in currencies)]
        self.fields["currency"].choices = choices  # type: ignore[attr-defined]

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The days asked for; from the beginning of the year until today when none are."""
        until = self.value("until") or today()
        since = self.value("since") or until.replace(month=1, day=1)
        return min(since, until), until

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("since") and data["since"] > (data.get("until") or today()):
            self.add_error("since", _("The period ends before it begins."))
        return data


class AsOfForm(AccountForm):
    on = forms.DateField(label=gettext_lazy("As of"), required=False)

    def usual(self) -> dict[str, str]:
        return {"on": format_date(today())}

    @property
    def day(self) -> dt.date:
        return self.value("on") or today()


class ReminderForm(PlainForm):
    """Of which overdue documents one is reminded, and what is asked beside them."""

    documents = forms.MultipleChoiceField(
        label=gettext_lazy("Overdue documents"), widget=forms.CheckboxSelectMultiple, required=True
    )
    with_interest = forms.BooleanField(
        label=gettext_lazy("With statutory interest"),
        required=False,
        help_text=gettext_lazy("By the dated rates, from the day after the last day for paying."),
    )
    with_costs = forms.BooleanField(
        label=gettext_lazy("With costs of recovery"),
        required=False,
        help_text=gettext_lazy("Between traders (ТЗ чл. 309а)."),
    )
    costs = AmountField(label=gettext_lazy("Costs, EUR"), required=False, initial=RECOVERY_COSTS)
    days = forms.IntegerField(label=gettext_lazy("To be paid within, days"), min_value=1, max_value=60, initial=DAYS)

    def __init__(self, data: Any, documents: list[Any]) -> None:
        super().__init__(data)
        self.found = documents
        chosen: Any = self.fields["documents"]
        chosen.choices = [
            (str(one.pk), f"{one} · {format_date(one.payable_by)} · {format_money(one.left, one.currency)}")
            for one in documents
        ]
        chosen.initial = [str(one.pk) for one in documents]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("with_costs") and "costs" not in self.errors and not (data.get("costs") or 0) > 0:
            self.add_error("costs", _("Say how much the costs are."))
        return data

    def reminder(self, party: Counterparty, own_firm: Counterparty) -> Reminder:
        data = self.cleaned_data
        keys = set(data["documents"])
        return Reminder(
            party,
            own_firm,
            [one for one in self.found if str(one.pk) in keys],
            with_interest=bool(data.get("with_interest")),
            costs=data["costs"] if data.get("with_costs") else Decimal("0.00"),
            days=data["days"],
        )
