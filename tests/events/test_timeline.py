"""The timeline: order, pages by key, who sees what, filters, planned events apart, export, cost."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.dates import today
from common.models import Job
from documents.models import File, FileVersion, Letter
from events import timeline
from events.models import Email, Event
from events.querysets import midnight
from events.timeline import Wanted
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.documents import FileContentFactory, FileFactory, LetterFactory
from tests.factories.events import (
    EmailFactory,
    EventContactFactory,
    EventFactory,
    EventFileFactory,
    EventParticipantFactory,
    event_type,
)
from tests.factories.users import TeamFactory, UserFactory
from tests.people import SEE_ALL, fresh, signed_in, superuser, worker

pytestmark = pytest.mark.django_db
RIGHTS = (*SEE_ALL, "events.view_event", "documents.view_file", "documents.view_letter")
EXPORT = ("events.export_event", "documents.export_file", "documents.export_letter")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def ago(**kwargs) -> dt.datetime:
    return timezone.now() - dt.timedelta(**kwargs)


def past(**kwargs) -> Any:
    return EventFactory(**{"starts_at": ago(days=1), **kwargs})


def address(party, **params) -> str:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    tab = reverse("counterparties:counterparty_tab", args=[party.pk, "events"])
    return f"{tab}?show=timeline" + (f"&{query}" if query else "")


def titles(party, user, **wanted) -> list[str]:
    return [entry.title for entry in timeline.page_of(party, user, Wanted(**wanted))[0]]


def all_pages(party, user, size: int) -> list[timeline.Entry]:
    key, found = "", []
    while True:
        entries, key = timeline.page_of(party, user, before_key=key, size=size)
        found += entries
        if not key:
            return found
        assert len(found) < 1000, "the pages go round"


def new_version(file: File, at: dt.datetime, name: str) -> FileVersion:
    content = FileContentFactory()
    return FileVersion.objects.create(file=file, number=2, content=content, name=name, added_at=at, note="нови цени")


def one_of_each(party) -> list[str]:
    """One of each source, the newest first."""
    firm = OwnFirmFactory()
    past(party=party, subject="Обаждане", starts_at=ago(hours=1))
    file = FileFactory(party=party, name="оферта.txt", created_at=ago(days=40))
    new_version(file, ago(days=10), "оферта-2.txt")
    LetterFactory(party=party, own_firm=firm, subject="Рекламация", registered_on=today() - dt.timedelta(days=20))
    return ["Обаждане", "оферта-2.txt", str(Letter.objects.get()), "оферта.txt"]


# -- What stands in it, and in which order -----------------------------------------------------------


def test_all_sources_stand_in_one_row_the_newest_first():
    party = ClientFactory()
    expected = one_of_each(party)

    entries, key = timeline.page_of(party, worker(*RIGHTS))

    assert [entry.title for entry in entries] == expected
    assert [entry.label for entry in entries] == [
        "Meeting",
        "New version of a file",
        "Incoming letter",
        "File added",
    ]
    assert key == ""
    assert [entry.source for entry in entries] == ["events", "versions", "letters", "files"]


def test_an_entry_says_what_came_of_it_with_whom_and_how_it_stands():
    user = worker(*RIGHTS, "events.change_event")
    event = past(text="дълго " * 100, author=user)
    EventContactFactory(event=event)
    EventFileFactory(event=event)
    event.settle()
    (overdue,) = [one for one in timeline.page_of(event.party, user)[0] if one.source == "events"]
    event.finish(user, outcome="Уговорено", next_step="да пратим оферта")
    (done,) = [one for one in timeline.page_of(event.party, user)[0] if one.source == "events"]

    assert [str(mark.text) for mark in overdue.marks] == ["overdue", "1"]
    assert [str(action.label) for action in overdue.actions] == ["Mark as done"]
    assert len(overdue.text) <= 240
    assert done.text == "Уговорено · Next: да пратим оферта"
    assert done.who == [event.contact_names, str(user)]
    assert done.actions == []


@pytest.mark.parametrize(
    ("direction", "state", "label", "marks"),
    [
        ("out", "sent", "E-mail sent", []),
        ("out", "failed", "E-mail to be sent", ["not sent"]),
        ("in", "received", "E-mail received", []),
    ],
)
def test_an_email_says_which_way_it_went_and_how(direction, state, label, marks):
    event = past(type=event_type("email"), done_at=timezone.now())
    EmailFactory(event=event, direction=direction, state=state)

    (entry,) = timeline.page_of(event.party, worker(*RIGHTS))[0]

    assert entry.label == label
    assert [str(mark.text) for mark in entry.marks] == marks


@pytest.mark.parametrize(
    ("state", "label", "tone"),
    [
        ("sent", "e-mail", "violet"),
        ("failed", "e-mail: not sent", "danger"),
        ("unsure", "e-mail: perhaps sent", "amber"),
        ("waiting", "e-mail: waits to be sent", "info"),
    ],
)
def test_the_summary_says_of_an_email_whether_it_went_out(state, label, tone):
    event = past(type=event_type("email"), done_at=timezone.now())
    EmailFactory(event=event, direction="out", state=state)
    assert event.party is not None

    answer = signed_in(worker(*RIGHTS)).get(event.party.get_absolute_url())

    panels = {str(panel["title"]): panel["context"] for panel in answer.context["panels"]}
    ((entry, _moment),) = panels["Latest"]["entries"]
    assert (entry.label, entry.tone) == (label, tone)


def test_files_of_an_email_and_deleted_ones_are_left_out():
    party, user = ClientFactory(), worker(*RIGHTS)
    FileFactory(party=party, origin=File.Origin.EMAIL)
    gone = FileFactory(party=party)
    new_version(gone, timezone.now(), "x.txt")
    gone.delete_softly(user)

    assert titles(party, user) == []


def test_what_is_still_to_come_stands_apart_the_soonest_first():
    user, party = worker(*RIGHTS), ClientFactory()
    for days in (3, 1, 2):
        EventFactory(party=party, subject=f"след {days}", starts_at=timezone.now() + dt.timedelta(days=days))
    cancelled = EventFactory(party=party, subject="отпада", starts_at=timezone.now() + dt.timedelta(days=4))
    cancelled.cancel(user)
    EventFactory(party=party, subject="днес", starts_at=midnight(today()), all_day=True)

    answer = signed_in(user).get(address(party))

    assert [entry.title for entry, _moment in answer.context["planned"]] == ["след 1", "след 2", "след 3"]
    shown = [entry.title for group in answer.context["groups"] for entry, _moment in group.entries]
    assert shown == ["отпада", "днес"]


def test_headings_are_today_yesterday_and_months():
    party, user = ClientFactory(), worker(*RIGHTS)
    noon = midnight(today()) + dt.timedelta(minutes=1)
    for at in (noon, noon - dt.timedelta(days=1), dt.datetime(2025, 3, 7, 12, tzinfo=dt.UTC)):
        past(party=party, starts_at=at, done_at=at)

    groups = signed_in(user).get(address(party)).context["groups"]

    assert [group.title for group in groups] == ["Today", "Yesterday", "March 2025"]
    assert [moment for group in groups for _entry, moment in group.entries] == ["00:01", "00:01", "07.03."]


# -- Pages -------------------------------------------------------------------------------------------

ROWS = st.lists(st.tuples(st.sampled_from(["event", "file", "version", "letter"]), st.integers(0, 3)), max_size=14)


@given(rows=ROWS, size=st.integers(1, 5))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_pages_by_key_are_complete_and_without_repeats_over_equal_moments(rows, size):
    party, firm, user = ClientFactory(), OwnFirmFactory(), worker(*RIGHTS)
    days = [midnight(today() - dt.timedelta(days=number + 1)) for number in range(4)]
    old = FileFactory(party=party, created_at=ago(days=900))
    for number, (kind, day) in enumerate(rows):
        if kind == "event":
            past(party=party, starts_at=days[day])
        elif kind == "file":
            FileFactory(party=party, created_at=days[day])
        elif kind == "version":
            FileVersion.objects.create(file=old, number=number + 2, content=old.content, name="x", added_at=days[day])
        else:
            LetterFactory(party=party, own_firm=firm, registered_on=today() - dt.timedelta(days=day + 1))

    whole, _key = timeline.page_of(party, user, size=100)
    paged = all_pages(party, user, size)

    assert [entry.key for entry in paged] == [entry.key for entry in whole]
    assert len({entry.key for entry in paged}) == len(rows) + 1
    assert [entry.at for entry in paged] == sorted((entry.at for entry in paged), reverse=True)


@pytest.mark.parametrize(
    "key",
    [
        *("", "x", "2026-01-01~events", "2026-01-01~events~5", "~~", "2026-01-01T00:00+00:00~a~-1"),
        *("0001-01-01T00:00+14:00~events~1", "9999-12-31T23:59-23:59~events~1", "9999-12-31T23:59+00:00~events~1"),
    ],
)
def test_a_key_that_nobody_made_is_the_first_page(key):
    party = ClientFactory()
    past(party=party, subject="тук")

    assert [one.title for one in timeline.page_of(party, worker(*RIGHTS), before_key=key)[0]] == ["тук"]


def test_the_older_page_goes_on_under_the_same_heading_and_keeps_the_filter(monkeypatch):
    monkeypatch.setattr(timeline.page_of, "__defaults__", (None, "", 2))
    party = ClientFactory()
    at = dt.datetime(2025, 3, 7, 12, tzinfo=dt.UTC)
    for number in range(4):
        past(party=party, subject=f"среща {number}", starts_at=at + dt.timedelta(hours=number))
    EventFactory(party=party)
    client = signed_in(worker(*RIGHTS))

    first = client.get(address(party, q="среща"))
    plain = client.get(first.context["older_url"])
    piece = client.get(first.context["older_url"], headers={"HX-Request": "true"})

    assert "q=%D1%81%D1%80" in first.context["older_url"]
    assert [group.title for group in plain.context["groups"]] == ["March 2025"]
    assert [group.title for group in piece.context["groups"]] == [""]
    assert "<html" not in piece.content.decode()
    assert plain.context["planned"] == []
    assert "среща 0" in piece.content.decode()
    assert "среща 2" not in piece.content.decode()


# -- Who sees what -----------------------------------------------------------------------------------


def test_private_rows_are_seen_by_their_people_alone():
    author, participant = worker(*RIGHTS), worker(*RIGHTS)
    event = past(subject="Тайна", author=author, is_private=True)
    EventFactory(party=event.party, subject="Тайна утре", author=author, is_private=True)
    EventParticipantFactory(event=event, user=participant)
    file = FileFactory(party=event.party, name="таен.txt", audience=[author.pk, participant.pk])
    new_version(file, ago(hours=1), "таен-2.txt")

    for insider in (author, participant):
        assert set(titles(event.party, insider)) == {"Тайна", "таен.txt", "таен-2.txt"}
    for stranger in (superuser(), worker(*RIGHTS)):
        assert titles(event.party, stranger) == []
        client = signed_in(stranger)
        for page in (address(event.party), event.party.get_absolute_url(), "/search/?q=тайна&stay=1"):
            text = client.get(page).content.decode()
            assert "Тайна" not in text
            assert "таен" not in text


def test_each_source_asks_for_its_own_right():
    party = ClientFactory()
    event, version, letter, file = one_of_each(party)

    assert titles(party, worker(*SEE_ALL, "events.view_event")) == [event]
    assert titles(party, worker(*SEE_ALL, "documents.view_file")) == [version, file]
    assert titles(party, worker(*SEE_ALL, "documents.view_letter")) == [letter]
    assert titles(party, worker(*SEE_ALL)) == []


def test_the_timeline_of_a_party_out_of_scope_is_not_there():
    seller = fresh(UserFactory(role="seller", team=TeamFactory()))

    assert signed_in(seller).get(address(past(author=seller).party)).status_code == 404


# -- Filters -----------------------------------------------------------------------------------------


def test_the_filter_narrows_by_source_type_state_person_text_and_days():
    party, user, other = ClientFactory(), worker(*RIGHTS), UserFactory(first_name="Друг", last_name="Човек")
    event, version, letter, file = one_of_each(party)
    past(party=party, subject="Задача", type=event_type("task"), author=other, starts_at=ago(days=2))
    Event.objects.filter(subject="Обаждане").update(done_at=timezone.now())
    yesterday = today() - dt.timedelta(days=3)

    assert titles(party, user, source="files") == [file]
    assert titles(party, user, type=event_type("task").pk) == ["Задача"]
    assert titles(party, user, state="overdue") == ["Задача"]
    assert titles(party, user, state="done") == [event]
    assert titles(party, user, who=other.pk) == ["Задача"]
    assert titles(party, user, text="оферта") == [version, file]
    assert titles(party, user, until=yesterday) == [version, letter, file]
    assert titles(party, user, since=yesterday) == [event, "Задача"]


def test_a_wrong_value_is_told_at_its_field_and_the_rest_is_shown():
    event = past(subject="Задача")

    answer = signed_in(worker(*RIGHTS)).get(address(event.party, since="вчера", type="x", source="нещо", q="задача"))

    assert set(answer.context["filter"]["form"].errors) == {"since", "type", "source"}
    assert [label for label, _value, _url in answer.context["chips"]] == ["Text"]
    assert "Задача" in answer.content.decode()


@pytest.mark.parametrize("show", ["", "timeline"])
@pytest.mark.parametrize(("since", "until"), [("01.01.0001", "31.12.9999"), ("31.12.9999", "01.01.0001")])
def test_the_first_and_the_last_of_all_days_break_nothing(show, since, until):
    event = past()
    tab = reverse("counterparties:counterparty_tab", args=[event.party_id, "events"])

    answer = signed_in(worker(*RIGHTS)).get(tab, {"show": show, "since": since, "until": until})

    assert answer.status_code == 200
    assert (event.subject in answer.content.decode()) == (until == "31.12.9999")


def test_htmx_gets_the_list_and_the_head_alone():
    event = past()

    answer = signed_in(worker(*RIGHTS)).get(
        address(event.party), headers={"HX-Request": "true", "HX-Target": "list-results"}
    )
    text = answer.content.decode()

    assert 'id="list-results"' in text
    assert 'id="dossier-warnings"' in text
    assert "<html" not in text


def test_the_tab_shows_its_list_unless_the_timeline_is_asked_for():
    event = past()
    client = signed_in(worker(*RIGHTS))
    tab = reverse("counterparties:counterparty_tab", args=[event.party.pk, "events"])

    assert 'class="timeline"' not in client.get(tab).content.decode()
    assert 'class="timeline"' in client.get(f"{tab}?show=timeline").content.decode()


# -- Export ------------------------------------------------------------------------------------------


def test_the_export_holds_what_the_filter_leaves_of_the_sources_that_one_may_export():
    party = ClientFactory()
    event, version, letter, file = one_of_each(party)
    EventFactory(party=party, subject="предстои")

    def exported(user, **params) -> list[str]:
        answer = signed_in(user).get(address(party, export="csv", **params))
        rows = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")), delimiter=";")
        return [row[2] for row in list(rows)[1:]]

    everything = worker(*RIGHTS, *EXPORT)
    assert exported(everything) == ["предстои", event, version, letter, file]
    assert exported(everything, source="letters") == [letter]
    assert exported(worker(*RIGHTS, "documents.export_letter")) == [letter]
    assert signed_in(worker(*RIGHTS)).get(address(party, export="csv")).status_code == 403
    assert signed_in(everything).get(address(party, export="xlsx")).status_code == 200


def test_a_large_workbook_is_made_by_the_worker(monkeypatch):
    monkeypatch.setattr("common.exports.AT_ONCE", 1)
    party = ClientFactory()
    one_of_each(party)
    user = worker(*RIGHTS, *EXPORT)

    answer: Any = signed_in(user).get(address(party, export="xlsx"))

    assert answer.status_code == 302
    assert Job.objects.get().get_absolute_url() == answer.url


# -- Summary, head, search ---------------------------------------------------------------------------


def test_the_summary_tells_what_is_next_and_what_was_last():
    user, party = worker(*RIGHTS), ClientFactory()
    for number in range(4):
        past(party=party, subject=f"мина {number}", starts_at=ago(days=number + 1))
        EventFactory(party=party, subject=f"идва {number}", starts_at=timezone.now() + dt.timedelta(days=number + 1))
    past(party=party, subject="свършена", starts_at=ago(days=2), done_at=ago(days=1))
    past(party=party, subject="отменена", starts_at=ago(hours=2), cancelled_at=ago(hours=3))
    LetterFactory(party=party, subject="Писмо")

    answer = signed_in(user).get(party.get_absolute_url())
    panels = {panel["title"]: panel["context"] for panel in answer.context["panels"]}

    assert [one["event"].subject for one in panels["Next"]["events"]] == [
        *("мина 2", "мина 1", "мина 0"),
        *("идва 0", "идва 1", "идва 2"),
    ]
    assert [one["overdue"] for one in panels["Next"]["events"]] == [True] * 3 + [False] * 3
    latest = panels["Latest"]["entries"]
    assert [entry.title for entry, _moment in latest] == ["вх. № 1 Писмо", "свършена"], "what is open stands under Next"
    assert latest[0][1] == today().strftime("%d.%m.%Y")
    warnings = [str(warning.text) for warning in answer.context["head"].warnings]
    assert "4 overdue events" in warnings


def test_the_summary_of_a_party_without_events_has_no_empty_cards():
    answer = signed_in(worker(*RIGHTS)).get(ClientFactory().get_absolute_url())

    assert not {"Next", "Latest"} & {str(panel["title"]) for panel in answer.context["panels"]}


def test_the_search_box_finds_events_by_what_came_of_them():
    event = past(subject="Среща", outcome="Договорена отстъпка")

    answer = signed_in(worker(*RIGHTS)).get("/search/?q=отстъпка&stay=1")

    assert event.get_absolute_url() in answer.content.decode()


# -- Cost --------------------------------------------------------------------------------------------


def queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
        return len(asked.captured_queries)


def test_a_page_costs_the_same_with_one_row_and_three_and_far_back():
    user = worker(*RIGHTS, "events.change_event")
    client = signed_in(user)
    counts = []
    for rows in (1, 3):
        party, firm = ClientFactory(), OwnFirmFactory()
        for _row in range(rows):
            email = past(party=party, type=event_type("email"))
            EmailFactory(event=email, direction=Email.Direction.OUT, state=Email.State.SENT)
            EventFileFactory(event=past(party=party, is_private=True, author=user))
            EventFactory(party=party)
            new_version(FileFactory(party=party, added_by=user), ago(days=1), "x.txt")
            LetterFactory(party=party, own_firm=firm, responsible=user)
        counts.append(queries(client, address(party)))

    assert counts[0] == counts[1]
    assert counts[0] <= 13


def test_page_three_asks_as_much_as_page_one():
    party, user = ClientFactory(), worker(*RIGHTS)
    for number in range(6):
        past(party=party, starts_at=ago(days=number + 1))
    costs, key = [], ""
    for _page in range(3):
        with CaptureQueriesContext(connection) as asked:
            _entries, key = timeline.page_of(party, user, before_key=key, size=2)
        costs.append(len(asked.captured_queries))

    assert costs == [2, 2, 2]
