"""What protects the people who use the product: headers, cookies, tokens, methods, and where a link may lead."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from common.models import Job
from config.keys import new_encryption_key
from tests import access_world as w
from tests.access_world import World
from tests.factories.users import PASSWORD, UserFactory
from tests.people import signed_in, superuser
from tests.test_access import TABLE

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/about/",
    "/profile/",
    "/search/?q=алфа&stay=1",
    "/counterparties/",
    "/counterparties/clients/",
    "/counterparties/add/",
    "/counterparties/{party}/",
    "/counterparties/{party}/edit/",
    "/counterparties/{party}/archive/",
    "/counterparties/{party}/contacts/",
    "/counterparties/{party}/addresses/",
    "/counterparties/{party}/bank-accounts/",
    "/counterparties/{party}/history/",
    "/counterparties/{party}/comment/",
    "/counterparties/{party}/relations/add/",
    "/counterparties/{person}/reveal/",
    "/няма-такава/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/sessions/",
]
OPEN_PAGES = ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/няма-такава/"]
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle\s*=|\son(?:click|change|submit|load|error|input)\s*=|javascript:",
    re.IGNORECASE,
)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def browser():
    return signed_in(superuser())


def page_of(browser: Client, world: World, address: str):
    return browser.get(address.format(party=world.party.pk, person=world.person.pk))


def test_every_page_carries_the_strict_policy_and_nothing_inline(world, browser):
    wrong = []
    for address in PAGES:
        answer = page_of(browser, world, address)
        policy = answer.headers["Content-Security-Policy"]
        if "unsafe" in policy or "default-src 'self'" not in policy or "*" in policy:
            wrong.append(f"{address}: {policy}")
        if found := INLINE.search(answer.content.decode()):
            wrong.append(f"{address}: {found[0]}")
    for address in OPEN_PAGES:
        answer = Client().get(address)
        if "default-src 'self'" not in answer.headers["Content-Security-Policy"]:
            wrong.append(address)
        if found := INLINE.search(answer.content.decode()):
            wrong.append(f"{address}: {found[0]}")

    assert wrong == []


def test_the_policy_closes_frames_plugins_bases_and_foreign_forms(browser):
    policy = dict(
        part.strip().split(" ", 1) for part in browser.get("/").headers["Content-Security-Policy"].split(";") if part
    )

    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'self'"
    assert policy["form-action"] == "'self'"
    assert policy["img-src"] == "'self' data:"


def test_every_page_refuses_to_be_framed_sniffed_or_told_on(browser):
    headers = browser.get("/counterparties/").headers

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_what_somebody_typed_is_never_markup(world, browser):
    """Markup in every text of the record and of its rows comes back as text on every page."""
    from counterparties.models import CharacteristicValue, Counterparty, Relation, Status

    status = Status.objects.create(code="evil", name=EVIL[:90], effects=["warn"])
    Counterparty.objects.filter(pk=world.party.pk).update(
        name=EVIL,
        short_name=EVIL[:100],
        note=EVIL,
        comment=EVIL,
        status=status,
        insolvency="insolvency",
        insolvency_source=EVIL,
        archive_reason=EVIL,
    )
    Relation.objects.update(source=EVIL)
    CharacteristicValue.objects.update(file_name=EVIL)
    world.link.person.__class__.objects.update(given_name=EVIL[:90])

    for address in PAGES:
        text = page_of(browser, world, address).content.decode()
        assert "<script>alert" not in text, address
        assert "<img src=x" not in text, address


# -- Tokens and methods ------------------------------------------------------------------------------


def test_every_address_that_takes_a_post_asks_for_the_token(world):
    strict = Client(enforce_csrf_checks=True)
    user = superuser()
    strict.force_login(user)

    unprotected = []
    for name, _method, args, _expected in TABLE:
        path = reverse(name, args=args(world, user) if args else [])
        if strict.post(path).status_code not in (403, 405):
            unprotected.append(name)
    for name in (
        "account_login",
        "account_logout",
        "account_change_password",
        "account_reset_password",
        "set_language",
    ):
        if strict.post(reverse(name)).status_code != 403:
            unprotected.append(name)

    assert unprotected == []


def test_a_deed_is_not_done_by_a_link(world, browser):
    user = superuser()

    done = []
    for name, method, args, _expected in TABLE:
        if method == "post" and browser.get(reverse(name, args=args(world, user) if args else [])).status_code != 405:
            done.append(name)

    assert done == []


def test_looking_at_a_question_changes_nothing(world, browser):
    for name in ("counterparty_archive", "counterparty_restore"):
        for party in (world.party, world.archived):
            browser.get(reverse(f"counterparties:{name}", args=[party.pk]))
            archived = party.is_archived
            party.refresh_from_db()
            assert party.is_archived is archived


# -- Cookies and log-in ------------------------------------------------------------------------------


def test_cookies_are_closed_to_scripts_and_to_other_sites():
    UserFactory(username="мария", language="en")
    client = Client()
    client.get("/accounts/login/")

    answer = client.post("/accounts/login/", {"login": "мария", "password": PASSWORD})

    session = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert client.cookies[settings.CSRF_COOKIE_NAME]["samesite"] == "Lax"


def test_logging_in_gives_a_new_session():
    UserFactory(username="мария", language="en")
    client = Client()
    client.get("/counterparties/")
    client.session.save()
    before = client.session.session_key

    client.post("/accounts/login/", {"login": "мария", "password": PASSWORD})

    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "///evil.example"]
)
def test_the_log_in_page_leads_nowhere_else(target):
    UserFactory(username="мария", language="en")

    answer = Client().post("/accounts/login/", {"login": "мария", "password": PASSWORD, "next": target})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_switching_the_language_leads_nowhere_else():
    answer = Client().post("/i18n/setlang/", {"language": "en", "next": "https://evil.example/"})

    assert "evil" not in answer.headers["Location"]


def test_a_deactivated_user_is_out_at_once():
    user = superuser()
    client = signed_in(user)
    assert client.get("/").status_code == 200

    type(user).objects.filter(pk=user.pk).update(is_active=False)

    assert client.get("/").headers["Location"].startswith("/accounts/login/")


# -- Files -------------------------------------------------------------------------------------------


def test_every_stored_file_is_served_as_a_download_that_no_browser_runs(world):
    user = superuser()
    browser = signed_in(user)
    job = world.job(user)
    files = [
        reverse("common:job_file", args=[job.pk]),
        reverse("counterparties:characteristic_file", args=w.value(world, user)),
    ]

    for address in files:
        headers = browser.get(address).headers
        assert headers["Content-Disposition"].startswith("attachment;"), address
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'", address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Cache-Control"] == "private, no-store", address


def test_stored_files_have_no_address_of_their_own(world, browser):
    name = Job.objects.get(pk=world.job(superuser()).pk).file.name

    for address in (f"/media/{name}", f"/{name}", f"/static/{name}", f"/static/../{name}", f"/static/..%2f{name}"):
        assert browser.get(address).status_code in (400, 404)


# -- Settings ----------------------------------------------------------------------------------------


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    of_tests = ("DEBUG", "ALLOWED_HOSTS", "DJANGO_ALLOW_ASYNC_UNSAFE")  # the last is for the browser's tests alone
    clean = {name: value for name, value in os.environ.items() if name not in of_tests}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_settings_of_a_server_pass_every_check_of_django():
    run = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        SECRET_KEY="x8Jq-0wEr7yU!iopASDFghjklZXcvbnm1234567890_qwertyUIOP",
        FIELD_ENCRYPTION_KEYS=new_encryption_key(),
        ALLOWED_HOSTS="dossier.example",
    )

    assert run.returncode == 0, run.stderr + run.stdout


@pytest.mark.parametrize("keys", ["", "too-short", "я" * 43 + "=", "A" * 43 + "=,short", "A" * 43])
def test_on_a_server_no_keys_or_bad_keys_of_encryption_stop_the_start_and_are_not_told(keys):
    run = manage("check", FIELD_ENCRYPTION_KEYS=keys, ALLOWED_HOSTS="dossier.example")

    assert run.returncode != 0
    assert "ImproperlyConfigured: FIELD_ENCRYPTION_KEYS" in run.stderr
    assert not keys or keys not in run.stderr


def test_without_a_secret_nothing_starts():
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}

    run = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=settings.BASE_DIR,
        env=environment | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert run.returncode != 0
    assert "SECRET_KEY" in run.stderr
