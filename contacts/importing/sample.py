"""The sample file: all columns under their Bulgarian headers, and a few rows that show how they are filled in.

The companies are invented; their numbers have right check digits and lie outside of what is given out.
"""

from contacts.importing.columns import FIELDS

HEADER = [field.bulgarian for field in FIELDS.values()]

_ROWS: list[dict[str, str]] = [
    {
        "kinds": "клиент",
        "person": "юридическо",
        "name": "Примерна фирма ООД",
        "name_latin": "Primerna Firma",
        "eik": "999999010",
        "vat_number": "BG999999010",
        "country": "България",
        "district": "Пловдив",
        "settlement": "гр. Пловдив",
        "postal_code": "4000",
        "address": "ул. „Шипка“ № 34, вх. А, ет. 2, ап. 5",
        "email": "office@example.com",
        "phone": "0888 123 456",
        "contact_name": "Мария Петрова",
        "note": "От изложението през октомври",
    },
    {
        "kinds": "клиент; доставчик",
        "name": "Втора примерна фирма",
        "eik": "999999027",
        "legal_form": "ЕООД",
        "settlement": "гр. Бургас",
    },
    {"kinds": "клиент", "person": "физическо", "name": "Иван Петров Иванов", "settlement": "гр. Русе"},
    {
        "kinds": "доставчик",
        "name": "Beispiel Handels GmbH",
        "eik": "HRB 12345",
        "country": "Германия",
        "settlement": "Berlin",
        "postal_code": "10115",
        "address": "Beispielstrasse 1",
        "email": "info@example.org",
    },
]
ROWS = [[row.get(name, "") for name in FIELDS] for row in _ROWS]
