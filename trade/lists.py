"""The lists of articles, price lists and price conditions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.lists import Action, BulkAction, Column, Empty, ListPage
from trade import cells
from trade.filters import ArticleFilter, ConditionFilter, PriceListFilter
from trade.models import Article, PartyTerms, PriceCondition, PriceList, PriceListPrice


class TradeList(ListPage):
    """A list whose rows are archived and restored. `word` stands for the row in permissions and addresses."""

    word = ""

    def may(self, deed: str) -> bool:
        return self.request.user.has_perm(f"trade.{deed}_{self.word}")

    def get_add_url(self) -> str:
        return reverse(f"trade:{self.word}_add") if self.may("add") else ""

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        return super().get_filterset_kwargs(filterset_class) | {"across": False}

    def here(self, name: str, obj: Any) -> str:
        """The address of a deed on a row that comes back to this list."""
        return f"{reverse(f'trade:{name}', args=[obj.pk])}?{urlencode({'next': self.request.get_full_path()})}"

    def row_actions(self, obj: Any) -> list[Action]:
        actions = []
        if self.may("change") and not obj.is_archived:
            actions.append(Action(_("Edit"), self.here(f"{self.word}_edit", obj), icon="pencil", htmx=True))
        if self.may_archive():
            actions.append(archive_action(obj, self.word, self.here))
        return actions

    def may_archive(self) -> bool:
        return self.may("archive")


def archive_action(obj: Any, word: str, here: Any) -> Action:
    if obj.is_archived:
        return Action(_("Restore"), here(f"{word}_restore", obj), icon="arrow-counterclockwise", method="post")
    return Action(
        _("Archive"),
        here(f"{word}_archive", obj),
        icon="archive",
        method="post",
        confirm=_("Archive “%s”? It can be restored.") % obj,
    )


class ArticleList(TradeList):
    """All articles, goods and services."""

    model = Article
    word = "article"
    filterset_class = ArticleFilter
    permission_required = "trade.view_article"
    export_permission = "trade.export_article"
    default_sort = "code"
    add_label = gettext_lazy("Add an article")
    empty = Empty(
        gettext_lazy("No articles yet"),
        gettext_lazy("Goods and services with their units, barcodes and VAT; they may come from a file as well."),
    )
    columns = [
        Column("code", gettext_lazy("Code"), "code", sort=["code"], css="number"),
        Column("name", gettext_lazy("Name"), "name", sort=["name"], css="is-long"),
        Column("name_en", gettext_lazy("Name in English"), "name_en", sort=["name_en"], default=False),
        Column("kind", gettext_lazy("Kind"), "get_kind_display", sort=["kind"]),
        Column("group", gettext_lazy("Group"), "group", sort=["group__order", "group__name"]),
        Column("unit", gettext_lazy("Unit"), "unit", sort=["unit__order", "unit__name"]),
        Column("vat", gettext_lazy("VAT rate"), "vat_rate", sort=["vat_rate__order"]),
        Column("barcodes", gettext_lazy("Barcodes"), lambda a: ", ".join(code.code for code in a.barcodes.all()),
               css="number", default=False),
        Column("tariff_code", gettext_lazy("Tariff code"), "tariff_code", sort=["tariff_code"], css="number",
               default=False),
        Column("origin", gettext_lazy("Country of origin"), "origin", sort=["origin"], default=False),
        Column("updated", gettext_lazy("Changed on"), lambda a: a.updated_at.date(), sort=["updated_at"],
               default=False),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().for_list().prefetch_related("barcodes")  # type: ignore[attr-defined]

    def get_actions(self) -> list[Action]:
        actions = []
        if self.may_export():
            actions.append(Action(_("Print labels"), self.labels_url(), icon="upc"))
        if self.may("import"):
            actions.append(Action(_("Import"), reverse("trade:import_list"), icon="box-arrow-in-down"))
        return actions

    def labels_url(self) -> str:
        query = self.params.copy()
        for name in ("page", "page_size", "sort", "view", "export", "columns"):
            query.pop(name, None)
        address = reverse("trade:article_labels")
        return f"{address}?{query.urlencode()}" if query else address

    def get_bulk_actions(self) -> list[BulkAction]:
        return [BulkAction("labels", _("Print labels"), lambda request, rows: "", icon="upc")]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The one deed on chosen articles leads to the page where the sheet of labels is chosen."""
        if request.POST.get("action") != "labels" or request.POST.get("all"):
            return redirect(self.labels_url())
        keys = [key for key in request.POST.getlist("selected") if key.isdecimal() and len(key) < 19]
        if not keys:
            messages.warning(request, _("Choose at least one row."))
            return redirect(request.get_full_path())
        return redirect(f"{reverse('trade:article_labels')}?{urlencode({'selected': ','.join(keys[:500])})}")


def counted(rows: QuerySet[Any], by: str) -> Coalesce:
    """How many of the rows point at the row of the list."""
    count = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)


