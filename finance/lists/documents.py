"""Financial documents: all that the user may see, and the same list as a tab of the dossier."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, DecimalField, F, QuerySet, Sum, Value, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.lists import Action, BulkAction, Column, Empty
from common.money import format_money
from contacts.cells import party_link
from counterparties.models import Counterparty
from counterparties.party_rows import PartyRowsList
from finance.cells import draw_state, draw_total, signed, state_text
from finance.filters import DocumentFilter
from finance.kinds import FACTS, Direction, DocumentKind, kinds_for
from finance.models import FinancialDocument

# Beyond so many rows their sums are asked for apart, once they are looked at.
SUMMED_AT_ONCE = 1000
NOTES = [kind for kind, facts in FACTS.items() if facts.sign < 0]


def draw_number(document: Any) -> SafeString | str:
    """The number; with several own firms also whose document it is, for each counts its own."""
    number = document.number or format_html('<span class="muted">{}</span>', document.state_label)
    if not document.tells_firm:
        return number
    return format_html('{}<br><span class="muted cell-under">{}</span>', number, document.own_firm.display_name)


def draw_open(document: Any) -> str:
    return format_money(signed(document, document.open), document.currency) if document.open else ""


def money_column(name: str, label: Any, currency: str = "", **kwargs: Any) -> Column:
    """Amounts with the sign with which they count; `currency` when it is always the same."""
    return Column(
        name,
        label,
        lambda document: format_money(signed(document, getattr(document, name)), currency or document.currency),
        sort=[name],
        numeric=True,
        export=lambda document: signed(document, getattr(document, name)),
        **kwargs,
    )


# Kinds that owe nothing are summed apart: a proforma becomes an invoice, and would count twice.
APART = [kind for kind, facts in FACTS.items() if not facts.owes]
MONEY: Any = DecimalField(max_digits=20, decimal_places=2)
SUMMED = {
    "net": F("net"),
    "vat": F("vat"),
    "gross": F("gross"),
    "gross_eur": F("gross_eur"),
    "left": F("owed") - F("settled"),
}


def sums_of(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    """Sums of the rows that are issued or entered, per direction and currency; credit notes below zero. One query."""
    sign: Any = Case(When(kind__in=NOTES, then=Value(-1)), default=Value(1))
    group = Case(When(kind__in=APART, then=F("kind")), default=F("direction"), output_field=CharField())
    sums = {f"sum_{name}": Sum(value * sign, output_field=MONEY) for name, value in SUMMED.items()}
    found = rows.filter(state="issued").order_by().values("currency", group=group)
    made = list(found.annotate(count=Count("pk"), **sums))
    places = [*Direction.values, *APART]
    for row in made:
        is_kind = row["group"] in APART
        row["label"] = capfirst((DocumentKind if is_kind else Direction)(row["group"]).label)
    return sorted(made, key=lambda row: (places.index(row["group"]), row["currency"] != "EUR", row["currency"]))


class DocumentList(PartyRowsList):
    model = FinancialDocument
    filterset_class = DocumentFilter
    permission_required = "finance.view_financialdocument"
    export_permission = "finance.export_financialdocument"
    page_title = gettext_lazy("Financial documents")
    default_sort = "-date"
    tie_break = ("pk",)
    add_label = gettext_lazy("New document")
    add_as_page = True
    empty = Empty(
        gettext_lazy("No financial documents yet"),
        gettext_lazy("Invoices and notes, proformas, obligations to the budget: ours and those we receive."),
    )
    columns = [
        Column("number", gettext_lazy("Number"), "number", sort=["number"], css="number", html=draw_number),
        Column("kind", gettext_lazy("Kind"), "kind_label", sort=["kind"]),
        Column("date", gettext_lazy("Date"), "date", sort=["date", "pk"], css="number"),
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"],
               html=party_link),
        Column("party_number", gettext_lazy("EIK / number"), "party.registration_number", default=False, css="number"),
        Column("own_firm", gettext_lazy("Own firm"), "own_firm.display_name", sort=["own_firm__sort_name"],
               default=False),
        Column("direction", gettext_lazy("Income or expense"), "get_direction_display", sort=["direction"],
               default=False),
        money_column("net", gettext_lazy("Tax base"), default=False),
        money_column("vat", gettext_lazy("VAT"), default=False),
        Column("total", gettext_lazy("Total"), lambda document: signed(document, document.gross), sort=["gross"],
               numeric=True, html=draw_total),
        Column("currency", gettext_lazy("Currency"), "currency", sort=["currency"], default=False),
        money_column("gross_eur", gettext_lazy("Total in EUR"), "EUR", default=False),
        Column("open", gettext_lazy("Left to pay"), draw_open, numeric=True,
               export=lambda document: signed(document, document.open)),
        Column("due_date", gettext_lazy("Due"), "due_date", sort=["due_date"], css="number"),
        Column("state", gettext_lazy("State"), state_text, sort=["state", "payable_by"], html=draw_state),
        Column("trader", gettext_lazy("Trader"), "trader", sort=["trader__first_name", "trader__last_name"],
               default=False),
        Column("vat_period", gettext_lazy("VAT period"),
               lambda document: f"{document.vat_period:%m.%Y}" if document.vat_period else "", sort=["vat_period"],
               default=False, css="number"),
        Column("tax_event_date", gettext_lazy("Tax-event date"), "tax_event_date", sort=["tax_event_date"],
               default=False, css="number"),
        Column("received_on", gettext_lazy("Received on"), "received_on", sort=["received_on"], default=False,
               css="number"),
        Column("ledger_kind", gettext_lazy("Kind in the VAT ledger"), "ledger_kind", sort=["ledger_kind"],
               default=False),
        Column("reason", gettext_lazy("Reason"), "reason", default=False, css="is-long"),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().select_related("trader")

    @property
    def across(self) -> bool:
        # An own firm's tab holds the documents that it issued, to many parties.
        return self.frame is None or self.is_of_own_firm

    @property
    def is_of_own_firm(self) -> bool:
        return self.frame is not None and bool(self.frame.party.is_own_firm)

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        user: Any = self.request.user
        fields = filterset.form.fields
        fields["own_firm"].queryset = Counterparty.objects.own_firms_of(user).select_related("legal_form")
        if "party" in fields:
            fields["party"].queryset = Counterparty.objects.visible_to(user).select_related("legal_form")
        return filterset

    def rows(self, objects: Any, columns: Any) -> Any:
        user: Any = self.request.user
        several = not self.is_of_own_firm and Counterparty.objects.own_firms_of(user).count() > 1
        for document in objects:
            document.tells_firm = several
        return super().rows(objects, columns)

    def chips(self, filterset: Any) -> list[tuple[Any, str, str]]:
        """A party is named, not told by its key."""
        made = super().chips(filterset)
        party = filterset.form.cleaned_data.get("party") if filterset.form.is_bound else None
        field = filterset.form.fields.get("party")
        if party is None or field is None:
            return made
        return [(label, str(party) if label == field.label else words, url) for label, words, url in made]

    def row_css(self, obj: FinancialDocument) -> str:
        return "is-archived" if obj.is_cancelled else ""

    def row_actions(self, obj: FinancialDocument) -> list[Action]:
        user = self.request.user
        actions = []
        if obj.is_draft and user.has_perm("finance.change_financialdocument"):
            actions.append(Action(_("Edit"), reverse("finance:financialdocument_edit", args=[obj.pk]), icon="pencil"))
        if not obj.is_draft and not obj.received and user.has_perm("finance.print_financialdocument"):
            pdf = reverse("finance:financialdocument_pdf", args=[obj.pk])
            actions.append(Action(_("PDF"), pdf, icon="file-earmark-pdf"))
        if obj.is_issued and obj.open and user.has_perm("finance.add_payment"):
            url = f"{reverse('finance:payment_add')}?{urlencode({'document': obj.pk})}"
            actions.append(Action(_("Record a payment"), url, icon="cash-coin"))
        return actions

    def get_actions(self) -> list[Action]:
        """The print of all that the filter finds, as one file."""
        actions = list(super().get_actions())
        user = self.request.user
        if user.has_perm("finance.print_financialdocument") and self.may_export():
            query = self.params.copy()
            if self.frame is not None:
                query["own_firm" if self.is_of_own_firm else "party"] = str(self.frame.party.pk)
            for name in ("page", "page_size", "view", "export", "columns", "sort", "sums"):
                query.pop(name, None)
            address = f"{reverse('finance:document_bulk_print')}?{query.urlencode()}"
            actions.append(Action(_("Print as one file"), address, icon="printer"))
        if self.frame is None and user.has_perms(("finance.add_financialdocument", "documents.add_file")):
            reading = reverse("finance:financialdocument_read_ubl")
            actions.append(Action(_("Read e-invoices of suppliers"), reading, icon="file-earmark-code"))
        return actions

    def get_add_url(self) -> str:
        if not self.request.user.has_perm("finance.add_financialdocument"):
            return ""
        address = reverse("finance:financialdocument_add")
        if self.frame is not None and not self.frame.party.is_own_firm:
            party = self.frame.party
            kinds = kinds_for(party)
            asked = {"party": party.pk} | ({"kind": kinds[0].value} if len(kinds) == 1 else {})
            return "" if party.is_archived else f"{address}?{urlencode(asked)}"
        if self.frame is not None:
            return f"{address}?{urlencode({'own_firm': self.frame.party.pk})}"
        party_key = self.params.get("party", "")
        return f"{address}?{urlencode({'party': party_key})}" if party_key.isdecimal() else address

    def get_bulk_actions(self) -> list[BulkAction]:
        """With those that other rooms of the app have registered, printing for one."""
        usual = list(super().get_bulk_actions())
        user = self.request.user
        return usual + [one for one in bulk_actions if not one.permission or user.has_perm(one.permission)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        few = context["total"] <= SUMMED_AT_ONCE or bool(self.request.GET.get("sums"))
        context["foot_template"] = "finance/_document_sums.html"
        context["sums"] = sums_of(self.object_list) if few and context["total"] else []
        context["sums_url"] = "" if few else self.address(sums=1)
        context["sums_in_euro"] = any(row["currency"] != "EUR" for row in context["sums"])
        return context


# Deeds on chosen documents that other modules of the app put in.
bulk_actions: list[BulkAction] = []
