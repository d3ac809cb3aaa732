"""Values of a form's own fields: what may be typed, what is stored, how it is written.

Stored is one text for each value (1234.50, 2026-11-24, yes), whatever way it was typed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from common.dates import format_date, parse_date
from common.money import NBSP, format_money
from common.text import clean_text

LONGEST = {"text": 500, "long_text": 5000}
YES, NO = "yes", "no"
# The default of a date may be a word: the day on which the form is filled.
TODAY = "today"
TODAY_WORDS = (TODAY, "днес")
_NUMBER = re.compile(r"[-–−]?[0-9]{1,15}(?:[.,][0-9]{1,6})?")
_WORDS = {YES: YES, "true": YES, "1": YES, "да": YES, NO: NO, "false": NO, "0": NO, "не": NO}


def canonical(kind: str, typed: str, choices: Sequence[str] = ()) -> str:
    """What is stored for what was typed; "" stays "". Raises ValidationError in words for the user."""
    multiline = kind == "long_text"
    limit = LONGEST.get(kind, LONGEST["text"])
    if len(typed) > limit * 4 + 1000:  # refused before anything walks through it
        raise too_long(typed, limit)
    try:
        text = clean_text(typed, multiline=multiline)
    except ValueError as refusal:
        raise ValidationError(str(refusal)) from refusal
    if not text:
        return ""
    if len(text) > limit:
        raise too_long(text, limit)
    match kind:
        case "number":
            return plain_number(text)
        case "money":
            return plain_money(text)
        case "date":
            try:
                return parse_date(text).isoformat()
            except ValueError as refusal:
                raise ValidationError(str(refusal)) from refusal
        case "boolean":
            if (word := _WORDS.get(text.lower())) is None:
                raise ValidationError(_("Answer with yes or no."))
            return word
        case "choice":
            if text not in choices:
                raise ValidationError(_("“%(value)s” is not in the list of choices.") % {"value": text})
    return text


def too_long(text: str, limit: int) -> ValidationError:
    words = _("The text is too long: %(length)d characters, at most %(limit)d are allowed.")
    return ValidationError(words % {"length": len(text), "limit": limit})


def plain_number(text: str) -> str:
    """A number with comma or dot, spaces between thousands or none, as 1234.5."""
    bare = "".join(text.split())
    if not _NUMBER.fullmatch(bare):
        raise ValidationError(_("Write a number, for example 1 234,5."))
    number = Decimal(re.sub("[–−]", "-", bare).replace(",", "."))
    return f"{number:f}"


def plain_money(text: str) -> str:
    bare = re.sub(r"(?i)\s*(€|eur|евро)\s*$", "", text)
    try:
        number = Decimal(plain_number(bare))
    except ValidationError:
        raise ValidationError(_("Write an amount in euro, for example 1 234,50.")) from None
    if number != round(number, 2):
        raise ValidationError(_("An amount has at most two decimals."))
    return f"{number:.2f}"


def python_value(kind: str, value: str) -> Any:
    """A stored value as files get it: a number, a day, text; what cannot be read (the type was changed) is text."""
    try:
        match kind:
            case "number" | "money":
                return Decimal(value)
            case "date":
                return dt.date.fromisoformat(value)
            case "boolean":
                return {YES: _("yes"), NO: _("no")}.get(value, value)
    except (ArithmeticError, ValueError):
        pass
    return value


def shown(kind: str, value: str) -> str:
    """A stored value as pages show it: 1234,5, 1 234,50 €, 24.11.2026, yes."""
    if not value:
        return ""
    read = python_value(kind, value)
    if isinstance(read, Decimal):
        return format_money(read, "EUR") if kind == "money" else f"{read:f}".replace(".", ",")
    return format_date(read) if isinstance(read, dt.date) else str(read)


def typed(kind: str, value: str) -> str:
    """A stored value as a form offers it to be changed: 1 234,50 without the sign of the currency."""
    text = shown(kind, value) if kind in ("number", "money", "date") else value
    return text.replace(f"{NBSP}€", "").replace(NBSP, " ")


def written(kind: str, value: str, language: str) -> str:
    """A stored value as it stands in a text of the language: a day in Bulgarian has its „г.“."""
    with translation.override(language):
        text = shown(kind, value)
    is_day = kind == "date" and isinstance(python_value(kind, value), dt.date)
    return f"{text} г." if is_day and language == "bg" else text
