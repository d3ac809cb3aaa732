"""Log-in as people meet it: a wrong password, too many of them, a second factor; then language and theme."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.factories.users import PASSWORD, UserFactory


def log_in(page: Page, name: str = "maria", password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def code_now(secret: str) -> str:
    """What an authenticator app would show at this moment."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def show_the_password_once_more(page: Page) -> None:
    """What lies deep in an account is opened only after the password is given again."""
    expect(page).to_have_url(re.compile("/accounts/reauthenticate/"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button[type=submit]").click()


@pytest.fixture
def maria(db):
    return UserFactory(username="maria", first_name="Мария", last_name="Петрова", role="manager", language="en")


def test_the_right_password_opens_the_first_page_and_log_out_closes_it(page: Page, maria):
    log_in(page)

    expect(page.get_by_role("heading", level=1)).to_contain_text("My day")
    page.locator("summary.user-button").click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.goto("/counterparties/")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/counterparties/"))


def test_a_wrong_password_is_told_and_the_name_stays_typed(page: Page, maria):
    log_in(page, password="wrong")

    expect(page.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    expect(page.get_by_label("User name or e-mail")).to_have_value("maria")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")


def test_too_many_wrong_passwords_are_told_to_wait_and_even_the_right_one_does_not_help(page: Page, maria):
    for _attempt in range(6):
        log_in(page, password="wrong")

    expect(page.get_by_role("alert")).to_contain_text("Too many failed log-ins")
    log_in(page)
    expect(page.get_by_role("alert")).to_contain_text("Too many failed log-ins")
    assert "/accounts/login/" in page.url


def test_a_second_factor_is_set_up_and_then_asked_for(page: Page, maria):
    log_in(page)
    page.locator("summary.user-button").click()
    page.get_by_role("link", name="Second factor").click()
    page.get_by_role("link", name="Activate").first.click()
    show_the_password_once_more(page)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("[name=code]").fill("000000")
    page.get_by_role("button", name="Activate").click()
    expect(page.locator("main")).to_contain_text("Incorrect code")
    secret = page.locator("#authenticator_secret").input_value() or secret
    page.locator("[name=code]").fill(code_now(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.locator("main")).to_contain_text("Recovery codes", ignore_case=True)

    page.locator("summary.user-button").click()
    page.get_by_role("button", name="Log out").click()
    cache.clear()  # no code is taken twice, and no test waits for the next one
    log_in(page)
    expect(page).to_have_url(re.compile("/accounts/2fa/authenticate/"))
    page.locator("[name=code]").fill(code_now(secret))
    page.locator("[name=code]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("My day")


def test_a_role_that_demands_a_second_factor_lets_nothing_else_be_done_first(page: Page, maria):
    role = maria.groups.get().role
    role.requires_second_factor = True
    role.save()

    log_in(page)

    expect(page.locator("main")).to_contain_text("Your role requires a second factor")
    show_the_password_once_more(page)
    expect(page).to_have_url(re.compile("/accounts/2fa/totp/activate/"))
    page.goto("/counterparties/")
    expect(page).to_have_url(re.compile("/accounts/2fa/totp/activate/"))


def test_the_language_is_switched_before_the_log_in(page: Page, maria):
    page.goto("/accounts/login/")
    assert page.locator("html").get_attribute("lang") == "en"

    page.get_by_role("button", name="Български").click()

    expect(page.locator("html")).to_have_attribute("lang", "bg")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_language_and_theme_are_switched_from_the_menu_and_stay(page: Page, manager):
    page.goto("/counterparties/")
    page.locator("summary.user-button").click()
    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("summary.user-button").click()
    page.get_by_role("button", name="Български").click()

    expect(page.locator("html")).to_have_attribute("lang", "bg")
    expect(page).to_have_url(re.compile("/counterparties/$"))
    page.goto("/profile/")
    expect(page.locator("html")).to_have_attribute("lang", "bg")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    manager.refresh_from_db()
    assert (manager.language, manager.theme) == ("bg", "dark")
