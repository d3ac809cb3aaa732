"""The lists of parties: kinds, filter, sort, pages, views, columns, bulk deeds."""

import pytest
from django.urls import reverse

from common.lists import CountedPaginator
from common.models import SavedView
from counterparties.kinds import Kind
from counterparties.lists import columns
from counterparties.models import Counterparty
from tests.factories.counterparties import (
    BankFactory,
    CharacteristicFactory,
    CharacteristicValueFactory,
    ClientFactory,
    NaturalPersonFactory,
    PartyTypeFactory,
    StatusFactory,
    SupplierFactory,
    eik,
)
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, fresh, signed_in, superuser, worker

pytestmark = pytest.mark.django_db

CLIENTS = "/counterparties/clients/"


@pytest.fixture
def client():
    return signed_in(superuser())


def names(client, query="", address=CLIENTS) -> list[str]:
    answer = client.get(f"{address}?{query}")
    assert answer.status_code == 200
    return [row.object.name for row in answer.context["rows"]]


# -- Kinds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_has_a_list_of_its_own(client, kind):
    for one in Kind:
        Counterparty.objects.create(name=one.value, **{one.flag: True})
    both = Counterparty.objects.create(name="както и", is_client=True, is_bank=True)

    listed = names(client, address=f"/counterparties/{kind.slug}/")

    assert set(listed) == {kind.value, *([both.name] if kind in both.kinds else [])}


def test_the_list_of_all_shows_each_party_once_and_no_archived_one(client):
    ClientFactory(name="А", is_bank=True, is_supplier=True)
    ClientFactory(name="Б").archive(UserFactory(), "край")

    assert names(client, address="/counterparties/") == ["А"]


def test_a_list_of_a_kind_without_the_right_to_it_is_refused_and_not_in_the_menu():
    browser = browser_of("counterparties.view_client")

    assert browser.get("/counterparties/banks/").status_code == 403
    page = browser.get(CLIENTS).content.decode()
    assert "/counterparties/banks/" not in page
    assert CLIENTS in page


def test_an_unknown_kind_is_a_404(client):
    assert client.get("/counterparties/robots/").status_code == 404


# -- Filter ------------------------------------------------------------------------------------------


@pytest.fixture
def four():
    status, top = StatusFactory(name="добър"), PartyTypeFactory(name="На едро")
    below = PartyTypeFactory(name="Вериги", parent=top)
    trader = UserFactory(first_name="Ана", last_name="Колева")
    ClientFactory(name="а", status=status, client_type=top, trader=trader, vat_registration="full")
    ClientFactory(name="б", client_type=below, country="DE")
    NaturalPersonFactory(name="в", given_name="в", family_name="")
    ClientFactory(name="г").archive(trader, "край")
    return {"status": status.pk, "top": top.pk, "below": below.pk, "trader": trader.pk}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "абв"),
        ("q=б", "б"),
        ("status={status}", "а"),
        ("status={status}&status=999", "абв"),
        ("client_type={top}", "аб"),
        ("client_type={below}", "б"),
        ("trader={trader}", "а"),
        ("trader=none", "бв"),
        ("person_kind=natural", "в"),
        ("vat=yes", "а"),
        ("vat=no", "бв"),
        ("foreign=yes", "б"),
        ("foreign=no", "ав"),
        ("archived=with", "абвг"),
        ("archived=only", "г"),
        ("client_type={top}&vat=yes", "а"),
        ("person_kind=robot", "абв"),
    ],
)
def test_the_filter_leaves_the_rows_it_names_and_a_wrong_value_leaves_the_others_at_work(client, four, query, found):
    assert "".join(names(client, query.format(**four))) == found


