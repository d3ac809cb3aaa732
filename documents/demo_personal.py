"""Demonstration data of personal documents: invented numbers that nobody was ever given."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pghistory

from common.dates import today
from common.demo import DemoPart, parts
from contacts.models import ContactLink, ContactPerson
from counterparties.models import Counterparty, PersonKind
from documents.models import PersonalDocument, PersonalDocumentAccess, PersonalDocumentType
from documents.personal_numbers import NEW_CARDS_FROM
from users.models import User

YEAR = 365
CONTRACT = (
    "Договор с лицето – чл. 6, пар. 1, б. „б“ от Регламент (ЕС) 2016/679",
    "Сключване и изпълнение на договор",
)
SIGNS = (
    "Легитимен интерес – чл. 6, пар. 1, б. „е“ от Регламент (ЕС) 2016/679",
    "Разпознаване на представляващия, който подписва",
)
AUTHORISED = (
    "Договор с лицето – чл. 6, пар. 1, б. „б“ от Регламент (ЕС) 2016/679",
    "Издаване на пълномощно за получаване на стока",
)
MONEY = (
    "Правно задължение – чл. 6, пар. 1, б. „в“ от Регламент (ЕС) 2016/679, чл. 53 от ЗМИП",
    "Комплексна проверка на клиента срещу изпиране на пари",
)
SITE = (
    "Легитимен интерес – чл. 6, пар. 1, б. „е“ от Регламент (ЕС) 2016/679",
    "Пропуск за склада и строителните обекти",
)


class Paper(NamedTuple):
    """A document, its days counted from today; without an end when `ends` is None."""

    code: str
    issuer: str
    issued: int
    ends: int | None
    reason: tuple[str, str]
    kept: int
    country: str = "BG"


OF_NATURAL = (
    Paper("id-card", "МВР София", -2 * YEAR // 3, 9 * YEAR, CONTRACT, 5 * YEAR),
    Paper("id-card", "МВР Пловдив", 12 - 10 * YEAR, 12, CONTRACT, 2 * YEAR),
    Paper("id-card", "МВР Варна", -20 - 10 * YEAR, -20, MONEY, 5 * YEAR),
    Paper("id-card", "МВР Русе", -5 * YEAR, None, CONTRACT, 5 * YEAR),
    Paper("residence-permit", "МВР София, дирекция „Миграция“", -YEAR, 4 * YEAR, MONEY, 5 * YEAR),
)
OF_REPRESENTATIVES = (
    Paper("id-card", "МВР София", -YEAR, 9 * YEAR, SIGNS, 3 * YEAR),
    Paper("id-card", "МВР Бургас", -4 * YEAR, 6 * YEAR, SIGNS, 3 * YEAR),
    Paper("passport", "МВР София", 25 - 5 * YEAR, 25, AUTHORISED, YEAR),
    Paper("driving-licence", "МВР Стара Загора", -3 * YEAR, 7 * YEAR, SITE, YEAR),
    Paper("id-card", "МВР Плевен", -60 - 10 * YEAR, -60, SIGNS, 2 * YEAR),
)
OPENED = ("Подготовка на договора за наем", "Проверка на данните преди подписване")


def number(paper: Paper, order: int, issued_on: dt.date) -> str:
    """A number of the right form that begins with nines, which the register has not come to."""
    if paper.code == "residence-permit":
        return f"RP{9900000 + order}"
    if paper.code == "id-card" and issued_on >= NEW_CARDS_FROM:
        return f"ZZ{9900000 + order}"
    return str(999000000 + order)


def write(paper: Paper, party: Counterparty, person: ContactPerson | None, order: int, author: User | None) -> None:
    day = today()
    issued_on = day + dt.timedelta(days=paper.issued)
    ground, purpose = paper.reason
    document = PersonalDocument(
        party=party,
        person=person,
        type=PersonalDocumentType.objects.get(code=paper.code),
        number=number(paper, order, issued_on),
        country=paper.country,
        issuer=paper.issuer,
        issued_on=issued_on,
        valid_until=None if paper.ends is None else day + dt.timedelta(days=paper.ends),
        ground=ground,
        purpose=purpose,
        keep_until=day + dt.timedelta(days=paper.kept),
        added_by=author,
    )
    document.full_clean()
    document.save()


def fill() -> None:
    author = User.objects.filter(username="accountant").first() or User.objects.first()
    parties = Counterparty.objects.current().order_by("pk")
    dealt_with = parties.filter(is_client=True, country="BG") | parties.filter(is_supplier=True, country="BG")
    natural = dealt_with.filter(person_kind=PersonKind.NATURAL)[: len(OF_NATURAL)]
    links = ContactLink.objects.in_force().filter(
        role__code="mol", party__in=dealt_with.filter(person_kind=PersonKind.LEGAL, is_own_firm=False)
    )
    links = links.select_related("party__legal_form", "person").order_by("pk")[: len(OF_REPRESENTATIVES)]
    with pghistory.context(user=author.pk if author else None, on=str(today())):
        for order, (paper, party) in enumerate(zip(OF_NATURAL, natural, strict=False), start=1):
            write(paper, party, None, order, author)
        for order, (paper, link) in enumerate(zip(OF_REPRESENTATIVES, links, strict=False), start=100):
            write(paper, link.party, link.person, order, author)
        for document, reason in zip(PersonalDocument.objects.order_by("pk").defer("number"), OPENED, strict=False):
            PersonalDocumentAccess.objects.create(
                user=author,
                party=document.party,
                person=document.person,
                type=document.type,
                document_key=document.pk,
                way=PersonalDocumentAccess.Way.REVEAL,
                reason=reason,
            )


parts.register(DemoPart("documents.personal", 42, fill, lambda: PersonalDocument.objects.exists()))
