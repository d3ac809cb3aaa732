"""The export of a list: exactly the filtered rows, in the list's order and columns, safe to open in a spreadsheet."""

import csv
import io

import pytest

from common import dates
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from tests.factories.counterparties import BankFactory, ClientFactory, SupplierFactory
from tests.people import SEE_ALL, browser_of, signed_in, superuser
from tests.sheets import sheet_of

pytestmark = pytest.mark.django_db

CLIENTS = "/counterparties/clients/"


def rows_of(client, query: str, address: str = CLIENTS) -> list[list[str]]:
    """The rows of the file, header first: the same out of CSV and XLSX."""
    made = {}
    for form in ("csv", "xlsx"):
        answer = client.get(f"{address}?{query}&export={form}")
        assert answer.status_code == 200
        content = answer.getvalue()
        if form == "csv":
            text = content.decode("utf-8-sig")
            made[form] = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        else:
            sheet = sheet_of(content)
            made[form] = [["" if value is None else str(value) for value in row] for row in sheet.values]
    assert made["csv"] == made["xlsx"]
    return made["csv"]


@pytest.fixture
def client():
    return signed_in(superuser())


def test_the_file_holds_the_filtered_rows_in_the_lists_order_and_columns(client):
    for name in ("Алфа", "Бета", "Алфа Гама"):
        ClientFactory(name=name, email="x@example.com")
    SupplierFactory(name="Алфа доставчик")

    rows = rows_of(client, "q=алфа&sort=-name&columns=name&columns=email")

    assert rows == [["Name", "E-mail"], ["Алфа Гама", "x@example.com"], ["Алфа", "x@example.com"]]


def test_the_file_goes_beyond_the_page(client):
    for number in range(30):
        ClientFactory(name=f"Фирма {number:02d}")

    rows = rows_of(client, "page_size=25&page=2&columns=name")

    assert [row[0] for row in rows[1:]] == [f"Фирма {number:02d}" for number in range(30)]


def test_the_users_own_columns_go_into_the_file(client):
    ClientFactory(name="Алфа", country="DE")
    client.post("/lists/columns/?list=counterparties.clients", {"columns": ["country", "name"]})

    assert rows_of(client, "") == [["Name", "Country"], ["Алфа", "Germany"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_name_that_a_spreadsheet_would_calculate_is_written_as_text(client, start):
    evil = f"{start}HYPERLINK(0;1)"
    ClientFactory(name=evil)

    assert rows_of(client, "columns=name")[1] == ["'" + evil]


def test_separators_and_quotes_inside_a_value_keep_the_row_whole(client):
    name = 'Алфа; "Бета", и\u00a0син'
    ClientFactory(name=name)

    assert rows_of(client, "columns=name") == [["Name"], [name]]


@pytest.mark.parametrize("phone", ["+359888123456", "+493012345678"])
def test_a_phone_is_written_with_its_plus_and_no_apostrophe(client, phone):
    ClientFactory(phone=phone)

    ((written,),) = rows_of(client, "columns=phone")[1:]

    assert written.replace(" ", "") == phone


def test_the_file_is_named_by_list_and_day(client):
    answer = client.get(f"{CLIENTS}?export=csv")

    assert answer.headers["Content-Disposition"] == (f'attachment; filename="clients-{dates.today():%Y-%m-%d}.csv"')


@pytest.mark.parametrize(
    ("rights", "address", "status"),
    [
        (["counterparties.export_client"], CLIENTS, 200),
        ([], CLIENTS, 403),
        (["counterparties.export_bank"], CLIENTS, 403),
        # The list of all holds every kind that the user sees.
        (["counterparties.export_client"], "/counterparties/", 403),
        ([kind.permission("export") for kind in Kind], "/counterparties/", 200),
    ],
)
def test_exporting_is_a_right_of_its_own_per_kind(rights, address, status):
    client = browser_of(*SEE_ALL, *rights)

    assert client.get(f"{address}?export=csv").status_code == status
    assert bool(client.get(address).context["exports"]) is (status == 200)


def test_an_unknown_format_is_the_page(client):
    BankFactory()

    answer = client.get("/counterparties/banks/?export=exe")

    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_export_costs_the_same_with_one_row_and_with_many(client, django_assert_num_queries):
    ClientFactory()
    with django_assert_num_queries(4) as few:
        client.get(f"{CLIENTS}?export=csv").getvalue()
    Counterparty.objects.bulk_create(
        [Counterparty(name=f"Фирма {n}", sort_name=f"фирма {n}", is_client=True) for n in range(30)]
    )

    with django_assert_num_queries(len(few.captured_queries)):
        client.get(f"{CLIENTS}?export=csv").getvalue()
