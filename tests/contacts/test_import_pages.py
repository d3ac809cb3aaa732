"""The pages of an import, from the upload to the undo; the worker's jobs are run by hand."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from common.jobs import run_job
from common.models import Job
from contacts.importing import jobs
from contacts.importing.reading import read_table
from contacts.importing.writing import Writer
from contacts.models import ImportMapping, PartyImport
from counterparties.models import Counterparty
from tests.contacts.import_files import EGN, existing, table
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db
GOOD = table(
    {"kinds": "client", "name": "Алфа ООД", "eik": "175074752"}, {"kinds": "роднина", "name": "Лоша", "eik": ""}
)
UNKNOWN = "Клиент на;Оборот\nАлфа;100\nБета;200\n"


@pytest.fixture
def user():
    return UserFactory(role="manager", language="en")


@pytest.fixture
def page(client, user):
    client.force_login(user)
    return client


def upload(page, text: str, name: str = "parties.csv", **data):
    file = SimpleUploadedFile(name, text.encode())
    return page.post(reverse("contacts:import_start"), {"file": file, **data}, follow=True)


def work() -> None:
    """Do what the worker would do."""
    for job in Job.objects.filter(state=Job.State.WAITING):
        run_job(job_pk=job.pk)


def address(name: str, made: PartyImport | None = None) -> str:
    return reverse(f"contacts:{name}", args=[(made or PartyImport.objects.get()).pk])


def test_a_file_goes_from_upload_through_dry_run_and_import_to_undo(page, user):
    answer = upload(page, GOOD)
    assert b"job-progress" in answer.content
    assert b'http-equiv="refresh"' in answer.content
    work()
    review = page.get(address("import_review")).content.decode()
    assert "Import 1 row" in review
    assert "роднина" in review
    assert not Counterparty.objects.exists()

    page.post(address("import_apply"))
    work()
    party = Counterparty.objects.get()
    result = page.get(address("import_review")).content.decode()
    assert party.created_by == user
    assert party.get_absolute_url() in result
    assert "Failed rows (CSV)" in result

    page.post(address("import_undo"))
    work()
    assert not Counterparty.objects.exists()
    assert PartyImport.objects.get().state == PartyImport.State.UNDONE
    assert page.get(address("import_review")).status_code == 200


def test_the_tabs_of_the_review_narrow_the_rows_to_an_outcome(page):
    upload(page, GOOD)
    work()

    failed = page.get(address("import_review"), {"outcome": "failed"}).content.decode()

    assert "Лоша" in failed
    assert "Алфа" not in failed


def test_the_review_shows_what_an_update_changes(page):
    existing()
    upload(page, table({"kinds": "client", "name": "Нова", "eik": "175074752"}), update="on")
    work()

    shown = page.get(address("import_review")).content.decode()

    assert "<del>Стара</del>" in shown
    assert "<ins>Нова</ins>" in shown


def test_a_dry_run_foretells_and_shows_what_was_understood_and_the_import_tells_what_it_did(page):
    text = table(
        {
            "kinds": "client",
            "person": "natural",
            "name": "Иван Иванов",
            "eik": EGN,
            "phone": "0888 123 456",
            "settlement": "Непознато",
            "address": "ул. „Шипка“ 1",
            "iban": "BG80BNBG96611020345678",
        },
        {"kinds": "роднина", "name": "Лоша"},
    )
    upload(page, text)
    work()
    forecast = page.get(address("import_review")).content.decode()
    page.post(address("import_apply"))
    work()
    done = page.get(address("import_review")).content.decode()

    assert "will be created" in forecast
    assert "Failed the check" in forecast
    assert "610105••••" in forecast
    assert [text for text in ("Иван Иванов", "0888 123 456", "BG80 BNBG", "Шипка") if text not in forecast] == []
    assert EGN not in forecast + done
    assert "will be created" not in done
    assert ">created<" in done


def test_unknown_columns_are_chosen_by_hand_once(page):
    answer = upload(page, UNKNOWN)
    assert answer.request["PATH_INFO"] == address("import_map")
    assert "Алфа" in answer.content.decode()
    page.post(
        address("import_map"), {"has_header": "on", "column_0": "name", "column_1": "", "kinds": ["client", "supplier"]}
    )
    work()
    page.post(address("import_apply"))
    work()
    assert [(party.name, len(party.kinds)) for party in Counterparty.objects.all()] == [("Алфа", 2), ("Бета", 2)]

    again = upload(page, UNKNOWN.replace("Алфа", "Вега"))

    assert again.request["PATH_INFO"] == address("import_review", PartyImport.objects.first())
    assert ImportMapping.objects.count() == 1


def test_a_file_without_a_header_is_imported_from_its_first_row(page):
    upload(page, "Алфа;х\nБета;у\n")
    page.post(address("import_map"), {"column_0": "name", "column_1": "note", "kinds": ["client"]})
    work()
    page.post(address("import_apply"))
    work()

    assert set(Counterparty.objects.values_list("name", flat=True)) == {"Алфа", "Бета"}
    assert not ImportMapping.objects.exists()


def test_the_choice_of_columns_says_what_is_missing_and_keeps_what_was_chosen(page):
    upload(page, UNKNOWN)

    answer = page.post(address("import_map"), {"has_header": "on", "column_0": "note", "column_1": "note"})

    assert answer.status_code == 422
    assert len(answer.context["form"].errors) == 3
    assert 'value="note" selected' in answer.content.decode()


def test_personal_numbers_are_masked_where_columns_are_chosen(page):
    answer = upload(page, f"Някой;Нещо\nИван;{EGN}\n")

    assert EGN not in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "name"),
    [("", "a.csv"), ("kinds;name\nclient;x", "a.xlsx"), ("<!DOCTYPE html><p>", "a.csv"), ("%PDF-1.7 x", "a.csv")],
)
def test_a_file_that_cannot_be_read_is_refused_at_the_field(page, content, name):
    answer = upload(page, content, name)

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not PartyImport.objects.exists()


def test_a_job_knows_the_import_by_its_key_alone(page):
    upload(page, table({"kinds": "client", "person": "natural", "name": "Иван", "eik": EGN}), f"{EGN}.csv")

    job = Job.objects.get()
    assert job.arguments == {"import_pk": PartyImport.objects.get().pk}
    assert EGN not in job.title


def test_two_clicks_start_one_job(page):
    upload(page, GOOD)
    work()

    page.post(address("import_apply"))
    page.post(address("import_apply"))

    assert Job.objects.filter(task=jobs.APPLY).count() == 1


def test_a_job_that_breaks_off_leaves_nothing_half_done(page, monkeypatch):
    upload(page, GOOD)
    work()

    def interrupted(self):
        raise RuntimeError

    monkeypatch.setattr(Writer, "link_branches", interrupted)
    page.post(address("import_apply"))
    work()

    made = PartyImport.objects.get()
    assert not Counterparty.objects.exists()
    assert (made.state, Job.objects.get(task=jobs.APPLY).failed) == (PartyImport.State.PLANNED, True)
    assert "Import 1 row" in page.get(address("import_review")).content.decode()


def test_a_refused_undo_says_why_on_the_page(page):
    upload(page, GOOD)
    work()
    page.post(address("import_apply"))
    work()
    party = Counterparty.objects.get()
    party.note = "поправено"
    party.save()

    page.post(address("import_undo"))
    work()

    assert "Алфа" in page.get(address("import_review")).context["failure"]
    assert Counterparty.objects.exists()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_failed_rows_are_downloaded_with_the_reason(page, form):
    upload(page, GOOD)
    work()

    answer = page.get(address("import_errors"), {"format": form})

    back = read_table(answer.content)
    assert [one.cells[1] for one in back.rows] == ["Лоша"]
    assert EGN not in answer["Content-Disposition"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_sample_file_imports_without_a_question(page, form):
    answer = page.get(reverse("contacts:import_sample"), {"format": form})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content

    page.post(reverse("contacts:import_start"), {"file": SimpleUploadedFile(f"sample.{form}", content)})
    work()

    made = PartyImport.objects.get()
    assert (made.created_count, made.failed_count) == (4, 0)


def test_another_users_import_is_not_found_and_without_the_right_all_is_refused(page, client):
    upload(page, GOOD)
    made = PartyImport.objects.get()
    client.force_login(UserFactory(role="accountant"))
    assert client.get(address("import_review", made)).status_code == 404
    assert client.post(address("import_undo", made)).status_code == 404
    assert client.get(address("import_errors", made)).status_code == 404

    client.force_login(UserFactory(role="viewer"))
    names = ["import_review", "import_map", "import_errors"]
    assert {client.get(address(name, made)).status_code for name in names} == {403}
    assert client.get(reverse("contacts:import_start")).status_code == 403
    assert client.get(reverse("contacts:import_list")).status_code == 403


def test_files_are_deleted_after_a_month_and_the_log_stays(page):
    upload(page, GOOD)
    work()
    made = PartyImport.objects.get()
    storage, path = made.file.storage, str(made.file.name)

    assert jobs.delete_old_files(timezone.now() + dt.timedelta(days=29)) == 0
    assert jobs.delete_old_files(timezone.now() + dt.timedelta(days=31)) == 1

    assert not storage.exists(path)
    assert made.rows.count() == 2
    assert page.get(address("import_review")).status_code == 200
    assert page.get(address("import_errors"), follow=True).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_review_and_the_list_cost_the_same_with_one_row_and_with_three(page, rows, django_assert_max_num_queries):
    upload(page, table(*({"kinds": "client", "name": f"Ф{n}", "eik": ""} for n in range(rows))))
    work()
    page.post(address("import_apply"))
    work()

    with django_assert_max_num_queries(8):
        page.get(address("import_review"))
    with django_assert_max_num_queries(8):
        page.get(reverse("contacts:import_list"))


def test_the_menu_offers_imports_to_those_who_may(page, client):
    assert reverse("contacts:import_list") in page.get(reverse("contacts:import_list")).content.decode()

    client.force_login(UserFactory(role="viewer"))
    assert reverse("contacts:import_list") not in client.get("/about/").content.decode()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("parties.csv", "kinds;name;eik\n", "The file has no rows"),
        ("parties.py", GOOD, "must end in .csv"),
        ("parties", GOOD, "must end in .csv"),
    ],
)
def test_a_file_without_rows_or_with_another_ending_is_refused_at_upload(page, name, text, words):
    answer = upload(page, text, name)

    assert words in str(answer.context["form"].errors["file"])
    assert not PartyImport.objects.exists()
