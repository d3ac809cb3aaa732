"""Legal forms, statuses and types to begin with. What an administrator has already entered or changed stays as it is."""

from django.db import migrations
from django.db.models.deletion import ProtectedError

# Bulgarian name, English name, where it is written. Order is the order here.
LEGAL_FORMS = [
    ("ООД", "OOD (limited company)", "after"),
    ("ЕООД", "EOOD (single-owner limited company)", "after"),
    ("АД", "AD (joint-stock company)", "after"),
    ("ЕАД", "EAD (single-owner joint-stock company)", "after"),
    ("ЕТ", "ET (sole trader)", "before"),
    ("СД", "SD (general partnership)", "after"),
    ("КД", "KD (limited partnership)", "after"),
    ("КДА", "KDA (partnership limited by shares)", "after"),
    ("ДПК", "DPK (company with variable capital)", "after"),
    ("ЕДПК", "EDPK (single-owner company with variable capital)", "after"),
    ("кооперация", "cooperative", "nowhere"),
    ("клон", "branch", "nowhere"),
    ("КЧТ", "KChT (branch of a foreign trader)", "after"),
    ("ДЗЗД", "DZZD (civil partnership)", "before"),
    ("сдружение", "association", "nowhere"),
    ("фондация", "foundation", "nowhere"),
    ("бюджетно предприятие", "budget-funded body", "nowhere"),
    ("свободна професия", "liberal profession", "nowhere"),
    ("чуждестранно лице", "foreign person", "nowhere"),
    ("GmbH", "GmbH", "after"),
    ("AG", "AG", "after"),
    ("Ltd", "Ltd", "after"),
    ("SRL", "SRL", "after"),
    ("S.A.", "S.A.", "after"),
    ("S.p.A.", "S.p.A.", "after"),
    ("B.V.", "B.V.", "after"),
    ("s.r.o.", "s.r.o.", "after"),
    ("sp. z o.o.", "sp. z o.o.", "after"),
    ("d.o.o.", "d.o.o.", "after"),
]

# Code, Bulgarian, English, colour, effects, codes that it may change to, whether new parties get it.
STATUSES = [
    (
        "prospective",
        "потенциален",
        "prospective",
        "blue",
        [],
        ["active", "watch", "advance_only", "blocked", "former"],
        False,
    ),
    ("active", "активен", "active", "green", [], ["watch", "advance_only", "stopped", "blocked", "former"], True),
    (
        "watch",
        "под наблюдение",
        "under watch",
        "amber",
        ["warn"],
        ["active", "advance_only", "stopped", "blocked", "former"],
        False,
    ),
    (
        "advance_only",
        "само с авансово плащане",
        "advance payment only",
        "amber",
        ["warn", "advance_only"],
        ["active", "watch", "stopped", "blocked", "former"],
        False,
    ),
    (
        "stopped",
        "спрени продажби",
        "sales stopped",
        "red",
        ["warn", "stop_sales"],
        ["active", "watch", "advance_only", "blocked", "former"],
        False,
    ),
    (
        "blocked",
        "блокиран",
        "blocked",
        "red",
        ["warn", "stop_sales", "stop_orders", "stop_payments"],
        ["active", "watch", "advance_only", "stopped", "former"],
        False,
    ),
    ("former", "бивш", "former", "grey", [], ["prospective", "active", "blocked"], False),
]

