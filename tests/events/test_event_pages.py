"""Events in pages: adding, moving, deeds, who sees what, the list as a tab and across all parties."""

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from common.dates import SOFIA
from documents.models import File
from events.models import Event, EventFile, Reminder
from tests.factories.contacts import ContactLinkFactory
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import FileFactory
from tests.factories.events import EventFactory, EventParticipantFactory, event_type
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, signed_in, superuser, worker

pytestmark = pytest.mark.django_db

EVENTS = (*SEE_ALL, "events.view_event", "events.add_event", "events.change_event", "events.export_event")
ALL = (*EVENTS, "documents.view_file", "documents.add_file", "contacts.view_contactperson")


def pks(answer) -> list[int]:
    return [row.pk for row in answer.context["rows"]]


def in_days(number: int) -> str:
    return f"{(timezone.now() + dt.timedelta(days=number)).astimezone(SOFIA):%d.%m.%Y}"


def typed(**values):
    """A meeting of tomorrow from ten to eleven, as the form sends it."""
    return {
        "type": event_type("meeting").pk,
        "subject": "Среща за цени",
        "start_day": in_days(1),
        "start_time": "10:00",
        "end_time": "11:00",
        **values,
    }


def csv_of(browser) -> str:
    return b"".join(browser.get("/events/?export=csv").streaming_content).decode("utf-8-sig")


def errors_of(answer) -> dict[str, str]:
    return {name: " ".join(said) for name, said in answer.context["form"].errors.items()}


# -- Adding ---------------------------------------------------------------------------------------


def test_a_meeting_is_planned_with_people_and_a_reminder():
    me, other = worker(*ALL), UserFactory(first_name="Калоян", last_name="Желязков")
    link = ContactLinkFactory()
    values = typed(participants=[me.pk, other.pk], contacts=[link.person_id], remind_before="60", place="При нас")

    answer = signed_in(me).post(f"/events/add/?party={link.party_id}", values)

    assert answer.status_code == 302, errors_of(answer)
    event = Event.objects.get()
    assert (event.party_id, event.author, event.state) == (link.party_id, me, Event.State.PLANNED)
    assert event.ends_at is not None
    assert f"{event.starts_at.astimezone(SOFIA):%H:%M}" == "10:00"
    assert f"{event.ends_at.astimezone(SOFIA):%H:%M}" == "11:00"
    assert event.participant_names == f"{me}, {other}"
    assert event.contact_names == str(link.person)
    hour_before = event.starts_at - dt.timedelta(hours=1)
    assert set(Reminder.objects.values_list("user", "at")) == {(me.pk, hour_before), (other.pk, hour_before)}


def test_an_event_needs_no_party():
    me = worker(*EVENTS)

    answer: Any = signed_in(me).post("/events/add/", typed(subject="Само за мен"))

    event = Event.objects.get()
    assert event.party is None
    assert answer.url == event.get_absolute_url(), "the list may begin a month ahead"


def test_after_adding_one_comes_back_to_where_one_was():
    answer: Any = signed_in(worker(*EVENTS)).post("/events/add/?next=/events/calendar/", typed())

    assert answer.url == "/events/calendar/"


