"""One-time codes: optional for a user, demanded by a role, and with no way around them."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from tests.factories.users import PASSWORD, UserFactory
from users.models import RoleProfile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_no_failed_logins")]

ACTIVATE = "/accounts/2fa/totp/activate/"


def code_for(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def give_second_factor(user) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


@pytest.fixture
def demanding_role():
    RoleProfile.objects.filter(code="manager").update(requires_second_factor=True)


@pytest.fixture
def manager(demanding_role):
    return UserFactory(username="meri", role="manager")


def log_in(client: Client, user) -> None:
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})


def set_up_codes(client: Client, user) -> str:
    """What a user does in the browser: log in, give the password once more, scan, type the first code."""
    log_in(client, user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get(ACTIVATE).context["form"].secret
    client.post(ACTIVATE, {"code": code_for(secret)})
    return secret


# -- Demanded by the role --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/", "/about/", "/counterparties/", "/counterparties/clients/?export=csv", "/admin/", "/search/?q=a", "/nowhere/"],
)
def test_without_the_demanded_second_factor_every_page_leads_to_setting_it_up(client, manager, path):
    client.force_login(manager)

    response = client.get(path)

    assert (response.status_code, response.url) == (302, ACTIVATE)


def test_parts_of_pages_and_posts_do_not_get_around_it(client, manager):
    client.force_login(manager)

    part = client.get("/counterparties/clients/", headers={"hx-request": "true"})
    assert (part.status_code, part["HX-Redirect"], part.content) == (204, ACTIVATE, b"")
    assert client.post("/views/save/?list=counterparties", {"name": "x"}).status_code == 302
    assert client.head("/counterparties/").status_code == 302


def test_a_staff_user_does_not_reach_the_admin_without_it(client, demanding_role):
    user = UserFactory(roles=["manager", "administrator"], is_staff=True)
    client.force_login(user)

    assert client.get("/admin/users/user/").url == ACTIVATE


def test_the_demand_bites_in_sessions_that_are_already_open(client):
    client.force_login(UserFactory(role="manager"))
    assert client.get("/about/").status_code == 200

    RoleProfile.objects.filter(code="manager").update(requires_second_factor=True)

    assert client.get("/about/").url == ACTIVATE


def test_setting_it_up_opens_everything(client, manager):
    set_up_codes(client, manager)

    assert Authenticator.objects.filter(user=manager, type="totp").exists()
    assert client.get("/about/").status_code == 200


def test_a_demanded_second_factor_cannot_be_taken_off(client, manager):
    set_up_codes(client, manager)

    client.post("/accounts/2fa/totp/deactivate/")

    assert Authenticator.objects.filter(user=manager, type="totp").exists()


def test_other_roles_need_none(client, demanding_role):
    client.force_login(UserFactory(role="seller"))

    assert client.get("/about/").status_code == 200


# -- Chosen by the user ----------------------------------------------------------------------------


def test_a_user_with_codes_is_not_in_before_the_code(client):
    user = UserFactory()
    secret = give_second_factor(user)

    log_in(client, user)
    assert client.get("/about/").status_code == 302  # the password alone opens nothing
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert client.get("/about/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})

    assert client.get("/about/").status_code == 200


def test_a_code_works_once(client):
    user = UserFactory()
    code = code_for(give_second_factor(user))
    log_in(client, user)
    client.post("/accounts/2fa/authenticate/", {"code": code})

    again = Client()
    log_in(again, user)
    again.post("/accounts/2fa/authenticate/", {"code": code})

    assert again.get("/about/").status_code == 302


def test_guessing_codes_is_limited(client):
    user = UserFactory()
    secret = give_second_factor(user)
    log_in(client, user)
    for _ in range(6):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})

    assert client.get("/about/").status_code == 302


def test_a_recovery_code_opens_once_when_the_phone_is_lost(client):
    user = UserFactory()
    set_up_codes(client, user)
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]

    opened = []
    for _ in range(2):
        other = Client()
        log_in(other, user)
        other.post("/accounts/2fa/authenticate/", {"code": code})
        opened.append(other.get("/about/").status_code)

    assert opened == [200, 302]


def test_a_chosen_second_factor_can_be_taken_off(client):
    user = UserFactory()
    set_up_codes(client, user)

    client.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.filter(user=user, type="totp").exists()


def test_changing_the_second_factor_asks_for_the_password_after_a_while(client):
    user = UserFactory()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()

    assert client.get(ACTIVATE).url.startswith(reverse("account_reauthenticate"))


def test_a_wrong_password_does_not_open_the_second_factor(client):
    client.force_login(UserFactory())

    client.post("/accounts/reauthenticate/", {"password": "wrong"})

    assert client.get(ACTIVATE).status_code == 302


def test_an_administrator_removes_the_factor_of_a_lost_phone():
    user = UserFactory(role="seller")
    give_second_factor(user)
    admin = Client()
    admin.force_login(UserFactory(role="administrator", is_staff=True))

    admin.post(
        reverse("admin:users_user_changelist"), {"action": "remove_second_factor", "_selected_action": [user.pk]}
    )

    assert not Authenticator.objects.filter(user=user).exists()
