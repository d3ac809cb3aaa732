"""Demonstration parties: a trading group of two own firms, its clients and suppliers, all banks, bodies of the state.

Everything is written through the models' own rules and under the users who would have written it, so that the
history shows people at work. The same data each time.
"""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from common.dates import today
from common.demo import DemoPart, parts
from common.models import SavedView
from counterparties import demo_numbers as numbers
from counterparties.demo_banks import BANKS, CENTRAL_BANK, Bank
from counterparties.demo_group import Group, domain, save
from counterparties.demo_parties import CLIENTS, PERSONS, STATE_BODIES, SUPPLIERS, Party, Person
from counterparties.kinds import Kind
from counterparties.models import (
    Characteristic,
    CharacteristicValue,
    Counterparty,
    IdentifierType,
    OwnFirmAccess,
    PersonalNumberAccess,
    PersonKind,
    RecentParty,
    Relation,
    ViesCheck,
)
from counterparties.models.numbers import VatRegistration
from counterparties.models.party import Insolvency
from users.models import User


def fill() -> None:
    group = Group()
    add_own_firms(group)
    for bank in BANKS:
        add_bank(group, bank, [Kind.BANK])
    add_bank(group, CENTRAL_BANK, [Kind.BANK, Kind.STATE_BODY])
    for name, short_name, latin, eik in STATE_BODIES:
        group.add(
            "accountant",
            kinds=[Kind.STATE_BODY],
            name=name,
            short_name=short_name,
            name_latin=latin,
            legal_form=group.forms["бюджетно предприятие"],
            identifier_type=IdentifierType.EIK if eik else "",
            registration_number=eik,
        )
    for row in (*CLIENTS, *SUPPLIERS):
        add_party(group, row)
    for person in PERSONS:
        add_person(group, person)
    relate(group)
    characterise(group)
    work(group)
    ask_vies(group)
    leave_traces(group)


def add_own_firms(group: Group) -> None:
    holding = group.add(
        "admin",
        kinds=[Kind.HOLDING],
        name="Орион Груп Холдинг",
        legal_form=group.forms["АД"],
        name_latin="Orion Group Holding AD",
        identifier_type=IdentifierType.EIK,
        registration_number=numbers.eik(group.rng),
        email="holding@orion.example",
        phone=group.phone(),
    )
    firms: list[Counterparty] = []
    for name, form, latin in (
        ("Орион Трейд България", "ООД", "Orion Trade Bulgaria OOD"),
        ("Орион Логистика", "ЕООД", "Orion Logistics EOOD"),
    ):
        eik = numbers.eik(group.rng)
        firm = group.add(
            "admin",
            kinds=[Kind.OWN_FIRM],
            name=name,
            legal_form=group.forms[form],
            name_latin=latin,
            identifier_type=IdentifierType.EIK,
            registration_number=eik,
            vat_number=f"BG{eik}",
            vat_registered_on=dt.date(2012, 5, 14),
            email=f"office@{'trade' if not firms else 'logistics'}.orion.example",
            phone=group.phone(),
            payment_term_days=14,
        )
        firms.append(firm)
    trade, logistics = firms
    with group.by("admin"):
        for parent, child, share in ((holding, trade, "80"), (holding, logistics, "60"), (trade, logistics, "40")):
            save(
                Relation(
                    from_party=parent,
                    kind=Relation.Kind.PARENT,
                    to_party=child,
                    share=Decimal(share),
                    valid_from=dt.date(2018, 1, 1),
                    source="Търговски регистър",
                )
            )
        for username, firm in (("seller", trade), ("seller2", trade), ("warehouse", logistics)):
            OwnFirmAccess.objects.create(user=group.users[username], own_firm=firm)


def add_bank(group: Group, bank: Bank, kinds: list[Kind]) -> None:
    group.add(
        "accountant",
        kinds=kinds,
        name=bank.name,
        legal_form=group.forms.get(bank.form),
        short_name=bank.short_name,
        name_latin=bank.name_latin,
        identifier_type=IdentifierType.EIK if bank.eik else "",
        registration_number=bank.eik,
    )