def test_a_new_event_is_written_from_its_subject_on():
    browser = signed_in(worker(*EVENTS))

    assert "autofocus" in str(browser.get("/events/add/?type=task").context["form"]["subject"])
    assert "autofocus" not in str(browser.post("/events/add/", typed(subject="")).context["form"]["subject"])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"subject": "С" * 300}, "subject"),
        ({"subject": ""}, "subject"),
        ({"start_time": ""}, "start_time"),
        ({"start_time": "25:00"}, "start_time"),
        ({"start_time": "сутрин"}, "start_time"),
        ({"start_day": "31.02.2027"}, "start_day"),
        ({"start_day": "01.01.0999"}, "start_day"),
        ({"end_time": "09:00"}, "end_time"),
        ({"end_day": "01.01.2020"}, "end_day"),
        ({"start_day": "03.11.2020"}, "start_day"),
        # The last Sunday of March from three to four does not exist, that of October comes twice.
        ({"start_day": "28.03.2027", "start_time": "03:30", "end_time": ""}, "start_time"),
        ({"start_day": "31.10.2027", "start_time": "03:30", "end_time": ""}, "start_time"),
        ({"start_day": "28.03.2027", "start_time": "02:30", "end_time": "03:30"}, "end_time"),
        ({"participants": ["999999"]}, "participants"),
        ({"subject_of": "file:1"}, "subject_of"),
        ({"remind_before": "77777"}, "remind_before"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(values, field):
    party = ClientFactory()

    answer = signed_in(worker(*ALL)).post(f"/events/add/?party={party.pk}", typed(text="Дълго описание", **values))

    assert answer.status_code == 422
    assert list(errors_of(answer)) == [field]
    assert "Дълго описание" in answer.content.decode()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("said", "hour"), [("9", 9), ("9:30", 9), ("0930", 9), ("14.15 ч.", 14), ("7ч", 7), ("23,59", 23)]
)
def test_hours_are_read_as_people_write_them(said, hour):
    signed_in(worker(*EVENTS)).post("/events/add/", typed(start_time=said, end_time=""))

    assert Event.objects.get().starts_at.astimezone(SOFIA).hour == hour


def test_days_in_which_the_clock_changes_hold_whole_day_events():
    signed_in(worker(*EVENTS)).post(
        "/events/add/", typed(start_day="27.03.2027", end_day="28.03.2027", all_day="on", start_time="", end_time="")
    )

    event = Event.objects.get()
    assert event in Event.objects.between(dt.date(2027, 3, 28), dt.date(2027, 3, 28))
    assert event not in Event.objects.between(dt.date(2027, 3, 29), dt.date(2027, 3, 29))


def test_what_has_happened_is_done_at_once_with_its_outcome():
    me = worker(*EVENTS)

    signed_in(me).post(
        "/events/add/", typed(start_day=in_days(-3), happened="on", outcome="Съгласни са", next_step="Договор")
    )

    event = Event.objects.get()
    assert (event.state, event.done_by, event.outcome, event.next_step) == (
        Event.State.DONE,
        me,
        "Съгласни са",
        "Договор",
    )


def test_what_has_happened_does_not_lie_in_days_to_come():
    answer = signed_in(worker(*EVENTS)).post("/events/add/", typed(happened="on"))

    assert list(errors_of(answer)) == ["start_day"]


def test_a_planned_event_in_the_past_is_told_in_words():
    answer = signed_in(worker(*EVENTS)).post("/events/add/", typed(start_day=in_days(-1)))

    assert errors_of(answer)["start_day"] == (
        "This time has passed. Choose a time to come, or tick “Already happened”."
    )


def test_a_call_is_logged_with_one_field():
    me = worker(*EVENTS)
    main = ContactLinkFactory(is_primary=True)
    browser = signed_in(me)
    form = browser.get(f"/events/log/?party={main.party_id}").context["form"]

    answer = browser.post(
        f"/events/log/?party={main.party_id}", {"words": "Искат оферта", "person": form.initial["person"]}
    )

    assert answer.status_code == 302
    event = Event.objects.get()
    assert (event.type.code, event.subject, event.state) == ("call", "Искат оферта", Event.State.DONE)
    assert (event.done_by, event.contact_names, event.participant_names) == (me, str(main.person), str(me))


def test_a_long_word_of_a_call_is_kept_whole():
    party = ClientFactory()

    signed_in(worker(*EVENTS)).post(f"/events/log/?party={party.pk}", {"words": "дума " * 100})

    event = Event.objects.get()
    assert len(event.subject) <= 200
    assert event.text == ("дума " * 100).strip()


def test_the_next_step_is_tied_to_what_it_follows():
    me = worker(*EVENTS)
    first = EventFactory(author=me, is_private=True)
    browser = signed_in(me)

    answer: Any = browser.post(
        f"/events/{first.pk}/done/", {"outcome": "Да", "next_step": "Договор", "plan_next": "on"}
    )
    form = browser.get(answer.url).context["form"]

    assert (form.initial["subject"], form.initial["is_private"], form.instance.party) == ("Договор", True, first.party)
    browser.post(answer.url, typed(subject="Договор"))
    assert Event.objects.get(subject="Договор").follows == first


