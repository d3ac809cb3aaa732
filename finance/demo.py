"""Demonstration data of finance: two own firms that sell, buy, pay, owe and correct, from last autumn to today.

All goes through the real life, day after day. The same books every time, but for the days, which go with the calendar.
"""

from __future__ import annotations

from common.demo import DemoPart, parts
from finance.demo_ledger import Ledger
from finance.demo_purchases import close_periods, purchases
from finance.demo_sales import sales
from finance.demo_statement import statement
from finance.models import CashDesk, FinancialDocument, Payment


def fill() -> None:
    book = Ledger()
    book.set_up()
    sales(book)
    purchases(book)
    book.run()
    close_periods(book)
    statement(book)


def holds_rows() -> bool:
    return FinancialDocument.objects.exists() or Payment.objects.exists() or CashDesk.objects.exists()


parts.register(DemoPart("finance", 70, fill, holds_rows))
