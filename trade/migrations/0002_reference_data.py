"""VAT rates in force in Bulgaria, grounds on which none is charged, and the usual units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import migrations

# category, percent, name, name in English, from, order
RATES = [
    ("S", "20", "20 %", "20 %", 10),
    ("S", "9", "9 %", "9 %", 20),
    ("Z", "0", "0 % – нулева ставка", "0 % – zero rate", 30),
    ("K", "0", "0 % – вътреобщностна доставка", "0 % – intra-Community supply", 40),
    ("G", "0", "0 % – износ", "0 % – export", 50),
    ("AE", "0", "обратно начисляване", "reverse charge", 60),
    ("E", "0", "освободена доставка", "exempt supply", 70),
    ("O", "0", "не се начислява ДДС", "no VAT charged", 80),
]
# category, VATEX code, text, text in English
GROUNDS = [
    ("K", "VATEX-EU-IC", "чл. 53, ал. 1 във връзка с чл. 7, ал. 1 ЗДДС", "Art. 138 of Directive 2006/112/EC (intra-Community supply)"),
    ("K", "VATEX-EU-IC", "чл. 141 ЗДДС – тристранна операция", "Art. 141 of Directive 2006/112/EC (triangular supply)"),
    ("G", "VATEX-EU-G", "чл. 28 ЗДДС – износ", "Art. 146 of Directive 2006/112/EC (export)"),
    ("Z", "", "чл. 29 ЗДДС – международен транспорт на пътници", "Art. 29 VAT Act – international transport of passengers"),
    ("Z", "", "чл. 30 ЗДДС – международен транспорт на стоки", "Art. 30 VAT Act – international transport of goods"),
    ("Z", "", "чл. 31 ЗДДС – доставка, свързана с международен транспорт", "Art. 31 VAT Act – supply connected with international transport"),
    ("Z", "", "чл. 36, ал. 1 ЗДДС", "Art. 36 (1) VAT Act"),
    ("Z", "", "чл. 146 ЗДДС – инвестиционно злато и други с нулева ставка", "Art. 146 VAT Act"),
    ("AE", "VATEX-EU-AE", "обратно начисляване – чл. 21, ал. 2 ЗДДС", "Reverse charge – Art. 44 and 196 of Directive 2006/112/EC"),
    ("AE", "VATEX-EU-AE", "обратно начисляване – чл. 82, ал. 2 ЗДДС", "Reverse charge – Art. 82 (2) VAT Act"),
    ("AE", "VATEX-EU-AE", "обратно начисляване – чл. 82, ал. 5 ЗДДС", "Reverse charge – Art. 82 (5) VAT Act"),
    ("AE", "VATEX-EU-AE", "обратно начисляване – чл. 163а, ал. 2 ЗДДС", "Reverse charge – Art. 163a (2) VAT Act"),
    ("E", "", "чл. 39 ЗДДС – здравеопазване", "Art. 39 VAT Act – health care"),
    ("E", "", "чл. 40 ЗДДС – социални грижи", "Art. 40 VAT Act – social care"),
    ("E", "", "чл. 41 ЗДДС – образование", "Art. 41 VAT Act – education"),
    ("E", "", "чл. 45 ЗДДС – земя и сгради", "Art. 45 VAT Act – land and buildings"),
    ("E", "", "чл. 45, ал. 4 ЗДДС – наем на жилище", "Art. 45 (4) VAT Act – letting of a dwelling"),
    ("E", "", "чл. 46 ЗДДС – финансови услуги", "Art. 46 VAT Act – financial services"),
    ("E", "", "чл. 47 ЗДДС – застрахователни услуги", "Art. 47 VAT Act – insurance"),
    ("E", "", "чл. 50 ЗДДС – доставка без право на данъчен кредит", "Art. 50 VAT Act"),
    ("O", "VATEX-EU-O", "чл. 113, ал. 9 ЗДДС", "Art. 113 (9) VAT Act – supplier not registered for VAT"),
    ("O", "VATEX-EU-O", "чл. 21, ал. 2 ЗДДС – място на изпълнение извън България", "Art. 44 of Directive 2006/112/EC – place of supply outside Bulgaria"),
    ("O", "VATEX-EU-O", "чл. 86, ал. 3 ЗДДС – място на изпълнение извън страната", "Art. 86 (3) VAT Act – place of supply outside the country"),
    ("O", "VATEX-EU-O", "извън обхвата на ЗДДС", "Outside the scope of VAT"),
]  # fmt: skip
# name, name in English, code of Rec. 20, decimals, base, factor
UNITS = [
    ("бр.", "pc", "C62", 3, "", "1"),
    ("к-т", "set", "SET", 3, "", "1"),
    ("чифт", "pair", "PR", 0, "", "1"),
    ("опаковка", "package", "PK", 3, "", "1"),
    ("кашон", "carton", "CT", 3, "", "1"),
    ("палет", "pallet", "PF", 3, "", "1"),
    ("кг", "kg", "KGM", 3, "", "1"),
    ("г", "g", "GRM", 3, "кг", "0.001"),
    ("т", "t", "TNE", 6, "кг", "1000"),
    ("л", "l", "LTR", 3, "", "1"),
    ("м", "m", "MTR", 3, "", "1"),
    ("кв. м", "sq m", "MTK", 3, "", "1"),
    ("куб. м", "cu m", "MTQ", 3, "", "1"),
    ("км", "km", "KMT", 3, "м", "1000"),
    ("kWh", "kWh", "KWH", 3, "", "1"),
    ("час", "hour", "HUR", 2, "", "1"),
    ("ден", "day", "DAY", 2, "", "1"),
    ("седмица", "week", "WEE", 2, "", "1"),
    ("месец", "month", "MON", 2, "", "1"),
    ("година", "year", "ANN", 2, "", "1"),
    ("услуга", "service", "E48", 3, "", "1"),
]


def fill(apps: Any, schema_editor: Any) -> None:
    rate, ground, unit = (apps.get_model("trade", name) for name in ("VatRate", "VatGround", "Unit"))
    for category, percent, name, name_en, order in RATES:
        rate.objects.get_or_create(
            category=category,
            percent=Decimal(percent),
            name=name,
            defaults={"name_en": name_en, "order": order, "is_default": percent == "20"},
        )
    for order, (category, code, text, text_en) in enumerate(GROUNDS, start=1):
        ground.objects.get_or_create(
            category=category, text=text, defaults={"code": code, "text_en": text_en, "order": order * 10}
        )
    for order, (name, name_en, code, decimals, base, factor) in enumerate(UNITS, start=1):
        above = unit.objects.filter(name=base).first() if base else None
        unit.objects.get_or_create(
            name=name,
            defaults={
                "name_en": name_en,
                "code": code,
                "decimals": decimals,
                "base": above,
                "factor": Decimal(factor),
                "order": order * 10,
            },
        )


def clear(apps: Any, schema_editor: Any) -> None:
    """Nothing: what the office has changed since is not thrown away; the tables go with their own migration."""


class Migration(migrations.Migration):
    dependencies = [("trade", "0001_initial")]
    operations = [migrations.RunPython(fill, clear)]
