"""What the list of financial documents is filtered by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from common.amounts import AmountField
from common.forms import PlainForm
from common.pickers import PickerField
from counterparties.forms import find_party
from counterparties.models import Counterparty
from finance.forms.fields import MonthField
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument, FinancialDocumentLine
from finance.models.choices import PaymentState
from users.models import User


class MonthFilter(django_filters.Filter):
    field_class = MonthField


class PartyFilter(django_filters.Filter):
    """One party, out of those that the user may see, archived ones too: their documents stay."""

    field_class = PickerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Counterparty.objects.none(),
            url_name="counterparties:counterparty_picker",
            find=find_party,
            **kwargs,
        )


class AmountFilter(django_filters.Filter):
    field_class = AmountField


def labels(choices: Any) -> list[tuple[str, Any]]:
    return [(value, capfirst(label)) for value, label in choices if value]


class DocumentFilter(django_filters.FilterSet):
    primary = ("q", "kind", "state", "paid", "own_firm", "since", "until", "party")

    q = django_filters.CharFilter(label=_("Number, party, text"), method="search", max_length=200)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=labels(DocumentKind.choices))
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[
            ("draft", _("Drafts")),
            ("issued", _("Issued and entered")),
            ("cancelled", _("Cancelled and reversed")),
        ],
    )
    paid = django_filters.ChoiceFilter(
        label=_("Payment"),
        choices=[("open", _("Not fully paid")), *labels(PaymentState.choices)],
        method="by_payment",
    )
    own_firm = django_filters.ModelChoiceFilter(
        label=_("Own firm"), queryset=Counterparty.objects.filter(is_own_firm=True)
    )
    party = PartyFilter(label=_("Counterparty"))
    since = django_filters.DateFilter(label=_("Date from"), field_name="date", lookup_expr="gte")
    until = django_filters.DateFilter(label=_("Date to"), field_name="date", lookup_expr="lte")
    direction = django_filters.ChoiceFilter(label=_("Income or expense"), choices=labels(Direction.choices))
    origin = django_filters.ChoiceFilter(
        label=_("Whose document"),
        choices=[("ours", _("issued by us")), ("theirs", _("received"))],
        method="by_origin",
    )
    due_since = django_filters.DateFilter(label=_("Due from"), field_name="payable_by", lookup_expr="gte")
    due_until = django_filters.DateFilter(label=_("Due to"), field_name="payable_by", lookup_expr="lte")
    period = MonthFilter(label=_("VAT period"), field_name="vat_period")
    currency = django_filters.CharFilter(label=_("Currency"), method="in_currency", max_length=3)
    least = AmountFilter(label=_("Total from"), field_name="gross", lookup_expr="gte")
    most = AmountFilter(label=_("Total to"), field_name="gross", lookup_expr="lte")
    trader = django_filters.ModelChoiceFilter(label=_("Trader"), queryset=User.objects.filter(is_active=True))
    article = django_filters.CharFilter(label=_("Article (code or name)"), method="with_article", max_length=100)
    tax = django_filters.ChoiceFilter(
        label=_("Tax documents"), choices=[("yes", _("tax documents alone"))], method="tax_alone"
    )

    class Meta:
        model = FinancialDocument
        fields: list[str] = []
        form = PlainForm

    def __init__(self, *args: Any, across: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not across:
            del self.filters["party"]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """By number, names as printed and texts; drafts carry no copy of the party yet, so its record is asked too."""
        found = FinancialDocument.objects.matching(value)
        if not value.strip():
            return queryset
        by_party = Counterparty.objects.matching(value)
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(party__in=by_party))

    def by_payment(self, queryset: Any, name: str, value: str) -> Any:
        owing = queryset.issued().filter(owed__gt=0)
        match value:
            case "open":
                return queryset.open()
            case PaymentState.OVERDUE:
                return queryset.overdue()
            case PaymentState.PAID:
                return owing.filter(settled=F("owed"))
            case PaymentState.PARTLY:
                return queryset.open().filter(settled__gt=0)
        return queryset.open().filter(settled=0)

    def by_origin(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(received=value == "theirs")

    def in_currency(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(currency=value.strip().upper())

    def with_article(self, queryset: Any, name: str, value: str) -> Any:
        from trade.models import Article

        lines = FinancialDocumentLine.objects.filter(document=OuterRef("pk"))
        return queryset.filter(Exists(lines.filter(article__in=Article.objects.matching(value).values("pk"))))

    def tax_alone(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.exclude(vat_period=None)
