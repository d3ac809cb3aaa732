"""Lists of bank statements and of their lines."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from common.columns import Column, Empty
from common.dates import format_date
from common.forms import PlainForm
from common.lists import ListPage
from common.money import format_money
from contacts.cells import tone
from contacts.models import BankAccount
from counterparties.models import Counterparty
from finance.models import BankStatement


def waiting(statement: Any) -> SafeString | str:
    """How many of its lines wait to be booked."""
    count = statement.waiting
    if not count:
        return tone("green", gettext_lazy("all booked"))
    return tone("amber", ngettext("%(count)d line waits", "%(count)d lines wait", count) % {"count": count})


def days_of(statement: Any) -> str:
    """Its days; a statement of one day names it once."""
    since, until = format_date(statement.from_on), format_date(statement.to_on)
    return since if since == until else f"{since} – {until}"


def money(name: str) -> Any:
    return lambda row: format_money(getattr(row, name), row.currency)


class StatementFilter(django_filters.FilterSet):
    primary = ("state", "account", "own_firm", "since", "until")

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("Lines"),
        choices=[("waiting", gettext_lazy("some wait")), ("done", gettext_lazy("all booked"))],
        method="by_state",
    )
    account = django_filters.ModelChoiceFilter(label=gettext_lazy("Account"), queryset=BankAccount.objects.none())
    own_firm = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Own firm"), queryset=Counterparty.objects.filter(is_own_firm=True)
    )
    since = django_filters.DateFilter(label=gettext_lazy("From"), field_name="to_on", lookup_expr="gte")
    until = django_filters.DateFilter(label=gettext_lazy("To"), field_name="from_on", lookup_expr="lte")

    class Meta:
        model = BankStatement
        fields: list[str] = []
        form = PlainForm

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(waiting__gt=0) if value == "waiting" else queryset.filter(waiting=0)


class StatementList(ListPage):
    model = BankStatement
    filterset_class = StatementFilter
    permission_required = "finance.view_bankstatement"
    page_title = gettext_lazy("Bank statements")
    default_sort = "-period"
    tie_break = ("-pk",)
    add_label = gettext_lazy("Read a statement")
    add_as_page = True
    empty = Empty(
        gettext_lazy("No bank statements yet"),
        gettext_lazy(
            "Read a file of your bank: CAMT.053, MT940, CSV or XLSX. Its lines are matched with what is open."
        ),
    )
    columns = [
        Column("period", gettext_lazy("Days"), days_of,
               sort=["to_on"], css="number"),
        Column("account", gettext_lazy("Account"), lambda row: row.account.number, css="number",
               sort=["account__iban"]),
        Column("own_firm", gettext_lazy("Own firm"), "own_firm.display_name", sort=["own_firm__sort_name"]),
        Column("number", gettext_lazy("Number"), "number", sort=["number"], css="number"),
        Column("lines", gettext_lazy("Lines"), "line_count", numeric=True),
        Column("opening", gettext_lazy("Opening balance"), "opening", numeric=True, html=money("opening")),
        Column("closing", gettext_lazy("Closing balance"), "closing", numeric=True, html=money("closing")),
        Column("currency", gettext_lazy("Currency"), "currency", default=False),
        Column("state", gettext_lazy("State"), "waiting", html=waiting),
        Column("read_at", gettext_lazy("Read at"), "read_at", sort=["read_at"], default=False, css="number"),
        Column("read_by", gettext_lazy("Read by"), "read_by", default=False),
        Column("file_name", gettext_lazy("File"), "file_name", default=False),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        rows: Any = super().base_queryset()
        counted = rows.annotate(line_count=Count("lines"), waiting=Count("lines", filter=Q(lines__state="waiting")))
        return counted.select_related("account", "own_firm", "own_firm__legal_form", "read_by")

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        user: Any = self.request.user
        firms = Counterparty.objects.own_firms_of(user)
        filterset.filters["own_firm"].field.queryset = firms
        filterset.filters["account"].field.queryset = BankAccount.objects.filter(
            party__in=firms, statements__isnull=False
        ).distinct()
        return filterset

    def get_add_url(self) -> str:
        return reverse("finance:bankstatement_add") if self.request.user.has_perm("finance.add_bankstatement") else ""