def test_a_participant_who_does_not_see_the_party_is_named():
    me, blind = worker(*EVENTS), worker("events.view_event", parties="mine", first_name="Ана", last_name="Колева")
    party = ClientFactory()

    answer = signed_in(me).post(f"/events/add/?party={party.pk}", typed(participants=[me.pk, blind.pk]), follow=True)

    assert "Ана Колева does not see this counterparty" in answer.content.decode()


# -- Attachments ----------------------------------------------------------------------------------


def upload(name="бележки.txt"):
    return SimpleUploadedFile(name, "Уговорено".encode(), "text/plain")


def test_uploads_of_a_private_event_are_as_private_and_follow_it():
    me, party = worker(*ALL), ClientFactory()
    there = FileFactory(party=party)
    browser = signed_in(me)

    browser.post(
        f"/events/add/?party={party.pk}",
        typed(is_private="on", uploads=[upload("a.txt"), upload("b.txt")], files=[there.pk]),
    )

    event = Event.objects.get()
    mine = File.objects.filter(event_links__came_with_it=True)
    assert sorted(mine.values_list("name", flat=True)) == ["a.txt", "b.txt"]
    assert [file.audience for file in mine] == [[me.pk], [me.pk]]
    there.refresh_from_db()
    assert there.audience is None, "a file that was everyone's stays so"
    browser.post(
        f"/events/{event.pk}/edit/", typed(party=party.pk, files=[there.pk, *mine.values_list("pk", flat=True)])
    )
    assert [file.audience for file in mine.all()] == [None, None]


def test_a_wrong_file_is_refused_with_its_name_and_nothing_is_stored():
    party = ClientFactory()
    wrong = SimpleUploadedFile("снимка.png", b"MZ not a picture", "image/png")

    answer = signed_in(worker(*ALL)).post(f"/events/add/?party={party.pk}", typed(uploads=[upload(), wrong]))

    assert "снимка.png" in errors_of(answer)["uploads"]
    assert not Event.objects.exists()
    assert not File.objects.exists()


def test_a_file_that_the_editor_does_not_see_stays_attached():
    me = worker(*ALL)
    event = EventFactory(author=me)
    hidden = FileFactory(party=event.party, audience=[me.pk + 1])
    EventFile.objects.create(event=event, file=hidden, came_with_it=False)

    signed_in(me).post(f"/events/{event.pk}/edit/", typed(party=event.party_id))

    assert event.file_links.get().file == hidden


# -- Changing -------------------------------------------------------------------------------------


def test_moving_an_event_moves_its_reminders():
    me = worker(*EVENTS)
    event = EventFactory(author=me, remind_before=15)
    event.settle()

    answer = signed_in(me).post(
        f"/events/{event.pk}/edit/", typed(party=event.party_id, start_day=in_days(9), remind_before="15")
    )

    assert answer.status_code == 302, errors_of(answer)
    event.refresh_from_db()
    assert f"{event.starts_at.astimezone(SOFIA):%d.%m.%Y %H:%M}" == f"{in_days(9)} 10:00"
    assert Reminder.objects.get().at == event.starts_at - dt.timedelta(minutes=15)


def test_a_form_shows_the_event_as_it_is_and_saves_it_unchanged():
    me = worker(*ALL)
    event = EventFactory(author=me, starts_at=dt.datetime(2025, 6, 2, 9, 15, tzinfo=SOFIA), all_day=False)
    browser = signed_in(me)
    form = browser.get(f"/events/{event.pk}/edit/").context["form"]
    shown = {name: form[name].value() for name in ("start_day", "start_time", "end_time", "end_day", "party")}

    values = {name: value for name, value in shown.items() if value}
    values["start_day"] = "02.06.2025"
    answer = browser.post(f"/events/{event.pk}/edit/", {"type": event.type_id, "subject": "Друго", **values})

    assert answer.status_code == 302, errors_of(answer)  # it lies in the past, and was not moved there
    event.refresh_from_db()
    assert (event.subject, event.starts_at, event.ends_at) == (
        "Друго",
        dt.datetime(2025, 6, 2, 9, 15, tzinfo=SOFIA),
        None,
    )


