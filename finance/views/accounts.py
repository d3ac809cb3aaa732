"""Papers about a party's account: statement, confirmation of balances, reminder, statutory interest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from common import exports
from common.addresses import address
from common.amounts import written
from common.printing import pdf_response
from counterparties.models import Counterparty
from events.mail_doors import compose_url
from finance.account import Account, currencies_of
from finance.figures import VIEW_DOCUMENTS, VIEW_PAYMENTS, words_of_balance
from finance.forms.accounts import AccountForm, AsOfForm, PeriodForm, ReminderForm
from finance.open_items import OpenItems
from finance.printing import accounts as prints
from finance.reminder_tasks import recipients_of
from finance.reminders import InterestSheet, Reminder, last_reminder, overdue_documents
from trade.errors import DocumentError
from trade.models.rates import LEV_PER_EURO

EXPORT = "finance.export_financialdocument"
PRINT = "finance.print_financialdocument"
ENTRIES = 100
# A statement of more rows than this is for the file, not for paper.
PRINTED = 2000
RATE = written(LEV_PER_EURO, 5)


def party_of(request: HttpRequest, pk: int) -> Counterparty:
    """The party that the user sees (else 404), whose documents, payments and balance he may see (else 403)."""
    user: Any = request.user
    party: Counterparty = get_object_or_404(Counterparty.objects.visible_to(user).select_related("legal_form"), pk=pk)
    allowed = user.has_perm(VIEW_DOCUMENTS) and user.has_perm(VIEW_PAYMENTS)
    if not allowed or not Counterparty.objects.visible_to(user, "balance").filter(pk=pk).exists():
        raise PermissionDenied
    return party


def demand(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def with_parameter(request: HttpRequest, name: str, value: str) -> str:
    params = request.GET.copy()
    params.pop("page", None)
    params[name] = value
    return f"{request.path}?{params.urlencode()}"


def page_context(request: HttpRequest, party: Counterparty, form: AccountForm, title: str) -> dict[str, Any]:
    user: Any = request.user
    return {
        "party": party,
        "form": form,
        "page_title": title,
        "crumbs": [(party.display_name, party.get_absolute_url())],
        "papers": papers(party, request.path),
        "print_url": with_parameter(request, "print", "1") if user.has_perm(PRINT) else "",
        "export_url": with_parameter(request, "export", "xlsx") if user.has_perm(EXPORT) else "",
    }


def papers(party: Counterparty, present: str) -> list[tuple[str, str, bool]]:
    """The papers of an account, to go from one to another: words, address, whether it is the present one."""
    named = (
        (_("Statement of account"), "account_statement"),
        (_("Confirmation of balances"), "balance_confirmation"),
        (_("Payment reminder"), "payment_reminder"),
        (_("Statutory interest"), "interest_sheet"),
    )
    urls = [(words, address(f"finance:{name}", party.pk)) for words, name in named]
    return [(words, url, url == present) for words, url in urls]


def firm_or_404(form: AccountForm) -> Counterparty:
    form.is_valid()
    firm = form.firm
    if firm is None:
        raise Http404
    return firm


# -- Statement of account ----------------------------------------------------------------------------------------------


@login_required
def account_statement(request: HttpRequest, pk: int) -> HttpResponse:
    party = party_of(request, pk)
    user: Any = request.user
    form = PeriodForm(request.GET, party, user, currencies_of(party, user))
    firm = firm_or_404(form)
    account = Account.of(party, firm, *form.days, form.value("currency") or "", user)
    name = f"{_('Statement of account')} {party.display_name}"
    if request.GET.get("export"):
        demand(request, EXPORT)
        return sheet(name, [_("Date"), _("Document"), _("Text"), _("Debit"), _("Credit"), _("Balance")],
                     statement_rows(account))  # fmt: skip
    if request.GET.get("print"):
        demand(request, PRINT)
        if len(account.entries) <= PRINTED:
            return pdf_response(prints.statement_pdf(account, user), exports.file_name(name, "pdf"))
        messages.error(request, _("This statement is too long for paper: choose fewer days, or take the file."))
    paginator = Paginator(account.entries, ENTRIES)
    page = paginator.get_page(request.GET.get("page"))
    context = page_context(request, party, form, _("Statement of account")) | {
        "account": account,
        "firm": firm,
        "days": form.days,
        "closing_words": words_of_balance(account.closing),
        "page_obj": page,
        "paginator": paginator,
        "page_range": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "total": paginator.count,
    }
    return render(request, "finance/account_statement.html", context)


def statement_rows(account: Account) -> list[list[Any]]:
    rows: list[list[Any]] = [[account.since, _("Opening balance"), "", None, None, account.opening]]
    rows += [
        [entry.date, entry.label, " · ".join(filter(None, [entry.text, entry.original])), entry.debit, entry.credit,
         entry.balance]
        for entry in account.entries
    ]  # fmt: skip
    rows.append([None, _("Turnover of the period"), "", account.debit, account.credit, None])
    rows.append([account.until, _("Closing balance"), account.shown_currency, None, None, account.closing])
    return rows


def sheet(name: str, header: list[str], rows: Iterable[list[Any]]) -> HttpResponse:
    answer: Any = exports.export_response("xlsx", name, header, rows)
    return answer


# -- Confirmation of balances ------------------------------------------------------------------------------------------


@login_required
def balance_confirmation(request: HttpRequest, pk: int) -> HttpResponse:
    party = party_of(request, pk)
    form = AsOfForm(request.GET, party, request.user)
    firm = firm_or_404(form)
    items = OpenItems.of(party, firm, form.day, request.user)
    name = f"{_('Confirmation of balances')} {party.display_name}"
    if request.GET.get("export"):
        demand(request, EXPORT)
        header = [_("Document"), _("Number"), _("Date"), _("Due"), _("Total"), _("They owe us"), _("We owe them"),
                  _("Currency")]  # fmt: skip
        rows = [open_row(item, 5) for item in items.debit] + [open_row(item, 6) for item in items.credit]
        for one in items.sums:
            rows.append([_("Total"), "", None, None, None, one.debit, one.credit, one.currency])
            if one.balance_eur is not None:
                words, place = _("Balance in EUR at 1 EUR = %s BGN") % RATE, 5 if one.balance > 0 else 6
                rows.append([words, "", None, None, None, None, None, "EUR"])
                rows[-1][place] = one.balance_eur
        return sheet(name, header, rows)
    if request.GET.get("print"):
        demand(request, PRINT)
        pdf = prints.confirmation_pdf(party, firm, form.day, items, request.user)
        return pdf_response(pdf, exports.file_name(name, "pdf"))
    context = page_context(request, party, form, _("Confirmation of balances")) | {
        "items": items,
        "firm": firm,
        "on": form.day,
        "lists": [(_("They owe us"), items.debit), (_("We owe them"), items.credit)],
        "sums": [(one, words_of_balance(one.balance), abs(one.balance)) for one in items.sums],
        "lev_rate": RATE,
    }
    return render(request, "finance/balance_confirmation.html", context)


def open_row(item: Any, place: int) -> list[Any]:
    row: list[Any] = [item.kind_label, item.number, item.date, getattr(item, "due_date", None), item.owed, None, None,
                      item.currency]  # fmt: skip
    row[place] = item.left
    return row


# -- Reminder ----------------------------------------------------------------------------------------------------------


@login_required
def payment_reminder(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what to remind of. A look at the PDF is remembered by nobody; making it and sending it are."""
    party = party_of(request, pk)
    demand(request, PRINT)
    user: Any = request.user
    chosen = AccountForm(request.GET, party, user)
    firm = firm_or_404(chosen)
    documents = list(overdue_documents(party, firm, user))
    bound = request.method == "POST"
    form = ReminderForm(request.POST if bound else None, documents)
    if bound and documents and form.is_valid() and (reminder := asked_reminder(form, party, firm)):
        pdf = prints.reminder_pdf(reminder, user)
        if "look" in request.POST:
            return pdf_response(pdf, "reminder.pdf")
        event = reminder.remember(pdf, user)
        link = event.file_links.first()
        if "send" in request.POST and user.has_perm("events.send_email"):
            query = {"party": party.pk, "subject": reminder.letter_subject, "text": reminder.letter_text(user)}
            if link is not None:
                query["file"] = link.file_id
            if people := recipients_of(party, user)[1]:
                query["person"] = people[0].pk
            return redirect(compose_url(**query))
        if link is None:
            return pdf_response(pdf, "reminder.pdf")
        messages.success(request, _("The reminder is made and kept in the dossier."))
        return redirect(event.get_absolute_url())
    context = page_context(request, party, chosen, _("Payment reminder")) | {
        "reminder_form": form,
        "documents": documents,
        "reminded_at": Counterparty.objects.filter(pk=pk).values_list(last_reminder(user), flat=True).get(),
        "firm": firm,
        "may_send": user.has_perm("events.send_email") and user.has_perm("documents.add_file"),
        "print_url": "",
        "export_url": "",
    }
    return render(request, "finance/payment_reminder.html", context, status=422 if bound and form.errors else 200)