def test_a_chip_tells_what_is_filtered_and_leads_to_the_list_without_it(client, four):
    answer = client.get(f"{CLIENTS}?status={four['status']}&vat=yes&sort=-name&page=1")

    chips = {str(label): (value, url) for label, value, url in answer.context["chips"]}
    assert chips["Status"] == ("добър", f"{CLIENTS}?vat=yes&sort=-name")
    assert chips["VAT registration"] == ("registered", f"{CLIENTS}?status={four['status']}&sort=-name")


@pytest.mark.parametrize(
    ("value_type", "value", "asked", "other"),
    [
        ("text", {"text": "Червен"}, "червен", "син"),
        ("choice", {"text": "злато"}, "злато", "сребро"),
        ("boolean", {"boolean": True}, "1", "0"),
        ("number", {"number": "12.5"}, "12,50", "12"),
    ],
)
def test_a_characteristic_in_the_filter_is_filtered_by(client, value_type, value, asked, other):
    one = CharacteristicFactory(value_type=value_type, in_filter=True, choices="злато\nсребро")
    CharacteristicValueFactory(party__name="има", characteristic=one, **value)
    ClientFactory(name="няма")

    assert names(client, f"ch{one.pk}={asked}") == ["има"]
    assert names(client, f"ch{one.pk}={other}") == []


def test_a_characteristic_of_another_kind_is_not_in_the_filter(client):
    one = CharacteristicFactory(kind="bank", in_filter=True)

    assert f"ch{one.pk}" not in client.get(CLIENTS).context["filter"].form.fields
    assert f"ch{one.pk}" in client.get("/counterparties/banks/").context["filter"].form.fields


# -- Sort and pages ----------------------------------------------------------------------------------


@pytest.fixture
def many():
    """Sixty clients with gaps and repeats in every column that can be sorted."""
    statuses = [None, StatusFactory(order=1), StatusFactory(order=2)]
    traders = [None, UserFactory(first_name="Б"), UserFactory(first_name="А")]
    types = [None, PartyTypeFactory(), PartyTypeFactory()]
    for number in range(60):
        ClientFactory(
            name=f"Фирма {number % 25:02d}",
            status=statuses[number % 3],
            trader=traders[number % 2],
            client_type=types[number % 3],
            identifier_type="eik" if number % 2 else "",
            registration_number=eik(number) if number % 2 else "",
            email=f"{number % 7}@example.com" if number % 4 else "",
            country="DE" if number % 5 == 0 else "BG",
            payment_term_days=number % 6 or None,
        )


def walked(client, query: str) -> list[int]:
    """The keys of all pages, one after the other."""
    keys, number = [], 1
    while True:
        answer = client.get(f"/counterparties/?page_size=25&page={number}&{query}")
        keys += [row.pk for row in answer.context["rows"]]
        if number == answer.context["paginator"].num_pages:
            return keys
        number += 1


@pytest.mark.parametrize("name", [column.name for column in columns if column.sort and column.annotate is None])
def test_every_sortable_column_sorts_both_ways_and_pages_miss_nothing(client, many, name):
    forward, backward = walked(client, f"sort={name}"), walked(client, f"sort=-{name}")

    assert len(set(forward)) == len(forward) == 60
    assert backward == forward[::-1]


def test_names_sort_as_bulgarian_does_without_quotes_and_case(client):
    for name in ("„Ягода“", "ябълка", "Йод", "Игла", "Алфа", "ЪГЪЛ", "Zebra"):
        ClientFactory(name=name)

    assert names(client, "sort=name") == ["Алфа", "Игла", "Йод", "ЪГЪЛ", "ябълка", "„Ягода“", "Zebra"]


@pytest.mark.parametrize("number", range(1, 8))
def test_a_page_read_from_the_end_equals_the_same_page_read_from_the_front(many, number):
    rows = Counterparty.objects.order_by("-status__order", "payment_term_days", "pk")

    page = CountedPaginator(rows, 9).page(number)

    assert list(page.object_list) == list(rows[(number - 1) * 9 : number * 9])


