"""The search box: any case, either alphabet, parts of numbers; one hit opens; signs do no harm."""

import pytest

from counterparties import search
from counterparties.search import Hit, SearchSource
from tests.factories.counterparties import BankFactory, ClientFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, signed_in, superuser, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return signed_in(superuser())


@pytest.fixture
def alpha():
    return ClientFactory(
        name="Алфа-Щит Комерс 2000",
        short_name="АЩК",
        name_latin="Alpha Shield",
        identifier_type="eik",
        registration_number="175074752",
        vat_number="BG175074752",
        email="Office.Sofia@alfa-shtit.example",
        phone="+359888123456",
    )


def found(client, text) -> list[str]:
    answer = client.get("/search/", {"q": text, "stay": "1"})
    assert answer.status_code == 200
    return [hit.url for group in answer.context["groups"] for hit in group.hits]


@pytest.mark.parametrize(
    "text",
    [
        "Алфа-Щит Комерс 2000",
        "АЛФА",
        "алфа щит",
        "щит алфа",
        "alfa shtit",
        "ALFA SHTIT",
        "комерс",
        "komers",
        "фа-щи",
        "ащк",
        "alpha shield",
        "„Алфа“ ООД",
        "175074752",
        "07475",
        "175 074",
        "BG175074752",
        "bg17507",
        "ВG175074752",  # the first letter is Cyrillic
        "0888123456",
        "888123456",
        "359888",
        "+359 888 123 456",
        "office.sofia",
        "alfa-shtit.example",
        "Office.Sofia@alfa-shtit.example",
    ],
)
def test_a_party_is_found_by_what_people_type(client, alpha, text):
    BankFactory(name="Съвсем друга банка")

    assert found(client, text) == [alpha.get_absolute_url()]


@pytest.mark.parametrize(
    "text",
    ["бета", "алфа бета", "175074753", "%", "_", "%%", "__", "\\", "\\%", "'", "''", '"', "';--", "*", "()", "^", "$"],
)
def test_what_is_not_there_is_not_found_and_signs_do_no_harm(client, alpha, text):
    assert found(client, text) == []


def test_one_hit_opens_at_once(client, alpha):
    assert client.get("/search/", {"q": "алфа"}).headers["Location"] == alpha.get_absolute_url()


def test_several_hits_are_listed_in_order_of_name(client, alpha):
    second = ClientFactory(name="Алфа Бета")

    answer = client.get("/search/", {"q": "алфа"})

    (group,) = answer.context["groups"]
    assert [hit.party for hit in group.hits] == [second, alpha]
    assert "EIK 175074752" in answer.content.decode()


def test_archived_parties_are_found_and_said_to_be_archived(client, alpha):
    alpha.archive(UserFactory(), "закрита")

    page = client.get("/search/", {"q": "алфа", "stay": "1"}).content.decode()

    assert alpha.get_absolute_url() in page
    assert "archived" in page


@pytest.mark.parametrize("text", ["", " ", "а"])
def test_less_than_two_letters_ask_for_more(client, alpha, text):
    answer = client.get("/search/", {"q": text})

    assert answer.status_code == 200
    assert answer.context["groups"] == []


def test_the_answer_is_cut_at_the_limit_and_says_so(client):
    for number in range(search.LIMIT + 1):
        ClientFactory(name=f"Еднаква {number}")

    (group,) = client.get("/search/", {"q": "еднаква"}).context["groups"]

    assert (len(group.hits), group.more) == (search.LIMIT, True)


def test_what_was_typed_comes_back_escaped(client):
    page = client.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_app_adds_a_source_of_its_own_that_asks_for_a_right(alpha):
    def find(text, user, limit):
        return [Hit(alpha, f"Offer {text}", "of Alfa", alpha.get_absolute_url() + "offers/")]

    search.sources.register(SearchSource("test", "Offers", find, permission="counterparties.comment", order=5))
    try:
        titles = {
            right: [str(group.title) for group in search.search("алфа", worker(*SEE_ALL, *right))]
            for right in [(), ("counterparties.comment",)]
        }
    finally:
        search.sources.unregister("test")

    assert titles == {(): ["Counterparties"], ("counterparties.comment",): ["Offers", "Counterparties"]}


def test_the_list_and_the_picker_search_by_the_same_words(alpha):
    ClientFactory(name="Друга")
    client = browser_of(*SEE_ALL)

    listed = client.get("/counterparties/clients/", {"q": "ALFA shtit"})
    picked = client.get("/counterparties/picker/", {"q": "ALFA shtit", "kind": "client"}).json()

    assert [row.pk for row in listed.context["rows"]] == [alpha.pk]
    assert [row["id"] for row in picked["results"]] == [alpha.pk]


def test_the_picker_offers_no_archived_parties_no_other_kind_and_twenty_at_most(alpha):
    BankFactory(name="Алфа банк")
    ClientFactory(name="Алфа архив").archive(UserFactory(), "край")
    client = browser_of(*SEE_ALL)

    narrowed = client.get("/counterparties/picker/", {"q": "алфа", "kind": "client"}).json()
    for number in range(25):
        ClientFactory(name=f"Алфа {number}")
    many = client.get("/counterparties/picker/", {"q": "алфа"}).json()

    assert [row["id"] for row in narrowed["results"]] == [alpha.pk]
    assert len(many["results"]) == 20
