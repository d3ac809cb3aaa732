"""The user's own settings."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.users import UserFactory
from users.models import User

pytestmark = pytest.mark.django_db

SETTINGS = {
    "first_name": "Иван",
    "last_name": "Щерев",
    "email": "Ivan@Example.com",
    "language": "en",
    "theme": "dark",
    "page_size": "100",
}


@pytest.fixture
def user(client):
    user = UserFactory(role="seller")
    client.force_login(user)
    return user


def test_a_user_sets_name_language_theme_and_page_size(client, user):
    assert client.post("/profile/", SETTINGS).status_code == 302

    user.refresh_from_db()
    assert (str(user), user.email) == ("Иван Щерев", "ivan@example.com")
    assert (user.language, user.theme, user.page_size) == ("en", "dark", 100)


def test_the_profile_changes_nothing_but_the_users_own_settings(client, user):
    other = UserFactory()

    client.post("/profile/", {**SETTINGS, "is_superuser": "on", "is_staff": "on", "username": "x", "id": other.pk})

    user.refresh_from_db()
    assert (user.is_superuser, user.is_staff) == (False, False)
    assert user.username != "x"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "Ив\x07ан"),
        ("first_name", "Иван\u202e"),
        ("last_name", "Щ" * 1_000_000),
        ("email", "not an address"),
        ("language", "fr"),
        ("page_size", "100000"),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(client, user, field, value):
    response = client.post("/profile/", {**SETTINGS, field: value})

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert "Щерев" in response.content.decode() or field == "last_name"


def test_an_e_mail_of_another_user_is_refused_in_any_case(client, user):
    UserFactory(email="taken@example.com")

    response = client.post("/profile/", {**SETTINGS, "email": "Taken@Example.com"})

    assert response.context["form"].errors


def test_language_and_theme_are_switched_from_the_menu_and_lead_back(client, user):
    response = client.post("/profile/appearance/", {"language": "en", "theme": "dark", "next": "/about/"})

    assert response.url == "/about/"
    assert User.objects.filter(pk=user.pk, language="en", theme="dark").exists()
    assert client.post("/profile/appearance/", {"language": "xx", "next": "//evil.example"}).url == "/"
    assert User.objects.filter(pk=user.pk, language="en").exists()


def test_the_profile_says_which_rights_the_user_has(client, user):
    page = client.get("/profile/")

    assert [role.name for role in page.context["roles"]] == ["Продавач"]
    assert "Продавач" in page.content.decode()


def logged_in(user):
    """Another browser of a user, and the row of its session."""
    client = Client()
    client.force_login(user)
    facts = {"ip": "127.0.0.1", "user_agent": "", "last_seen_at": timezone.now()}
    return client, UserSession.objects.create(user=user, session_key=client.session.session_key, **facts)


def test_a_user_ends_one_of_his_own_sessions_and_nobody_elses(client, user):
    elsewhere, own = logged_in(user)
    stranger, foreign = logged_in(UserFactory())

    ended = client.post(reverse("users:session_end", args=[own.pk]))
    refused = client.post(reverse("users:session_end", args=[foreign.pk]))

    assert (ended.status_code, refused.status_code) == (302, 404)
    assert elsewhere.get("/profile/").status_code == 302
    assert stranger.get("/profile/").status_code == 200
