"""Papers about a party's account: statement, confirmation of balances, reminder, calculation of interest.

They are letters of our firm in Bulgarian, whoever prints them; numbers come from the same places as the pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from common.amounts import written
from common.dates import today
from common.money import NBSP
from common.printing import html_to_pdf
from common.words import amount_in_words
from contacts.iban import format_iban
from contacts.models import BankAccount
from counterparties.models import Counterparty
from finance.account import Account
from finance.models import FirmSettings
from finance.open_items import OpenItems
from finance.printing.labels import words_in
from finance.printing.sheet import day, foot_of, logo_of, money, party_block
from trade.copies import account_copy, copy_of
from trade.models.rates import LEV_PER_EURO

CSS = ("css/finance-print.css", "css/account-print.css")


def letter(party: Counterparty, own_firm: Counterparty, user: Any, on: dt.date | None = None) -> dict[str, Any]:
    """What every letter of a firm to a party shows: logo, both sides, foot, who made it."""
    on = on or today()
    settings = FirmSettings.of(own_firm)
    words = words_in("bg")
    firm, other = copy_of(own_firm, on, firm=True), copy_of(party, on)
    accounts = BankAccount.objects.current().filter(party=own_firm, currency="EUR").order_by("-is_default", "pk")
    account = account_copy(accounts.first())
    return {
        "words": words,
        "language": "bg",
        "logo": logo_of(settings),
        "firm": firm,
        "party_name": other["name"],
        "firm_name": firm["name"],
        "parties": [party_block("От", firm, own_firm, words), party_block("До", other, party, words)],
        "foot": foot_of(firm, account, settings),
        "account": {**account, "iban_shown": format_iban(account["iban"])} if account else {},
        "place": settings.place,
        "made_on": day(today()),
        "made_by": str(user),
        "author": firm["name"],
        "hands": [],
    }


def printed(template: str, context: dict[str, Any]) -> bytes:
    with translation.override("bg"):
        html = render_to_string(f"finance/print/{template}.html", context)
    return html_to_pdf(html, CSS, {"picture:logo": context["logo"]} if context["logo"] else {})


def signed(amount: Decimal, currency: str) -> dict[str, Any]:
    """A balance without its sign, and in words whose it is."""
    return {
        "amount": f"{money(abs(amount), currency)}{NBSP}{currency}",
        "in_favour": "" if not amount else "ours" if amount > 0 else "theirs",
    }


# -- Statement of account ----------------------------------------------------------------------------------------------


def statement_pdf(account: Account, user: Any) -> bytes:
    """The statement, its rows told in Bulgarian whatever the language of the page was."""
    currency = account.shown_currency
    with translation.override("bg"):
        account = Account.of(
            account.party, account.own_firm, account.since, account.until, account.currency, account.user
        )
        context = letter(account.party, account.own_firm, user, account.until) | {
            "since": day(account.since),
            "until": day(account.until),
            "currency": currency,
            "in_euro": not account.currency,
            "opening": money(account.opening, currency),
            "closing": money(account.closing, currency),
            "debit": money(account.debit, currency),
            "credit": money(account.credit, currency),
            "balance": signed(account.closing, currency),
            "entries": [
                {
                    "date": day(entry.date),
                    "label": entry.label,
                    "text": " · ".join(filter(None, [entry.text, entry.original])),
                    "debit": money(entry.debit, currency) if entry.debit is not None else "",
                    "credit": money(entry.credit, currency) if entry.credit is not None else "",
                    "balance": money(entry.balance, currency),
                }
                for entry in account.entries
            ],
        }
    return printed("statement", context)


# -- Confirmation of balances ------------------------------------------------------------------------------------------


def confirmation_pdf(party: Counterparty, own_firm: Counterparty, on: dt.date, items: OpenItems, user: Any) -> bytes:
    with translation.override("bg"):
        context = letter(party, own_firm, user, on) | {
            "on": day(on),
            "lev_rate": written(LEV_PER_EURO, 5),
            "lists": [
                {"title": "Дължите ни", "rows": [item_row(item) for item in items.debit]},
                {"title": "Дължим Ви", "rows": [item_row(item) for item in items.credit]},
            ],
            "sums": [
                {
                    "currency": one.currency,
                    "debit": money(one.debit, one.currency),
                    "credit": money(one.credit, one.currency),
                    **signed(one.balance, one.currency),
                    "euro": f"{money(one.balance_eur, 'EUR')}{NBSP}EUR" if one.balance_eur is not None else "",
                    "words": amount_in_words(abs(one.balance), one.currency, "bg") if one.balance else "",
                }
                for one in items.sums
            ],
        }
    return printed("confirmation", context)


def item_row(item: Any) -> dict[str, str]:
    due = getattr(item, "due_date", None)
    return {
        "name": item.kind_label,
        "number": item.number,
        "day": day(item.date),
        "due": day(due),
        "total": money(item.owed, item.currency),
        "left": money(item.left, item.currency),
        "currency": item.currency,
    }


# -- Reminder ----------------------------------------------------------------------------------------------------------


def reminder_pdf(reminder: Any, user: Any) -> bytes:
    return printed("reminder", reminder_context(reminder, user))


def reminder_context(reminder: Any, user: Any) -> dict[str, Any]:
    """`reminder` is a Reminder of finance/reminders.py."""
    with translation.override("bg"):
        return letter(reminder.party, reminder.own_firm, user) | {
            "on": day(reminder.on),
            "rows": [
                item_row(document)
                | {
                    "due": day(document.payable_by),
                    "late": (reminder.on - document.payable_by).days,
                    "interest": f"{money(reminder.interest[document.pk], 'EUR')}{NBSP}EUR"
                    if document.pk in reminder.interest
                    else "",
                }
                for document in reminder.documents
            ],
            "with_interest": reminder.with_interest,
            "costs": money(reminder.costs, "EUR") if reminder.costs else "",
            "sums": [
                {
                    "currency": currency,
                    "left": money(left, currency),
                    "interest": money(interest, currency) if interest else "",
                    "costs": money(costs, currency) if costs else "",
                    "whole": money(whole, currency),
                    "words": amount_in_words(whole, currency, "bg"),
                }
                for currency, left, interest, costs, whole in reminder.sums
            ],
            "days": reminder.days,
            "pay_by": day(reminder.pay_by),
            "reference": ", ".join(document.number for document in reminder.documents[:8]),
        }


def reminders_pdf(made: Sequence[dict[str, Any]]) -> bytes:
    """Many reminders as one file, each beginning on a page of its own with its own page numbers."""
    from django.contrib.staticfiles import finders

    from common.printing import PRINT_CSS, engine, static_only

    weasyprint = engine()
    documents = []
    for context in made:
        with translation.override("bg"):
            html = render_to_string("finance/print/reminder.html", context)
        fetcher = static_only({"picture:logo": context["logo"]} if context["logo"] else {})
        sheets = [weasyprint.CSS(filename=str(finders.find(name)), url_fetcher=fetcher) for name in (PRINT_CSS, *CSS)]
        documents.append(
            weasyprint.HTML(string=html, base_url="static://", url_fetcher=fetcher).render(stylesheets=sheets)
        )
    pages = [page for document in documents for page in document.pages]
    return documents[0].copy(pages).write_pdf() or b""


# -- Interest ----------------------------------------------------------------------------------------------------------


def interest_pdf(party: Counterparty, own_firm: Counterparty, sheet: Any, user: Any) -> bytes:
    """`sheet` is an InterestSheet of finance/reminders.py."""
    with translation.override("bg"):
        context = letter(party, own_firm, user) | {
            "on": day(sheet.on),
            "documents": [
                item_row(row.document)
                | {
                    "due": day(row.document.payable_by),
                    "interest": money(row.total, "EUR"),
                    "left": f"{money(row.document.left, row.document.currency)}{NBSP}{row.document.currency}",
                    "pieces": [
                        {
                            "since": day(piece.since),
                            "until": day(piece.until),
                            "days": piece.days,
                            "percent": f"{piece.percent.normalize():f}".replace(".", ","),
                            "base": money(piece.amount, "EUR"),
                            "interest": money(piece.interest, "EUR"),
                        }
                        for piece in row.pieces
                    ],
                }
                for row in sheet.rows
            ],
            "total": money(sheet.total, "EUR"),
        }
    return printed("interest", context)
