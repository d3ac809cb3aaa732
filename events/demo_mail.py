"""Demonstration data of e-mail: letters sent and received in several dossiers, and some that wait in the inbox."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from email.message import EmailMessage
from email.utils import format_datetime
from io import BytesIO
from typing import Any, NamedTuple

import pghistory
from django.utils import timezone, translation
from openpyxl import Workbook

from common.dates import SOFIA
from common.demo import DemoPart, parts
from contacts.models import ContactLink, ContactPerson
from counterparties.models import Counterparty
from documents.models import File
from events.letters import build, keep_raw
from events.models import Email, Event, EventContact, EventFile, EventType
from events.receiving import take_in
from users.models import User


class Sent(NamedTuple):
    days: int
    hour: int
    subject: str
    text: str
    state: str = Email.State.SENT
    error: str = ""


SENT = [
    Sent(
        41,
        10,
        "Оферта за есенни доставки",
        "Здравейте,\n\nизпращаме Ви офертата за есенните доставки с цените, за които говорихме. "
        "Валидна е до края на месеца; при количества над 200 броя отстъпката е 5 %.\n\nС уважение,",
    ),
    Sent(
        27,
        15,
        "Договор за подпис",
        "Здравейте,\n\nприложено Ви изпращаме договора с уговорените промени в чл. 7. "
        "Моля, върнете ни подписан екземпляр до петък.\n\nПоздрави,",
    ),
    Sent(
        12,
        9,
        "Потвърждение на среща",
        "Добър ден,\n\nпотвърждавам срещата ни в сряда от 10:30 ч. при вас. "
        "Ще донеса мострите и ценовата листа.\n\nС уважение,",
    ),
    Sent(
        6,
        16,
        "Напомняне за неплатена фактура",
        "Здравейте,\n\nнапомняме Ви, че фактурата от миналия месец все още не е платена. "
        "Ако плащането вече е наредено, моля, не обръщайте внимание на това писмо.\n\nПоздрави,",
    ),
    Sent(
        2,
        11,
        "Нова ценова листа",
        "Здравейте,\n\nприложена е новата ни ценова листа. Променени са цените в група 3.\n\nС уважение,",
        Email.State.FAILED,
        "Пощенският сървър отказа всички получатели. Нищо не е изпратено (550 няма такава кутия).",
    ),
    Sent(
        1,
        17,
        "Справка за доставките през тримесечието",
        "Здравейте,\n\nизпращам справката, която поискахте. Ако нещо липсва, обадете се.\n\nПоздрави,",
        Email.State.UNSURE,
        "Връзката прекъсна, докато писмото се предаваше. Възможно е да е пристигнало.",
    ),
]
RECEIVED = [
    (
        38,
        12,
        "Re: Оферта за есенни доставки",
        "Здравейте,\n\nблагодарим за офертата. Приемаме цените и прилагаме поръчката си за 240 броя.\n"
        "Молим за доставка в началото на месеца, преди обяд.\n\nПоздрави",
        "Поръчка.xlsx",
    ),
    (
        20,
        9,
        "Промяна на адреса за доставка",
        "Добър ден,\n\nот първо число приемаме стоки само в новия склад. Рампата работи от 8 до 16 ч.\n\nС уважение",
        "",
    ),
    (
        4,
        14,
        "Рекламация по последната доставка",
        "Здравейте,\n\nдва от кашоните пристигнаха мокри. Прилагам опис на повреденото; моля, кажете как да постъпим.",
        "Опис на щетите.xlsx",
    ),
]
STRANGERS = [
    (
        5,
        10,
        "Десислава Колева <d.koleva@zelen-svyat.example>",
        "Запитване за цени",
        "Здравейте,\n\nнамерихме ви чрез изложението в Пловдив. Бихте ли ни изпратили каталог и цени на едро?\n\n"
        "Десислава Колева\n„Зелен свят“ ЕООД",
        "",
    ),
    (
        3,
        13,
        "Транспорт Марица <dispecher@transport-maritsa.example>",
        "Закъснение на курс 118",
        "Добър ден,\n\nкамионът е спрян за проверка на Калотина и ще пристигне утре до 11 ч. Извинете за неудобството.",
        "",
    ),
    (
        1,
        8,
        "Klaus Weber <weber@gartenbau-weber.example>",
        "Anfrage / Request for samples",
        "Dear Sir or Madam,\n\nwe would like to receive samples of your products. Our requirements are attached.\n\n"
        "Kind regards\nKlaus Weber",
        "Requirements.xlsx",
    ),
]
# From people who serve two parties: the inbox offers both.
SHARED = [
    (
        2,
        15,
        "Справка за фактурите от миналия месец",
        "Здравейте,\n\nприлагам справката, по която работим. Моля, отбележете какво не съвпада при вас.\n\nПоздрави,",
        "Справка.xlsx",
    ),
    (
        1,
        9,
        "Промяна на часа за доставка",
        "Добър ден,\n\nв четвъртък складът работи само до 12 ч. Моля, дайте друг час или ден.\n\nС уважение,",
        "",
    ),
]


def moment(days: int, hour: int) -> dt.datetime:
    """That hour so many days ago; never in the future."""
    day = (timezone.now() - dt.timedelta(days=days)).astimezone(SOFIA).date()
    return dt.datetime.combine(day, dt.time(hour, 20), SOFIA)


def correspondents() -> list[ContactLink]:
    """Contact persons with an e-mail of their own, who serve one client or supplier each; the main ones."""
    links = ContactLink.objects.in_force().filter(
        is_primary=True, party__archived_at__isnull=True, person__emails__isnull=False
    )
    links = links.filter(party__is_client=True) | links.filter(party__is_supplier=True)
    rows = links.select_related("person", "party__trader", "party__legal_form").distinct().order_by("pk")
    return [link for link in rows[:60] if link.person.links.count() == 1]


def shared_correspondents() -> list[ContactPerson]:
    """Contact persons with an e-mail who serve several clients and suppliers today."""
    links = ContactLink.objects.in_force().filter(party__archived_at__isnull=True, person__emails__isnull=False)
    links = links.filter(party__is_client=True) | links.filter(party__is_supplier=True)
    parties: dict[ContactPerson, set[int]] = defaultdict(set)
    for link in links.select_related("person").order_by("person_id"):
        parties[link.person].add(link.party_id)
    return [person for person, served in parties.items() if len(served) > 1]


def writer(party: Counterparty, users: dict[str, User]) -> User:
    return party.trader or users.get("buyer") or next(iter(users.values()))


def write(link: ContactLink, sent: Sent, author: User) -> Email:
    """A letter that went out, or did not, with its event."""
    when, party = moment(sent.days, sent.hour), link.party
    event = Event.objects.create(
        type=EventType.named("email"),
        party=party,
        subject=sent.subject,
        text=f"{sent.text}\n{author}",
        starts_at=when,
        author=author,
        done_at=when,
        done_by=author,
        created_at=when,
    )
    EventContact.objects.create(event=event, person=link.person)
    file = File.objects.current().filter(party=party, audience__isnull=True).order_by("pk").first()
    if file is not None:
        EventFile.objects.create(event=event, file=file, came_with_it=False)
    event.settle()
    address = link.person.emails.all()[0].email
    email = Email.outgoing(
        recipients=[{"name": link.person.name, "email": address, "way": "to"}],
        subject=event.subject,
        text=event.text,
        author=author,
        event=event,
        dated_at=when,
        created_at=when,
        attempts=1,
        sending_since=when,
        error=sent.error,
    )
    email.state = sent.state
    email.save()
    if file is not None:
        email.files.set([file])
    letter: Any = build(email).message()
    email.raw = keep_raw(letter.as_bytes())
    email.save(update_fields=["raw"])
    return email


def table(title: str) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title[:30]
    for row in (("Артикул", "Количество", "Мярка"), ("Торф 70 л", 120, "бр."), ("Саксия 24 см", 240, "бр.")):
        sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def letter_of(sender: str, when: dt.datetime, subject: str, text: str, attachment: str, number: int) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "Офис <office@orion-trade.example>", subject
    message["Date"], message["Message-ID"] = format_datetime(when), f"<demo-{number}@mail.example>"
    message.set_content(text)
    if attachment:
        message.add_attachment(
            table(attachment.partition(".")[0]),
            maintype="application",
            subtype="vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            filename=attachment,
        )
    return message


def fill() -> None:
    users = {user.username: user for user in User.objects.filter(is_active=True).order_by("pk")}
    links = correspondents()
    if not users or not links:
        return
    with translation.override("bg"):
        sent = []
        for number, one in enumerate(SENT):
            link = links[number % len(links)]
            author = writer(link.party, users)
            with pghistory.context(user=author.pk):
                sent.append(write(link, one, author))
        for number, (days, hour, subject, text, attachment) in enumerate(RECEIVED):
            link = links[number % len(links)]
            sender = f"{link.person.name} <{link.person.emails.all()[0].email}>"
            letter = letter_of(sender, moment(days, hour), subject, text, attachment, number)
            if number == 0:
                letter["In-Reply-To"] = sent[0].message_id
            author = writer(link.party, users)
            with pghistory.context(user=author.pk):
                take_in(letter.as_bytes(), by=author, party=link.party)
        shared: list[Any] = [
            (days, hour, f"{person.name} <{person.emails.all()[0].email}>", *rest)
            for person, (days, hour, *rest) in zip(shared_correspondents(), SHARED, strict=False)
        ]
        for number, (days, hour, stranger, subject, text, attachment) in enumerate(
            (*STRANGERS, *shared), start=len(RECEIVED)
        ):
            take_in(letter_of(stranger, moment(days, hour), subject, text, attachment, number).as_bytes())


parts.register(DemoPart("mail", 51, fill, Email.objects.exists))