@pytest.mark.parametrize(
    ("asked", "got"), [("", 1), ("1", 1), ("3", 3), ("4", 3), ("99999999", 3), ("0", 1), ("-1", 1), ("х", 1)]
)
def test_a_page_beyond_the_end_is_the_last_and_a_wrong_one_the_first(client, many, asked, got):
    answer = client.get(f"{CLIENTS}?page_size=25&page={asked}")

    assert answer.context["page_obj"].number == got
    assert answer.context["total"] == 60


def test_the_page_size_is_the_users_own_until_the_address_asks_another(many):
    user = superuser()
    user.page_size = 25
    user.save()
    client = signed_in(user)

    assert len(names(client)) == 25
    assert len(names(client, "page_size=50")) == 50
    assert len(names(client, "page_size=1000")) == 25


def test_htmx_gets_the_list_alone_and_everyone_else_the_page(client):
    ClientFactory(name="Алфа")

    part = client.get(CLIENTS, headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()
    whole = client.get(CLIENTS).content.decode()

    assert "<html" not in part
    assert "Алфа" in part
    assert "<html" in whole


# -- Columns and saved views -------------------------------------------------------------------------


def test_the_choice_of_columns_is_remembered_per_list_and_reset(client):
    ClientFactory()

    def shown(address=CLIENTS):
        return [column.name for column in client.get(address).context["columns"]]

    delivered = shown()
    client.post("/lists/columns/?list=counterparties.clients", {"columns": ["email", "name", "няма"], "next": CLIENTS})
    assert shown() == ["name", "email"]  # in the list's own order; a column that is not there is left out
    assert shown("/counterparties/suppliers/") != ["name", "email"]
    client.post("/lists/columns/?list=counterparties.clients", {"columns": ["email"], "reset": "1"})
    assert shown() == delivered


def save_view(client, **typed):
    return client.post("/views/save/?list=counterparties.clients", {"next": CLIENTS} | typed)


def test_a_saved_view_brings_back_filter_sort_and_columns(client):
    for name in ("Алфа", "Алфа Бета", "Гама"):
        ClientFactory(name=name)

    answer = save_view(
        client, name="Моят изглед", query="q=алфа&sort=-name&columns=name&columns=email&page=2&export=csv"
    )

    view = SavedView.objects.get()
    assert answer.headers["Location"] == f"{CLIENTS}?view={view.pk}"
    page = client.get(answer.headers["Location"])
    assert [row.object.name for row in page.context["rows"]] == ["Алфа Бета", "Алфа"]
    assert [column.name for column in page.context["columns"]] == ["name", "email"]
    assert [one["active"] for one in page.context["saved_views"]] == [True]
    # What the address says goes before what the view keeps.
    assert names(client, f"view={view.pk}&q=гама") == ["Гама"]


def test_saving_under_the_same_name_replaces_the_view(client):
    save_view(client, name="Изглед", query="q=алфа")
    save_view(client, name=" Изглед ", query="q=бета")

    assert [view.query for view in SavedView.objects.all()] == ["q=%D0%B1%D0%B5%D1%82%D0%B0"]


def test_a_view_is_shared_only_with_the_right_to_it():
    owner, plain = worker(*SEE_ALL, "common.share_savedview"), worker(*SEE_ALL)
    for user in (owner, plain):
        save_view(signed_in(user), name=f"на {user.pk}", query="q=x", is_shared="1")

    offered = signed_in(worker(*SEE_ALL)).get(CLIENTS).context["saved_views"]

    assert [(view["name"], view["can_delete"]) for view in offered] == [(f"на {owner.pk}", False)]


def test_a_view_is_deleted_by_its_owner_alone():
    owner, other = worker(*SEE_ALL, "common.share_savedview"), signed_in(worker(*SEE_ALL))
    save_view(signed_in(owner), name="общ", query="", is_shared="1")
    save_view(signed_in(owner), name="личен", query="")
    shared, private = SavedView.objects.get(name="общ"), SavedView.objects.get(name="личен")

    assert other.post(reverse("common:saved_view_delete", args=[shared.pk])).status_code == 403
    assert other.post(reverse("common:saved_view_delete", args=[private.pk])).status_code == 404
    assert signed_in(owner).post(reverse("common:saved_view_delete", args=[shared.pk])).status_code == 302
    assert list(SavedView.objects.all()) == [private]


def test_somebody_elses_view_in_the_address_changes_nothing():
    view = SavedView.objects.create(user=UserFactory(), list_key="counterparties.clients", name="чужд", query="q=няма")
    ClientFactory(name="Алфа")

    assert names(browser_of(*SEE_ALL), f"view={view.pk}") == ["Алфа"]


def test_a_view_without_a_name_is_refused(client):
    save_view(client, name="  ", query="q=x")

    assert not SavedView.objects.exists()


# -- Bulk deeds --------------------------------------------------------------------------------------


def messages_of(client, answer) -> str:
    return " ".join(str(message) for message in client.get(answer.headers["Location"]).context["messages"])


def test_a_bulk_archive_does_what_the_user_may_and_tells_what_was_left():
    user = worker(*SEE_ALL, "counterparties.archive_client")
    mine, both, bank = ClientFactory(), ClientFactory(is_supplier=True), BankFactory()
    client = signed_in(user)

    answer = client.post(
        "/counterparties/", {"action": "archive", "selected": [mine.pk, both.pk, bank.pk], "reason": "край"}
    )

    assert list(Counterparty.objects.archived()) == [mine]
    told = messages_of(client, answer)
    assert "1 party is archived." in told
    assert "2 were left" in told


def test_a_bulk_assignment_does_what_the_user_may_and_tells_what_was_left():
    trader = UserFactory(first_name="Ана")
    user = worker(*SEE_ALL, "counterparties.change_client", "counterparties.assign_trader")
    mine, supplier = ClientFactory(), SupplierFactory()
    client = signed_in(user)

    answer = client.post("/counterparties/", {"action": "assign_trader", "all": "1", "trader": trader.pk})

    assert list(Counterparty.objects.filter(trader=trader)) == [mine]
    told = messages_of(client, answer)
    assert "Ана is now responsible for 1 more party." in told
    assert "1 was left" in told
    assert supplier.trader is None


def test_all_rows_means_all_that_the_filter_finds_on_every_page(client):
    for number in range(30):
        ClientFactory(name=f"Алфа {number}")
    ClientFactory(name="Бета")

    client.post(f"{CLIENTS}?q=алфа&page_size=25", {"action": "archive", "all": "1", "reason": "край"})

    assert list(Counterparty.objects.current().values_list("name", flat=True)) == ["Бета"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"action": "archive", "reason": "край"}, "Choose at least one row."),
        ({"action": "archive", "all": "1", "reason": " "}, "Say why"),
        ({"action": "assign_trader", "all": "1", "trader": ""}, "Choose a trader."),
        ({"action": "assign_trader", "all": "1", "trader": "{inactive}"}, "Choose a trader."),
    ],
)
def test_a_bulk_deed_that_misses_something_says_so_and_does_nothing(client, typed, words):
    inactive = UserFactory(is_active=False)
    ClientFactory()

    answer = client.post(CLIENTS, {key: value.format(inactive=inactive.pk) for key, value in typed.items()})

    assert words in messages_of(client, answer)
    assert Counterparty.objects.filter(archived_at=None, trader=None).count() == 1


def test_bulk_deeds_are_offered_and_done_only_with_their_rights():
    user = worker(*SEE_ALL)
    ClientFactory()
    client = signed_in(fresh(user))

    assert client.get(CLIENTS).context["bulk_actions"] == []
    for action in ("archive", "assign_trader", "delete"):
        assert client.post(CLIENTS, {"action": action, "all": "1", "reason": "x"}).status_code == 403
