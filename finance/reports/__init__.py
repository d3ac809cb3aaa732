"""Reports over all parties. Each is a class with its filter, its columns and its rows; the pages are made of these."""

from finance.reports import ageing, balances, due, turnover  # noqa: F401  (they register themselves)
from finance.reports.base import Report, ReportColumn, reports

__all__ = ["Report", "ReportColumn", "reports"]
