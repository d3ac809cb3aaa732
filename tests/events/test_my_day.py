"""My day: what is late, today's, next and due, of one's own; a task in one line; the same cost for any number."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.dates import SOFIA, today
from common.registry import Registry
from counterparties.models import RecentParty
from events import my_day
from events.models import Event
from events.querysets import midnight
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import FileFactory, LetterFactory
from tests.factories.events import EventFactory, EventParticipantFactory
from tests.people import SEE_ALL, signed_in, worker

pytestmark = pytest.mark.django_db

RIGHTS = (
    *SEE_ALL,
    *("events.view_event", "events.add_event", "events.change_event"),
    *("documents.view_letter", "documents.view_file"),
)


def panels(answer) -> dict[str, list]:
    return {panel["slug"]: panel["context"]["rows"] for panel in answer.context["panels"]}


def on(days: int, hour: int = 12) -> dt.datetime:
    return midnight(today() + dt.timedelta(days=days)) + dt.timedelta(hours=hour)


def test_a_new_user_finds_a_kind_word_and_a_way_on():
    answer = signed_in(worker(*RIGHTS)).get("/")

    page = answer.content.decode()
    assert "Nothing is planned for today." in page
    assert "You have not opened a dossier yet." in page
    assert set(panels(answer)) == {"today", "recent"}


def test_each_panel_holds_what_is_the_users_own():
    me = worker(*RIGHTS)
    late, tomorrow = EventFactory(author=me, starts_at=on(-3)), EventFactory(author=me, starts_at=on(1))
    now_due = EventFactory(author=me, starts_at=midnight(today()), all_day=True)
    done = EventFactory(author=me, starts_at=on(0, 0), done_at=timezone.now())
    invited = EventFactory(starts_at=on(7))
    EventParticipantFactory(event=invited, user=me)
    EventFactory(author=me, starts_at=on(8))
    EventFactory(author=me, starts_at=on(0), cancelled_at=timezone.now())
    EventFactory(starts_at=on(0)), EventFactory(starts_at=on(-3))  # of others

    found = panels(signed_in(me).get("/"))

    assert found["overdue"] == [late]
    assert found["today"] == [now_due, done]
    assert found["next"] == [tomorrow, invited]
    assert "reminders" not in found


def test_a_reminder_that_came_today_is_there_until_the_event_is_done():
    me = worker(*RIGHTS)
    event = EventFactory(author=me, starts_at=on(1, 0), remind_before=0)
    event.remind_before = int((event.starts_at - timezone.now()).total_seconds() // 60) + 1
    if (timezone.now() - dt.timedelta(minutes=2)).astimezone(SOFIA).date() != today():
        pytest.skip("a minute after midnight the reminder would be yesterday's")
    event.save()
    event.settle()
    browser = signed_in(me)

    assert panels(browser.get("/"))["reminders"] == [event]
    browser.post(f"/events/{event.pk}/done/", {"next": "/"})
    assert "reminders" not in panels(browser.get("/"))


def test_answers_due_and_files_that_end_are_shown_to_who_answers_for_them():
    me, other = worker(*RIGHTS), worker(*RIGHTS)
    soon, nobodys = LetterFactory(answer_due=today(), responsible=me), LetterFactory(answer_due=today())
    LetterFactory(answer_due=today(), responsible=other)
    LetterFactory(answer_due=today() + dt.timedelta(days=30), responsible=me)
    ends = FileFactory(added_by=me, valid_until=today() + dt.timedelta(days=5), remind_days=10)
    FileFactory(added_by=other, valid_until=today() + dt.timedelta(days=5), remind_days=10)

    found = panels(signed_in(me).get("/"))

    assert set(found["answers"]) == {soon, nobodys}
    assert found["files"] == [ends]


def test_panels_without_the_right_are_not_there():
    me = worker(*SEE_ALL)
    EventFactory(author=me, starts_at=on(0))

    answer = signed_in(me).get("/")

    assert set(panels(answer)) == {"recent"}
    assert "Add a task" not in answer.content.decode()
    assert signed_in(me).post("/", {"words": "Задача"}).status_code == 403


def test_one_line_and_enter_make_a_task_for_today():
    me = worker(*RIGHTS)
    browser = signed_in(me)

    assert browser.post("/", {"words": "Да звънна на Алфа"}).status_code == 302

    task = Event.objects.get()
    assert (task.type.code, task.all_day, task.author, task.participant_names) == ("task", True, me, str(me))
    assert panels(browser.get("/"))["today"] == [task]


def test_a_line_that_cannot_be_saved_stays_as_typed():
    answer = signed_in(worker(*RIGHTS)).post("/", {"words": "дълго " * 60})

    assert answer.status_code == 422
    assert "дълго дълго" in answer.content.decode()
    assert not Event.objects.exists()


def test_a_private_event_is_in_nobody_elses_day():
    me = worker(*RIGHTS)
    event = EventFactory(is_private=True, starts_at=on(0))

    assert panels(signed_in(me).get("/"))["today"] == []
    EventParticipantFactory(event=event, user=me)
    assert panels(signed_in(me).get("/"))["today"] == [event]


def test_many_rows_cost_as_many_queries_as_one(django_assert_num_queries):
    me = worker(*RIGHTS)
    browser = signed_in(me)

    def happen():
        party = ClientFactory(trader=me)
        for days in (-4, 0, 2):
            event = EventFactory(author=me, party=party, starts_at=on(days), remind_before=24 * 60 * 3)
            EventParticipantFactory(event=event, user=me)
            event.settle()
        LetterFactory(party=party, answer_due=today())
        FileFactory(party=party, valid_until=today(), remind_days=1)
        RecentParty.objects.note(me, party)

    happen()
    browser.get("/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/")
    for _number in range(3):
        happen()

    with django_assert_num_queries(len(one)):
        assert browser.get("/").status_code == 200


def test_an_app_above_adds_a_panel(monkeypatch):
    registry: Registry[my_day.DayPanel] = Registry("panel")
    monkeypatch.setattr(my_day, "day_panels", registry)
    for permission in ("", "events.send_email"):
        slug = "secret" if permission else "open"
        registry.register(
            my_day.DayPanel(
                slug, "Отгоре", "events/_day_today.html", lambda user, now: {"rows": []}, permission=permission
            )
        )

    answer = signed_in(worker(*RIGHTS)).get("/")

    assert set(panels(answer)) == {"open"}
