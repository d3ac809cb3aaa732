"""Django admin of finance: rates of interest are entered here, all else is only looked at; it has pages of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.admin import ReadOnlyAdmin
from finance.models import (
    CashDesk,
    FinancialDocument,
    FirmSettings,
    InterestRate,
    Payment,
    PeriodClosing,
    Settlement,
)
from users.permission_words import describe

VIEW_DOCUMENT = "finance.view_financialdocument"

describe(
    {
        "finance.view_financialdocument": _("View financial documents"),
        "finance.add_financialdocument": _("Draft financial documents"),
        "finance.change_financialdocument": _("Change drafts, and received documents until their period is closed"),
        "finance.delete_financialdocument": _("Delete drafts of financial documents"),
        "finance.issue_financialdocument": _("Issue financial documents and enter received ones"),
        "finance.cancel_financialdocument": _("Cancel financial documents and reverse received ones"),
        "finance.print_financialdocument": _("Print financial documents"),
        "finance.export_financialdocument": _("Export lists of financial documents"),
        "finance.view_payment": _("View payments"),
        "finance.add_payment": _("Draft payments"),
        "finance.change_payment": _("Change drafts of payments"),
        "finance.delete_payment": _("Delete drafts of payments"),
        "finance.issue_payment": _("Post payments"),
        "finance.cancel_payment": _("Cancel payments"),
        "finance.settle_payment": _("Settle payments with documents, and undo it"),
        "finance.print_payment": _("Print cash orders"),
        "finance.export_payment": _("Export lists of payments"),
        "finance.pay_over_cash_limit": _("Pay in cash over the limit of the law, giving a reason"),
        "finance.view_cashdesk": _("View cash desks and their books"),
        "finance.add_cashdesk": _("Add cash desks"),
        "finance.change_cashdesk": _("Change and archive cash desks"),
        "finance.view_bankstatement": _("View bank statements"),
        "finance.add_bankstatement": _("Read in bank statements"),
        "finance.match_bankstatementline": _("Book the lines of bank statements"),
        "finance.view_firmsettings": _("View the finance settings of own firms"),
        "finance.change_firmsettings": _("Change the finance settings of own firms"),
        "finance.view_periodclosing": _("View closed periods"),
        "finance.close_period": _("Close periods"),
        "finance.reopen_period": _("Reopen closed periods, giving a reason"),
        "finance.view_reports": _("View financial reports and figures"),
        "finance.view_interestrate": _("View rates of the statutory interest"),
        "finance.add_interestrate": _("Add rates of the statutory interest"),
        "finance.change_interestrate": _("Change rates of the statutory interest"),
        "finance.delete_interestrate": _("Delete rates of the statutory interest"),
    }
)


@admin.register(InterestRate)
class InterestRateAdmin(admin.ModelAdmin):
    """One row for each half-year, by the rate in force on its first day."""

    list_display = ["valid_from", "base_percent", "points", "percent", "source"]
    fields = ["valid_from", "base_percent", "points", "source"]
    list_per_page = 50

    @admin.display(description=_("yearly rate, %"))
    def percent(self, rate: InterestRate) -> Any:
        return rate.percent


class LookedAt(ReadOnlyAdmin):
    """Rows as they are stored, within the user's scope."""

    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user)


@admin.register(FinancialDocument)
class FinancialDocumentAdmin(LookedAt):
    list_display = ["kind", "number", "date", "own_firm", "party", "state", "gross", "currency", "settled"]
    list_filter = ["kind", "state", "received", "currency"]
    list_select_related = ["own_firm", "own_firm__legal_form", "party", "party__legal_form"]
    search_fields = ["number"]
    exclude = ["search_text", "entry_key"]


@admin.register(Payment)
class PaymentAdmin(LookedAt):
    list_display = [
        *("number", "date", "direction", "method", "own_firm", "party", "state", "amount", "currency", "settled"),
    ]
    list_filter = ["direction", "method", "state", "currency"]
    list_select_related = ["own_firm", "own_firm__legal_form", "party", "party__legal_form"]
    search_fields = ["number"]
    exclude = ["search_text", "entry_key"]


@admin.register(Settlement)
class SettlementAdmin(ReadOnlyAdmin):
    """Both sides must be in the user's scope; who sees payments sees what they settle."""

    list_display = ["on", "debit", "credit", "debit_amount", "credit_amount", "debit_eur", "credit_eur", "ended_on"]
    list_select_related = ["debit_document", "debit_payment", "credit_document", "credit_payment"]
    show_facets = admin.ShowFacets.NEVER

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("finance.view_payment") and request.user.has_perm(VIEW_DOCUMENT))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        for model, what in ((FinancialDocument, "document"), (Payment, "payment")):
            seen = model.objects.visible_to(request.user).values("pk")
            for side in ("debit", "credit"):
                column = f"{side}_{what}"
                rows = rows.filter(Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__in": seen}))
        return rows


@admin.register(CashDesk)
class CashDeskAdmin(LookedAt):
    list_display = ["name", "own_firm", "currency", "balance"]
    list_select_related = ["own_firm", "own_firm__legal_form"]


@admin.register(FirmSettings)
class FirmSettingsAdmin(ReadOnlyAdmin):
    list_display = [
        "own_firm",
        "notes_apart",
        "takes_cash_from_clients",
        "payment_term_days",
        "tolerance",
        "cash_limit",
    ]
    list_select_related = ["own_firm", "own_firm__legal_form"]
    # The logo is served by a page that asks for rights; the address of the file leads nowhere.
    exclude = ["logo"]


@admin.register(PeriodClosing)
class PeriodClosingAdmin(LookedAt):
    list_display = ["own_firm", "month", "closed_at", "closed_by", "reopened_at", "reopened_by", "reopen_reason"]
    list_select_related = ["own_firm", "own_firm__legal_form", "closed_by", "reopened_by"]
