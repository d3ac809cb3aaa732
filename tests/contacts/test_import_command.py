"""`manage.py import_counterparties`: what it says, how it ends, and that it writes in one piece."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from contacts.importing.writing import Writer
from contacts.models import PartyImport
from counterparties.models import Counterparty
from tests.contacts.import_files import EGN, existing, table
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db
GOOD = table(
    {"kinds": "client", "name": "Алфа ООД", "eik": "175074752"}, {"kinds": "роднина", "name": "Лоша", "eik": ""}
)


@pytest.fixture
def file_of(tmp_path: Path):
    def write(content: str | bytes, name: str = "parties.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def run(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("import_counterparties", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().splitlines()


@pytest.mark.parametrize("language", ["bg", "en"])
def test_the_last_line_counts_the_rows_in_the_same_words_in_every_language(file_of, language):
    with translation.override(language):
        lines = run(file_of(GOOD))

    assert lines[-1] == "created 1, updated 0, skipped 0, failed 1"
    assert not any("will be" in line for line in lines)
    assert Counterparty.objects.get().full_name == "Алфа ООД"


def test_a_second_run_skips_what_is_here(file_of):
    run(file_of(GOOD))

    assert run(file_of(GOOD))[-1] == "created 0, updated 0, skipped 1, failed 1"


def test_a_dry_run_says_the_same_and_writes_nothing(file_of):
    existing(email="old@alfa.example")
    text = table(
        {"kinds": "client", "name": "Нова", "eik": "175074752"}, {"kinds": "client", "name": "Друга", "eik": ""}
    )

    lines = run(file_of(text), "--dry-run", "--update")

    assert lines[-1] == "created 1, updated 1, skipped 0, failed 0"
    assert any("Стара → Нова" in line for line in lines)
    assert any("row 2: will be changed: Нова" in line for line in lines)
    assert any("row 3: will be created: Друга" in line for line in lines)
    assert "    Name: Друга" in lines
    assert Counterparty.objects.get().name == "Стара"
    assert not PartyImport.objects.exists()


def test_existing_parties_are_changed_only_with_update(file_of):
    existing()
    text = table({"kinds": "client", "name": "Нова", "eik": "175074752"})

    assert run(file_of(text))[-1] == "created 0, updated 0, skipped 1, failed 0"
    assert run(file_of(text), "--update")[-1] == "created 0, updated 1, skipped 0, failed 0"
    assert Counterparty.objects.get().name == "Нова"


@pytest.mark.parametrize("name", ["errors.csv", "errors.xlsx"])
def test_failed_rows_are_written_to_the_file_of_errors(file_of, tmp_path, name):
    from contacts.importing.reading import read_table

    run(file_of(GOOD), "--errors", str(tmp_path / name))

    back = read_table((tmp_path / name).read_bytes(), name)
    assert [one.cells[:3] for one in back.rows] == [["роднина", "Лоша", ""]]
    assert "роднина" in back.rows[0].cells[3]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("", "a.csv"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "a.csv"),
        ("kinds;name", "a.xlsx"),
        ("клиент;Алфа\nклиент;Б", "a.csv"),
    ],
    ids=["empty", "picture", "csv as xlsx", "no header"],
)
def test_a_file_that_cannot_be_read_ends_with_a_message_and_a_status(file_of, content, name):
    with pytest.raises(CommandError) as refusal:
        run(file_of(content, name))

    assert refusal.value.returncode == 2
    assert str(refusal.value)


def test_a_missing_file_ends_with_a_message_and_a_status(tmp_path):
    with pytest.raises(CommandError) as refusal:
        run(str(tmp_path / "nothing.csv"))

    assert refusal.value.returncode == 2


def test_with_a_user_his_rights_hold_and_the_log_is_his(file_of):
    manager, viewer = UserFactory(role="manager"), UserFactory(role="viewer")

    run(file_of(GOOD), "--user", manager.username)

    assert Counterparty.objects.get().created_by == manager
    assert PartyImport.objects.get().user == manager
    with pytest.raises(CommandError):
        run(file_of(GOOD), "--user", viewer.username)


def test_no_personal_number_is_printed(file_of):
    text = table(
        {"kinds": "client", "person": "natural", "name": "Иван Иванов", "eik": EGN},
        {"kinds": "client", "person": "natural", "name": f"Петър {EGN}", "eik": EGN},
    )

    assert not any(EGN in line for line in run(file_of(text)))


def test_an_import_that_is_interrupted_leaves_nothing(file_of, monkeypatch):
    def interrupted(self):
        raise RuntimeError

    monkeypatch.setattr(Writer, "link_branches", interrupted)

    with pytest.raises(RuntimeError):
        run(file_of(GOOD))

    assert not Counterparty.objects.exists()
    assert not PartyImport.objects.exists()
