"""Exchange differences: settlements whose two sides are not the same in euro."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet, Sum
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import PlainForm
from common.lists import Column, Empty, ListPage
from common.money import format_money
from counterparties.models import Counterparty
from finance.filters import MonthFilter
from finance.models import Settlement


def link_to(side: str) -> Any:
    def draw(settlement: Any) -> SafeString:
        item = getattr(settlement, side)
        return format_html('<a href="{}">{}</a>', item.get_absolute_url(), item)

    return draw


def amount_of(side: str) -> Any:
    def tell(settlement: Any) -> str:
        return format_money(getattr(settlement, f"{side}_amount"), getattr(settlement, side).currency)

    return tell


def party_of(settlement: Any) -> Any:
    return settlement.debit.party


class DifferenceFilter(django_filters.FilterSet):
    month = MonthFilter(label=gettext_lazy("Month"), method="of_month")
    own_firm = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Own firm"), queryset=Counterparty.objects.filter(is_own_firm=True), method="of_firm"
    )
    since = django_filters.DateFilter(label=gettext_lazy("Date from"), field_name="on", lookup_expr="gte")
    until = django_filters.DateFilter(label=gettext_lazy("Date to"), field_name="on", lookup_expr="lte")
    sign = django_filters.ChoiceFilter(
        label=gettext_lazy("Gain or loss"),
        choices=[("gain", gettext_lazy("gains")), ("loss", gettext_lazy("losses"))],
        method="by_sign",
    )

    class Meta:
        model = Settlement
        fields: list[str] = []
        form = PlainForm

    def of_month(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(on__year=value.year, on__month=value.month)

    def of_firm(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.of_firm(value)

    def by_sign(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(difference__gt=0) if value == "gain" else queryset.filter(difference__lt=0)


class DifferenceList(ListPage):
    model = Settlement
    filterset_class = DifferenceFilter
    permission_required = ("finance.view_payment", "finance.view_financialdocument")
    export_permission = "finance.export_payment"
    page_title = gettext_lazy("Exchange differences")
    list_key = "finance.exchange_differences"
    default_sort = "-on"
    empty = Empty(
        gettext_lazy("No exchange differences"),
        gettext_lazy("They come when a document and its payment are in other currencies, or of days of other rates."),
    )
    columns = [
        Column("on", gettext_lazy("Day"), "on", sort=["on", "pk"], css="number"),
        Column("party", gettext_lazy("Counterparty"), lambda row: party_of(row).display_name),
        Column("credit", gettext_lazy("We owed"), lambda row: str(row.credit), html=link_to("credit")),
        Column("credit_amount", gettext_lazy("Amount"), amount_of("credit"), numeric=True),
        Column("credit_eur", gettext_lazy("In EUR"), lambda row: format_money(row.credit_eur), numeric=True,
               sort=["credit_eur"], export=lambda row: row.credit_eur),
        Column("debit", gettext_lazy("They owed"), lambda row: str(row.debit), html=link_to("debit")),
        Column("debit_amount", gettext_lazy("Amount"), amount_of("debit"), numeric=True),
        Column("debit_eur", gettext_lazy("In EUR"), lambda row: format_money(row.debit_eur), numeric=True,
               sort=["debit_eur"], export=lambda row: row.debit_eur),
        Column("difference", gettext_lazy("Difference"), lambda row: format_money(row.difference), numeric=True,
               sort=["difference"], export=lambda row: row.difference),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        rows: Any = super().base_queryset()
        sides = ("debit_document", "debit_payment", "credit_document", "credit_payment")
        return rows.current().with_difference().select_related(*(f"{side}__party__legal_form" for side in sides))

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        firms = Counterparty.objects.own_firms_of(self.request.user)
        filterset.form.fields["own_firm"].queryset = firms.select_related("legal_form")
        return filterset

    def row_url(self, obj: Any) -> str:
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        total = self.object_list.aggregate(sum=Sum("difference"))["sum"] if context["total"] else None
        context["foot_template"] = "finance/_difference_sum.html"
        context["difference_sum"] = total
        context["difference_words"] = _("In all a gain of") if total and total > 0 else _("In all a loss of")
        return context
