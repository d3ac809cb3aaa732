"""Log-in, its limits, the password and the user's own sessions."""

import re
import threading

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.factories.users import PASSWORD, UserFactory
from tests.local_smtp import mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_no_failed_logins")]

LOGIN = "/accounts/login/"
NEW_PASSWORD = "another long password"


def log_in(client: Client, login: str, password: str = PASSWORD, next: str = "", **headers):
    return client.post(LOGIN, {"login": login, "password": password, "next": next}, **headers)


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# -- Log-in ----------------------------------------------------------------------------------------


def test_a_user_logs_in_by_name_or_by_e_mail_in_any_case(client):
    UserFactory(username="ivan", email="Ivan@Example.com")

    for login in ("ivan", "IVAN@example.COM"):
        assert log_in(client, login).status_code == 302, login
        assert is_logged_in(client)
        client.logout()


@pytest.mark.parametrize(("login", "password"), [("ivan", "wrong"), ("nobody", PASSWORD), ("x" * 10_000, PASSWORD)])
def test_a_wrong_name_or_password_is_refused_in_the_same_words(client, login, password):
    UserFactory(username="ivan")

    response = log_in(client, login, password)

    assert response.status_code == 200
    assert not is_logged_in(client)


def test_odd_signs_in_the_form_are_no_server_error(client):
    for login in ("\x00ivan", "иван\u202e", "' OR 1=1 --", "a@b@c", "😀"):
        assert log_in(client, login, "\x00").status_code == 200, repr(login)


def test_an_inactive_user_does_not_get_in(client):
    UserFactory(username="ivan", is_active=False)

    log_in(client, "ivan")

    assert not is_logged_in(client)


def test_after_the_log_in_the_page_asked_for_opens(client):
    UserFactory(username="ivan")
    asked = client.get("/profile/")
    assert asked.url == f"{LOGIN}?next=/profile/"

    assert log_in(client, "ivan", next="/profile/").url == "/profile/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_log_in_never_leads_to_another_site(client, target):
    UserFactory(username="ivan")

    assert log_in(client, "ivan", next=target).url == "/"


def test_a_log_in_needs_its_token():
    UserFactory(username="ivan")
    client = Client(enforce_csrf_checks=True)

    assert log_in(client, "ivan").status_code == 403


def test_the_log_in_page_is_in_the_browsers_language_and_then_in_the_users(client):
    UserFactory(username="ivan", language="en")
    assert 'lang="bg"' in client.get(LOGIN, headers={"accept-language": "bg"}).content.decode()
    assert 'lang="en"' in client.get(LOGIN, headers={"accept-language": "en"}).content.decode()

    log_in(client, "ivan")

    assert 'lang="en"' in client.get("/profile/", headers={"accept-language": "bg"}).content.decode()


# -- Limits ----------------------------------------------------------------------------------------


def fail(client: Client, login: str, times: int, **headers) -> None:
    for _ in range(times):
        log_in(client, login, "wrong", **headers)


def test_after_five_wrong_passwords_the_right_one_waits(client):
    UserFactory(username="ivan")
    fail(client, "ivan", 5)

    response = log_in(client, "ivan")

    assert not is_logged_in(client)
    assert "too_many_login_attempts" in [error.code for error in response.context["form"].non_field_errors().as_data()]


def test_a_name_typed_in_another_case_counts_the_same(client):
    UserFactory(username="ivan")
    fail(client, "ivan", 3)
    fail(client, "IVAN", 2)

    log_in(client, "ivan")

    assert not is_logged_in(client)


def test_one_locked_user_locks_out_nobody_else_behind_the_same_address(client):
    UserFactory(username="ivan")
    UserFactory(username="petya")
    fail(client, "ivan", 6)

    log_in(client, "petya")

    assert is_logged_in(client)


def test_a_successful_log_in_does_not_count_as_a_failed_one(client):
    UserFactory(username="ivan")

    for _ in range(8):
        log_in(client, "ivan")
        assert is_logged_in(client)
        client.logout()