# Two levels: (Bulgarian, English, [under it]).
TYPES = {
    "client": [
        ("Търговия на едро", "Wholesale", [("Дистрибутор", "Distributor"), ("Търговец на едро", "Wholesaler"), ("Износ", "Export")]),
        ("Търговия на дребно", "Retail", [("Верига магазини", "Retail chain"), ("Самостоятелен магазин", "Independent shop"), ("Онлайн магазин", "Online shop")]),
        ("Хотели и заведения", "Hotels and restaurants", [("Хотел", "Hotel"), ("Ресторант", "Restaurant"), ("Кетъринг", "Catering")]),
        ("Строителство и производство", "Construction and production", [("Строителна фирма", "Construction company"), ("Производител", "Manufacturer"), ("Земеделски производител", "Farmer")]),
        ("Обществен сектор", "Public sector", [("Училище или детска градина", "School or kindergarten"), ("Лечебно заведение", "Hospital or clinic"), ("Общинско предприятие", "Municipal company")]),
        ("Крайни клиенти", "End clients", [("Физическо лице", "Natural person"), ("Свободна професия", "Liberal profession")]),
    ],
    "supplier": [
        ("Стоки", "Goods", [("Производител", "Manufacturer"), ("Вносител", "Importer"), ("Търговец на едро", "Wholesaler")]),
        ("Услуги", "Services", [("Счетоводство и право", "Accounting and law"), ("ИТ и телекомуникации", "IT and telecommunications"), ("Реклама и печат", "Advertising and printing"), ("Охрана и почистване", "Security and cleaning"), ("Ремонт и поддръжка", "Repair and maintenance")]),
        ("Транспорт и логистика", "Transport and logistics", [("Превозвач", "Carrier"), ("Спедитор", "Forwarder"), ("Куриер", "Courier")]),
        ("Наем и комунални услуги", "Rent and utilities", [("Наемодател", "Landlord"), ("Комунални услуги", "Utilities"), ("Горива", "Fuel")]),
    ],
}  # fmt: skip


def add(apps, schema_editor):
    model = apps.get_model("counterparties", "LegalForm")
    for order, (name, name_en, place) in enumerate(LEGAL_FORMS, 1):
        model.objects.get_or_create(name=name, defaults={"name_en": name_en, "place": place, "order": order * 10})

    model = apps.get_model("counterparties", "Status")
    has_default = model.objects.filter(is_default=True).exists()
    added = []
    for order, (code, name, name_en, color, effects, _next, default) in enumerate(STATUSES, 1):
        _status, is_new = model.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "name_en": name_en,
                "color": color,
                "effects": effects,
                "is_default": default and not has_default,
                "order": order * 10,
            },
        )
        if is_new:
            added.append(code)
    statuses = {status.code: status for status in model.objects.all()}
    for code, *_rest, next_codes, _default in STATUSES:
        if code in added:
            statuses[code].next_statuses.set([statuses[other] for other in next_codes])

    model = apps.get_model("counterparties", "PartyType")
    for tree, branches in TYPES.items():
        for order, (name, name_en, leaves) in enumerate(branches, 1):
            parent, _is_new = model.objects.get_or_create(
                tree=tree, parent=None, name=name, defaults={"name_en": name_en, "order": order * 10}
            )
            for leaf_order, (leaf, leaf_en) in enumerate(leaves, 1):
                model.objects.get_or_create(
                    tree=tree, parent=parent, name=leaf, defaults={"name_en": leaf_en, "order": leaf_order * 10}
                )


def remove(apps, schema_editor):
    """Take back what nothing uses."""

    def delete(rows):
        for row in rows:
            try:
                row.delete()
            except ProtectedError:
                continue

    types = apps.get_model("counterparties", "PartyType").objects
    for tree, branches in TYPES.items():
        for name, _name_en, leaves in branches:
            delete(
                types.filter(tree=tree, parent__parent=None, parent__name=name, name__in=[leaf for leaf, _ in leaves])
            )
            delete(types.filter(tree=tree, parent=None, name=name))
    delete(apps.get_model("counterparties", "Status").objects.filter(code__in=[row[0] for row in STATUSES]))
    delete(apps.get_model("counterparties", "LegalForm").objects.filter(name__in=[row[0] for row in LEGAL_FORMS]))


class Migration(migrations.Migration):
    dependencies = [("counterparties", "0003_legal_form_place")]
    operations = [migrations.RunPython(add, remove, elidable=False)]