def add_party(group: Group, row: Party) -> None:
    rng = group.rng
    fields: dict[str, Any] = {
        "kinds": [kind for letter, kind in (("c", Kind.CLIENT), ("s", Kind.SUPPLIER)) if letter in row.kinds],
        "name": row.name,
        "legal_form": group.forms.get(row.form),
        "short_name": row.short_name,
        "name_latin": row.name_latin,
        "country": row.country,
        "status": group.statuses[row.status],
        "trader": group.users.get(row.trader),
    }
    if "c" in row.kinds:
        fields["client_type"] = group.types["client", row.type]
    else:
        fields["supplier_type"] = group.types["supplier", row.type]
    if row.supplier_type:
        fields["supplier_type"] = group.types["supplier", row.supplier_type]
    if row.country == "BG":
        eik = numbers.eik(rng)
        fields |= {"identifier_type": IdentifierType.EIK, "registration_number": eik}
        fields["vat_number"] = f"BG{eik}" if row.vat else ""
    else:
        number = numbers.national_number(row.country, rng)
        fields |= {"identifier_type": IdentifierType.FOREIGN, "registration_number": number}
        fields["vat_number"] = numbers.vat_number(row.country, rng) if row.vat else ""
    if row.vat:
        fields["vat_registered_on"] = dt.date(rng.randint(2007, 2023), rng.randint(1, 12), rng.randint(1, 28))
    if row.status != "prospective":
        fields["payment_term_days"] = rng.choice([7, 10, 14, 14, 30, 30, 45, 60])
    if row.country == "BG":
        fields["phone"] = group.phone()
    fields["email"] = f"office@{domain(row.name)}.example"
    if row.status == "active" and rng.random() < 0.4:
        fields["e_invoice_consent_on"] = group.past_day(700)
    author = rng.choice(["seller", "seller2", "manager"]) if "c" in row.kinds else "buyer"
    party = group.add(author, **fields)
    firms = {"1": "Орион Трейд България", "2": "Орион Логистика"}
    with group.by(author):
        party.serving_firms.set([group[firms[number]] for number in row.firms])


def add_person(group: Group, row: Person) -> None:
    rng = group.rng
    number = ""
    if row.number == IdentifierType.EGN:
        number = numbers.egn(row.birth, rng)
    elif row.number == IdentifierType.LNCH:
        number = numbers.lnch(rng)
    kind = Kind.CLIENT if row.kinds == "c" else Kind.SUPPLIER
    fields: dict[str, Any] = {
        "person_kind": PersonKind.NATURAL,
        "kinds": [kind],
        "given_name": row.given_name,
        "fathers_name": row.fathers_name,
        "family_name": row.family_name,
        "name_latin": row.name_latin,
        "identifier_type": row.number,
        "personal_number": number,
        "vat_number": f"BG{number}" if row.vat else "",
        "vat_registration": VatRegistration.FULL if row.vat else VatRegistration.NONE,
        f"{kind.value}_type": group.types[kind.value, row.type],
        "trader": group.users["seller"] if kind == Kind.CLIENT else None,
        "phone": group.phone(),
        "email": f"{domain(row.given_name)}@{domain(row.family_name)}.example",
    }
    group.add("seller" if kind == Kind.CLIENT else "buyer", **fields)


def relate(group: Group) -> None:
    """Relations of every kind, dated, one of them over."""
    Rel = Relation.Kind  # noqa: N806  (a class)
    books = group["Книжарници Буквар"]
    branch = group.add(
        "seller",
        kinds=[Kind.CLIENT],
        name="Книжарници Буквар – клон Варна",
        legal_form=group.forms["клон"],
        identifier_type=IdentifierType.EIK,
        registration_number=numbers.branch_eik(books.registration_number, 1),
        client_type=group.types["client", "Верига магазини"],
        trader=group.users["seller"],
        phone=group.phone(),
    )
    rows: list[dict[str, Any]] = [
        {"from_party": branch, "kind": Rel.BRANCH, "to_party": books, "source": "Търговски регистър"},
        {
            "from_party": group["Сердика Ритейл Груп"],
            "kind": Rel.PARENT,
            "to_party": group["Ягодина Маркет"],
            "share": Decimal("100"),
            "valid_from": dt.date(2021, 6, 1),
            "source": "Търговски регистър",
        },
        {
            "from_party": group["Сердика Ритейл Груп"],
            "kind": Rel.PARENT,
            "to_party": group["Джобче Онлайн"],
            "share": Decimal("33.3333"),
            "valid_from": dt.date(2023, 3, 15),
            "source": "Търговски регистър",
        },
        {
            "from_party": group["Вила Резорт Мелник"],
            "kind": Rel.PAYS_FOR,
            "to_party": group["Ресторант „При чинарите“"],
            "valid_from": dt.date(2025, 1, 1),
            "source": "споразумение от 20.12.2024",
        },
        {
            "from_party": group["Нощна птица 99"],
            "kind": Rel.RELATED,
            "to_party": group["Кетъринг Лъжица"],
            "source": "общ управител",
        },
        {
            "from_party": group["Дружба Стил"],
            "kind": Rel.PAYS_FOR,
            "to_party": group["Ледена шушулка"],
            "valid_from": dt.date(2022, 1, 1),
            "valid_to": dt.date(2024, 12, 31),
            "source": "изтекло споразумение",
        },
        {
            "from_party": group["Иван Георгиев Петров"],
            "kind": Rel.RELATED,
            "to_party": group["Иван Петров – Комерс"],
            "source": "собственик",
        },
    ]
    with group.by("manager"):
        for row in rows:
            save(Relation(**row))


