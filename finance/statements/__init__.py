"""Bank statements read from files: CAMT.053, MT940, CSV and XLSX. Nothing here asks the database."""

from finance.statements.reading import read_statements
from finance.statements.records import Entry, Statement, StatementError, Told
from finance.statements.tables import FIELDS, Sniffed, sniff_columns

__all__ = ["FIELDS", "Entry", "Sniffed", "Statement", "StatementError", "Told", "read_statements", "sniff_columns"]
