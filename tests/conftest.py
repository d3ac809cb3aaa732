"""What all tests share: fast passwords, files in a folder of their own, no manifest of static files."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test with real commits empties the database behind it: let each such test begin with the reference data."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"transactional_db", "live_server"} or (marker and marker.kwargs.get("transaction")):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path: Path) -> None:
    """Uploads and results of jobs go to a folder that is gone after the test."""
    settings.MEDIA_ROOT = str(tmp_path)
    default = settings.STORAGES["default"]
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**default, "OPTIONS": {**default.get("OPTIONS", {}), "location": str(tmp_path)}},
    }


@pytest.fixture
def _no_failed_logins(db) -> None:
    """Counts of failed log-ins start anew (outside of a test's own transaction they would remain)."""
    cache.clear()
