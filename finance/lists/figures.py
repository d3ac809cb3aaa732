"""The rows that add up to a figure, to the cent: as of a day, of one party or of all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.dates import format_date, parse_date, today
from common.forms import PlainForm
from common.lists import Column, Empty, ListPage
from common.money import format_money
from contacts.cells import party_link
from counterparties.figures import figures
from counterparties.models import Counterparty, PartyType
from finance.cells import draw_state, state_text
from finance.figures import (
    AGE_CLASSES,
    DIRECTIONS,
    EARLIEST,
    LATEST,
    MoneyFigure,
    of_type,
    period_documents,
    seen,
    signed_lines,
)
from finance.filters import PartyFilter
from finance.models import FinancialDocument, FinancialDocumentLine, Payment


def asked_day(params: Any, name: str) -> dt.date | None:
    """A day of the address as the links of our pages write it, or as people do; None when there is none."""
    try:
        day = parse_date(params.get(name, ""))
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


class ItemsFilter(django_filters.FilterSet):
    """What the rows of a figure are narrowed by; the days are read by the list, which asks for its rows as of them."""

    primary = ("on", "party", "own_firm", "currency", "age", "since", "until")

    on = django_filters.DateFilter(label=gettext_lazy("As of"), method="kept")
    party = PartyFilter(label=gettext_lazy("Counterparty"))
    own_firm = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Own firm"), queryset=Counterparty.objects.filter(is_own_firm=True)
    )
    currency = django_filters.CharFilter(label=gettext_lazy("Currency"), method="in_currency", max_length=3)
    trader = django_filters.CharFilter(label=gettext_lazy("Trader"), method="of_trader")
    type = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Type"), queryset=PartyType.objects.all(), method="of_type"
    )
    # What stands before the fields of the document whose row it is.
    prefix = ""

    class Meta:
        form = PlainForm
        fields: list[str] = []

    def of_type(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(of_type(value, self.prefix))

    def of_trader(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(party__trader=value) if is_key(value) else queryset

    def kept(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset

    def in_currency(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(currency=value.strip().upper())


class OpenDocumentsFilter(ItemsFilter):
    age = django_filters.ChoiceFilter(
        label=gettext_lazy("Overdue by"), choices=[(one.slug, one.label) for one in AGE_CLASSES], method="of_age"
    )
    due_since = django_filters.DateFilter(label=gettext_lazy("Due from"), field_name="payable_by", lookup_expr="gte")
    due_until = django_filters.DateFilter(label=gettext_lazy("Due to"), field_name="payable_by", lookup_expr="lte")

    def of_age(self, queryset: Any, name: str, value: str) -> Any:
        on = asked_day(self.data, "on") or today()
        return queryset.filter(next(one for one in AGE_CLASSES if one.slug == value).condition(on))


class TurnoverFilter(ItemsFilter):
    since = django_filters.DateFilter(label=gettext_lazy("Tax event from"), method="kept")
    until = django_filters.DateFilter(label=gettext_lazy("Tax event to"), method="kept")

    def of_trader(self, queryset: Any, name: str, value: str) -> Any:
        """By the document's trader, and its party's where the document names none."""
        own, its = f"{self.prefix}trader", f"{self.prefix}party__trader"
        if value == "none":
            return queryset.filter(**{own: None, its: None})
        if not is_key(value):
            return queryset
        return queryset.filter(Q(**{own: value}) | Q(**{own: None, its: value}))


def is_key(value: str) -> bool:
    return value.isdecimal() and len(value) < 19


class FigureList(ListPage):
    """The rows of one figure; the sums under them are the figure."""

    template_name = "finance/figure_items.html"
    export_permission = "finance.export_financialdocument"
    tie_break = ("pk",)
    name = ""
    empty = Empty(gettext_lazy("Nothing adds up to this figure"), gettext_lazy("As of this day there is nothing."))

    @cached_property
    def figure(self) -> MoneyFigure:
        found = figures.get(self.name)
        assert isinstance(found, MoneyFigure)
        return found

    def has_permission(self) -> bool:
        return self.figure.is_open_to(self.request.user)

    @property
    def key(self) -> str:
        return f"finance.figure.{self.name}"

    @cached_property
    def on(self) -> dt.date:
        return asked_day(self.params, "on") or today()

    def base_queryset(self) -> QuerySet[Any]:
        assert self.figure.items is not None
        rows: Any = self.figure.items(None, None, self.on, self.request.user)
        return rows.for_list()

    def get_page_title(self) -> Any:
        title = capfirst(str(self.figure.label))
        return title if self.on == today() else f"{title} {_('as of %s') % format_date(self.on)}"

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        user: Any = self.request.user
        fields = filterset.form.fields
        fields["own_firm"].queryset = Counterparty.objects.own_firms_of(user).select_related("legal_form")
        fields["party"].queryset = Counterparty.objects.visible_to(user).select_related("legal_form")
        return filterset

    def chips(self, filterset: Any) -> list[tuple[Any, str, str]]:
        """A party is named, not told by its key."""
        party = getattr(filterset.form, "cleaned_data", {}).get("party")
        label = filterset.form.fields["party"].label
        made = super().chips(filterset)
        return [(one, str(party) if party and one == label else words, url) for one, words, url in made]

    def usual(self, columns: list[Column]) -> list[Column]:
        """The columns; the party's own is shown by itself only where there are several parties."""
        named = bool(self.params.get("party"))
        return [replace(one, default=one.default and not (named and one.name == "party")) for one in columns]

    @property
    def crumbs(self) -> Any:  # type: ignore[override]
        """Back to the party when its rows are shown, else to the reports for those who have them."""
        key = self.params.get("party", "")
        if key.isdecimal() and len(key) < 19:
            party = Counterparty.objects.visible_to(self.request.user).select_related("legal_form").filter(pk=key)
            if (found := party.first()) is not None:
                return [(found.display_name, found.get_absolute_url())]
        may = self.request.user.has_perm("finance.view_reports")
        return [(_("Reports"), reverse("finance:report_list"))] if may else []

    def row_url(self, obj: Any) -> str:
        return obj.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sums = sums_of(kwargs["object_list"])
        total = sum((row["sum_eur"] for row in sums), Decimal("0.00"))
        return super().get_context_data(
            figure_sums=sums,
            figure_total=total,
            figure_label=capfirst(str(self.figure.label)),
            foot_template="finance/_figure_sums.html",
            **kwargs,
        )


