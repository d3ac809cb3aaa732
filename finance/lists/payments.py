"""Payments: all that the user may see, and the same list as a tab of the dossier; exchange differences."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from common.amounts import AmountField
from common.dates import format_date, today
from common.forms import PlainForm
from common.lists import Action, Column, Empty
from common.money import format_money
from contacts.cells import party_link, tone
from contacts.models import BankAccount
from counterparties.models import Counterparty
from counterparties.party_rows import PartyRowsList
from finance import settling
from finance.models import CashDesk, Payment
from finance.models.payments import PaymentDirection, PaymentMethod

SUMMED_AT_ONCE = 1000
IN, OUT, INTERNAL = PaymentDirection.IN, PaymentDirection.OUT, PaymentDirection.INTERNAL


class AmountFilter(django_filters.Filter):
    field_class = AmountField


def settled_state(payment: Payment) -> tuple[str, str]:
    """Tone and words: a draft, cancelled, or how far a posted payment is settled."""
    if payment.is_draft:
        return "grey", pgettext("state of a payment", "Draft")
    if payment.is_cancelled:
        return "cancelled", pgettext("state of a payment", "Cancelled")
    if payment.direction == INTERNAL:
        return "blue", pgettext("state of a payment", "Posted")
    if not payment.open:
        return "green", pgettext("state of a payment", "Settled")
    if payment.settled:
        return "amber", pgettext("state of a payment", "Partly settled")
    return "blue", pgettext("state of a payment", "Not settled")


def draw_state(payment: Payment) -> SafeString:
    return tone(*settled_state(payment))


def draw_number(payment: Payment) -> SafeString | str:
    return payment.number or format_html('<span class="muted">{}</span>', _("draft"))


def draw_amount(payment: Payment) -> SafeString | str:
    """The amount with its currency, and the euro under it when it is in another; what went out is below zero."""
    sign = -1 if payment.direction == OUT else 1
    shown = format_money(sign * payment.amount, payment.currency)
    if payment.currency == "EUR" or payment.is_draft:
        return shown
    return format_html('{}<br><span class="muted">{}</span>', shown, format_money(sign * payment.amount_eur))


def signed(payment: Payment) -> Decimal:
    return -payment.amount if payment.direction == OUT else payment.amount


def place_of(payment: Payment) -> str:
    """Through which account or desk it went; of a transfer also where to."""
    here = payment.desk or payment.account
    if payment.direction != INTERNAL:
        return str(here or "")
    return f"{here} → {payment.other_desk or payment.other_account}"


def draw_open(payment: Payment) -> str:
    if not payment.is_issued or payment.direction == INTERNAL or not payment.open:
        return ""
    return format_money(payment.open, payment.currency)


def draw_invoice_due(payment: Payment) -> SafeString | str:
    """The fifth day after an advance; red when it has passed without an invoice."""
    due = settling.invoice_due(payment)
    if due is None:
        return ""
    return tone("red", format_date(due)) if due < today() else format_date(due)


class PaymentFilter(django_filters.FilterSet):
    primary = ("q", "direction", "settled", "place", "own_firm", "since", "until", "party")

    q = django_filters.CharFilter(label=gettext_lazy("Number, ground, party"), method="search", max_length=200)
    direction = django_filters.ChoiceFilter(
        label=gettext_lazy("Direction"),
        choices=[(IN, pgettext_lazy("payments", "in")), (OUT, pgettext_lazy("payments", "out")),
                 (INTERNAL, gettext_lazy("internal transfers"))],
    )  # fmt: skip
    settled = django_filters.ChoiceFilter(
        label=gettext_lazy("Settled"),
        choices=[
            ("open", gettext_lazy("not in full (advances)")),
            ("no", gettext_lazy("not at all")),
            ("partly", gettext_lazy("partly")),
            ("yes", gettext_lazy("in full")),
            ("invoice", gettext_lazy("advances without an invoice")),
            ("late", gettext_lazy("advances without an invoice, over 5 days")),
        ],
        method="by_settled",
    )
    place = django_filters.ChoiceFilter(label=gettext_lazy("Account or desk"), choices=[], method="through")
    own_firm = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Own firm"), queryset=Counterparty.objects.filter(is_own_firm=True)
    )
    party = django_filters.CharFilter(label=gettext_lazy("Counterparty"), method="of_party", max_length=200)
    since = django_filters.DateFilter(label=gettext_lazy("Date from"), field_name="date", lookup_expr="gte")
    until = django_filters.DateFilter(label=gettext_lazy("Date to"), field_name="date", lookup_expr="lte")
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[
            ("draft", gettext_lazy("Drafts")),
            ("issued", gettext_lazy("Posted")),
            ("cancelled", pgettext_lazy("payments", "Cancelled")),
        ],
    )
    method = django_filters.ChoiceFilter(
        label=gettext_lazy("Way of payment"),
        choices=[(value, capfirst(label)) for value, label in PaymentMethod.choices],
    )
    least = AmountFilter(label=gettext_lazy("Amount from"), field_name="amount", lookup_expr="gte")
    most = AmountFilter(label=gettext_lazy("Amount to"), field_name="amount", lookup_expr="lte")
    currency = django_filters.CharFilter(label=gettext_lazy("Currency"), method="in_currency", max_length=3)

    class Meta:
        model = Payment
        fields: list[str] = []
        form = PlainForm

    def __init__(self, *args: Any, across: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not across:
            del self.filters["party"]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        if not value.strip():
            return queryset
        parties = Counterparty.objects.matching(value)
        found = Payment.objects.matching(value).values("pk")
        return queryset.filter(Q(pk__in=found) | Q(party__in=parties.values("pk")))

    def by_settled(self, queryset: Any, name: str, value: str) -> Any:
        posted = queryset.issued().exclude(direction=INTERNAL)
        match value:
            case "open":
                return queryset.open()
            case "no":
                return queryset.open().filter(settled=0)
            case "partly":
                return queryset.open().filter(settled__gt=0)
            case "invoice":
                return settling.without_invoice(queryset)
            case "late":
                return settling.without_invoice(queryset, today() - settling.ONE_DAY)
        return posted.filter(settled=F("amount"))

    def through(self, queryset: Any, name: str, value: str) -> Any:
        key = int(value[1:])
        if value[0] == "d":
            return queryset.filter(Q(desk=key) | Q(other_desk=key))
        return queryset.filter(Q(account=key) | Q(other_account=key))

    def in_currency(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(currency=value.strip().upper())

    def of_party(self, queryset: Any, name: str, value: str) -> Any:
        """By the party's key, as links give it, else by its name or number."""
        if value.isdecimal() and len(value) < 9:
            return queryset.filter(party=int(value))
        return queryset.filter(party__in=Counterparty.objects.matching(value).values("pk"))