class PriceListList(TradeList):
    """All price lists."""

    model = PriceList
    word = "pricelist"
    filterset_class = PriceListFilter
    permission_required = "trade.view_pricelist"
    export_permission = "trade.export_pricelist"
    default_sort = "priority"
    tie_break = ("name", "pk")
    add_label = gettext_lazy("Add a price list")
    empty = Empty(
        gettext_lazy("No price lists yet"),
        gettext_lazy(
            "For all clients, for some types of them, or for single parties; with or without VAT, for a time."
        ),
    )
    columns = [
        Column("name", gettext_lazy("Name"), "name", sort=["name"]),
        Column("whom", gettext_lazy("For whom"), cells.whom),
        Column("currency", gettext_lazy("Currency"), "currency", sort=["currency"]),
        Column("vat", gettext_lazy("Prices"), lambda one: cells.vat_words(one.includes_vat), sort=["includes_vat"]),
        Column("count", gettext_lazy("In force today"), "price_count", sort=["price_count"], numeric=True),
        Column("period", gettext_lazy("Period"), "period", sort=["valid_from"]),
        Column("priority", gettext_lazy("Priority"), "priority", sort=["priority"], numeric=True),
        Column("note", gettext_lazy("Note"), "note", default=False),
    ]

    def base_queryset(self) -> QuerySet[Any]:
        found = super().base_queryset().prefetch_related("client_types")
        return found.annotate(
            price_count=counted(PriceListPrice.objects.in_force(), "price_list"),
            party_count=counted(PartyTerms.objects.all(), "price_list"),
        )

    def row_css(self, obj: Any) -> str:
        return "is-archived" if obj.is_archived or not obj.is_in_force() else ""

    def row_actions(self, obj: Any) -> list[Action]:
        actions = super().row_actions(obj)
        if self.may("add"):
            url = reverse("trade:pricelist_copy", args=[obj.pk])
            actions.insert(1, Action(_("Copy with changed prices"), url, icon="copy", htmx=True))
        return actions


class ConditionList(TradeList):
    """Discounts and agreed prices."""

    model = PriceCondition
    word = "pricecondition"
    filterset_class = ConditionFilter
    permission_required = "trade.view_pricecondition"
    rows_in_panel = True
    default_sort = "whom"
    tie_break = ("priority", "pk")
    add_label = gettext_lazy("Add a condition")
    empty = Empty(
        gettext_lazy("No price conditions yet"),
        gettext_lazy("A discount or an agreed price for a client, for a client type or for all."),
    )
    columns = [
        Column("whom", gettext_lazy("For whom"), cells.condition_whom, sort=["party__sort_name", "client_type__name"],
               html=lambda row: whom_html(row)),
        Column("what", gettext_lazy("Of what"), cells.condition_what, sort=["article__code", "group__name"],
               css="is-long"),
        Column("gives", gettext_lazy("Discount or price"), cells.condition_gives, numeric=True,
               sort=["discount_percent", "price"]),
        Column("least", gettext_lazy("From quantity"), cells.least, sort=["min_quantity"], numeric=True),
        Column("period", gettext_lazy("Period"), "period", sort=["valid_from"]),
        Column("priority", gettext_lazy("Priority"), "priority", sort=["priority"], numeric=True),
        Column("note", gettext_lazy("Note"), "note", default=False),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().for_list()  # type: ignore[attr-defined]

    @classmethod
    def counted_rows(cls, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.current()  # type: ignore[attr-defined]

    def get_columns(self) -> list[Column]:
        """In a client's dossier it goes without saying for whom they are."""
        columns = super().get_columns()
        return columns if self.frame is None else [column for column in columns if column.name != "whom"]

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        asked = {"user": self.request.user, "of_one": self.frame is not None}
        return super().get_filterset_kwargs(filterset_class) | asked

    def get_add_url(self) -> str:
        address = super().get_add_url()
        if self.frame is None or not address:
            return address
        party = self.frame.party
        asked = {"party": party.pk, "next": self.request.get_full_path()}
        return "" if party.is_archived else f"{address}?{urlencode(asked)}"

    def may_archive(self) -> bool:
        return self.may("change")

    def row_url(self, obj: Any) -> str:
        return obj.get_absolute_url() if self.may("change") and not obj.is_archived else ""

    def row_css(self, obj: Any) -> str:
        return "is-archived" if obj.is_archived or not obj.is_in_force() else ""

    def get_actions(self) -> list[Action]:
        address = reverse("trade:price_explain")
        if self.frame is not None:
            address += f"?{urlencode({'party': self.frame.party.pk})}"
        return [Action(_("Explain a price"), address, icon="question-circle")]


def whom_html(row: PriceCondition) -> Any:
    """A party by its name, a type and „all clients“ in a tone, so that they are told apart at a glance."""
    words = cells.condition_whom(row)
    return words if row.party_id is not None else format_html('<span class="tone tone-blue">{}</span>', words)