def test_a_later_change_by_another_is_not_overwritten_unseen():
    me = worker(*EVENTS)
    event = EventFactory(author=me)
    browser = signed_in(me)
    seen = browser.get(f"/events/{event.pk}/edit/").context["form"]["seen"].value()
    Event.objects.get(pk=event.pk).finish(me, "Готово")

    answer = browser.post(f"/events/{event.pk}/edit/", typed(party=event.party_id, seen=seen))

    assert "Somebody else has changed this record" in answer.content.decode()


def test_a_participant_does_not_make_an_event_private_from_himself():
    me = worker(*EVENTS)
    event = EventFactory()

    answer = signed_in(me).post(f"/events/{event.pk}/edit/", typed(party=event.party_id, is_private="on"))

    assert list(errors_of(answer)) == ["is_private"]


# -- Deeds ----------------------------------------------------------------------------------------


def test_one_click_marks_as_done_and_the_second_is_told():
    me = worker(*EVENTS)
    event = EventFactory(author=me)
    browser = signed_in(me)

    browser.post(f"/events/{event.pk}/done/", {"next": "/"})
    again = browser.post(f"/events/{event.pk}/done/", {"next": "/"}, follow=True)

    event.refresh_from_db()
    assert (event.state, event.done_by) == (Event.State.DONE, me)
    assert "The event is already done." in again.content.decode()


def test_an_event_is_called_off_with_a_reason_and_opened_again():
    me = worker(*EVENTS)
    event = EventFactory(author=me)
    browser = signed_in(me)

    browser.post(f"/events/{event.pk}/cancel/", {"reason": "Болен"})
    event.refresh_from_db()
    assert (event.state, event.cancel_reason, event.cancelled_by) == (Event.State.CANCELLED, "Болен", me)

    assert browser.get(f"/events/{event.pk}/reopen/").status_code == 405
    browser.post(f"/events/{event.pk}/reopen/")
    event.refresh_from_db()
    assert (event.state, event.cancel_reason) == (Event.State.PLANNED, "")


def test_many_are_done_at_once_and_the_closed_ones_stay():
    me = worker(*EVENTS)
    open_ones = EventFactory.create_batch(2, author=me)
    called_off = EventFactory(author=me)
    called_off.cancel(me)
    keys = [event.pk for event in (*open_ones, called_off)]

    answer = signed_in(me).post("/events/", {"action": "finish", "selected": keys}, follow=True)

    assert "2 events are done." in answer.content.decode()
    assert Event.objects.done().count() == 2


# -- Who sees what --------------------------------------------------------------------------------


def test_a_private_event_is_there_for_nobody_but_author_and_participants():
    author, participant = worker(*ALL), worker(*ALL)
    event = EventFactory(author=author, is_private=True, subject="Тайна среща")
    EventParticipantFactory(event=event, user=participant)
    file = FileFactory(party=event.party)
    EventFile.objects.create(event=event, file=file)
    event.settle()
    tab = f"/counterparties/{event.party_id}/events/"

    for user, sees in ((author, True), (participant, True), (worker(*ALL), False), (superuser(), False)):
        browser = signed_in(user)
        assert (browser.get(event.get_absolute_url()).status_code == 200) is sees
        assert (browser.get(f"/events/{event.pk}/edit/").status_code == 200) is sees
        if not sees:
            assert browser.post(f"/events/{event.pk}/done/").status_code == 404
        for url in ("/events/", tab, "/events/calendar/?whose=all", f"/counterparties/{event.party_id}/history/"):
            assert ("Тайна среща" in browser.get(url).content.decode()) is sees, url
        assert ("Тайна" in csv_of(browser)) is sees
        assert File.objects.visible_to(user).filter(pk=file.pk).exists() is sees


