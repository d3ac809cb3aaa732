"""Pages of an import of articles or prices."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common.importing.pages import IMPORT_COLUMNS, ImportListPage, ImportPages, ImportReviewPage, review_columns
from common.lists import Column, Empty
from trade.forms.imports import PERMISSIONS, TradeColumnsForm, TradeFileForm
from trade.importing import jobs
from trade.importing.articles import MAKE_GROUPS
from trade.importing.process import COLUMNS, importer
from trade.importing.sample import sample
from trade.models import TradeImport, TradeImportRow


class TradeImportPages(ImportPages):
    namespace = "trade"
    importer = importer
    jobs = jobs.of_trade
    start_form = TradeFileForm
    columns_form = TradeColumnsForm
    title = gettext_lazy("Import of articles or prices")
    intro = gettext_lazy(
        "Articles with their units and barcodes, or the prices of a list, from one table. First every row is checked "
        "and you see what would happen; only then you decide."
    )

    def may(self, user: Any, made: TradeImport | None = None) -> bool:
        if made is not None:
            return user.has_perm(PERMISSIONS[TradeImport.Kind(made.kind)])
        return any(user.has_perm(right) for right in PERMISSIONS.values())

    def fields_of(self, form: Any) -> dict[str, Any]:
        data = form.cleaned_data
        names = ("kind", "price_list", "since")
        made = {"update_existing": data["update"], "make_groups": data.get("make_groups", False)}
        return made | {name: data[name] for name in names}

    def initial_of(self, made: TradeImport, has_header: bool) -> dict[str, Any]:
        asked = made.kind == TradeImport.Kind.ARTICLES and made.user is not None and made.user.has_perm(MAKE_GROUPS)
        return super().initial_of(made, has_header) | {"make_groups": made.make_groups if asked else None}

    def take_chosen(self, made: TradeImport, form: Any) -> list[str]:
        made.make_groups = form.cleaned_data.get("make_groups", False)
        return ["make_groups"]

    def make_start_form(self, request: HttpRequest) -> Any:
        asked = request.GET.get("price_list", "")
        return TradeFileForm(request.POST or None, request.FILES or None, user=request.user, price_list=asked)

    def start_context(self, form: Any) -> dict[str, Any]:
        kind = form.chosen
        return super().start_context(form) | {
            "fields": COLUMNS[kind].fields.values(),
            "sample_of": f"&kind={kind.value}",
        }

    def sample(self, request: HttpRequest) -> tuple[list[str], list[list[str]]]:
        asked = request.GET.get("kind", "")
        return sample(COLUMNS[TradeImport.Kind.PRICES if asked == "prices" else TradeImport.Kind.ARTICLES])


pages = TradeImportPages()


class TradeImportFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label=gettext_lazy("What"), choices=TradeImport.Kind.choices)
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=TradeImport.State.choices)

    class Meta:
        model = TradeImport
        fields = ["kind", "state"]


class TradeImportList(ImportListPage):
    """The user's imports of articles and prices, the latest first."""

    pages = pages
    model = TradeImport
    filterset_class = TradeImportFilter
    page_title = gettext_lazy("Imports of articles and prices")
    empty = Empty(
        gettext_lazy("Nothing has been imported yet"),
        gettext_lazy("Articles and prices come here from CSV and XLSX."),
    )
    columns = [
        IMPORT_COLUMNS[0],
        Column("kind", gettext_lazy("What"), "get_kind_display", sort=["kind"]),
        Column("price_list", gettext_lazy("Price list"), "price_list", sort=["price_list__name"]),
        *IMPORT_COLUMNS[1:],
    ]

    def base_queryset(self) -> Any:
        return super().base_queryset().select_related("price_list")


class RowFilter(django_filters.FilterSet):
    class Meta:
        model = TradeImportRow
        fields: list[str] = []


class TradeImportReview(ImportReviewPage):
    """One import; a row leads to its article."""

    pages = pages
    model = TradeImportRow
    filterset_class = RowFilter
    list_key = "trade.importrow"
    columns = review_columns(gettext_lazy("Article"))

    def row_url(self, obj: Any) -> str:
        may = self.request.user.has_perm("trade.view_article")
        return reverse("trade:article_detail", args=[obj.article_id]) if obj.article_id and may else ""
