"""Financial documents, payments and what is settled between them."""

from finance.models.documents import FinancialDocument
from finance.models.firms import CashDesk, FirmSettings
from finance.models.lines import FinancialDocumentLine, FinancialDocumentTax
from finance.models.offsets import OffsetItem
from finance.models.payments import Payment
from finance.models.periods import PeriodClosing
from finance.models.settlements import Settlement
from finance.models.statements import BankStatement, BankStatementLine
from finance.models.terms import InterestRate
from finance.models.turnover import Turnover

__all__ = [
    "BankStatement",
    "BankStatementLine",
    "CashDesk",
    "FinancialDocument",
    "FinancialDocumentLine",
    "FinancialDocumentTax",
    "FirmSettings",
    "InterestRate",
    "OffsetItem",
    "Payment",
    "PeriodClosing",
    "Settlement",
    "Turnover",
]