def asked_reminder(form: ReminderForm, party: Counterparty, firm: Counterparty) -> Reminder | None:
    """The reminder of the form; None, told at the field, when the interest cannot be counted."""
    try:
        return form.reminder(party, firm)
    except DocumentError as missing:
        form.add_error("with_interest", missing)
        return None


# -- Statutory interest ------------------------------------------------------------------------------------------------


@login_required
def interest_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """How much statutory interest has run on what is overdue: a calculation, which claims nothing."""
    party = party_of(request, pk)
    form = AsOfForm(request.GET, party, request.user)
    firm = firm_or_404(form)
    counted, refusal = InterestSheet(form.day, []), ""
    try:
        counted = InterestSheet.of(party, firm, form.day, request.user)
    except DocumentError as missing:
        refusal = " ".join(missing.messages)
    name = f"{_('Statutory interest')} {party.display_name}"
    if request.GET.get("export"):
        demand(request, EXPORT)
        header = [_("Document"), _("Payable by"), _("From"), _("To"), _("Days"), _("Yearly rate, %"),
                  _("On, EUR"), _("Interest, EUR")]  # fmt: skip
        rows = [
            [str(row.document), row.document.payable_by, piece.since, piece.until, piece.days, piece.percent,
             piece.amount, piece.interest]
            for row in counted.rows
            for piece in row.pieces
        ]  # fmt: skip
        return sheet(name, header, rows)
    if request.GET.get("print") and not refusal:
        demand(request, PRINT)
        pdf = prints.interest_pdf(party, firm, counted, request.user)
        return pdf_response(pdf, exports.file_name(name, "pdf"))
    context = page_context(request, party, form, _("Statutory interest")) | {
        "sheet": counted,
        "firm": firm,
        "refusal": refusal,
    }
    return render(request, "finance/interest_sheet.html", context)
