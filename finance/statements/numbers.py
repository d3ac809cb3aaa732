"""Amounts and days as banks write them. What can be read in two ways is not guessed."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from finance.statements.records import StatementError, known_currencies

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’]+")
_UNIT = re.compile(r"^([A-Z]{3}|[€$£])|([A-Z]{3}|лв\.?|лева|[€$£])$", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]{1,18}")
_GROUPED = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]{1,6})?")
_ENGLISH = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,6}|[0-9]{1,3}(?:,[0-9]{3}){2,}")
_GERMAN = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,6}|[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_SINGLE = re.compile(r"([0-9]{0,18})([.,])([0-9]{1,6})")
_TWO_WAYS = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}")


class Ambiguous(StatementError):
    """A number like 1.234, which is a thousand to one and a bit more than one to another."""


def read_amount(text: str, decimal_sign: str = "") -> Decimal:
    """Read "1 234,56", "1,234.56", "1.234,56", "(12.00)", "12,00-"; `decimal_sign` settles what alone is ambiguous.

    Raises StatementError, of the kind Ambiguous for "1.234" when no decimal sign is known.
    """
    body, negative = _unsigned(text)
    if match := _TWO_WAYS.fullmatch(body):
        if not decimal_sign:
            raise Ambiguous(
                _("“%(text)s” can be read in two ways: as thousands or as a decimal fraction."),
                "number",
                {"text": text.strip()[:40]},
            )
        body = body.replace(match[1], "." if match[1] == decimal_sign else "")
    elif _PLAIN.fullmatch(body):
        pass
    elif _GROUPED.fullmatch(body):
        body = body.replace(" ", "").replace(",", ".")
    elif _ENGLISH.fullmatch(body):
        body = body.replace(",", "")
    elif _GERMAN.fullmatch(body):
        body = body.replace(".", "").replace(",", ".")
    elif _SINGLE.fullmatch(body):
        body = body.replace(",", ".")
    else:
        raise StatementError(_("“%(text)s” is no number."), "number", {"text": text.strip()[:40]})
    amount = Decimal(body)
    return -amount if negative else amount


def decimal_sign_of(texts: list[str]) -> str:
    """The decimal sign that all unmistakable numbers of a file have in common, "" when there is none."""
    signs = set()
    for text in texts:
        body, _negative = _unsigned(text)
        if _TWO_WAYS.fullmatch(body):
            continue
        if _ENGLISH.fullmatch(body):
            signs.add(".")
        elif _GERMAN.fullmatch(body):
            signs.add(",")
        elif (_SINGLE.fullmatch(body) or _GROUPED.fullmatch(body)) and (mark := re.search("[.,]", body)):
            signs.add(mark[0])
    return signs.pop() if len(signs) == 1 else ""


def _unsigned(text: str) -> tuple[str, bool]:
    """The digits and separators, and whether a minus or brackets stand around them."""
    body = _SPACES.sub(" ", text).strip()
    if (unit := _UNIT.search(body)) and (len(unit[0]) != 3 or unit[0].upper() in known_currencies() | {"ЛВ."}):
        body = (body[: unit.start()] + body[unit.end() :]).strip()
    body = body.replace("\u2212", "-").replace("\u2013", "-")
    negative = False
    if body.startswith("(") and body.endswith(")"):
        body, negative = body[1:-1].strip(), True
    elif body.startswith("-") or body.endswith("-"):
        body, negative = (body[1:] if body.startswith("-") else body[:-1]).strip(), True
    elif body.startswith("+"):
        body = body[1:].strip()
    return body, negative
