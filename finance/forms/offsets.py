"""The form of an offset protocol: which open documents of both sides, and how much of each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.amounts import AmountField, written
from common.columns import show
from common.dates import today
from common.forms import PlainForm
from common.money import format_money
from finance.forms.drafts import Difference, last_change, said_of
from finance.models import FinancialDocument
from finance.models.choices import Side
from finance.rules.offsets import candidates, open_in

ZERO = Decimal("0.00")
OFFERED = 200  # on each side; older ones first


@dataclass
class Row:
    document: Any
    field: Any
    open: Decimal

    @property
    def is_overdue(self) -> bool:
        return bool(self.document.is_overdue)


class OffsetForm(PlainForm):
    """Amounts are in the protocol's currency; an empty one leaves the document out."""

    version = forms.IntegerField(required=False, min_value=1, max_value=10**9, widget=forms.HiddenInput)
    date = forms.DateField(label=gettext_lazy("Date"))
    place = forms.CharField(label=gettext_lazy("Place of the deal"), max_length=100, required=False)
    note = forms.CharField(
        label=gettext_lazy("Text on the document"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        party: Any,
        own_firm: Any,
        currency: str,
        user: Any,
        chosen: dict[int, Decimal] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.differences: list[Difference] = []
        self.saved_by = ""
        self.initial.setdefault("date", today())
        found = candidates(party, own_firm, currency, user)
        self.sides = {str(Side.DEBIT): found[0][:OFFERED], str(Side.CREDIT): found[1][:OFFERED]}
        self.cut = any(len(one) > OFFERED for one in found)
        self.opens = {one.pk: open_in(one, currency) or ZERO for side in self.sides.values() for one in side}
        proposed = chosen if chosen is not None else self.proposals()
        for side, documents in self.sides.items():
            for one in documents:
                name = f"d{one.pk}"
                field = AmountField(label=str(one), required=False, min_value=ZERO)
                field.widget.attrs["data-offset"] = side
                self.fields[name] = field
                self.initial.setdefault(name, proposed.get(one.pk) or None)

    def proposals(self) -> dict[int, Decimal]:
        """The oldest first, to the smaller of the two sides."""
        total = min(sum((self.opens[one.pk] for one in side), ZERO) for side in self.sides.values())
        made: dict[int, Decimal] = {}
        for side in self.sides.values():
            left = total
            for one in side:
                made[one.pk] = min(left, self.opens[one.pk])
                left -= made[one.pk]
        return made

    def rows(self, side: str) -> list[Row]:
        return [Row(one, self[f"d{one.pk}"], self.opens[one.pk]) for one in self.sides[side]]

    @property
    def debit_rows(self) -> list[Row]:
        return self.rows(str(Side.DEBIT))

    @property
    def credit_rows(self) -> list[Row]:
        return self.rows(str(Side.CREDIT))

    @property
    def can_offset(self) -> bool:
        return all(self.sides.values())

    def total_of(self, side: str) -> Decimal:
        """What stands in the rows of a side now."""
        values = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else self.initial
        return sum((values.get(f"d{one.pk}") or ZERO for one in self.sides[side]), ZERO)

    @property
    def debit_total(self) -> Decimal:
        return self.total_of(str(Side.DEBIT))

    @property
    def credit_total(self) -> Decimal:
        return self.total_of(str(Side.CREDIT))

    @property
    def total(self) -> Decimal:
        return min(self.debit_total, self.credit_total)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in list(data.items()):
            key = int(name[1:]) if name.startswith("d") and name[1:].isdecimal() else None
            if key is not None and value and value > self.opens[key]:
                words = _("Only %s of it is open.") % format_money(self.opens[key], self.currency)
                self.add_error(name, words)
        if not self.errors and not all(self.chosen(side) for side in self.sides):
            self.add_error(None, _("Choose documents of both sides: what they owe us, and what we owe them."))
        if data.get("date") and data["date"] > today():
            self.add_error("date", _("A document is not issued with a day in the future."))
        return data

    def chosen(self, side: str) -> list[tuple[Any, Decimal]]:
        """The documents of a side with an amount, as the protocol takes them."""
        found = ((one, self.cleaned_data.get(f"d{one.pk}")) for one in self.sides[side])
        return [(one, amount) for one, amount in found if amount]

    # -- Somebody else's save ----------------------------------------------------------------------

    def is_overtaken(self, stored: FinancialDocument) -> bool:
        """Whether somebody saved the protocol after this form was opened. Ask under the protocol's lock."""
        sent = self.cleaned_data.get("version") or self.data.get("version")
        return bool(sent) and str(sent) != str(stored.version)

    def compare(self, stored: FinancialDocument) -> None:
        """Say what saving would put in place of what; a second save then does it."""
        self.saved_by = last_change(stored)
        amounts = dict(stored.offset_items.values_list("document", "amount"))
        for name in ("date", "place", "note"):
            self.differ(str(self[name].label), said_of(stored, name), self.typed(name))
        for key in self.opens:
            self.differ(str(self[f"d{key}"].label), amount_words(amounts.pop(key, None)), self.typed(f"d{key}"))
        for gone in FinancialDocument.objects.filter(pk__in=amounts).order_by("payable_by", "date", "pk"):
            self.differ(str(gone), amount_words(amounts[gone.pk]), "")
        data: Any = self.data
        data = data.copy()
        data["version"] = str(stored.version)
        self.data = data

    def differ(self, where: str, saved: str, typed: str) -> None:
        if saved != typed:
            self.differences.append(Difference(where, saved, typed))

    def typed(self, name: str) -> str:
        """What stands in a field, in words; what is wrong as it was typed."""
        if name in self.errors:
            return str(self[name].value() or "")
        value = self.cleaned_data.get(name)
        return amount_words(value) if isinstance(value, Decimal) else show(value)


def amount_words(amount: Decimal | None) -> str:
    return written(amount, 2) if amount else ""
