"""The door of figures, in the dossier and in the lists, proved by one registered here."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import DecimalField, F, Value
from django.test.utils import CaptureQueriesContext

from common.lists import Column
from common.money import format_money
from counterparties import figures, lists
from counterparties.figures import Figure
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from tests.factories.counterparties import BankFactory, ClientFactory
from tests.people import SEE_ALL, browser_of, signed_in, superuser

pytestmark = pytest.mark.django_db

RIGHT = "counterparties.balance_client"
ON = dt.date(2026, 11, 3)


def owed(parties, own_firms, on, user):
    """Each party owes as many euro as its payment term has days, and the same in dollars at half the worth."""
    rows = Counterparty.objects.filter(payment_term_days__isnull=False)
    rows = rows.filter(pk__in=parties) if hasattr(parties, "values") else rows.filter(pk=parties)
    money = DecimalField(max_digits=18, decimal_places=2)
    return rows.order_by().annotate(
        party=F("pk"),
        own_firm=Value(None, output_field=money),
        currency=Value("USD"),
        amount=F("payment_term_days") * Value(Decimal("2.00"), output_field=money),
        amount_eur=F("payment_term_days") * Value(Decimal("1.00"), output_field=money),
    )


@pytest.fixture
def figure():
    one = Figure(
        name="owed",
        label="What is owed",
        permission=RIGHT,
        queryset=owed,
        list_url=lambda party, on: f"/test/documents/?party={party.pk}",
        kinds=(Kind.CLIENT,),
        alarming=True,
    )
    column = Column(
        "owed",
        "What is owed",
        lambda party: format_money(party.owed, "EUR"),
        sort=["owed"],
        numeric=True,
        default=False,
        permission=RIGHT,
        annotate=lambda parties, user: parties.annotate(owed=one.as_column(ON, user)),
        export=lambda party: party.owed,
    )
    figures.figures.register(one)
    lists.columns.register(column)
    yield one
    lists.columns.unregister("owed")
    figures.figures.unregister("owed")


def test_without_figures_the_summary_shows_none():
    page = signed_in(superuser()).get(ClientFactory().get_absolute_url())

    assert "Figures" not in [str(panel["title"]) for panel in page.context["panels"]]


def test_a_figure_is_shown_with_its_currencies_and_leads_to_what_adds_up_to_it(figure):
    party = ClientFactory(payment_term_days=30)
    client = browser_of(*SEE_ALL, RIGHT)

    page = client.get(party.get_absolute_url()).content.decode()

    assert "What is owed" in page
    assert format_money(Decimal(30), "EUR", "en") in page
    assert format_money(Decimal(60), "USD", "en") in page
    assert f'href="/test/documents/?party={party.pk}"' in page


@pytest.mark.parametrize("reason", ["no right", "foreign kind"])
def test_a_figure_is_absent_without_its_right_and_for_other_kinds(figure, reason):
    party = ClientFactory(payment_term_days=30) if reason == "no right" else BankFactory(payment_term_days=30)
    client = browser_of(*SEE_ALL, *([RIGHT] if reason == "foreign kind" else []))

    page = client.get(party.get_absolute_url()).content.decode()

    assert "What is owed" not in page


@pytest.fixture
def three(figure):
    return [ClientFactory(name=name, payment_term_days=days) for name, days in (("а", 20), ("б", None), ("в", 10))]


@pytest.mark.parametrize(("sort", "order"), [("owed", "бва"), ("-owed", "авб")])
@pytest.mark.parametrize("shown", ["&columns=name&columns=owed", "&columns=name", ""])
def test_a_list_sorts_by_a_figure_whether_its_column_is_shown_or_not(three, sort, order, shown):
    answer = browser_of(*SEE_ALL, RIGHT).get(f"/counterparties/clients/?sort={sort}{shown}")

    assert "".join(row.object.name for row in answer.context["rows"]) == order


def test_the_column_shows_zero_where_nothing_is_owed_and_exports_numbers(three):
    client = browser_of(*SEE_ALL, RIGHT, "counterparties.export_client")
    query = "columns=name&columns=owed&sort=name"

    page = client.get(f"/counterparties/clients/?{query}").content.decode()
    file = client.get(f"/counterparties/clients/?{query}&export=csv").getvalue().decode("utf-8-sig")

    assert format_money(Decimal(20), "EUR", "en") in page
    assert file.splitlines() == ["Name;What is owed", "а;20,00", "б;0,00", "в;10,00"]


def test_without_the_right_the_column_is_neither_shown_nor_sorted_by_nor_chosen(three):
    client = browser_of(*SEE_ALL)

    answer = client.get("/counterparties/clients/?sort=-owed&columns=name&columns=owed")

    assert [column.name for column in answer.context["columns"]] == ["name"]
    assert [row.object.name for row in answer.context["rows"]] == ["а", "б", "в"]
    assert "What is owed" not in answer.content.decode()


def test_a_figure_costs_one_query_on_the_summary(figure):
    client = signed_in(superuser())
    address = ClientFactory(payment_term_days=30).get_absolute_url()

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked.captured_queries)

    cost()
    with_it = cost()
    figures.figures.unregister("owed")
    try:
        without = cost()
    finally:
        figures.figures.register(figure)

    assert with_it - without == 1
