"""Which column of a file is which of our fields, by its header in English or Bulgarian."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.text import fold

IGNORED = "-"


@dataclass(frozen=True)
class Field:
    """One of the fields a file may bring. `label` names it on pages, `bulgarian` heads it in the sample file."""

    name: str
    label: Any
    bulgarian: str
    aliases: tuple[str, ...] = ()
    max_length: int = 255


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field(
            "kinds",
            _("Kinds"),
            "Вид",
            ("kind", "видове", "видове контрагент", "вид контрагент", "тип контрагент", "роля", "роли"),
        ),
        Field(
            "person",
            _("Person"),
            "Лице",
            ("person kind", "вид лице", "тип лице", "физическо/юридическо лице", "юридическо/физическо лице", "ЮЛ/ФЛ"),
        ),
        Field(
            "name",
            _("Name"),
            "Наименование",
            (
                *("company", "company name", "full name", "име", "фирма", "име на фирмата", "име на фирма"),
                *("име/наименование", "наименование/име", "контрагент", "име на контрагента"),
                *("наименование на контрагента", "наименование на фирмата", "дружество"),
            ),
        ),
        Field(
            "name_latin",
            _("Name in Latin letters"),
            "Име на латиница",
            (
                *(
                    "latin name",
                    "name latin",
                    "name in latin letters",
                    "english name",
                    "name en",
                    "наименование на латиница",
                ),
                *("име латиница", "латиница", "име на английски", "наименование на английски", "име (латиница)"),
            ),
        ),
        Field(
            "eik",
            _("EIK or personal number"),
            "ЕИК",
            (
                *("uic", "bulstat", "eik/bulstat", "eik/egn", "registration number", "company number", "reg. no."),
                *("булстат", "ЕИК/Булстат", "ЕИК/Булстат/ЕГН", "ЕИК/ЕГН", "ЕИК по Булстат", "ЕИК (Булстат)", "ЕГН"),
                *("ЕИК №", "ЕГН/ЛНЧ", "ЛНЧ", "ЕИК/ЕГН/ЛНЧ", "ЕИК номер", "регистрационен номер", "рег. номер"),
            ),
            60,
        ),
        Field(
            "vat_number",
            _("VAT number"),
            "ДДС №",
            (
                *("vat", "vat no", "vat no.", "vat id", "ддс номер", "номер по ДДС", "ДДС", "ИН по ДДС", "ИН по ЗДДС"),
                *("ИН ДДС", "идентификационен номер по ДДС", "идентификационен номер по ЗДДС", "ЗДДС №", "ЗДДС номер"),
            ),
            60,
        ),
        Field("legal_form", _("Legal form"), "Правна форма", ("form", "форма", "правна форма на дружеството"), 100),
        Field("country", _("Country"), "Държава", ("country code", "страна", "код на държава"), 100),
        Field("district", _("District"), "Област", ("region", "province", "обл."), 100),
        Field(
            "settlement",
            _("Settlement"),
            "Населено място",
            ("city", "town", "place", "град", "гр.", "град/село", "населено място (град/село)", "нас. място"),
            100,
        ),
        Field(
            "postal_code",
            _("Postal code"),
            "Пощенски код",
            ("post code", "postcode", "zip", "zip code", "п.к.", "ПК", "пощ. код", "пощ код"),
            12,
        ),
        Field(
            "address",
            _("Address"),
            "Адрес",
            (
                "street",
                "street address",
                "address line",
                "улица",
                "адрес на управление",
                "седалище",
                "адрес по регистрация",
            ),
            500,
        ),
        Field(
            "email",
            _("E-mail"),
            "Имейл",
            (
                "e-mail",
                "mail",
                "email address",
                "е-поща",
                "ел. поща",
                "електронна поща",
                "поща",
                "е-мейл",
                "е-майл",
                "майл",
                "имайл",
                "мейл",
                "имейл адрес",
            ),
            254,
        ),
        Field(
            "phone",
            _("Phone"),
            "Телефон",
            (
                "telephone",
                "tel",
                "tel.",
                "mobile",
                "phone number",
                "тел.",
                "тел. номер",
                "телефонен номер",
                "мобилен",
                "GSM",
                "ГСМ",
            ),
            100,
        ),
        Field(
            "iban",
            _("IBAN"),
            "IBAN",
            (
                "ИБАН",
                "account",
                "bank account",
                "банкова сметка",
                "сметка",
                "IBAN/банкова сметка",
                "банкова сметка (IBAN)",
            ),
            60,
        ),
        Field(
            "contact_name",
            _("Contact person"),
            "Лице за контакт",
            (
                *("contact", "contact person", "person for contact", "контакт", "контактно лице", "лице за контакти"),
                *("МОЛ", "лице за контакт/МОЛ", "представляващ", "управител", "материално отговорно лице"),
            ),
            300,
        ),
        Field("note", _("Note"), "Бележка", ("notes", "comment", "remark", "бележки", "забележка", "коментар"), 5000),
    )
}


def key_of(header: str) -> str:
    """A header without case, spaces and punctuation, in Latin letters."""
    return fold(header[:300]).replace(" ", "")


_KNOWN: dict[str, str] = {
    key_of(text): field.name for field in FIELDS.values() for text in (field.name, field.bulgarian, *field.aliases)
}
# Columns that our own file of errors adds.
_KNOWN |= {key_of(text): IGNORED for text in ("Reason", "Причина", "Error", "Грешка")}


def field_of(header: str) -> str:
    """Name of the field that a header stands for, "-" for a column to pass over, "" when it is not known."""
    return _KNOWN.get(key_of(header), "")


def known_columns(header: Sequence[str]) -> int:
    """How many of our fields a row, taken for a header, names."""
    return len({field_of(cell) for cell in header} - {"", IGNORED})


def guess(header: Sequence[str]) -> list[str]:
    """The field of each column as far as the headers tell; the first column of a field keeps it."""
    taken: set[str] = set()
    mapping = []
    for text in header:
        name = field_of(text) if text.strip() else ""
        if name in taken:
            name = ""
        if name not in ("", IGNORED):
            taken.add(name)
        mapping.append(name)
    return mapping


def all_known(header: Sequence[str], mapping: Sequence[str]) -> bool:
    """Whether nothing has to be asked: every column that has a header is known, and kinds and names are there."""
    return {"kinds", "name"} <= set(mapping) and all(
        name for text, name in zip(header, mapping, strict=True) if text.strip()
    )


def header_key(header: Sequence[str]) -> str:
    """What a set of headers is remembered by; the headers themselves, which may be data, are not kept."""
    return hashlib.sha256("\n".join(key_of(text) for text in header).encode()).hexdigest()