def test_trying_many_accounts_from_one_address_is_slowed_down(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/m/ip,5/5m/key"}
    UserFactory(username="petya")
    for name in ("a", "b", "c"):
        fail(client, name, 1)

    log_in(client, "petya")

    assert not is_logged_in(client)


@pytest.mark.parametrize(("proxies", "gets_in"), [(1, True), (0, False)])
def test_behind_a_trusted_proxy_each_visitor_counts_alone(client, settings, proxies, gets_in):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/m/ip,5/5m/key"}
    UserFactory(username="petya")
    for name in ("a", "b", "c"):
        fail(client, name, 1, HTTP_X_FORWARDED_FOR="198.51.100.1")

    log_in(client, "petya", HTTP_X_FORWARDED_FOR="198.51.100.2")

    assert is_logged_in(client) is gets_in


def test_an_address_that_the_visitor_writes_himself_is_not_believed(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/m/ip,5/5m/key"}
    UserFactory(username="petya")
    for number, name in enumerate(("a", "b", "c")):
        fail(client, name, 1, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 198.51.100.1")

    log_in(client, "petya", HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.1")

    assert not is_logged_in(client)


def test_too_many_posts_get_a_page_of_our_own(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    fail(client, "ivan", 2)

    response = log_in(client, "ivan", "wrong")

    assert response.status_code == 429
    assert "429.html" in [template.name for template in response.templates]


def test_an_administrator_unlocks_a_user(client):
    user = UserFactory(username="ivan")
    fail(client, "ivan", 5)
    admin = Client()
    admin.force_login(UserFactory(role="administrator", is_staff=True))

    admin.post(reverse("admin:users_user_changelist"), {"action": "unlock", "_selected_action": [user.pk]})

    log_in(client, "ivan")
    assert is_logged_in(client)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_count_is_shared_by_all_processes():
    """Several connections at once, as several server processes have: no more than five passwords are tried."""
    UserFactory(username="ivan")
    tried: list[bool] = []

    def attempt() -> None:
        try:
            page = log_in(Client(), "ivan", "wrong", headers={"accept-language": "en"})
            # Whoever does not get his turn at the count within a second is turned away with 429, untried as well.
            tried.append(page.status_code == 200 and "Too many failed log-ins" not in page.content.decode())
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tried) == 12
    assert 1 <= sum(tried) <= 5


# -- Sign-up and pages that have no use here -------------------------------------------------------


def test_nobody_signs_up(client):
    page = client.get("/accounts/signup/")
    client.post(
        "/accounts/signup/", {"username": "new", "email": "n@e.com", "password1": PASSWORD, "password2": PASSWORD}
    )

    assert page.status_code == 200
    assert "account/signup_closed.html" in [template.name for template in page.templates]
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/accounts/", 302),
        ("/accounts/email/", 302),
        ("/accounts/confirm-email/", 404),
        ("/accounts/confirm-email/abc/", 404),
        ("/accounts/social/login/", 404),
        ("/accounts/3rdparty/", 404),
        ("/accounts/password/set/", 302),
        ("/accounts/login/code/", 404),
        ("/accounts/inactive/", 200),
        ("/accounts/2fa/webauthn/", 404),
    ],
)
def test_pages_of_the_log_in_library_without_use_answer_cleanly(client, path, status):
    client.force_login(UserFactory())

    assert client.get(path).status_code == status


# -- Password --------------------------------------------------------------------------------------


def reset_link(client: Client, address: str, settings) -> tuple[str, str]:
    """Ask for a new password; return the link in the letter and whom it went to, taken from a real mail server."""
    with mail_server() as (port, letters):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        response = client.post("/accounts/password/reset/", {"email": address})
    assert response.status_code == 302
    if not letters:
        return "", ""
    text = letters[0].get_body(("plain",)).get_content()
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", text)
    return (found[1] if found else ""), str(letters[0]["To"])


def test_a_forgotten_password_is_set_anew_by_e_mail(client, settings):
    user = UserFactory(username="ivan", email="ivan@example.com")

    link, to = reset_link(client, "IVAN@example.com", settings)
    form = client.get(link, follow=True)
    response = client.post(form.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert to == "ivan@example.com"
    assert response.status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    # The link works once.
    assert "token_fail" in client.get(link, follow=True).context


def test_the_letter_goes_to_the_address_the_user_has_now(client, settings):
    user = UserFactory(email="old@example.com")
    user.email = "new@example.com"
    user.save()

    assert reset_link(client, "new@example.com", settings)[1] == "new@example.com"
    # The log-in library may have remembered the old one.
    EmailAddress.objects.create(user=user, email="old@example.com", verified=True, primary=True)
    assert reset_link(client, "old@example.com", settings)[0] == ""
    log_in(client, "old@example.com")
    assert not is_logged_in(client)


def test_an_unknown_address_gets_the_same_answer_and_no_link(client, settings):
    assert reset_link(client, "nobody@example.com", settings)[0] == ""


def test_an_inactive_user_gets_no_link(client, settings):
    UserFactory(email="ivan@example.com", is_active=False)

    assert reset_link(client, "ivan@example.com", settings)[0] == ""


def test_a_user_changes_the_password_knowing_the_old_one(client):
    user = UserFactory()
    client.force_login(user)
    new = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    client.post("/accounts/password/change/", {"oldpassword": "wrong", **new})
    user.refresh_from_db()
    assert not user.check_password(NEW_PASSWORD)

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)


@pytest.mark.parametrize("weak", ["short", "1234567890", "password1234"])
def test_a_weak_password_is_refused(client, weak):
    user = UserFactory()
    client.force_login(user)

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


# -- Sessions --------------------------------------------------------------------------------------


def test_a_user_sees_his_sessions_and_ends_the_others():
    UserFactory(username="ivan")
    UserFactory(username="petya")
    here, there, other = Client(), Client(), Client()
    log_in(here, "ivan", headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"})
    log_in(there, "ivan")
    log_in(other, "petya")

    page = here.get("/accounts/sessions/")
    assert len(page.context["sessions"]) == 2
    assert "Chrome, Windows" in page.content.decode()
    here.post("/accounts/sessions/")

    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302
    assert other.get("/profile/").status_code == 200


def test_one_ends_no_session_of_somebody_else():
    UserFactory(username="ivan")
    UserFactory(username="petya")
    mine, theirs = Client(), Client()
    log_in(mine, "ivan")
    log_in(theirs, "petya")
    foreign = UserSession.objects.get(user__username="petya")

    mine.post("/accounts/sessions/", {"session": foreign.pk})

    assert theirs.get("/profile/").status_code == 200


def test_logging_out_takes_a_post(client):
    client.force_login(UserFactory())

    client.get("/accounts/logout/")
    assert is_logged_in(client)
    client.post("/accounts/logout/")
    assert not is_logged_in(client)
