"""EGN and LNCh: masked wherever they show, revealed against a reason, found only whole, always logged."""

import csv
import io
import logging

import pypdfium2
import pytest
from django.db import connection
from django.urls import reverse

from counterparties.models import Counterparty, PersonalNumberAccess
from tests.factories.counterparties import NaturalPersonFactory, egn
from tests.factories.users import UserFactory
from tests.people import CHANGE_ALL, SEE_ALL, browser_of, signed_in, superuser, worker
from tests.sheets import sheet_of

pytestmark = pytest.mark.django_db

NUMBER = egn(70)
REVEAL = "counterparties.reveal_personal_number"


@pytest.fixture
def person():
    return NaturalPersonFactory(
        identifier_type="egn",
        personal_number=NUMBER,
        given_name="Иван",
        family_name="Иванов",
        name="Иван Иванов",
        vat_from_personal_number=True,
        vat_registration="full",
    )


def reveal_address(person) -> str:
    return reverse("counterparties:personal_number_reveal", args=[person.pk])


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/counterparties/",
        "/counterparties/clients/?columns=name&columns=number&columns=vat_number",
        "/counterparties/clients/?export=csv&columns=name&columns=number&columns=vat_number",
        "/counterparties/{pk}/",
        "/counterparties/{pk}/edit/",
        "/counterparties/{pk}/history/",
        "/counterparties/{pk}/archive/",
        "/counterparties/{pk}/reveal/",
        "/counterparties/picker/?q=иванов",
        "/counterparties/duplicates/?person_kind=natural&given_name=Иван&family_name=Иванов",
        "/search/?q=иванов&stay=1",
    ],
)
def test_no_page_holds_the_number_not_even_for_those_who_may_reveal_it(person, address):
    client = signed_in(superuser())
    client.get(person.get_absolute_url())
    Counterparty.objects.update(note="нещо се промени")

    answer = client.get(address.format(pk=person.pk))

    assert answer.status_code == 200
    text = answer.getvalue().decode()
    assert NUMBER not in text
    assert NUMBER[-4:] not in text.replace(str(person.pk), "")


def test_the_masked_number_is_what_the_pages_show(person):
    page = signed_in(superuser()).get(person.get_absolute_url()).content.decode()

    assert person.masked_personal_number == NUMBER[:6] + "••••"
    assert page.count(person.masked_personal_number) >= 2  # as number, and in the VAT number


def test_exports_leave_the_number_out(person):
    client = signed_in(superuser())
    columns = "columns=name&columns=number&columns=vat_number"

    lines = client.get(f"/counterparties/clients/?export=csv&{columns}").getvalue().decode()
    sheet = sheet_of(client.get(f"/counterparties/clients/?export=xlsx&{columns}").getvalue())

    (row,) = list(csv.reader(io.StringIO(lines.removeprefix("\ufeff")), delimiter=";"))[1:]
    assert row == ["Иван Иванов", "", ""]
    assert [cell.value for cell in sheet[2]] == ["Иван Иванов", None, None]


def test_the_print_leaves_the_number_out_of_text_and_name(person):
    answer = signed_in(superuser()).get(reverse("counterparties:counterparty_print", args=[person.pk]))

    with pypdfium2.PdfDocument(answer.getvalue()) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert "Иван Иванов" in text
    assert NUMBER not in text
    assert NUMBER not in answer.headers["Content-Disposition"]


def test_no_table_but_the_record_itself_holds_the_number(person):
    client = signed_in(superuser())
    client.get(person.get_absolute_url())
    client.post(reveal_address(person), {"reason": "договор"})
    person.personal_number = egn(71)
    person.save()
    Counterparty.objects.filter(pk=person.pk).update(personal_number=NUMBER)
    person.refresh_from_db()
    person.save()

    holders = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" one WHERE one::text LIKE %s', [f"%{NUMBER}%"])
            if cursor.fetchone()[0]:
                holders.append(table)

    assert holders == ["counterparties_counterparty"]


def test_the_history_says_that_the_number_changed_without_saying_which(person):
    person.personal_number = egn(71)
    person.save()

    page = signed_in(superuser()).get(reverse("counterparties:counterparty_tab", args=[person.pk, "history"]))

    text = page.content.decode()
    assert "EGN/LNCh changed" in text
    assert egn(71) not in text


# -- Reveal ------------------------------------------------------------------------------------------


def test_the_number_is_revealed_against_a_reason_and_the_access_is_logged(person):
    user = worker(*SEE_ALL, REVEAL)

    answer = signed_in(user).post(reveal_address(person), {"reason": "Трудов договор"})

    assert NUMBER in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    (access,) = PersonalNumberAccess.objects.all()
    assert (access.user, access.party, access.way, access.reason) == (user, person, "reveal", "Трудов договор")


