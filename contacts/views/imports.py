"""Pages of an import of parties."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common.importing.pages import ImportListPage, ImportPages, ImportReviewPage, review_columns
from common.lists import Empty
from contacts.forms.imports import MappingForm, StartForm
from contacts.importing import jobs, sample
from contacts.importing.process import parties
from contacts.models import ImportRow, PartyImport
from counterparties.models import Counterparty

PERMISSION = "counterparties.import_counterparties"


class PartyImportPages(ImportPages):
    namespace = "contacts"
    importer = parties
    jobs = jobs.of_parties
    start_form = StartForm
    columns_form = MappingForm
    title = gettext_lazy("Import of counterparties")
    intro = gettext_lazy(
        "Counterparties with their address, bank account and contact person, from one table. First every row is "
        "checked and you see what would happen; only then you decide."
    )

    def may(self, user: Any, made: Any = None) -> bool:
        return user.has_perm(PERMISSION)

    def fields_of(self, form: Any) -> dict[str, Any]:
        return {"update_existing": form.cleaned_data["update"]}

    def sample(self, request: HttpRequest) -> tuple[list[str], list[list[str]]]:
        return sample.HEADER, sample.ROWS

    def initial_of(self, made: PartyImport, has_header: bool) -> dict[str, Any]:
        return super().initial_of(made, has_header) | {"kinds": list(made.default_kinds)}

    def take_chosen(self, made: PartyImport, form: Any) -> list[str]:
        made.default_kinds = form.cleaned_data["kinds"]
        return ["default_kinds"]


pages = PartyImportPages()


class ImportFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=PartyImport.State.choices)

    class Meta:
        model = PartyImport
        fields = ["state"]


class ImportList(ImportListPage):
    """The user's imports, the latest first."""

    pages = pages
    model = PartyImport
    filterset_class = ImportFilter
    page_title = gettext_lazy("Imports of counterparties")
    empty = Empty(
        gettext_lazy("Nothing has been imported yet"),
        gettext_lazy("Counterparties with their addresses, accounts and contact persons come here from CSV and XLSX."),
    )


class RowFilter(django_filters.FilterSet):
    class Meta:
        model = ImportRow
        fields: list[str] = []


class ImportReview(ImportReviewPage):
    """One import; a row leads to its party when the user may see it."""

    pages = pages
    model = ImportRow
    filterset_class = RowFilter
    list_key = "contacts.importrow"
    columns = review_columns(gettext_lazy("Counterparty"))

    def base_queryset(self) -> QuerySet[Any]:
        visible = Counterparty.objects.visible_to(self.request.user).filter(pk=OuterRef("party"))
        return super().base_queryset().annotate(party_seen=Exists(visible))

    def row_url(self, obj: Any) -> str:
        seen = obj.party_id is not None and obj.party_seen
        return reverse("counterparties:counterparty_detail", args=[obj.party_id]) if seen else ""