def characterise(group: Group) -> None:
    """A characteristic of every type, and values of them."""
    rng, Type = group.rng, Characteristic.Type  # noqa: N806  (a class)
    retail = group.types["client", "Търговия на дребно"]
    days = "понеделник\nвторник\nсряда\nчетвъртък\nпетък"

    def add(code: str, name: str, name_en: str, value_type: str, **more: Any) -> Characteristic:
        order = Characteristic.objects.count() * 10 + 10
        return save(Characteristic(code=code, name=name, name_en=name_en, value_type=value_type, order=order, **more))

    client = Kind.CLIENT
    segment = add("segment", "Сегмент", "Segment", Type.CHOICE, choices="A\nB\nC", kind=client, in_filter=True)
    day = add("delivery-day", "Ден за доставка", "Delivery day", Type.CHOICE, choices=days, kind=client, in_filter=True)
    ramp = add("ramp", "Рампа за камион", "Loading ramp", Type.BOOLEAN, kind=client, in_filter=True)
    area = add("area", "Търговска площ, кв. м", "Sales area, sq. m", Type.NUMBER, party_type=retail)
    since = add("partner-since", "Партньор от", "Partner since", Type.DATE)
    old_code = add("old-code", "Код в старата програма", "Code in the old program", Type.TEXT)
    referrer = add("referred-by", "Препоръчан от", "Referred by", Type.PARTY, kind=client)
    paper = add("certificate", "Удостоверение", "Certificate", Type.FILE, kind=Kind.SUPPLIER)

    def value(party: Counterparty, characteristic: Characteristic, content: Any, **more: Any) -> None:
        row = CharacteristicValue(party=party, characteristic=characteristic, **more)
        row.value = content
        save(row)

    clients = [party for party in group.parties.values() if party.is_client]
    with group.by("manager"):
        for index, party in enumerate(clients):
            value(party, segment, rng.choice("ABBCCC"))
            value(party, old_code, f"К-{index + 101:05d}")
            if party.status == group.statuses["active"]:
                value(party, day, rng.choice(days.split("\n")))
                value(party, ramp, rng.random() < 0.4)
                value(party, since, dt.date(rng.randint(2012, 2025), rng.randint(1, 12), rng.randint(1, 28)))
            if party.client_type and party.client_type.parent_id == retail.pk:
                value(party, area, Decimal(rng.randrange(40, 1200, 5)) + Decimal("0.5") * rng.randint(0, 1))
        value(group["НОВА ЕРА 2020"], referrer, group["Сердика Ритейл Груп"])
        value(group["Фитнес център Атлет Про"], referrer, group["Кетъринг Лъжица"])
    with group.by("buyer"):
        for name in ("Стъкларски завод Диамант", "Мелница Белица", "Ceramiche Bianchi"):
            file = ContentFile(certificate(group[name].latin_name), name="certificate.pdf")
            value(group[name], paper, file, file_name="Удостоверение за качество 2026.pdf")


def certificate(name: str) -> bytes:
    """A small PDF, plainly not a real paper."""
    page = Image.new("RGB", (595, 842), "white")
    ImageDraw.Draw(page).text((60, 80), f"SPECIMEN CERTIFICATE\n\n{name}", fill="black")
    buffer = io.BytesIO()
    page.save(buffer, format="PDF")
    return buffer.getvalue()


