"""A real browser before a real server, and a real worker beside it.

Every page that a test opens is listened to: an error on the console, a violation of the content security policy or an
exception in a script fails the test, whatever it was about.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from environment import with_database
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

from tests.factories.users import UserFactory
from tests.local_vies import LocalVies
from users.models import User

# Playwright's loop runs in the tests' thread, where Django would otherwise refuse to ask the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PATIENCE = 10_000
expect.set_options(timeout=PATIENCE)

# A refused form answers 422, and browsers write every status above 400 on the console.
HARMLESS = ("the server responded with a status of 422",)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder and let them run last: their loop stays on, and others may want to start one."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: HERE in item.path.parents)


# -- The browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def reference_data(django_db_setup: None) -> str:
    """What stands in a migrated database before any test, as it is put back before each test with real commits."""
    return getattr(connections["default"], "_test_serialized_contents", "")


@pytest.fixture(scope="session")
def playwright(reference_data: str, playwright: Playwright) -> Playwright:
    """Once its loop runs, Django gives this thread another connection: that one must know the reference data too."""
    connections["default"]._test_serialized_contents = reference_data  # type: ignore[attr-defined]
    return playwright


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of the system: Playwright's own is not downloaded."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return {
        **browser_type_launch_args,
        "executable_path": found,
        "args": ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], live_server: Any) -> dict[str, Any]:
    return {
        **browser_context_args,
        "base_url": live_server.url,
        "locale": "en-GB",
        "timezone_id": "Europe/Sofia",
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
    }


class Complaints:
    """What the browser had to say against the pages of a test."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = list(HARMLESS)

    def expect(self, *parts: str) -> None:
        """Let pass what contains one of these: the test provokes it."""
        self.expected += parts

    def listen_to(self, context: BrowserContext) -> None:
        context.on("console", self.hear)
        context.on("weberror", lambda thrown: self.heard.append(f"exception: {thrown.error}"))

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.heard.append(said.text)

    def unexpected(self) -> list[str]:
        return [text for text in self.heard if not any(part in text for part in self.expected)]


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture(autouse=True)
def _nothing_is_complained_of(context: BrowserContext, complaints: Complaints) -> Iterator[None]:
    context.set_default_timeout(PATIENCE)
    complaints.listen_to(context)
    yield
    assert complaints.unexpected() == []


@pytest.fixture(autouse=True)
def _cache_is_empty(transactional_db: None) -> Iterator[None]:
    """Counts of failed log-ins stay in the database's cache, which no rollback empties."""
    cache.clear()
    yield
    cache.clear()


# -- People -----------------------------------------------------------------------------------------


def let_in(context: BrowserContext, address: str, user: User) -> User:
    """Log the user in without the log-in page."""
    client = Client()
    client.force_login(user)
    value = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": value, "url": address}])
    return user


@pytest.fixture
def manager(context: BrowserContext, live_server: Any) -> User:
    """A manager who is logged in and reads English."""
    user = UserFactory(username="maria", first_name="Мария", last_name="Петрова", role="manager", language="en")
    return let_in(context, live_server.url, user)


@pytest.fixture
def another_browser(
    browser: Browser, browser_context_args: dict[str, Any], complaints: Complaints, live_server: Any
) -> Iterator[Callable[..., Page]]:
    """Open a page of a second browser, for a user of his own (or nobody) and with settings of its own."""
    opened: list[BrowserContext] = []

    def open_one(user: User | None = None, **arguments: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **arguments})
        context.set_default_timeout(PATIENCE)
        complaints.listen_to(context)
        opened.append(context)
        if user is not None:
            let_in(context, live_server.url, user)
        return context.new_page()

    yield open_one
    for context in opened:
        context.close()


# -- What stands beside the server ------------------------------------------------------------------


@pytest.fixture
def vies(settings: Any) -> Iterator[LocalVies]:
    """VIES on this machine."""
    with LocalVies() as running:
        settings.VIES_URL, settings.VIES_TIMEOUT = running.url, 1.0
        yield running


def database_url() -> str:
    """The test database as the worker's process is told of it."""
    return with_database(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])


@pytest.fixture
def worker(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker's own process, on the same database and the same files."""
    log = tmp_path / "worker.log"
    environ = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "1",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "procrastinate", "worker", "--concurrency=1"],
            cwd=ROOT,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
            assert process.poll() is None, log.read_text(encoding="utf-8")
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            if process.poll() is None:
                process.kill()
                process.wait()
