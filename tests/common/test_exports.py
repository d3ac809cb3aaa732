"""Files out of lists: types and separators as Bulgarian Excel opens them, no formulas, large ones by the worker."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from common import exports, jobs
from common.exports import csv_lines, file_name, safe_cell, xlsx_bytes
from common.models import Job
from tests.factories.counterparties import ClientFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, signed_in, worker
from tests.sheets import sheet_of


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("+", "'+"),
        ("-", "'-"),
        ("+359 88 812 3456", "+359 88 812 3456"),
        ("Алфа = Бета", "Алфа = Бета"),
        ("", ""),
        (Decimal("-5"), Decimal("-5")),
    ],
)
def test_only_what_a_spreadsheet_would_calculate_gets_an_apostrophe(value, written):
    assert safe_cell(value) == written


def test_a_csv_opens_in_a_bulgarian_excel():
    moment = dt.datetime(2026, 11, 3, 10, 30, tzinfo=dt.UTC)
    rows = [["а;б", 'в"г', "ред\nред", None, True, Decimal("-1234.50"), dt.date(2026, 11, 3), moment, 7]]

    text = "".join(csv_lines(["едно"] * 9, rows))

    assert text.startswith("\ufeffедно;")
    (row,) = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]
    assert row == ["а;б", 'в"г', "ред\nред", "", "1", "-1234,50", "03.11.2026", "03.11.2026 12:30", "7"]


def test_an_xlsx_keeps_numbers_and_days_as_such_and_text_as_text():
    moment = dt.datetime(2026, 11, 3, 10, 30, tzinfo=dt.UTC)
    rows = [["=1+1", Decimal("1234.50"), dt.date(2026, 11, 3), moment, None, "00123"]]

    sheet = sheet_of(xlsx_bytes(list("абвгде"), rows, "Лист: [1]/2"))

    values = [cell.value for cell in sheet[2]]
    assert values == ["'=1+1", 1234.5, dt.datetime(2026, 11, 3), dt.datetime(2026, 11, 3, 12, 30), None, "00123"]
    assert sheet[2][0].data_type == "s"
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\x1f", "\ufffe"])
def test_a_control_sign_in_one_cell_does_not_spoil_the_file(sign):
    sheet = sheet_of(xlsx_bytes(["а"], [[f"Ал{sign}фа"]]))

    assert sheet["A2"].value.startswith("Ал")


@pytest.mark.parametrize(
    ("title", "name"),
    [("Клиенти", "klienti"), ("Държавни организации", "darzhavni-organizatsii"), ("— / ..", "export")],
)
def test_a_file_is_named_in_plain_letters(title, name):
    assert file_name(title, "csv").startswith(f"{name}-2")
    assert file_name(title, "csv").isascii()


# -- Large exports -----------------------------------------------------------------------------------


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)


def export(client, form="xlsx"):
    return client.get("/counterparties/clients/", {"q": "фирма", "columns": "name", "export": form})


@pytest.fixture
def exporter(db):
    for number in range(3):
        ClientFactory(name=f"Фирма {number}")
    ClientFactory(name="Друга")
    return worker(*SEE_ALL, "counterparties.export_client")


def test_a_large_xlsx_is_made_by_the_worker_with_the_same_rows_and_columns(small_limit, exporter):
    client = signed_in(exporter)

    answer = export(client)

    job = Job.objects.get()
    assert answer.headers["Location"] == job.get_absolute_url()
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.file_name.endswith(".xlsx")) == (Job.State.DONE, True)
    file = client.get(job.result_url)
    assert file.headers["Content-Disposition"].startswith("attachment;")
    sheet = sheet_of(file.getvalue())
    assert [row[0] for row in sheet.values] == ["Name", "Фирма 0", "Фирма 1", "Фирма 2"]


def test_a_csv_flows_at_any_size(small_limit, exporter):
    answer = export(signed_in(exporter), "csv")

    assert answer.getvalue().decode("utf-8-sig").splitlines() == ["Name", "Фирма 0", "Фирма 1", "Фирма 2"]
    assert not Job.objects.exists()


@pytest.mark.parametrize("loss", ["rights", "account"])
def test_the_worker_exports_with_the_rights_that_the_user_has_then(small_limit, exporter, loss):
    export(signed_in(exporter))
    exporter.groups.clear() if loss == "rights" else type(exporter).objects.filter(pk=exporter.pk).update(
        is_active=False
    )
    job = Job.objects.get()

    jobs.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.file) == (Job.State.FAILED, "")
    assert "may not export" in job.message


def test_the_worker_sees_only_the_users_scope(small_limit, exporter):
    from counterparties.models import Counterparty

    client = signed_in(exporter)
    export(client)
    Counterparty.objects.update(trader=UserFactory())
    exporter.groups.get().role.__class__.objects.filter(group__user=exporter).update(parties_scope="mine")
    job = Job.objects.get()

    jobs.run_job(job.pk)

    job.refresh_from_db()
    sheet = sheet_of(client.get(job.result_url).getvalue())
    assert [row[0] for row in sheet.values] == ["Name"]