def test_a_chain_does_not_give_away_a_private_event():
    author = worker(*EVENTS)
    secret = EventFactory(author=author, is_private=True, subject="Тайна среща")
    after = EventFactory(author=author, party=secret.party, follows=secret)

    assert "Тайна среща" not in signed_in(worker(*EVENTS)).get(after.get_absolute_url()).content.decode()
    assert signed_in(worker(*EVENTS)).get(f"/events/add/?follows={secret.pk}").status_code == 404


def test_events_of_unseen_parties_are_not_there():
    event = EventFactory(subject="Чужда среща")
    browser = signed_in(worker(*EVENTS, parties="mine"))

    assert browser.get(event.get_absolute_url()).status_code == 404
    assert "Чужда среща" not in browser.get("/events/").content.decode()
    assert browser.get(f"/events/add/?party={event.party_id}").status_code == 404
    assert browser.post(f"/events/{event.pk}/done/").status_code == 404


def test_choices_belong_to_the_chosen_party_and_to_the_user():
    link, other = ContactLinkFactory(), ContactLinkFactory()
    browser = signed_in(worker(*ALL))

    page = browser.get(f"/events/choices/?party={link.party_id}").content.decode()

    assert str(link.person) in page
    assert str(other.person) not in page
    hidden = signed_in(worker(*ALL, parties="mine")).get(f"/events/choices/?party={link.party_id}").content.decode()
    assert str(link.person) not in hidden


# -- The list -------------------------------------------------------------------------------------


def test_the_list_is_filtered_by_state_person_and_time():
    me = worker(*EVENTS)
    now = timezone.now()
    late = EventFactory(author=me, starts_at=now - dt.timedelta(days=2))
    coming = EventFactory(starts_at=now + dt.timedelta(days=2))
    done = EventFactory(starts_at=now - dt.timedelta(days=3), done_at=now, outcome="Купуват термоси")
    off = EventFactory(cancelled_at=now)
    EventParticipantFactory(event=coming, user=me)
    browser = signed_in(me)

    def found(query: str) -> set[int]:
        return set(pks(browser.get(f"/events/?{query}")))

    assert found("") == {late.pk, coming.pk, done.pk, off.pk}
    assert found("state=overdue") == {late.pk}
    assert found("state=open") == {late.pk, coming.pk}
    assert found("state=upcoming") == {coming.pk}
    assert found("state=done") == {done.pk}
    assert found("state=cancelled") == {off.pk}
    assert found("whose=mine") == {late.pk, coming.pk}
    assert found(f"participant={me.pk}") == {coming.pk}
    assert found("q=термоси") == {done.pk}
    assert found(f"q={late.party.name}") == {late.pk}
    assert found(f"since={in_days(1)}&until={in_days(2)}") >= {coming.pk}
    assert done.pk not in found(f"since={in_days(0)}")
    assert coming.pk not in found(f"until={in_days(0)}")


def test_the_newest_come_first_and_the_export_holds_the_same():
    old = EventFactory(starts_at=timezone.now() - dt.timedelta(days=400), subject="Стара")
    new = EventFactory(subject="Нова")
    browser = signed_in(worker(*EVENTS))

    assert pks(browser.get("/events/")) == [new.pk, old.pk]
    sheet: Any = load_workbook(BytesIO(browser.get("/events/?export=xlsx").content)).active
    rows = list(sheet.iter_rows(values_only=True))
    subject = rows[0].index("Subject")
    assert [row[subject] for row in rows[1:]] == ["Нова", "Стара"]
    assert signed_in(worker(*SEE_ALL, "events.view_event")).get("/events/?export=csv").status_code == 403


@pytest.mark.parametrize("path", ["/counterparties/{party}/events/", "/events/", "/events/calendar/?whose=all"])
def test_three_events_cost_as_many_queries_as_one(path, django_assert_num_queries):
    party = ClientFactory()
    url = path.format(party=party.pk)
    browser = signed_in(superuser())

    def happen():
        event = EventFactory(party=party, starts_at=timezone.now())
        EventParticipantFactory(event=event)
        event.settle()

    happen()
    browser.get(url)
    with CaptureQueriesContext(connection) as one:
        browser.get(url)
    happen()
    happen()

    with django_assert_num_queries(len(one)):
        assert browser.get(url).status_code == 200
