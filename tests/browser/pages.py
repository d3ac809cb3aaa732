"""All pages that people meet, each with something on it, for the tests that go through every one of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils.timezone import now

from common.dates import today
from common.models import Notification
from contacts.models import Address, PartyImport
from counterparties.models import Counterparty, RecentParty, Relation, Status
from documents.models import File
from tests.browser.document_pages import document_pages
from tests.browser.payment_pages import payment_pages
from tests.browser.report_pages import report_pages
from tests.documents.uploads import pdf, png, upload
from tests.factories.contacts import (
    AddressFactory,
    BankAccountFactory,
    ContactLinkFactory,
    PersonEmailFactory,
    PersonPhoneFactory,
)
from tests.factories.counterparties import (
    CharacteristicFactory,
    CharacteristicValueFactory,
    NaturalPersonFactory,
    OwnFirmFactory,
    RelationFactory,
    SupplierFactory,
    eik,
)
from tests.factories.documents import FormValueFactory, LetterFactory, PersonalDocumentFactory
from tests.factories.events import EmailFactory, EventFactory
from users.models import User

FORM_TEXT = """# {{ party.name }}
-> гр. София, {{ date.today }}
Чл. 1. (1) {{ party.name }} и {{ own_firm.name }}, {{ party.iban }}
(2) {{ party.address }}

