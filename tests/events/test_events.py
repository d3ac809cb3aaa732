"""The rules of events: states by the clock, whose they are, deeds, reminders, what may be chosen as their subject."""

import datetime as dt

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.dates import SOFIA
from contacts.models import ContactPerson
from events import about, times
from events.models import Event, Reminder
from tests.factories.contacts import ContactLinkFactory
from tests.factories.events import EventFactory, EventFileFactory, EventParticipantFactory, event_type
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, superuser, worker

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=SOFIA)


def at(hour: int, minute: int = 0, day: int = 24) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=SOFIA)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"starts_at": at(13)}, "planned"),
        ({"starts_at": at(11), "ends_at": at(13)}, "planned"),
        ({"starts_at": at(11)}, "overdue"),
        ({"starts_at": at(10), "ends_at": at(11)}, "overdue"),
        ({"starts_at": at(0), "all_day": True}, "planned"),
        ({"starts_at": at(0, day=23), "all_day": True}, "overdue"),
        ({"starts_at": at(0, day=22), "ends_at": at(23, 59), "all_day": True}, "planned"),
        ({"starts_at": at(11), "done_at": NOON}, "done"),
        ({"starts_at": at(11), "cancelled_at": NOON}, "cancelled"),
    ],
)
def test_the_clock_tells_the_state_to_rows_and_to_questions_alike(values, state):
    event = EventFactory(**values)

    assert event.state_at(NOON) == state
    assert (event in Event.objects.overdue(NOON)) is (state == "overdue")
    assert (event in Event.objects.upcoming(NOON)) is (state == "planned")
    assert (event in Event.objects.planned()) is (state in ("planned", "overdue"))


def test_an_event_is_of_those_who_take_part_else_of_its_author():
    author, participant = UserFactory(), UserFactory()
    alone, together = EventFactory(author=author), EventFactory(author=author)
    EventParticipantFactory(event=together, user=participant)

    assert list(Event.objects.of_user(author)) == [alone]
    assert list(Event.objects.of_user(participant)) == [together]


def test_even_a_superuser_does_not_see_what_is_private():
    event = EventFactory(is_private=True)

    assert not Event.objects.visible_to(superuser()).exists()
    assert Event.objects.visible_to(worker(*SEE_ALL)).count() == 0
    EventParticipantFactory(event=event, user=(me := worker(*SEE_ALL)))
    assert list(Event.objects.visible_to(me)) == [event]


def test_deeds_are_done_once():
    event, me = EventFactory(), UserFactory()
    same = Event.objects.get(pk=event.pk)
    event.finish(me, "Готово")

    with pytest.raises(ValidationError, match="already done"):
        same.finish(me)
    with pytest.raises(ValidationError, match="already done"):
        same.cancel(me)
    same.reopen()
    same.cancel(me, "Отпада")
    with pytest.raises(ValidationError, match="already cancelled"):
        event.finish(me)


def test_reminders_follow_the_event_and_what_was_told_stays_told():
    event = EventFactory(remind_before=60, starts_at=timezone.now() + dt.timedelta(days=2))
    one, two = EventParticipantFactory(event=event).user, EventParticipantFactory(event=event).user
    event.settle()
    Reminder.objects.filter(user=one).update(told_at=timezone.now())

    event.starts_at += dt.timedelta(days=1)
    event.save()
    event.settle()

    left = {(one.user_id, one.at, one.told_at is None) for one in Reminder.objects.all()}
    moved = event.starts_at - dt.timedelta(minutes=60)
    told = moved - dt.timedelta(days=1)
    assert left == {(one.pk, told, False), (one.pk, moved, True), (two.pk, moved, True)}
    event.finish(one)
    assert set(Reminder.objects.values_list("at", flat=True)) == {told}


def test_a_call_that_was_logged_is_done_and_seen_as_such():
    me, link = UserFactory(), ContactLinkFactory()

    made = Event.log(event_type("call"), "Говорихме за цени", by=me, party=link.party, person=link.person)

    assert (made.state, made.contact_names, made.participant_names) == ("done", str(link.person), str(me))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"starts_at": at(10), "ends_at": at(11, 30)}, "24.11.2026 10:00–11:30"),
        ({"starts_at": at(10)}, "24.11.2026 10:00"),
        ({"starts_at": at(0), "all_day": True}, "24.11.2026, all day"),
        ({"starts_at": at(0), "ends_at": at(23, 59, 26), "all_day": True}, "24.11.2026 – 26.11.2026, all day"),
        ({"starts_at": at(22), "ends_at": at(2, 0, 25)}, "24.11.2026 22:00 – 25.11.2026 02:00"),
    ],
)
def test_when_it_is_in_words(values, said):
    assert times.period(EventFactory.build(type=None, party=None, author=None, **values)) == said


def test_an_event_that_ends_at_midnight_is_not_of_the_next_day():
    event = EventFactory.build(type=None, party=None, author=None, starts_at=at(20), ends_at=at(0, 0, 25))

    assert times.last_day(event) == dt.date(2026, 11, 24)


def test_an_event_is_about_what_the_dossier_holds_and_the_user_sees():
    link, other = ContactLinkFactory(), ContactLinkFactory()
    me = worker(*SEE_ALL, "contacts.view_contactperson")
    event = Event(party=link.party)

    offered = dict(about.choices(link.party, me, event))

    assert [key for key, _label in offered["Contact persons"]] == [f"person:{link.person_id}"]
    assert about.find(f"person:{link.person_id}", link.party, me) == link.person
    assert about.find(f"person:{other.person_id}", link.party, me) is None
    assert about.find(f"person:{link.person_id}", link.party, worker(*SEE_ALL)) is None
    assert about.find("nonsense", link.party, me) is None


def test_what_an_event_is_about_stays_though_the_user_does_not_see_it():
    link = ContactLinkFactory()
    kind = ContentType.objects.get_for_model(ContactPerson)
    event = EventFactory(party=link.party, about_type=kind, about_id=link.person_id)

    choices = about.choices(link.party, worker(*SEE_ALL), event)

    assert (f"person:{link.person_id}", "something that you may not see") in choices


def test_a_public_event_does_not_name_a_file_that_has_become_private():
    private, public = EventFactory(subject="Тайна"), EventFactory()
    file = EventFileFactory(event=private, file__name="тайна.pdf").file
    EventFileFactory(event=public, file=file, came_with_it=False)
    public.settle()
    assert public.file_names == "тайна.pdf"

    private.is_private = True
    private.save()
    private.settle()

    assert private.file_names == "тайна.pdf"
    assert Event.objects.get(pk=public.pk).file_names == ""
    public.settle()
    assert Event.objects.get(pk=public.pk).file_names == ""
    private.is_private = False
    private.save()
    private.settle()
    assert Event.objects.get(pk=public.pk).file_names == "тайна.pdf"
