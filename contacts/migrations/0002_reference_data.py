"""Districts, towns, and what contact persons are and answer for."""

import csv
from pathlib import Path

from django.db import migrations

from common.text import fold

DISTRICTS = [
    ("BLG", "Благоевград", "Blagoevgrad"),
    ("BGS", "Бургас", "Burgas"),
    ("VAR", "Варна", "Varna"),
    ("VTR", "Велико Търново", "Veliko Tarnovo"),
    ("VID", "Видин", "Vidin"),
    ("VRC", "Враца", "Vratsa"),
    ("GAB", "Габрово", "Gabrovo"),
    ("DOB", "Добрич", "Dobrich"),
    ("KRZ", "Кърджали", "Kardzhali"),
    ("KNL", "Кюстендил", "Kyustendil"),
    ("LOV", "Ловеч", "Lovech"),
    ("MON", "Монтана", "Montana"),
    ("PAZ", "Пазарджик", "Pazardzhik"),
    ("PER", "Перник", "Pernik"),
    ("PVN", "Плевен", "Pleven"),
    ("PDV", "Пловдив", "Plovdiv"),
    ("RAZ", "Разград", "Razgrad"),
    ("RSE", "Русе", "Ruse"),
    ("SLS", "Силистра", "Silistra"),
    ("SLV", "Сливен", "Sliven"),
    ("SML", "Смолян", "Smolyan"),
    ("SFO", "София (област)", "Sofia (district)"),
    ("SOF", "София (столица)", "Sofia (capital)"),
    ("SZR", "Стара Загора", "Stara Zagora"),
    ("TGV", "Търговище", "Targovishte"),
    ("HKV", "Хасково", "Haskovo"),
    ("SHU", "Шумен", "Shumen"),
    ("JAM", "Ямбол", "Yambol"),
]
ROLES = [
    ("mol", "МОЛ", "accountable person"),
    ("representative", "представител", "representative"),
    ("procurator", "прокурист", "procurator"),
    ("proxy", "пълномощник", "proxy"),
    ("accountant", "счетоводител", "accountant"),
    ("sales_representative", "търговски представител", "sales representative"),
    ("buyer", "снабдител", "buyer"),
    ("warehouse", "склад", "warehouse"),
    ("technical", "техническо лице", "technical contact"),
    ("assistant", "асистент", "assistant"),
]
AREAS = [
    ("orders", "поръчки", "orders"),
    ("invoices", "фактури", "invoices"),
    ("payments", "плащания", "payments"),
    ("logistics", "логистика", "logistics"),
    ("complaints", "рекламации", "complaints"),
    ("contracts", "договори", "contracts"),
    ("technical", "технически въпроси", "technical matters"),
]
TOWNS = Path(__file__).parent.parent / "data" / "towns.csv"


def fill(apps, schema_editor):
    District, Municipality, Settlement, ContactRole, ContactArea = (
        apps.get_model("contacts", name)
        for name in ("District", "Municipality", "Settlement", "ContactRole", "ContactArea")
    )
    District.objects.bulk_create(
        District(code=code, name=name, name_latin=name_latin) for code, name, name_latin in DISTRICTS
    )
    with TOWNS.open(encoding="utf-8", newline="") as file:
        towns = list(csv.DictReader(file))
    codes = dict.fromkeys((row["municipality"], row["district"]) for row in towns)
    # Their names are not in the list of towns; `load_settlements --municipalities` brings them.
    Municipality.objects.bulk_create(Municipality(code=code, district_id=district) for code, district in codes)
    Settlement.objects.bulk_create(
        Settlement(
            ekatte=row["ekatte"],
            kind="гр.",
            name=row["name"],
            name_latin=row["name_latin"],
            municipality_id=row["municipality"],
            district_id=row["district"],
            postal_code=row["postal_code"],
            search_text=" ".join(
                dict.fromkeys(
                    fold(row[field]) for field in ("name", "name_latin", "ekatte", "postal_code") if row[field]
                )
            ),
        )
        for row in towns
    )
    for model, rows in ((ContactRole, ROLES), (ContactArea, AREAS)):
        model.objects.bulk_create(
            model(code=code, name=name, name_en=name_en, order=order * 10)
            for order, (code, name, name_en) in enumerate(rows, start=1)
        )


def empty(apps, schema_editor):
    for name in ("ContactArea", "ContactRole", "Settlement", "Municipality", "District"):
        apps.get_model("contacts", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial")]

    operations = [migrations.RunPython(fill, empty)]
