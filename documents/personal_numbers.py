"""How the numbers of identity papers are written, by kind and date of issue.

A Bulgarian identity card has nine digits when issued until 16.06.2024, two Latin capitals and seven digits from
17.06.2024 on; passport and driving licence have nine digits. Of other papers and other countries no format is known
for sure, so letters and digits of any kind are taken.
"""

from __future__ import annotations

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.text import compact_number

NEW_CARDS_FROM = dt.date(2024, 6, 17)
OLD_CARD = re.compile("[0-9]{9}")
NEW_CARD = re.compile("[A-Z]{2}[0-9]{7}")
FREE = re.compile("[0-9A-Z/]{3,30}")


def check_number(number_format: str, value: str, country: str, issued_on: dt.date | None) -> str:
    """Return the number as it is kept: without spaces and hyphens, in Latin capitals.

    `number_format` is one of `PersonalDocumentType.Format`; formats are asked of Bulgarian papers alone. Raises
    ValidationError that says what is wrong.
    """
    number = compact_number(value)
    if not FREE.fullmatch(number):
        raise ValidationError(_("Write the number with Latin letters and digits, 3 to 30 signs."))
    if country != "BG":
        return number
    if number_format == "nine_digits" and not OLD_CARD.fullmatch(number):
        raise ValidationError(_("The number of this document has nine digits."))
    if number_format == "id_card":
        check_card(number, issued_on)
    return number


def check_card(number: str, issued_on: dt.date | None) -> None:
    if issued_on is None:
        if not OLD_CARD.fullmatch(number) and not NEW_CARD.fullmatch(number):
            raise ValidationError(
                _("The number of an identity card has nine digits, or two Latin letters and seven digits.")
            )
        return
    if issued_on < NEW_CARDS_FROM and not OLD_CARD.fullmatch(number):
        raise ValidationError(_("An identity card issued until 16.06.2024 has a number of nine digits."))
    if issued_on >= NEW_CARDS_FROM and not NEW_CARD.fullmatch(number):
        raise ValidationError(
            _("An identity card issued from 17.06.2024 on has a number of two Latin letters and seven digits.")
        )
