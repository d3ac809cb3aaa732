"""The list of cash desks, and that of our bank accounts with what lies in them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import (
    Case,
    DateField,
    DecimalField,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import PlainForm
from common.lists import Action, Column, Empty, ListPage
from common.money import format_money
from contacts.models import BankAccount
from counterparties.models import Counterparty
from finance.models import BankStatement, CashDesk, Payment
from finance.models.payments import PaymentDirection

MONEY: Any = DecimalField(max_digits=20, decimal_places=2)
NOTHING = Value(0, output_field=MONEY)


class DeskFilter(django_filters.FilterSet):
    own_firm = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Own firm"), queryset=Counterparty.objects.filter(is_own_firm=True)
    )
    archived = django_filters.ChoiceFilter(
        label=gettext_lazy("Archived"), choices=[("with", gettext_lazy("also archived"))], method="with_archived"
    )

    class Meta:
        model = CashDesk
        fields: list[str] = []
        form = PlainForm

    def with_archived(self, queryset: Any, name: str, value: str) -> Any:
        return queryset

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("archived") else found.current()


class CashDeskList(ListPage):
    model = CashDesk
    filterset_class = DeskFilter
    permission_required = "finance.view_cashdesk"
    page_title = gettext_lazy("Cash desks")
    default_sort = "name"
    add_label = gettext_lazy("Add a cash desk")
    empty = Empty(
        gettext_lazy("No cash desks yet"),
        gettext_lazy("Where cash is kept, each in one currency. What lies in a desk is never below zero."),
    )
    columns = [
        Column("name", gettext_lazy("Name"), "name", sort=["name"]),
        Column("own_firm", gettext_lazy("Own firm"), "own_firm.display_name", sort=["own_firm__sort_name"]),
        Column("currency", gettext_lazy("Currency"), "currency", sort=["currency"]),
        Column("balance", gettext_lazy("In the desk"), lambda desk: format_money(desk.balance, desk.currency),
               sort=["balance"], numeric=True, export=lambda desk: desk.balance),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().select_related("own_firm", "own_firm__legal_form")

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        firms = Counterparty.objects.own_firms_of(self.request.user)
        filterset.form.fields["own_firm"].queryset = firms.select_related("legal_form")
        return filterset

    def get_add_url(self) -> str:
        return reverse("finance:cashdesk_add") if self.request.user.has_perm("finance.add_cashdesk") else ""

    def row_actions(self, obj: CashDesk) -> list[Action]:
        return desk_deeds(obj, self.request.user)


def desk_deeds(desk: CashDesk, user: Any) -> list[Action]:
    if not user.has_perm("finance.change_cashdesk"):
        return []
    if desk.is_archived:
        url = reverse("finance:cashdesk_restore", args=[desk.pk])
        return [Action(_("Restore"), url, icon="arrow-counterclockwise", method="post")]
    deeds = [Action(_("Edit"), reverse("finance:cashdesk_edit", args=[desk.pk]), icon="pencil", htmx=True)]
    if not desk.balance:
        url = reverse("finance:cashdesk_archive", args=[desk.pk])
        deeds.append(Action(_("Archive"), url, icon="archive", method="post", confirm=_("Archive this cash desk?")))
    return deeds


# -- Our accounts -----------------------------------------------------------------------------------


def moved(account: str, change: Any) -> Any:
    """The sum by which posted payments moved an account, since its last statement when there is one."""
    rows = Payment.objects.issued().filter(**{account: OuterRef("pk")})

    def sum_of(payments: Any) -> Any:
        found = payments.order_by().values(account).annotate(sum=Sum(change)).values("sum")
        return Coalesce(Subquery(found, output_field=MONEY), NOTHING)

    since = sum_of(rows.filter(date__gt=OuterRef("stated_on")))
    return Case(When(stated_on__isnull=False, then=since), default=sum_of(rows), output_field=MONEY)


def with_balances(accounts: QuerySet[Any]) -> QuerySet[Any]:
    """Accounts with the closing of their last statement, what posted payments moved since then, and both together."""
    last = BankStatement.objects.filter(account=OuterRef("pk")).order_by("-to_on", "-pk")
    signed = Case(When(direction=PaymentDirection.IN, then=F("amount")), default=-F("amount"), output_field=MONEY)
    return (
        accounts.annotate(
            stated_on=Subquery(last.values("to_on")[:1], output_field=DateField()),
            stated=Subquery(last.values("closing")[:1], output_field=MONEY),
        )
        .annotate(moved=moved("account", signed) + moved("other_account", F("other_amount")))
        .annotate(lies=Coalesce("stated", NOTHING) + F("moved"))
    )


class AccountFilter(django_filters.FilterSet):
    own_firm = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Own firm"), field_name="party", queryset=Counterparty.objects.filter(is_own_firm=True)
    )
    currency = django_filters.CharFilter(label=gettext_lazy("Currency"), method="in_currency", max_length=3)

    class Meta:
        model = BankAccount
        fields: list[str] = []
        form = PlainForm

    def in_currency(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(currency=value.strip().upper())


def money(name: str) -> Any:
    return lambda account: format_money(getattr(account, name), account.currency)


class AccountBalances(ListPage):
    """Our bank accounts: the closing of the last statement, and what was posted since."""

    model = BankAccount
    filterset_class = AccountFilter
    permission_required = ("finance.view_bankstatement", "contacts.view_bankaccount")
    export_permission = "finance.export_payment"
    page_title = gettext_lazy("Balances of accounts")
    list_key = "finance.account_balances"
    default_sort = "own_firm"
    empty = Empty(
        gettext_lazy("No accounts yet"),
        gettext_lazy("The bank accounts of our own firms, with what lies in them by statements and payments."),
    )
    columns = [
        Column("bank", gettext_lazy("Bank"), "bank_shown", sort=["bank__sort_name", "bank_name"]),
        Column("iban", gettext_lazy("IBAN / account"), "number", sort=["iban"], css="number"),
        Column("own_firm", gettext_lazy("Own firm"), "party.display_name", sort=["party__sort_name", "-is_default"]),
        Column("currency", gettext_lazy("Currency"), "currency", sort=["currency"], default=False),
        Column("stated_on", gettext_lazy("Statement to"), "stated_on", sort=["stated_on"], css="number"),
        Column("stated", gettext_lazy("Its closing"),
               lambda account: "" if account.stated is None else money("stated")(account), numeric=True,
               export=lambda account: account.stated),
        Column("moved", gettext_lazy("Posted since"), money("moved"), numeric=True,
               export=lambda account: account.moved),
        Column("lies", gettext_lazy("Balance"), money("lies"), numeric=True, export=lambda account: account.lies),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        user: Any = self.request.user
        firms = Counterparty.objects.own_firms_of(user)
        accounts: Any = super().base_queryset()
        found = accounts.current().filter(party__in=firms.values("pk"))
        return with_balances(found).select_related("bank", "bank__legal_form", "party", "party__legal_form")

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        firms = Counterparty.objects.own_firms_of(self.request.user)
        filterset.form.fields["own_firm"].queryset = firms.select_related("legal_form")
        return filterset

    def row_url(self, obj: Any) -> str:
        return f"{reverse('finance:payment_list')}?place=a{obj.pk}"
