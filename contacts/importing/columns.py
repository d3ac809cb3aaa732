"""Which column of a file is which of our fields, by its header in English or Bulgarian."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.importing.columns import IGNORED, Columns, Field, header_key, key_of

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


COLUMNS = Columns(FIELDS.values(), required=("kinds", "name"))
field_of, known_columns, guess, all_known = COLUMNS.field_of, COLUMNS.known_columns, COLUMNS.guess, COLUMNS.all_known

__all__ = [
    "COLUMNS",
    "FIELDS",
    "IGNORED",
    "Field",
    "all_known",
    "field_of",
    "guess",
    "header_key",
    "key_of",
    "known_columns",
]