def work(group: Group) -> None:
    """What happened since: changes by several people, comments, insolvency, archived parties."""
    statuses = group.statuses
    for author, name, fields in (
        ("seller", "Щъркел 2004", {"payment_term_days": 45}),
        (
            "manager",
            "Щъркел 2004",
            {"payment_term_days": 30, "comment": "Срокът е 30 дни по решение на ръководството."},
        ),
        ("accountant", "Щъркел 2004", {"e_invoice_consent_on": today() - dt.timedelta(days=40)}),
        ("seller", "Юнион Фуудс", {"comment": "Поръчват всеки понеделник до 11 ч.; търсете г-жа Илиева."}),
        ("buyer", "Юнион Фуудс", {"payment_term_days": 21}),
        ("seller2", "Черноморска перла", {"note": "Сезонен хотел: отворен от май до октомври."}),
        ("accountant", "Черноморска перла", {"comment": "Плащат с 20 дни закъснение извън сезона."}),
        ("manager", "Кетъринг Лъжица", {"comment": "Само срещу авансово плащане до изчистване на старите фактури."}),
        ("manager", "Дружба Стил", {"trader": group.users["seller"]}),
        ("accountant", "Нощна птица 99", {"comment": "Върнати три препоръчани писма. Предадено на адвокат."}),
        ("seller", "Сердика Ритейл Груп", {"note": "Рамков договор; заявките идват през техния портал."}),
        ("buyer", "Стъкларски завод Диамант", {"comment": "Отстъпка 3 % при поръчка над един камион."}),
        (
            "buyer",
            "Müller Haushaltswaren",
            {"payment_term_days": 60, "note": "Кореспонденция на немски или английски."},
        ),
        ("manager", "Ателие Ъгъл", {"status": statuses["watch"]}),
        (
            "manager",
            "Ателие Ъгъл",
            {"status": statuses["active"], "comment": "Проверено: забавата беше по вина на банката."},
        ),
        ("seller2", "Hydra Tech Solutions", {"short_name": "Hydra"}),
    ):
        group.change(author, group[name], **fields)
    group.change(
        "accountant",
        group["Дружба Стил"],
        insolvency=Insolvency.INSOLVENCY,
        insolvency_source="Търговски регистър, обявен акт от 14.09.2026",
        insolvency_on=dt.date(2026, 9, 14),
    )
    group.change(
        "accountant",
        group["Чиста сграда"],
        insolvency=Insolvency.LIQUIDATION,
        insolvency_source="Търговски регистър",
        insolvency_on=dt.date(2026, 3, 2),
    )
    for author, name, reason in (
        ("manager", "Кооперация „Изгрев“", "Кооперацията е закрила магазина си."),
        ("manager", "Ледена шушулка", "Не е поръчвала от 2023 г."),
        ("manager", "Чиста сграда", "В ликвидация; сменена с друга фирма за почистване."),
        ("admin", "Електро Волт и Ко", "Въведена по погрешка: дружеството е заличено."),
    ):
        with group.by(author) as user:
            group[name].archive(user, reason)
    with group.by("manager") as user:
        party = group["Био ферма Еделвайс"]
        party.archive(user, "Сезонно прекъсване.")
        party.restore()


def ask_vies(group: Group) -> None:
    """Answers of VIES kept as proof: most say valid, one does not."""
    asked = [party for party in group.parties.values() if party.vat_number and not party.is_own_firm][::3]
    for index, party in enumerate(asked):
        valid = party.name != "Нощна птица 99" and index != 4
        ViesCheck.objects.create(
            party=party,
            vat_number=party.vat_number,
            asked_at=timezone.now() - dt.timedelta(days=group.rng.randint(1, 400), minutes=group.rng.randint(0, 600)),
            asked_by=group.users["accountant" if index % 2 else "seller"],
            is_valid=valid,
            name=party.full_name.upper() if valid else "",
            address="гр. СОФИЯ 1000" if valid and not party.is_foreign else "",
            consultation_number=f"WAPIAAAAY{index:07d}" if valid else "",
        )


def leave_traces(group: Group) -> None:
    """What users opened last, saved views, and who saw a personal number."""
    rng = group.rng
    for user in group.users.values():
        visible = list(Counterparty.objects.current().visible_to(User.objects.with_rights().get(pk=user.pk)))
        for party in rng.sample(visible, min(9, len(visible))):
            at = timezone.now() - dt.timedelta(minutes=rng.randint(5, 60 * 24 * 10))
            RecentParty.objects.create(user=user, party=party, opened_at=at)
    watch = group.statuses["watch"].pk
    for username, list_key, name, query, shared in (
        ("manager", "counterparties.clients", "Под наблюдение", f"status={watch}", True),
        ("manager", "counterparties.clients", "Чуждестранни", "foreign=yes&sort=name", False),
        ("seller", "counterparties.clients", "Моите клиенти", f"trader={group.users['seller'].pk}", False),
        ("buyer", "counterparties.suppliers", "По срок на плащане", "sort=-payment_term", False),
        ("accountant", "counterparties", "Архивирани", "archived=only", False),
    ):
        SavedView.objects.create(
            user=group.users[username], list_key=list_key, name=name, query=query, is_shared=shared
        )
    for username, name, reason in (
        ("accountant", "Стефан Димов Цветков", "Служебна бележка за изплатен наем"),
        ("manager", "Иван Георгиев Петров", "Сверяване с договора"),
    ):
        PersonalNumberAccess.objects.create(
            user=group.users[username], party=group[name], way=PersonalNumberAccess.Way.REVEAL, reason=reason
        )


parts.register(DemoPart(slug="counterparties", order=20, fill=fill, holds_rows=Counterparty.objects.exists))
