"""Events, reminders, e-mails: the smallest valid ones."""

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from events.models import Email, Event, EventContact, EventFile, EventParticipant, EventType, MailTemplate, Reminder
from tests.factories.contacts import ContactPersonFactory
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import FileFactory
from tests.factories.users import UserFactory


def event_type(code: str) -> EventType:
    return EventType.objects.get(code=code)


class EventFactory(DjangoModelFactory):
    """A meeting that is planned for tomorrow at this hour."""

    class Meta:
        model = Event

    type = factory.LazyFunction(lambda: event_type("meeting"))
    party = factory.SubFactory(ClientFactory)
    subject = factory.Sequence(lambda n: f"Среща {n}")
    starts_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=1))
    author = factory.SubFactory(UserFactory)


class EventParticipantFactory(DjangoModelFactory):
    class Meta:
        model = EventParticipant

    event = factory.SubFactory(EventFactory)
    user = factory.SubFactory(UserFactory)


class EventContactFactory(DjangoModelFactory):
    class Meta:
        model = EventContact

    event = factory.SubFactory(EventFactory)
    person = factory.SubFactory(ContactPersonFactory)


class EventFileFactory(DjangoModelFactory):
    class Meta:
        model = EventFile

    event = factory.SubFactory(EventFactory)
    file = factory.SubFactory(FileFactory, party=factory.SelfAttribute("..event.party"))


class ReminderFactory(DjangoModelFactory):
    """A reminder that is due."""

    class Meta:
        model = Reminder

    event = factory.SubFactory(EventFactory)
    user = factory.SelfAttribute("event.author")
    at = factory.LazyFunction(timezone.now)


class MailTemplateFactory(DjangoModelFactory):
    class Meta:
        model = MailTemplate

    name = factory.Sequence(lambda n: f"Текст {n}")
    subject = "Здравейте"
    text = "Здравейте, {{ contact.name }}"


class EmailFactory(DjangoModelFactory):
    """A received e-mail that belongs to no dossier yet."""

    class Meta:
        model = Email

    direction = Email.Direction.IN
    state = Email.State.RECEIVED
    message_id = factory.Sequence(lambda n: f"<{n}@example.com>")
    sender_email = "ivan@example.com"
    subject = factory.Sequence(lambda n: f"Писмо {n}")
