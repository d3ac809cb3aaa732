"""One of everything that has an address, in the scope of the eight delivered roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.utils import timezone

from common.models import Job, Notification, SavedView
from contacts.models import PartyImport
from tests.documents.uploads import png
from tests.factories.contacts import AddressFactory, BankAccountFactory, ContactLinkFactory
from tests.factories.counterparties import (
    CharacteristicFactory,
    CharacteristicValueFactory,
    ClientFactory,
    NaturalPersonFactory,
    RelationFactory,
    egn,
)
from tests.factories.documents import (
    FileContentFactory,
    FileFactory,
    FormValueFactory,
    LetterFactory,
    PersonalDocumentFactory,
)
from tests.factories.events import EmailFactory, EventFactory
from tests.factories.users import UserFactory
from users.models import User

ROLES = ("administrator", "manager", "seller", "buyer", "accountant", "warehouse", "viewer", "auditor")


class World:
    """A client of the seller with a row of everything, and one user of each role."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {
            role: UserFactory(role=role, language="en", is_staff=role == "administrator") for role in ROLES
        }
        seller = self.users["seller"]
        self.party = ClientFactory(name="Алфа", trader=seller)
        self.archived = ClientFactory(name="Стара", trader=seller)
        self.archived.archive(seller, "край")
        self.person = NaturalPersonFactory(trader=seller, identifier_type="egn", personal_number=egn(70))
        self.relation = RelationFactory(from_party=self.party, to_party=self.archived)
        self.value = CharacteristicValueFactory(
            party=self.party, characteristic=CharacteristicFactory(value_type="file"), file_name="a.txt"
        )
        self.value.file.save("a.txt", ContentFile(b"a"))
        self.link = ContactLinkFactory(party=self.party)
        self.letter = LetterFactory(party=self.party)
        self.address = AddressFactory(party=self.party)
        self.account = BankAccountFactory(party=self.party)
        self.form_value = FormValueFactory(party=self.party)
        self.event = EventFactory(party=self.party, author=seller)
        self.email = EmailFactory(
            event=self.event, direction="out", state="unsure", raw=FileContentFactory(content_type="message/rfc822")
        )
        letter = b"From: stranger@example.com\nContent-Disposition: attachment; filename=a.txt\n\ntext"
        raw = FileContentFactory(data=letter, content_type="message/rfc822")
        self.waiting_email = EmailFactory(sender_email="stranger@example.com", raw=raw)
        self.file = FileFactory(party=self.party, name="a.png", content__data=png(), content__content_type="image/png")
        self.paper = PersonalDocumentFactory(party=self.person)

        from tests.access_finance import furnish  # it names the rows of this world
        from tests.access_trade import furnish_trade

        furnish(self)
        furnish_trade(self)

    def job(self, user: User) -> Job:
        job = Job(user=user, title="Внос", task="x", state=Job.State.DONE, file_name="a.txt")
        job.file.save("a.txt", ContentFile(b"a"))
        return job

    def notification(self, user: User) -> Notification:
        Notification.objects.tell(user, kind="reminder", key="world", title="Напомняне", url="/about/")
        return Notification.objects.get(user=user, key="world")

    def view(self, user: User) -> SavedView:
        return SavedView.objects.create(user=user, list_key="counterparties", name="изглед")

    def party_import(self, user: User) -> PartyImport:
        made = PartyImport(user=user, file_name="a.csv", mapping=["name"], state=PartyImport.State.PLANNED)
        made.file.save("a.csv", ContentFile("name\nАлфа\n".encode()))
        return made


def party(world: World, user: User) -> list[Any]:
    return [world.party.pk]


def archived(world: World, user: User) -> list[Any]:
    return [world.archived.pk]


def person_party(world: World, user: User) -> list[Any]:
    return [world.person.pk]


def tab(slug: str) -> Callable[[World, User], list[Any]]:
    return lambda world, user: [world.party.pk, slug]


def relation(world: World, user: User) -> list[Any]:
    return [world.party.pk, world.relation.pk]


def value(world: World, user: User) -> list[Any]:
    return [world.value.pk]


def link(world: World, user: User) -> list[Any]:
    return [world.link.pk]


def contact(world: World, user: User) -> list[Any]:
    return [world.link.person_id]


def address(world: World, user: User) -> list[Any]:
    return [world.address.pk]


def account(world: World, user: User) -> list[Any]:
    return [world.account.pk]


def paper(world: World, user: User) -> list[Any]:
    return [world.paper.pk]


def letter(world: World, user: User) -> list[Any]:
    return [world.letter.pk]


def file(world: World, user: User) -> list[Any]:
    return [world.file.pk]


def file_version(world: World, user: User) -> list[Any]:
    return [world.file.pk, 1]


def event(world: World, user: User) -> list[Any]:
    return [world.event.pk]


def email(world: World, user: User) -> list[Any]:
    return [world.email.pk]


def waiting_email(world: World, user: User) -> list[Any]:
    return [world.waiting_email.pk]


def waiting_attachment(world: World, user: User) -> list[Any]:
    return [world.waiting_email.pk, 1]


def own_job(world: World, user: User) -> list[Any]:
    return [world.job(user).pk]


def own_notification(world: World, user: User) -> list[Any]:
    return [world.notification(user).pk]


def own_view(world: World, user: User) -> list[Any]:
    return [world.view(user).pk]


def own_session(world: World, user: User) -> list[Any]:
    made = UserSession.objects.create(
        user=user, session_key=uuid4().hex, ip="127.0.0.1", user_agent="", last_seen_at=timezone.now()
    )
    return [made.pk]


def own_import(world: World, user: User) -> list[Any]:
    return [world.party_import(user).pk]


def form_to_fill(world: World, user: User) -> list[Any]:
    return [world.form_value.field.template_id, world.party.pk]


def form_value(world: World, user: User) -> list[Any]:
    return [world.form_value.pk]