| {{ party.name }} | {{ party.email }} |
| --- | --- |
| {{ own_firm.address }} | {{ contact.name }} |
===
::: подписи
За {{ party.name }}: | За {{ own_firm.name }}:
{{ contact.name }} | {{ own_firm.representative }}
:::
"""
LONG = "Научно-производствено обединение „Светлана Димитрова-Владиславова и съдружници – Строителство“"


def filled(user: User) -> dict[str, str]:
    """Fill the database a little and return the pages' addresses by name."""
    from contacts.importing import process

    party = SupplierFactory(
        name=LONG,
        is_client=True,
        identifier_type="eik",
        registration_number=eik(1),
        status=Status.objects.order_by("order").last(),
        trader=user,
        email="mnogo.dulug.adres.za.poshta@svetlana-dimitrova-vladislavova.example",
        phone="+35924000000",
        note="Дълга бележка. " * 20,
    )
    link = ContactLinkFactory(party=party, person__given_name="Светлана", person__family_name="Владиславова")
    PersonPhoneFactory.create_batch(2, person=link.person)
    PersonEmailFactory(person=link.person)
    AddressFactory(party=party, street="ул. „Академик Методи Попов-Стефанов“", number="124А")
    AddressFactory(party=party, kind=Address.Kind.DELIVERY)
    BankAccountFactory.create_batch(2, party=party, added_by=user)
    RelationFactory(from_party=party, to_party=NaturalPersonFactory(), kind=Relation.Kind.RELATED, source="ТР")
    CharacteristicValueFactory(party=party, characteristic=CharacteristicFactory(), text="Стойност")
    party.comment = "Общ коментар"
    party.save()
    firm = OwnFirmFactory()
    letter = LetterFactory(own_firm=firm, party=party, subject=LONG, senders_number="12-345/2026")
    person = NaturalPersonFactory(identifier_type="egn", personal_number="0001010010"[:10])
    paper = PersonalDocumentFactory(party=party, person=link.person, issuer="МВР София", valid_until=today())
    RecentParty.objects.note(user, party)
    made = process.upload(
        f"kinds;name;eik\nclient;Алфа;{eik(2)}\nclient;{LONG};1234\n".encode(), "клиенти.csv", user, update=False
    )
    process.dry_run(made)
    waiting = PartyImport.objects.create(user=user, file_name="Неизвестни колони.csv")
    waiting.file.save("columns.csv", ContentFile("Фирма;Булстат №\nАлфа;123\n".encode()))
    for level in Notification.Level.values:
        Notification.objects.tell(user, kind="job", key=level, title=LONG, text=party.note, url="/", level=level)
    for days in (-400, -1, 0, 2):
        EventFactory(party=party, subject=LONG, text=party.note, author=user, starts_at=now() + timedelta(days=days))
    letter_out = EmailFactory(
        event=EventFactory(party=party, subject=LONG, author=user, done_at=now()),
        direction="out",
        state="unsure",
        error=LONG,
        recipients=[{"name": LONG, "email": party.email, "way": way} for way in ("to", "cc", "bcc")],
    )
    letter_in = EmailFactory(
        subject=LONG, sender_name=LONG, sender_email=party.email, text=party.note, attachment_names=f"{LONG}.pdf"
    )
    file = filed(user, party)
    dossier = party.get_absolute_url()
    value = FormValueFactory(party=party, field__template__text=FORM_TEXT, field__label=LONG, value=party.note)
    return (
        document_pages(user, party, LONG)
        | payment_pages(user, party, LONG)
        | report_pages(user, party, LONG)
        | {
            "first page": "/",
            "list of all": "/counterparties/",
            "list of clients": "/counterparties/clients/?q=светлана",
            "empty list": "/counterparties/holdings/",
            "nothing found": "/counterparties/clients/?q=няма",
            "dossier": dossier,
            "dossier of a person": person.get_absolute_url(),
            "contacts tab": f"{dossier}contacts/",
            "addresses tab": f"{dossier}addresses/",
            "accounts tab": f"{dossier}bank-accounts/",
            "timeline": f"{dossier}events/?show=timeline",
            "events tab": f"{dossier}events/",
            "writing an e-mail": f"/events/emails/new/?party={party.pk}",
            "answering an e-mail": f"/events/emails/new/?answers={letter_out.pk}",
            "e-mail perhaps sent": f"/events/{letter_out.event_id}/",
            "e-mail": letter_out.get_absolute_url(),
            "sending once more": f"{letter_out.get_absolute_url()}retry/",
            "filing of e-mails": f"/events/emails/drop/?party={party.pk}",
            "inbox": "/events/inbox/",
            "received e-mail": letter_in.get_absolute_url(),
            "filing of a received e-mail": f"{letter_in.get_absolute_url()}file/",
            "all events": "/events/",
            "calendar of a month": "/events/calendar/",
            "calendar of a week": f"/events/calendar/?week={now():%Y-%m-%d}&whose=all",
            "form of an event": f"/events/add/?party={party.pk}",
            "log of a call": f"/events/log/?party={party.pk}",
            "files tab": f"{dossier}files/",
            "deleted files": f"{dossier}files/?deleted=with",
            "all files": "/documents/files/",
            "file": file.get_absolute_url(),
            "file without a preview": f"/documents/files/{file.pk + 1}/",
            "upload form": f"/documents/files/upload/?party={party.pk}",
            "file form": f"/documents/files/{file.pk}/edit/",
            "form of a new version": f"/documents/files/{file.pk}/versions/add/",
            "personal documents tab": f"{dossier}personal-documents/",
            "personal document form": f"/documents/personal-documents/add/?party={party.pk}",
            "personal document": paper.get_absolute_url(),
            "personal document reveal": f"/documents/personal-documents/{paper.pk}/reveal/",
            "personal document erase": f"/documents/personal-documents/{paper.pk}/erase/",
            "scans without a ground": "/documents/personal-documents/scans/",
            "form fields tab": f"{dossier}form-fields/",
            "choice of a form": f"/documents/forms/choose/{party.pk}/",
            "filling of a form": f"/documents/forms/{value.field.template_id}/fill/{party.pk}/",
            "value of a form's field": value.get_absolute_url(),
            "history tab": f"{dossier}history/",
            "form of a new party": "/counterparties/add/?kind=client",
            "form of a party": f"{dossier}edit/",
            "archive": f"{dossier}archive/",
            "contact form": f"/contacts/persons/add/?party={party.pk}",
            "address form": f"/contacts/addresses/add/?party={party.pk}",
            "account form": f"/contacts/bank-accounts/add/?party={party.pk}",
            "contact person": link.person.get_absolute_url(),
            "all contact persons": "/contacts/persons/",
            "address report": "/contacts/addresses/",
            "labels": "/contacts/addresses/labels/",
            "search": "/search/?q=000",
            "imports": "/contacts/imports/",
            "import": "/contacts/imports/start/",
            "import review": made.get_absolute_url(),
            "import columns": f"/contacts/imports/{waiting.pk}/columns/",
            "correspondence": "/documents/letters/",
            "letter": letter.get_absolute_url(),
            "letter form": f"/documents/letters/add/?answers={letter.pk}",
            "notifications": "/notifications/",
            "profile": "/profile/",
            "password": "/accounts/password/change/",
            "second factor": "/accounts/2fa/",
            "sessions": "/accounts/sessions/",
            "about": "/about/",
            "not found": "/counterparties/999999/",
        }
    )


def filed(user: User, party: Counterparty) -> File:
    """Files of all looks: with versions, ended, private, deleted. Returns the first."""
    name = f"{LONG[:100].replace(' ', '_')}.pdf"
    said = {"description": LONG, "valid_until": today() + timedelta(days=9), "remind_days": 20}
    file = File.file_away(upload(pdf(), name), party=party, by=user, **said)
    file.add_version(upload(png(), "Снимка.png"), by=user, note=LONG)
    file.restore_version(1, by=user)
    File.file_away(upload(b"text", "a.txt"), party=party, by=user, valid_until=today() - timedelta(days=9))
    File.file_away(upload(b"private", "private.txt"), party=party, by=user, audience=[user.pk])
    File.file_away(upload(b"deleted", "deleted.txt"), party=party, by=user).delete_softly(user)
    return file


def entrance() -> dict[str, Any]:
    """Pages of somebody who is not logged in."""
    return {
        "log-in": "/accounts/login/",
        "forgotten password": "/accounts/password/reset/",
        "admin's log-in": "/admin/",
    }
