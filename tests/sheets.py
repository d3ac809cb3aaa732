"""Reading back what an export wrote."""

import io
from typing import Any

import openpyxl


def sheet_of(content: bytes) -> Any:
    """The first sheet of a workbook."""
    return openpyxl.load_workbook(io.BytesIO(content)).active