@pytest.mark.parametrize("reason", ["", "   ", "х" * 301, "a\x00b"])
def test_without_a_proper_reason_nothing_is_revealed_or_logged(person, reason):
    answer = browser_of(*SEE_ALL, REVEAL).post(reveal_address(person), {"reason": reason})

    assert answer.status_code == 422
    assert NUMBER not in answer.content.decode()
    assert not PersonalNumberAccess.objects.exists()


def test_without_the_right_the_number_is_refused_and_the_way_to_it_is_not_offered(person):
    client = browser_of(*SEE_ALL, *CHANGE_ALL)

    assert client.post(reveal_address(person), {"reason": "искам"}).status_code == 403
    assert reveal_address(person) not in client.get(person.get_absolute_url()).content.decode()
    assert not PersonalNumberAccess.objects.exists()


def test_asking_is_not_yet_revealing(person):
    answer = browser_of(*SEE_ALL, REVEAL).get(reveal_address(person))

    assert answer.status_code == 200
    assert NUMBER not in answer.content.decode()
    assert not PersonalNumberAccess.objects.exists()


# -- Search ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [NUMBER, f" {NUMBER[:6]} {NUMBER[6:]} "])
def test_the_whole_number_finds_its_bearer_for_those_who_may_and_the_find_is_logged(person, typed):
    user = worker(*SEE_ALL, REVEAL)

    answer = signed_in(user).get("/search/", {"q": typed})

    assert answer.headers["Location"] == person.get_absolute_url()
    (access,) = PersonalNumberAccess.objects.all()
    assert (access.user, access.party, access.way) == (user, person, "search")


@pytest.mark.parametrize("typed", [NUMBER[:9], NUMBER[1:], NUMBER[-4:], f"BG{NUMBER}"])
def test_a_part_of_the_number_finds_nothing(person, typed):
    answer = browser_of(*SEE_ALL, REVEAL).get("/search/", {"q": typed})

    assert answer.context["groups"] == []
    assert not PersonalNumberAccess.objects.exists()


def test_without_the_right_the_whole_number_finds_nothing(person):
    client = browser_of(*SEE_ALL, *CHANGE_ALL, "counterparties.add_client")

    assert client.get("/search/", {"q": NUMBER}).context["groups"] == []
    assert client.get("/counterparties/", {"q": NUMBER}).context["total"] == 0
    assert client.get("/counterparties/picker/", {"q": NUMBER}).json() == {"results": []}
    hints = client.get("/counterparties/duplicates/", {"number": NUMBER, "identifier_type": "egn"})
    assert "Иванов" not in hints.content.decode()


def test_the_number_of_a_party_out_of_scope_is_not_found_and_not_logged(person):
    Counterparty.objects.update(trader=UserFactory())

    answer = browser_of(*SEE_ALL, REVEAL, parties="mine").get("/search/", {"q": NUMBER})

    assert answer.context["groups"] == []
    assert not PersonalNumberAccess.objects.exists()


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/search/"),
        ("get", "/counterparties/"),
        ("get", "/counterparties/duplicates/"),
        ("post", "/counterparties/add/"),
    ],
)
def test_nothing_of_the_number_reaches_the_log(person, caplog, method, address):
    caplog.set_level(logging.DEBUG)
    client = signed_in(superuser())

    getattr(client, method)(address, {"q": NUMBER, "number": NUMBER, "identifier_type": "egn"})

    assert NUMBER not in caplog.text
    assert not [record for record in caplog.records if NUMBER in str(record.__dict__)]


# -- Form --------------------------------------------------------------------------------------------


def record(**changes) -> dict[str, object]:
    return {
        "kinds": ["client"],
        "person_kind": "natural",
        "given_name": "Иван",
        "family_name": "Иванов",
        "country": "BG",
        "identifier_type": "egn",
        "vat_registration": "full",
    } | changes


def test_an_empty_number_in_the_form_keeps_the_one_that_is_there(person):
    client = browser_of(*SEE_ALL, *CHANGE_ALL)

    answer = client.post(reverse("counterparties:counterparty_edit", args=[person.pk]), record())

    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.personal_number, person.vat_from_personal_number) == (NUMBER, True)


def test_another_number_in_the_form_takes_its_place_and_its_spaces_are_dropped(person):
    client = browser_of(*SEE_ALL, *CHANGE_ALL)
    other = egn(71)

    client.post(
        reverse("counterparties:counterparty_edit", args=[person.pk]), record(number=f" {other[:6]} {other[6:]}")
    )

    person.refresh_from_db()
    assert person.personal_number == other


def test_a_refused_form_shows_only_what_was_typed(person):
    client = browser_of(*SEE_ALL, *CHANGE_ALL)

    answer = client.post(
        reverse("counterparties:counterparty_edit", args=[person.pk]), record(given_name="", family_name="")
    )

    assert answer.status_code == 422
    assert NUMBER not in answer.content.decode()