def sums_of(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    """Sums of `left` and of its worth in EUR, and how many rows, per currency. One query."""
    found = rows.order_by().values("currency").annotate(sum=Sum("left"), sum_eur=Sum("left_eur"), count=Count("pk"))
    return sorted(found, key=lambda row: (row["currency"] != "EUR", row["currency"]))


def left(row: Any) -> str:
    return format_money(row.left, row.currency)


def days_late(on: dt.date) -> Any:
    def draw(document: Any) -> str:
        days = (on - document.payable_by).days if document.payable_by else 0
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days > 0 else ""

    return draw


def shared_columns(amount: Any) -> list[Column]:
    return [
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"], html=party_link,
               order=30),
        Column("own_firm", gettext_lazy("Own firm"), "own_firm.display_name", sort=["own_firm__sort_name"], order=40),
        Column("currency", gettext_lazy("Currency"), "currency", sort=["currency"], default=False, order=80),
        Column("left", amount, "left", html=left, sort=["left"], numeric=True, order=90),
        Column("left_eur", gettext_lazy("In EUR"), "left_eur", html=lambda row: format_money(row.left_eur, "EUR"),
               sort=["left_eur"], numeric=True, order=100),
    ]  # fmt: skip


def document_columns(on: dt.date, amount: Any) -> list[Column]:
    """The columns of documents; days of delay are told as of the day asked for."""
    own = [
        Column("document", gettext_lazy("Document"), str, sort=["kind", "number"], order=10),
        Column("number", gettext_lazy("Number"), "number", sort=["number"], css="number", default=False, order=15),
        Column("kind", gettext_lazy("Kind"), "kind_label", sort=["kind"], default=False, order=20),
        Column("date", gettext_lazy("Date"), "date", sort=["date", "pk"], css="number", order=50),
        Column("due", gettext_lazy("Payable by"), "payable_by", sort=["payable_by"], css="number", order=60),
        Column("late", gettext_lazy("Delay"), days_late(on), numeric=True, order=65),
        Column("gross", gettext_lazy("Total"), "gross", html=lambda row: format_money(row.gross, row.currency),
               sort=["gross"], numeric=True, order=70),
        Column("state", gettext_lazy("State now"), state_text, html=draw_state, default=False, order=110),
    ]  # fmt: skip
    return sorted([*own, *shared_columns(amount)], key=lambda column: column.order)


class OpenDocuments(FigureList):
    model = FinancialDocument
    filterset_class = OpenDocumentsFilter
    default_sort = "due"

    def get_columns(self) -> list[Column]:
        return self.usual(document_columns(self.on, gettext_lazy("Left to pay")))