def places_of(firms: Any) -> list[Any]:
    """Accounts and desks of the firms as choices, in two groups."""
    accounts = BankAccount.objects.filter(party__in=firms).order_by("party", "-is_default", "pk")
    desks = CashDesk.objects.filter(own_firm__in=firms)
    groups: list[Any] = []
    if rows := [(f"a{one.pk}", f"{one.number} {one.currency}") for one in accounts]:
        groups.append((_("Accounts"), rows))
    if rows := [(f"d{one.pk}", f"{one.name} ({one.currency})") for one in desks]:
        groups.append((_("Cash desks"), rows))
    return groups


def sums_of(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    """Sums of the posted rows, in and out, per currency, and what is not settled; without transfers. One query."""
    posted: Any = rows
    found = posted.issued().exclude(direction=INTERNAL).order_by().values("direction", "currency")
    made = list(found.annotate(sum=Sum("amount"), left=Sum(F("amount") - F("settled")), eur=Sum("amount_eur")))
    for row in made:
        row["label"] = _("Came in") if row["direction"] == IN else _("Went out")
    return sorted(made, key=lambda row: (row["direction"], row["currency"] != "EUR", row["currency"]))


class PaymentList(PartyRowsList):
    model = Payment
    filterset_class = PaymentFilter
    permission_required = "finance.view_payment"
    export_permission = "finance.export_payment"
    page_title = gettext_lazy("Payments")
    default_sort = "-date"
    tie_break = ("pk",)
    add_label = gettext_lazy("Record a payment")
    add_as_page = True
    empty = Empty(
        gettext_lazy("No payments yet"),
        gettext_lazy("Money that came or went, and which documents it paid. What is not settled is an advance."),
    )
    columns = [
        Column("number", gettext_lazy("Number"), "number", sort=["number"], css="number", html=draw_number),
        Column("date", gettext_lazy("Date"), "date", sort=["date", "pk"], css="number"),
        Column("kind", gettext_lazy("Kind"), "kind_label", sort=["direction", "method"]),
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"],
               html=party_link),
        Column("amount", gettext_lazy("Amount"), signed, sort=["amount"], numeric=True, html=draw_amount),
        Column("open", gettext_lazy("Not settled"), draw_open, numeric=True,
               export=lambda payment: payment.open if payment.is_issued and payment.direction != INTERNAL else None),
        Column("state", gettext_lazy("State"), lambda payment: settled_state(payment)[1], sort=["state"],
               html=draw_state),
        Column("reason", gettext_lazy("Ground"), "reason", sort=["reason"], css="is-long"),
        Column("place", gettext_lazy("Account or desk"), place_of),
        Column("own_firm", gettext_lazy("Own firm"), "own_firm.display_name", sort=["own_firm__sort_name"],
               default=False),
        Column("method", gettext_lazy("Way of payment"), "get_method_display", sort=["method"], default=False),
        Column("currency", gettext_lazy("Currency"), "currency", sort=["currency"], default=False),
        Column("amount_eur", gettext_lazy("Amount in EUR"), lambda payment: format_money(payment.amount_eur),
               sort=["amount_eur"], numeric=True, default=False, export=lambda payment: payment.amount_eur),
        Column("iban", gettext_lazy("Their IBAN"), "party_iban", default=False, css="number"),
        Column("person", gettext_lazy("Person"), "person", default=False),
        Column("deal", gettext_lazy("Deal"), "deal", sort=["deal"], default=False),
        Column("receipt", gettext_lazy("Fiscal receipt"), "receipt_number", default=False, css="number"),
        Column("reference", gettext_lazy("Bank's reference"), "reference", default=False, css="number"),
        Column("invoice_due", gettext_lazy("Invoice due by"), settling.invoice_due, html=draw_invoice_due,
               default=False, css="number"),
        Column("issued_by", gettext_lazy("Posted by"), "issued_by", default=False),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().select_related("other_account", "other_desk", "issued_by")

    @property
    def across(self) -> bool:
        # An own firm's tab holds the payments that it made and took, of many parties.
        return self.frame is None or self.frame.party.is_own_firm

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        user: Any = self.request.user
        firms = Counterparty.objects.own_firms_of(user)
        filterset.form.fields["own_firm"].queryset = firms.select_related("legal_form")
        filterset.form.fields["place"].choices = [("", "—"), *places_of(firms.values("pk"))]
        return filterset

    def chips(self, filterset: Any) -> list[tuple[Any, str, str]]:
        """A party is named, not told by its key."""
        made = super().chips(filterset)
        asked = self.params.get("party", "")
        if "party" not in filterset.form.fields or not (asked.isdecimal() and len(asked) < 9):
            return made
        label = filterset.form["party"].label
        party = Counterparty.objects.visible_to(self.request.user).filter(pk=asked).first()
        return [(name, str(party) if name == label and party else words, url) for name, words, url in made]

    def row_css(self, obj: Payment) -> str:
        return "is-archived" if obj.is_cancelled else ""

    def row_actions(self, obj: Payment) -> list[Action]:
        user = self.request.user
        actions = []
        if obj.is_draft and user.has_perm("finance.change_payment"):
            actions.append(Action(_("Edit"), reverse("finance:payment_edit", args=[obj.pk]), icon="pencil"))
        if settling.may_settle(obj, user):
            actions.append(Action(_("Settle"), reverse("finance:payment_settle", args=[obj.pk]), icon="link-45deg"))
        return actions

    def get_add_url(self) -> str:
        if not self.request.user.has_perm("finance.add_payment"):
            return ""
        address = reverse("finance:payment_add")
        if self.frame is not None:
            party = self.frame.party
            return "" if party.is_archived else f"{address}?{urlencode({'party': party.pk})}"
        party_key = self.params.get("party", "")
        return f"{address}?{urlencode({'party': party_key})}" if party_key.isdecimal() else address

    def get_actions(self) -> list[Action]:
        if not self.request.user.has_perm("finance.add_payment"):
            return []
        address = f"{reverse('finance:payment_add')}?direction=internal"
        made = [Action(_("Internal transfer"), address, icon="arrow-left-right")]
        if self.frame is None:
            made.append(
                Action(_("Exchange differences"), reverse("finance:exchange_differences"), icon="currency-exchange")
            )
        return made

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        few = context["total"] <= SUMMED_AT_ONCE or bool(self.request.GET.get("sums"))
        context["foot_template"] = "finance/_payment_sums.html"
        context["sums"] = sums_of(self.object_list) if few and context["total"] else []
        context["sums_url"] = "" if few else self.address(sums=1)
        context["sums_in_euro"] = any(row["currency"] != "EUR" for row in context["sums"])
        return context
