"""The form in which it is said how much of which open document a payment settles."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.amounts import AmountField
from common.forms import PlainForm
from common.money import format_money
from finance import cash, settling
from finance.models import FinancialDocument, Payment
from finance.models.payments import PaymentMethod

ZERO = Decimal("0.00")


def row_name(other: Any) -> str:
    return f"{'p' if isinstance(other, Payment) else 'd'}{other.pk}"


class SettleForm(PlainForm):
    """How much of which open document the item settles, in the item's currency. What is left stays open."""

    def __init__(
        self,
        item: Any,
        *args: Any,
        user: Any,
        first: Any = None,
        plan: list[settling.Pair] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.item, self.user = item, user
        found = settling.proposals(item, user, first=first) if item.own_firm_id and item.party_id else []
        chosen = {row_name(other): amount for other, amount in plan or []}
        known = {row_name(other) for other, _amount in found}
        found += [pair for pair in plan or [] if row_name(pair[0]) not in known]
        self.others: dict[str, Any] = {}
        self.proposed: dict[str, Decimal] = {}
        self.worths: dict[str, Decimal | None] = {}
        for other, amount in found:
            name = row_name(other)
            self.others[name] = other
            self.proposed[name] = chosen.get(name, ZERO) if plan is not None else amount
            field = AmountField(label=str(other), required=False, min_value=ZERO)
            self.worths[name] = settling.worth(other, item)
            field.widget.attrs["data-settle"] = f"{self.worths[name] or ZERO:f}"
            if isinstance(other, FinancialDocument):
                field.widget.attrs["data-fill"] = ""
            self.fields[name] = field
            self.initial.setdefault(name, self.proposed[name] or None)

    @property
    def left(self) -> Decimal:
        """How much there is to share out."""
        item = self.item
        return item.open if item.pk and item.is_issued else item.owed or ZERO

    @property
    def rest(self) -> Decimal:
        """What stays open as it stands in the form."""
        shared: Decimal = sum(self.proposed.values(), ZERO)
        if self.is_bound:
            values = [getattr(self, "cleaned_data", {}).get(name) for name in self.others]
            shared = sum((value for value in values if value), ZERO)
        return self.left - shared

    def rows(self) -> Iterator[dict[str, Any]]:
        for name, other in self.others.items():
            yield {
                "other": other,
                "field": self[name],
                "due": getattr(other, "payable_by", None),
                "is_payment": isinstance(other, Payment),
                "is_overdue": getattr(other, "is_overdue", False),
                "worth": self.worths[name] if other.currency != self.item.currency else None,
                "tells_party": other.party_id != self.item.party_id,
            }

    @property
    def pairs(self) -> list[settling.Pair]:
        return [(self.others[name], amount) for name in self.others if (amount := self.cleaned_data.get(name))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in self.data:
            gone = name[:1] in "dp" and name[1:].isdecimal() and name not in self.others
            if gone and (self.data.get(name) or "").strip(" 0,.-"):
                raise ValidationError(_("A document that was chosen is not open any more: look at the list once more."))
        for name, other in self.others.items():
            amount = data.get(name)
            most = self.worths[name]
            if amount and most is None:
                self.add_error(name, _("There is no exchange rate of %s for the day.") % other.currency)
            elif amount and most is not None and amount > most:
                self.add_error(name, _("At most %s is open.") % format_money(most, self.item.currency))
        total = sum((amount for name in self.others if (amount := data.get(name))), ZERO)
        if not self.errors and total > self.left:
            raise ValidationError(
                _("%(total)s is shared out, but there is only %(left)s."),
                params={
                    "total": format_money(total, self.item.currency),
                    "left": format_money(self.left, self.item.currency),
                },
            )
        return data


class SettleMoreForm(SettleForm):
    """The same for a payment that is posted: the reason for cash over the limit is asked here too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paid_in_cash = getattr(self.item, "method", "") == PaymentMethod.CASH and isinstance(self.item, Payment)
        if paid_in_cash and self.user.has_perm("finance.pay_over_cash_limit"):
            self.fields[cash.REASON_FIELD] = forms.CharField(
                label=_("Reason to pay in cash over the limit"), required=False, max_length=300
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not self.pairs:
            raise ValidationError(_("Write how much of what is settled."))
        return data

    @property
    def reason(self) -> str:
        return self.cleaned_data.get(cash.REASON_FIELD) or ""

    def tell(self, refusal: ValidationError) -> None:
        """Say a refusal at the fields that it names, or at the top."""
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for name, errors in refusal.error_dict.items():
            self.add_error(name if name in self.fields else None, ValidationError(errors))
