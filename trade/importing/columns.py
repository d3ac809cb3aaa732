"""Which column of a file of articles, or of prices, is which field."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.importing.columns import Columns, Field

CODE = Field(
    "code",
    _("Code"),
    "Код",
    (
        "article code",
        "sku",
        "item",
        "item no",
        "number",
        "код на артикул",
        "артикулен номер",
        "артикул №",
        "кат. номер",
    ),
    40,
)
UNIT = Field("unit", _("Unit"), "Мярка", ("uom", "measure", "мерна единица", "м.ед.", "ед. мярка", "ме"), 60)

ARTICLES = Columns(
    (
        CODE,
        Field("name", _("Name"), "Наименование", ("article", "title", "име", "артикул", "стока", "артикул име"), 250),
        Field("name_en", _("Name in English"), "Наименование на английски", ("english name", "име на английски"), 250),
        Field("kind", _("Kind"), "Вид", ("type", "тип", "вид артикул"), 30),
        Field("group", _("Group"), "Група", ("category", "категория", "артикулна група", "група артикули"), 300),
        UNIT,
        Field("vat_rate", _("VAT rate"), "ДДС",
              ("vat", "vat %", "ддс %", "ддс ставка", "ставка ддс", "ставка на ддс", "% ддс"), 60),
        Field("barcode", _("Barcodes"), "Баркод", ("barcodes", "ean", "ean13", "gtin", "баркодове", "бар код"), 500),
        Field("package", _("Another unit"), "Друга мярка", ("package", "опаковка", "втора мярка"), 60),
        Field("factor", _("How many of the article's unit"), "Брой в опаковка", ("per package", "коефициент"), 40),
        Field("tariff_code", _("Tariff code"), "Тарифен код", ("cn code", "taric", "митнически код", "тарик"), 20),
        Field("origin", _("Country of origin"), "Страна на произход", ("origin", "country", "произход"), 60),
        Field("description", _("Description"), "Описание", ("note", "notes", "бележка", "забележка"), 5000),
    ),
    required=("code", "name"),
)  # fmt: skip

PRICES = Columns(
    (
        CODE,
        Field("barcode", _("Barcode"), "Баркод", ("ean", "ean13", "gtin", "бар код"), 48),
        Field("name", _("Name"), "Наименование", ("article", "име", "артикул", "стока"), 250),
        Field("price", _("Unit price"), "Цена", ("unit price", "ед. цена", "единична цена", "нова цена"), 40),
        UNIT,
        Field("min_quantity", _("From quantity"), "От количество", ("quantity", "min quantity", "мин. количество"), 40),
        Field("valid_from", _("From"), "От дата", ("valid from", "since", "валидна от", "в сила от"), 30),
        Field("valid_to", _("To"), "До дата", ("valid to", "until", "валидна до"), 30),
    ),
    required=("code", "price"),
)
