"""Phones as Bulgarians write them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import phonenumbers
from phonenumber_field.phonenumber import to_python

MOBILE_LENGTH = 9  # 888 123 456, without the leading zero


@lru_cache(maxsize=4096)
def national_text(e164: str) -> str:
    """The same from the stored text of a number (+359888123456); lists write thousands of them."""
    return national(to_python(e164)) if e164 else ""


def international_text(e164: str) -> str:
    """+359 88 812 3456 from the stored text of a number: for files, which go anywhere."""
    return str(to_python(e164)) if e164 else ""


def national(number: Any) -> str:
    """A number as people write it: 0888 123 456 for a Bulgarian mobile, the international form for a foreign one."""
    if not number:
        return ""
    if not getattr(number, "is_valid", lambda: False)():
        return str(number)
    if number.country_code != 359:
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
    digits = str(number.national_number)
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE and len(digits) == MOBILE_LENGTH:
        return f"0{digits[:3]} {digits[3:6]} {digits[6:]}"
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def searchable(number: Any, as_typed: str = "") -> list[str]:
    """A number in the ways people may look for it: 359888123456, 0888123456, and as it was typed."""
    international = "".join(char for char in getattr(number, "as_e164", str(number or "")) if char.isdigit())
    ways = [international, f"0{international[3:]}" if international.startswith("359") else "", as_typed]
    return [way for way in dict.fromkeys(ways) if way]
