"""Pickers of settlements, banks and people, and what a typed text means in each."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.pickers import PickerField
from common.text import compact_number
from contacts.models import ContactPerson, Settlement
from counterparties.models import Counterparty

EKATTE_AT_END = re.compile(r"\b([0-9]{5})\b")


def find_settlement(settlements: Any, text: str) -> Any:
    """The settlements that a typed text means: by code, by exact name, else by part of a name.

    „с. Абланица, общ. Хаджидимово, обл. Благоевград“ means the one in that district.
    """
    if code := EKATTE_AT_END.search(text):
        return settlements.filter(ekatte=code[1])
    name, _comma, rest = text.partition(",")
    found = settlements.matching(name)
    if rest:
        for part in rest.split(","):
            word = part.strip()
            if word.startswith("обл."):
                found = found.filter(district__name__istartswith=word.removeprefix("обл.").strip())
            elif word.startswith("общ."):
                label = word.removeprefix("общ.").strip()
                by_name = found.filter(municipality__name__istartswith=label)
                found = by_name if by_name.exists() else found.filter(municipality__code=label.upper())
    bare = name.strip().split(".")[-1].strip()
    exact = found.filter(name__iexact=bare)
    if exact.exists():
        towns = exact.filter(kind=Settlement.Kind.TOWN)
        # „Бяла“ alone may be a town or a village; „гр. Бяла“ is a town.
        return towns if name.strip().startswith("гр.") else exact
    return found


class SettlementField(PickerField):
    """A settlement by its EKATTE code or its name."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Settlement.objects.select_related("municipality", "district")
        super().__init__(rows, url_name="contacts:settlement_picker", find=find_settlement, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_label)


def find_bank(banks: Any, text: str) -> Any:
    """Banks by the beginning of their BIC, else by name."""
    code = compact_number(text)
    if re.fullmatch("[A-Z]{4}[A-Z0-9]{0,7}", code):
        by_bic = banks.filter(bank_code__bic__startswith=code)
        if by_bic.exists():
            return by_bic
    return banks.matching(text)


class BankField(PickerField):
    """A party of kind bank that the user may see."""

    def __init__(self, user: Any, *, chosen: int | None = None, **kwargs: Any) -> None:
        banks = Counterparty.objects.visible_to(user).filter(is_bank=True)
        rows = banks.filter(Q(archived_at__isnull=True) | Q(pk=chosen)).select_related("legal_form")
        super().__init__(rows, url_name="contacts:bank_picker", find=find_bank, **kwargs)


def find_person(people: Any, text: str) -> Any:
    return people.matching(text)


class PersonField(PickerField):
    """A contact person of a party that the user may see."""

    default_error_messages = {"invalid_choice": _("No contact person whom you may see is called so.")}

    def __init__(self, user: Any, **kwargs: Any) -> None:
        rows = ContactPerson.objects.visible_to(user).current()
        super().__init__(rows, url_name="contacts:contactperson_picker", find=find_person, **kwargs)
