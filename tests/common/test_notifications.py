"""What a user is told: once, in his language, to him alone; and that the bell follows."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from common import jobs
from common.context_processors import Bell, bell_of
from common.models import Job, Notification
from common.notifications import MOST_TAKEN
from tests.factories.users import UserFactory
from tests.people import fresh, signed_in
from users.models import RoleProfile, User

LIST = "/notifications/"
POLL = "/notifications/poll/"
LATEST = "/notifications/latest/"
READ_ALL = "/notifications/read-all/"


@pytest.fixture
def user(db):
    return UserFactory(language="en")


@pytest.fixture
def browser(user):
    return signed_in(user)


def tell(to, key: str = "a", **given) -> int:
    return Notification.objects.tell(to, **{"kind": "reminder", "key": key, "title": "Напомняне", **given})


def told(to, key: str = "a", **given) -> Notification:
    """A notification of the user with this key; `given` may also set its times."""
    times = {name: given.pop(name) for name in ("created_at", "shown_at", "read_at") if name in given}
    tell(to, key, **given)
    rows = Notification.objects.filter(user=to, key=key)
    rows.update(**times) if times else None
    return rows.get()


def poll(browser: Client, page: str = "/about/"):
    return browser.get(POLL, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"})


def unread(to) -> int:
    return fresh(to).unread_notifications


# -- Told once --------------------------------------------------------------------------------------


def test_the_same_thing_is_told_once_and_stays_as_it_was_told_first(user):
    assert tell(user, title="Първо") == 1
    assert tell(user, title="Второ") == 0

    assert Notification.objects.get().title == "Първо"


def test_several_users_are_told_at_once_and_only_the_new_ones_count(user):
    others = UserFactory.create_batch(2)
    tell(user)

    assert tell(User.objects.filter(pk__in=[user.pk, *(one.pk for one in others)])) == 2
    assert tell([user, *others]) == 0
    assert Notification.objects.count() == 3
    assert tell([]) == 0


def test_each_is_told_in_his_language_and_who_chose_none_in_the_products(db):
    readers = [UserFactory(language=language) for language in ("en", "bg", "")]

    tell(readers, title=lambda: gettext("Save"), text=gettext_lazy("Cancel"))

    rows = Notification.objects.order_by("user_id")
    assert [one.title for one in rows] == ["Save", "Запис", "Запис"]
    assert rows[0].text == "Cancel"
    assert rows[1].text == rows[2].text != "Cancel"


def test_words_that_are_too_long_are_cut(user):
    one = told(user, title="д" * 300, text="т" * 600)

    assert (len(one.title), len(one.text)) == (200, 500)
    assert one.title.endswith("…")


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "about/", "/\\evil.example"]
)
def test_a_notification_leads_to_a_page_of_our_own_only(user, url):
    with pytest.raises(ValueError, match="our own"):
        tell(user, url=url)

    assert not Notification.objects.exists()


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestAtOnce:
    def together(self, deed) -> list:
        """Do it in four threads at the same moment; the answers."""
        gate, answers = threading.Barrier(4, timeout=20), []

        def run() -> None:
            try:
                gate.wait()
                answers.append(deed())
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(answers) == 4
        return answers

    def test_workers_that_tell_many_the_same_tell_each_once(self):
        users = UserFactory.create_batch(20)

        counts = self.together(lambda: tell(users))

        assert sum(counts) == Notification.objects.count() == 20

    def test_tabs_that_ask_at_once_show_each_notice_once(self):
        user = UserFactory()
        for number in range(10):
            tell(user, key=str(number))

        taken = self.together(lambda: [one.key for one in Notification.objects.take_unseen(user)])

        assert sorted(key for keys in taken for key in keys) == sorted(str(number) for number in range(10))


# -- Whose, and which -------------------------------------------------------------------------------


def test_a_notification_is_its_users_alone(user):
    from django.contrib.auth.models import AnonymousUser

    told(UserFactory())
    mine = told(user)

    assert list(Notification.objects.visible_to(user)) == [mine]
    assert not Notification.objects.visible_to(AnonymousUser()).exists()


def test_what_is_read_need_not_be_shown_any_more(user):
    one = told(user)
    assert Notification.objects.unread().get() == Notification.objects.unseen().get() == one

    assert Notification.objects.all().mark_read() == 1
    assert Notification.objects.all().mark_read() == 0

    assert not Notification.objects.unread().exists()
    assert not Notification.objects.unseen().exists()
    assert Notification.objects.get().shown_at is not None


def test_the_number_comes_with_the_user_and_stops_at_its_cap(user, django_assert_num_queries):
    for number in range(102):
        tell(user, key=str(number))
    tell(UserFactory())

    with django_assert_num_queries(1):
        one = fresh(user)
        assert one.unread_notifications == 100
        assert bell_of(one) == Bell(100)
    assert [Bell(99).number, Bell(100).number] == ["99", "99+"]


def test_there_is_no_bell_while_a_second_factor_is_waited_for(db):
    waiting = UserFactory(role="viewer")
    RoleProfile.objects.filter(group__user=waiting).update(requires_second_factor=True)

    assert bell_of(fresh(waiting)) is None


# -- Notices on the page ----------------------------------------------------------------------------


def test_a_notice_is_shown_once(user, browser):
    told(user, title="Обади се <b>", text="Днес", url="/counterparties/")

    first, second = poll(browser).content.decode(), poll(browser).content.decode()

    assert "Обади се &lt;b&gt;" in first
    assert "Днес" in first
    assert "Обади се" not in second
    assert Notification.objects.get().shown_at is not None
    # Shown is not read: the number stays, and comes with either answer.
    for answer in (first, second):
        assert 'id="bell-state"' in answer
        assert 'hx-swap-oob="true"' in answer
        assert "unread: 1" in answer


def test_what_is_old_read_of_others_or_leads_here_is_no_notice(user, browser):
    told(user, "old", created_at=timezone.now() - dt.timedelta(hours=25))
    told(user, "read", read_at=timezone.now())
    told(UserFactory(), "of another")
    told(user, "here", url="/about/")

    assert "notice-link" not in poll(browser).content.decode()
    assert poll(browser, "/profile/").content.decode().count("notice-link") == 1


def test_of_many_only_the_newest_are_shown_singly(user, browser):
    now = timezone.now()
    for number in range(6):
        told(user, str(number), title=f"Номер {number}", created_at=now + dt.timedelta(seconds=number))

    answer = poll(browser).content.decode()

    assert [f"Номер {number}" in answer for number in range(6)] == [False, False, False, True, True, True]
    assert "And 3 more notifications" in answer
    assert not Notification.objects.unseen().exists()


def test_more_than_are_taken_at_once_wait_for_the_next_time(user):
    for number in range(MOST_TAKEN + 1):
        tell(user, str(number))

    assert [len(Notification.objects.take_unseen(user)) for _ in range(3)] == [MOST_TAKEN, 1, 0]


def test_asking_costs_one_query_beyond_the_log_in_and_does_not_touch_the_session(user, browser):
    told(user)
    with CaptureQueriesContext(connection) as asked:
        answer = poll(browser)

    statements = [query["sql"] for query in asked]
    of_log_in = [sql for sql in statements if "django_session" in sql or 'FROM "users_user"' in sql]
    assert len(statements) - len(of_log_in) == 1
    assert not [sql for sql in statements if "django_session" in sql and not sql.startswith("SELECT")]
    assert not answer.cookies


@pytest.mark.parametrize("path", [POLL, LATEST])
def test_pieces_are_for_the_page_only(user, browser, path):
    told(user)

    assert browser.get(path).headers["Location"] == LIST
    assert Notification.objects.unseen().exists()
    assert Client().get(path, headers={"HX-Request": "true"}).headers["Location"].startswith("/accounts/login/")


# -- The menu of the bell ---------------------------------------------------------------------------


def test_the_bell_shows_the_latest_ten_and_they_need_no_notice_any_more(user, browser):
    now = timezone.now()
    for number in range(12):
        told(user, str(number), title=f"Номер-{number:02}", created_at=now + dt.timedelta(seconds=number))
    told(UserFactory(), title="Чуждо")

    answer = browser.get(LATEST, headers={"HX-Request": "true"}).content.decode()

    assert [f"Номер-{number:02}" in answer for number in range(12)] == [False] * 2 + [True] * 10
    assert "Чуждо" not in answer
    assert Notification.objects.filter(user=user).unseen().count() == 2


def test_an_empty_bell_says_so(browser):
    answer = browser.get(LATEST, headers={"HX-Request": "true"}).content.decode()

    assert "Nothing has been told to you yet" in answer
    assert "Mark all as read" not in answer


def test_all_that_was_before_him_is_marked_as_read_and_the_number_follows(user, browser):
    seen, new, of_another = told(user, "seen"), told(user, "new"), told(UserFactory())

    answer = browser.post(READ_ALL, {"until": seen.pk}, headers={"HX-Request": "true"})

    assert unread(user) == 1
    assert "unread: 1" in answer.content.decode()
    assert Notification.objects.filter(pk__in=[new.pk, of_another.pk]).unread().count() == 2


@pytest.mark.parametrize("until", ["", "x", "9" * 30, "-1"])
def test_without_scripts_everything_is_marked_as_read(user, browser, until):
    told(user, "a")
    told(user, "b")

    answer = browser.post(READ_ALL, {"until": until}, follow=True)

    assert answer.redirect_chain == [(LIST, 302)]
    assert "2 notifications are marked as read." in answer.content.decode()
    assert unread(user) == 0


def test_the_list_behind_the_menu_follows(user, browser):
    told(user)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{LIST}?state=unread"}

    assert "list-changed" in browser.post(READ_ALL, headers=headers).headers["HX-Trigger"]


# -- Opening ----------------------------------------------------------------------------------------


def test_opening_one_marks_it_as_read_and_leads_to_its_page(user, browser):
    one = told(user, url="/about/?x=1#here")
    other = told(user, "b")

    assert browser.get(one.get_absolute_url()).headers["Location"] == "/about/?x=1#here"

    assert list(Notification.objects.unread()) == [other]


def test_one_that_leads_nowhere_or_out_of_the_house_leads_to_the_list(user, browser):
    one, other = told(user, "a"), told(user, "b")
    Notification.objects.filter(pk=other.pk).update(url="//evil.example/")

    assert browser.get(one.get_absolute_url()).headers["Location"] == LIST
    assert browser.get(other.get_absolute_url()).headers["Location"] == LIST


def test_somebody_elses_is_not_there(browser):
    one = told(UserFactory())

    assert browser.get(one.get_absolute_url()).status_code == 404

    assert Notification.objects.unread().get() == one


# -- The list ---------------------------------------------------------------------------------------


def titles(answer) -> list[str]:
    return [row.object.title for row in answer.context["rows"]]


def test_the_list_shows_ones_own_the_latest_first_and_filters(user, browser):
    now = timezone.now()
    told(user, "1", title="Едно", created_at=now - dt.timedelta(hours=2))
    told(user, "2", title="Две", kind="job", created_at=now - dt.timedelta(hours=1))
    told(user, "3", title="Три", kind="unheard of", read_at=now)
    told(UserFactory(), title="Чуждо")

    assert titles(browser.get(LIST)) == ["Три", "Две", "Едно"]
    assert titles(browser.get(LIST, {"state": "unread"})) == ["Две", "Едно"]
    assert titles(browser.get(LIST, {"state": "read"})) == ["Три"]
    assert titles(browser.get(LIST, {"kind": "job"})) == ["Две"]
    assert titles(browser.get(LIST, {"sort": "time"})) == ["Едно", "Две", "Три"]
    assert titles(browser.get(LIST, {"kind": "x"})) == ["Три", "Две", "Едно"]
    exported = b"".join(browser.get(LIST, {"export": "csv"})).decode("utf-8-sig")
    assert "Background task" in exported
    assert "unheard of" in exported
    assert "Чуждо" not in exported


def test_chosen_rows_are_marked_as_read(user, browser):
    one, other, foreign = told(user, "a"), told(user, "b"), told(UserFactory(), "c")

    answer = browser.post(LIST, {"action": "read", "selected": [one.pk, foreign.pk]}, follow=True)

    assert "1 notification is marked as read." in answer.content.decode()
    assert set(Notification.objects.unread()) == {other, foreign}


def test_the_list_costs_the_same_with_one_row_and_with_three(user, browser):
    counts = []
    for keys in (["1"], ["2", "3"]):
        for key in keys:
            told(user, key, url="/about/")
        browser.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(LIST).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_bell_of_a_page_costs_no_query_of_its_own(user, browser):
    browser.get("/about/")
    with CaptureQueriesContext(connection) as before:
        assert "unread:" not in browser.get("/about/").content.decode()
    told(user)

    with CaptureQueriesContext(connection) as after:
        assert "unread: 1" in browser.get("/about/").content.decode()

    assert len(before) == len(after)


# -- Tasks that have ended --------------------------------------------------------------------------


@pytest.fixture
def job(user):
    """A job of the user whose work is said by the test."""

    def made(work) -> Job:
        jobs.tasks["test"] = work
        return Job.objects.create(user=user, title="Внос", task="test", language="en")

    yield made
    jobs.tasks.pop("test", None)


def refuse(running) -> None:
    raise jobs.JobRefused("Празен файл.")


def test_the_owner_is_told_that_his_job_is_done_and_where(user, job):
    one = job(lambda running: running.finish("Готово", "/counterparties/"))

    jobs.run_job(one.pk)

    note = Notification.objects.get()
    assert (note.user, note.kind, note.key, note.level) == (user, "job", f"job:{one.pk}", "success")
    assert (note.title, note.text, note.url) == ("Done: Внос", "Готово", "/counterparties/")


def test_a_file_is_fetched_from_the_jobs_page(job):
    def work(running):
        running.attach("a.csv", b"a")
        running.finish("Готово", reverse("common:job_file", args=[running.job.pk]))

    one = job(work)
    jobs.run_job(one.pk)

    assert Notification.objects.get().url == one.get_absolute_url()


def test_the_owner_is_told_that_his_job_failed_and_why(job):
    one = job(refuse)

    jobs.run_job(one.pk)

    note = Notification.objects.get()
    assert (note.title, note.text, note.level) == ("Did not succeed: Внос", "Празен файл.", "danger")
    assert note.url == one.get_absolute_url()


def test_who_watches_the_jobs_page_is_not_told_again(user, browser, job):
    one = job(refuse)
    page = one.get_absolute_url()
    browser.get(page)
    assert not Notification.objects.exists()

    jobs.run_job(one.pk)
    told(user, "another")
    answer = browser.get(page, headers={"HX-Request": "true", "HX-Target": "job"})

    assert not Notification.objects.filter(key=one.key).unread().exists()
    assert "bell" in answer.headers["HX-Trigger"]
    assert unread(user) == 1
    assert "unread: 1" in browser.get(page).content.decode()


def test_the_bell_of_the_page_that_shows_the_end_is_right_at_once(user, browser, job):
    one = job(refuse)
    jobs.run_job(one.pk)

    assert "unread:" in browser.get("/about/").content.decode()
    assert "unread:" not in browser.get(one.get_absolute_url()).content.decode()


def test_old_notifications_are_swept(user):
    now = timezone.now()
    told(user, "old", created_at=now - dt.timedelta(days=91))
    kept = told(user, "kept", created_at=now - dt.timedelta(days=89))

    jobs.delete_what_is_over(now)

    assert list(Notification.objects.all()) == [kept]
