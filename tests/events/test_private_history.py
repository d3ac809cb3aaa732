"""The history of events, files and letters: in words, and private rows told to nobody else."""

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from common.dates import format_moment, today
from counterparties import history
from counterparties.history import HistoryFilter
from documents.models import Letter
from events.models import Event
from events.querysets import midnight
from tests.factories.counterparties import ClientFactory, OwnFirmAccessFactory, OwnFirmFactory
from tests.factories.documents import FileFactory, LetterFactory
from tests.factories.events import EventFactory, EventFileFactory, EventParticipantFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, fresh, signed_in, superuser, worker

pytestmark = pytest.mark.django_db
RIGHTS = (*SEE_ALL, "events.view_event", "documents.view_file", "documents.view_letter")
EVENT, FILE, LETTER = "events.event", "documents.file", "documents.letter"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def told(party, user, model="") -> list[history.Entry]:
    return history.page_of(party, user, HistoryFilter(model=model))[0]


def page(party, user) -> str:
    return signed_in(user).get(reverse("counterparties:counterparty_tab", args=[party.pk, "history"])).content.decode()


def test_deeds_with_an_event_are_told_in_words():
    author = worker(*RIGHTS)
    event = EventFactory(subject="Оглед на склада", author=author)
    event.finish(author, outcome="Договорихме цени")
    event.reopen()
    event.cancel(author, "отпадна")

    entries = told(event.party, author, EVENT)

    # All in one moment here, so the newest number stands first.
    assert [one.deed for one in entries] == ["cancelled", "opened again", "done", "added"]
    assert {one.title for one in entries} == {"Оглед на склада"}
    assert entries[2].diffs == [("Outcome", "", "Договорихме цени")]
    assert ("Begins", "", format_moment(event.starts_at)) in entries[3].diffs


def test_what_an_event_is_about_does_not_break_its_history():
    author = worker(*RIGHTS)
    file = FileFactory()
    event = EventFactory(subject="Оглед на склада", author=author, party=file.party, about=file)

    (entry,) = told(event.party, author, EVENT)

    assert (entry.deed, entry.title) == ("added", "Оглед на склада")
    assert not [label for label, _before, _after in entry.diffs if "about" in label.lower()]


def test_a_file_and_a_letter_are_told_in_words():
    user = worker(*RIGHTS)
    party = ClientFactory()
    file = FileFactory(party=party, name="оферта.txt")
    file.delete_softly(user)
    file.undelete()
    letter = LetterFactory(party=party, subject="Рекламация", registered_on=today())
    letter.cancel(user, "сгрешен запис")

    assert [one.what for one in told(party, user, FILE)] == [
        "restored: file – оферта.txt",
        "deleted: file – оферта.txt",
        "added: file – оферта.txt",
    ]
    assert [one.deed for one in told(party, user, LETTER)] == ["cancelled", "added"]
    assert told(party, user, LETTER)[0].title == str(letter)


@pytest.mark.parametrize("was_public", [False, True], ids=["always-private", "public-before"])
def test_the_history_of_a_private_event_is_told_to_its_people_alone(was_public):
    author, participant = worker(*RIGHTS), worker(*RIGHTS)
    event = EventFactory(subject="Тайна среща", author=author, is_private=not was_public)
    file = FileFactory(party=event.party, name="таен-файл.txt")
    EventFileFactory(event=event, file=file)
    EventParticipantFactory(event=event, user=participant)
    event.settle()
    if was_public:
        event.is_private = True
        event.save()
        event.settle()
    Event.objects.filter(pk=event.pk).update(text="тайни думи")

    for stranger in (superuser(), worker(*RIGHTS)):
        assert told(event.party, stranger, EVENT) == told(event.party, stranger, FILE) == []
        assert "айн" not in page(event.party, stranger)
        assert "таен" not in page(event.party, stranger)
    for insider in (author, participant):
        assert len(told(event.party, insider, EVENT)) >= 2
        assert "таен-файл.txt" in {one.title for one in told(event.party, insider, FILE)}
        assert "тайни думи" in page(event.party, insider)


def test_what_is_public_again_is_told_to_all():
    event = EventFactory(is_private=True)
    event.is_private = False
    event.save()

    assert len(told(event.party, worker(*RIGHTS), EVENT)) == 2


def test_the_export_and_the_latest_changes_keep_the_secret_too():
    event = EventFactory(subject="Тайна среща", is_private=True)
    client = signed_in(superuser())

    table = client.get(
        reverse("counterparties:counterparty_tab", args=[event.party.pk, "history"]), {"export": "csv"}
    ).getvalue()
    summary = client.get(event.party.get_absolute_url()).content

    assert "Тайна" not in table.decode()
    assert "Тайна" not in summary.decode()


def test_pages_by_key_pass_over_private_rows():
    author, stranger = worker(*RIGHTS), worker(*RIGHTS)
    party = ClientFactory()
    for number in range(9):
        EventFactory(party=party, author=author, subject=str(number), is_private=number % 3 == 0)

    for user, expected in ((author, 9), (stranger, 6)):
        key, found = "", []
        while True:
            entries, key = history.page_of(party, user, HistoryFilter(model=EVENT), key, size=2)
            found += [entry.title for entry in entries]
            if not key:
                break
        assert len(found) == len(set(found)) == expected


def test_the_name_of_a_private_file_is_not_told_through_a_letter():
    party, author = ClientFactory(), UserFactory()
    file = FileFactory(party=party, name="таен-файл.txt", audience=[author.pk])
    LetterFactory(party=party, file=file)

    assert "таен" not in str(told(party, worker(*RIGHTS), LETTER))


def test_letters_are_told_within_the_own_firms_of_the_user():
    user = fresh(UserFactory(role="accountant"))
    mine, other = OwnFirmFactory(), OwnFirmFactory()
    party = ClientFactory()
    LetterFactory(party=party, own_firm=mine, subject="моето")
    LetterFactory(party=party, own_firm=other, subject="чуждото")
    OwnFirmAccessFactory(user=user, own_firm=mine)
    seen = {letter.subject for letter in Letter.objects.visible_to(fresh(user))}

    assert {one.title.split()[-1] for one in told(party, fresh(user), LETTER)} == seen


def test_a_whole_day_is_told_without_an_hour():
    event = EventFactory(starts_at=midnight(timezone.localdate()), all_day=True)

    diffs = {field: after for field, _before, after in told(event.party, worker(*RIGHTS), EVENT)[0].diffs}

    assert diffs["Begins"] == today().strftime("%d.%m.%Y")