class TurnoverDocuments(FigureList):
    """The documents of sales or purchases: of twelve months, or of the period that is asked for."""

    model = FinancialDocument
    filterset_class = TurnoverFilter
    default_sort = "-date"

    def base_queryset(self) -> QuerySet[Any]:
        since, until = asked_day(self.params, "since"), asked_day(self.params, "until")
        if since is None and until is None:
            return super().base_queryset()
        return seen(period_documents(self.name, since, until, self.on), self.request.user).for_list()

    def get_page_title(self) -> Any:
        since, until = asked_day(self.params, "since"), asked_day(self.params, "until")
        if since is None and until is None:
            return super().get_page_title()
        return _("Sales without VAT") if self.name == "sales" else _("Purchases without VAT")

    def get_columns(self) -> list[Column]:
        columns = document_columns(self.on, gettext_lazy("Without VAT"))
        day = Column("tax_event_date", gettext_lazy("Tax event"), "tax_event_date", sort=["tax_event_date", "pk"],
                     css="number", order=55)  # fmt: skip
        shown = [column for column in columns if column.name not in ("due", "late")]
        return self.usual(sorted([*shown, day], key=lambda column: column.order))


class OpenPayments(FigureList):
    model = Payment
    filterset_class = ItemsFilter
    export_permission = "finance.export_payment"
    default_sort = "date"

    def get_columns(self) -> list[Column]:
        own = [
            Column("document", gettext_lazy("Document"), str, sort=["number"], order=10),
            Column("number", gettext_lazy("Number"), "number", sort=["number"], css="number", default=False, order=15),
            Column("date", gettext_lazy("Date"), "date", sort=["date", "pk"], css="number", order=50),
            Column("amount", gettext_lazy("Amount"), "amount", html=lambda row: format_money(row.amount, row.currency),
                   sort=["amount"], numeric=True, order=70),
            Column("reason", gettext_lazy("Ground"), "reason", css="is-long", order=75),
        ]  # fmt: skip
        columns = sorted([*own, *shared_columns(gettext_lazy("Not settled"))], key=lambda column: column.order)
        return self.usual(columns)


class LinesFilter(TurnoverFilter):
    prefix = "document__"
    article = django_filters.CharFilter(label=gettext_lazy("Article"), method="of_article")
    party = PartyFilter(label=gettext_lazy("Counterparty"), field_name="document__party")
    own_firm = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Own firm"),
        queryset=Counterparty.objects.filter(is_own_firm=True),
        field_name="document__own_firm",
    )

    def in_currency(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(document__currency=value.strip().upper())

    def of_article(self, queryset: Any, name: str, value: str) -> Any:
        if value == "none":
            return queryset.filter(article=None)
        return queryset.filter(article=value) if is_key(value) else queryset


class TurnoverLines(FigureList):
    """The lines of an article that were sold or bought in a period."""

    model = FinancialDocumentLine
    filterset_class = LinesFilter
    default_sort = "-date"
    columns = [
        Column("number", gettext_lazy("Number"), "document.number", sort=["document__number"], css="number"),
        Column("kind", gettext_lazy("Kind"), "document.kind_label"),
        Column("date", gettext_lazy("Date"), "document.date", sort=["document__date", "pk"], css="number"),
        Column("party", gettext_lazy("Counterparty"), "document.party.display_name",
               sort=["document__party__sort_name"]),
        Column("description", gettext_lazy("Description"), "description", css="is-long"),
        Column("quantity", gettext_lazy("Quantity"), lambda line: f"{line.quantity.normalize():f}".replace(".", ","),
               export=lambda line: line.quantity, numeric=True),
        Column("left", gettext_lazy("Without VAT"), "left", html=left, sort=["left"], numeric=True),
        Column("left_eur", gettext_lazy("In EUR"), "left_eur", html=lambda row: format_money(row.left_eur, "EUR"),
               sort=["left_eur"], numeric=True),
    ]  # fmt: skip

    def get_columns(self) -> list[Column]:
        return list(self.columns)

    @property
    def key(self) -> str:
        return f"finance.figure.{self.name}.lines"

    def base_queryset(self) -> QuerySet[Any]:
        since, until = asked_day(self.params, "since"), asked_day(self.params, "until")
        documents = seen(period_documents(self.name, since, until, self.on), self.request.user)
        return signed_lines(documents).select_related("document__party__legal_form", "article")

    def row_url(self, obj: Any) -> str:
        return obj.document.get_absolute_url()


def show_items(request: HttpRequest, name: str, *, lines: bool = False) -> Any:
    """Answer with the rows of a figure. 404 for a figure that is not there, or has no rows of its own."""
    figure = figures.get(name)
    if not isinstance(figure, MoneyFigure) or figure.items is None:
        raise Http404
    if lines:
        if name not in DIRECTIONS:
            raise Http404
        page: type[FigureList] = TurnoverLines
    elif figure.of_payments:
        page = OpenPayments
    else:
        page = TurnoverDocuments if name in DIRECTIONS else OpenDocuments
    return page.as_view(name=name)(request)
