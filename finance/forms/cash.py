"""Forms of cash desks and of the days of a cash book."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dates import today
from common.forms import PlainForm, RecordForm
from contacts.currencies import currency_choices
from counterparties.models import Counterparty
from finance.cash_book import LONGEST
from finance.models import CashDesk, Payment


class CashDeskForm(RecordForm):
    class Meta:
        model = CashDesk
        fields = ["own_firm", "name", "currency"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        desk: CashDesk = self.instance
        fields: Any = self.fields
        firms = Counterparty.objects.own_firms_of(user).select_related("legal_form").order_by("sort_name", "pk")
        fields["own_firm"].queryset = firms
        fields["own_firm"].empty_label = None
        fields["currency"] = forms.ChoiceField(label=_("Currency"), choices=currency_choices(desk.currency))
        if desk.pk is not None and Payment.objects.through_desk(desk).exists():
            # What has gone through it was of this firm and in this currency.
            del fields["own_firm"], fields["currency"]


class DaysForm(PlainForm):
    """From which day to which; the present month when nothing is said."""

    since = forms.DateField(label=gettext_lazy("From"))
    until = forms.DateField(label=gettext_lazy("To"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", _("The end is before the beginning."))
        elif since and until and (until - since).days >= LONGEST:
            self.add_error("since", _("At most a year is shown at once."))
        return data

    @classmethod
    def asked(cls, data: Any) -> tuple[DaysForm, dt.date, dt.date]:
        """The form as asked, and the days that it means: those of this month when they are missing or wrong."""
        day = today()
        usual = day.replace(day=1), day
        form = cls(data if "since" in data or "until" in data else {"since": usual[0], "until": usual[1]})
        form.auto_id = "days_%s"
        if not form.is_valid():
            return form, *usual
        return form, form.cleaned_data["since"], form.cleaned_data["until"]
