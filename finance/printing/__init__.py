"""Documents and payments on paper: the kept original, copies, the annulment protocol, cash orders."""

from finance.printing.originals import annulment_pdf, copy_pdf, keep_original, original_pdf
from finance.printing.payments import cash_order_pdf

__all__ = [
    "annulment_pdf",
    "cash_order_pdf",
    "copy_pdf",
    "keep_original",
    "original_pdf",
]
