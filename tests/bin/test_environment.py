"""What `make run` fills in, and what it leaves to the user."""

import re
from concurrent.futures import ThreadPoolExecutor

import environment
import postgres
import pytest

from config.keys import encryption_keys, kept_key, new_encryption_key


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout without `.env`; whoever starts the embedded engine in it fails."""

    def refuse(self):
        raise AssertionError("the embedded engine was started")

    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment.from_dotenv, "__defaults__", (tmp_path / ".env",))
    monkeypatch.setattr(postgres.Cluster, "start", refuse)
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASE_URL", "DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_database_of_the_users_own_switches_the_embedded_engine_off(checkout, monkeypatch, place):
    url = "postgres://me@db.example/mine"
    if place == ".env":
        (checkout / ".env").write_text(f"# ours\nDATABASE_URL='{url}'\n")
    else:
        monkeypatch.setenv("DATABASE_URL", url)

    with environment.environment() as environ:
        assert environ["DATABASE_URL"] == url


def test_the_secret_key_is_made_once_and_kept_private(checkout, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example/mine")

    with environment.environment() as first, environment.environment() as second:
        assert first["SECRET_KEY"] == second["SECRET_KEY"]

    assert len(first["SECRET_KEY"]) >= 50
    assert (checkout / "var" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_encryption_key_is_made_once_and_kept_private(checkout, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example/mine")

    with environment.environment() as first, environment.environment() as second:
        assert first["FIELD_ENCRYPTION_KEYS"] == second["FIELD_ENCRYPTION_KEYS"]

    assert encryption_keys([first["FIELD_ENCRYPTION_KEYS"]])
    assert (checkout / "var" / "encryption_key").stat().st_mode & 0o777 == 0o600


def test_processes_that_start_together_share_one_key(tmp_path):
    path = tmp_path / "var" / "key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _number: kept_key(path, new_encryption_key), range(40)))

    assert len(keys) == 1
    assert list(path.parent.iterdir()) == [path]


def test_what_the_user_sets_is_left_alone(checkout, monkeypatch):
    (checkout / ".env").write_text(
        "DEBUG=0\nSECRET_KEY=mine\nFIELD_ENCRYPTION_KEYS=mine\nDATABASE_URL=postgres://me@db.example/mine\n"
    )

    with environment.environment() as environ:
        assert "DEBUG" not in environ
        assert "SECRET_KEY" not in environ
        assert "FIELD_ENCRYPTION_KEYS" not in environ


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://me:secret@db:5432/mine", "postgres://me:secret@db:5432/bench"),
        ("postgres://me@/mine?host=%2Frun%2Fpg", "postgres://me@/bench?host=%2Frun%2Fpg"),
        ("postgres:///mine?host=%2Frun", "postgres:///bench?host=%2Frun"),
    ],
)
def test_another_database_of_the_same_server(url, expected):
    assert environment.with_database(url, "bench") == expected


def test_every_variable_of_the_settings_is_explained_in_the_example():
    settings = (postgres.ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    example = (postgres.ROOT / ".env.example").read_text(encoding="utf-8")
    asked = set(re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"", settings))

    assert len(asked) > 10
    assert {name for name in asked if not re.search(rf"^#?{name}=", example, re.M)} == set()
