"""What a page costs in queries, session and rights included, and that it costs the same with one row and with three."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.models import SavedView
from counterparties.models import Counterparty, ViesCheck
from tests.factories.contacts import (
    AddressFactory,
    BankAccountFactory,
    ContactLinkFactory,
    ContactPersonFactory,
    PersonEmailFactory,
    PersonPhoneFactory,
)
from tests.factories.counterparties import (
    CharacteristicFactory,
    CharacteristicValueFactory,
    ClientFactory,
    OwnFirmFactory,
    PartyTypeFactory,
    RelationFactory,
    ServingFirmFactory,
    StatusFactory,
)
from tests.factories.users import TeamFactory, UserFactory
from tests.people import fresh, signed_in, superuser

pytestmark = pytest.mark.django_db


def seller():
    return fresh(UserFactory(role="seller", team=TeamFactory(), language="en"))


USERS = pytest.mark.parametrize("make_user", [superuser, seller], ids=["superuser", "seller"])


def cost(client, address: str, **kwargs) -> list[str]:
    """The queries of one request, the second one: what is kept between requests is there already."""
    client.get(address, **kwargs)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(address, **kwargs)
        if answer.streaming:
            answer.getvalue()
    assert answer.status_code == 200
    return [query["sql"] for query in asked.captured_queries]


def filled_client(user, rows: int, number: int = 0) -> Counterparty:
    """A client with `rows` of everything that a dossier of the core can hold."""
    party = ClientFactory(
        name=f"Фирма {number}",
        is_supplier=True,
        trader=user,
        status=StatusFactory(effects=["warn", "stop_sales"]),
        client_type=PartyTypeFactory(),
        supplier_type=PartyTypeFactory(tree="supplier"),
        note="бележка",
        insolvency="insolvency",
        insolvency_source="ТР",
    )
    for _row in range(rows):
        ServingFirmFactory(party=party)
        RelationFactory(from_party=party, to_party=ClientFactory(trader=user))
        RelationFactory(to_party=party, from_party=ClientFactory(trader=user))
        CharacteristicValueFactory(party=party, text="x")
        CharacteristicValueFactory(
            party=party,
            characteristic=CharacteristicFactory(value_type="party"),
            other_party=ClientFactory(trader=user),
        )
        ViesCheck.objects.create(party=party, vat_number="BG1", asked_at=timezone.now(), asked_by=user, is_valid=True)
        Counterparty.objects.filter(pk=party.pk).update(note=f"бележка {_row}", trader=user)
    return party


def fill_tabs(party: Counterparty, rows: int) -> None:
    for _row in range(rows):
        person = ContactPersonFactory()
        PersonPhoneFactory(person=person)
        PersonEmailFactory(person=person)
        ContactLinkFactory(party=party, person=person)
        AddressFactory(party=party)
        BankAccountFactory(party=party)


@USERS
def test_the_lists_cost_at_most_eight_queries_however_many_rows(make_user):
    user = make_user()
    client = signed_in(user)
    addresses = ["/counterparties/", "/counterparties/clients/", "/counterparties/clients/?q=фирма&sort=-trader&page=9"]
    asked = {}
    for rows in (1, 3):
        for number in range(rows):
            filled_client(user, rows, number)
            SavedView.objects.create(user=user, list_key="counterparties.clients", name=f"{rows}.{number}")
            CharacteristicFactory(in_filter=True)
        asked[rows] = [cost(client, address) for address in addresses]

    assert [len(one) for one in asked[1]] == [len(three) for three in asked[3]]
    for queries in asked[3]:
        assert len(queries) <= 8, "\n".join(queries)


@USERS
def test_the_dossier_costs_at_most_twelve_queries_however_much_it_holds(make_user):
    user = make_user()
    client = signed_in(user)

    asked = []
    for rows in (1, 3):
        party = filled_client(user, rows)
        fill_tabs(party, rows)
        asked.append(cost(client, party.get_absolute_url()))
    one, three = asked

    assert len(one) == len(three), "\n".join(three)
    assert len(three) <= 12, "\n".join(three)


@USERS
@pytest.mark.parametrize("slug", ["history", "contacts", "addresses", "bank-accounts"])
def test_every_tab_costs_the_same_with_one_row_and_with_three(make_user, slug):
    user = make_user()
    client = signed_in(user)

    asked = []
    for rows in (1, 3):
        party = filled_client(user, rows)
        fill_tabs(party, rows)
        asked.append(cost(client, reverse("counterparties:counterparty_tab", args=[party.pk, slug])))

    assert len(asked[0]) == len(asked[1]), "\n".join(asked[1])
    assert len(asked[1]) <= 16, "\n".join(asked[1])


@USERS
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/search/?q=фирма&stay=1",
        "/counterparties/picker/?q=фирма",
        "/counterparties/duplicates/?name=Фирма+0",
        "/counterparties/add/",
        "/about/",
    ],
)
def test_the_other_pages_cost_the_same_however_many_rows(make_user, address):
    user = make_user()
    client = signed_in(user)
    asked = []
    for rows in (1, 3):
        for number in range(rows):
            client.get(filled_client(user, rows, number).get_absolute_url())
            OwnFirmFactory()
        asked.append(cost(client, address))

    assert len(asked[0]) == len(asked[1]), "\n".join(asked[1])
    assert len(asked[1]) <= 20, "\n".join(asked[1])


@USERS
@pytest.mark.parametrize("name", ["counterparty_edit", "counterparty_print"])
def test_form_and_print_cost_the_same_however_much_the_record_holds(make_user, name):
    user = make_user()
    client = signed_in(user)
    asked = []
    for rows in (1, 3):
        party = filled_client(user, rows)
        if make_user is seller:
            Counterparty.objects.filter(pk=party.pk).update(is_supplier=False)
        asked.append(cost(client, reverse(f"counterparties:{name}", args=[party.pk])))

    # A characteristic that names a party is a picker of its own, which asks for the party's name.
    pickers = 4 if name == "counterparty_edit" else 0
    assert len(asked[1]) - len(asked[0]) <= pickers, "\n".join(asked[1])
