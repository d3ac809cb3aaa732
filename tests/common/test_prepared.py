"""A query that the database plans once: its keys are put in wherever they stand, and plans do not pile up."""

import pytest
from django.db import connection, transaction
from django.db.models import Q

from common import prepared
from common.prepared import MARKS, PreparedQuery
from documents.models import File
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import FileFactory

pytestmark = pytest.mark.django_db
PARTY, USER = MARKS


def test_each_key_comes_to_its_places():
    query = PreparedQuery("SELECT %s + 1, %s, %s, '100%%', %s", [PARTY, USER, PARTY, "it's $5"])

    assert query.ask(5, 7) == [(6, 7, 5, "100%", "it's $5")]
    assert query.ask(8, 9) == [(9, 9, 8, "100%", "it's $5")]


def test_a_key_stands_in_an_array_too():
    mine, other = FileFactory(audience=[5, 7]), FileFactory(audience=[8])
    FileFactory(party=ClientFactory())
    rows = File.objects.filter(Q(audience__contains=[USER]) & ~Q(party=PARTY)).order_by("pk").values_list("pk")
    query = PreparedQuery(*rows.query.sql_with_params())

    assert query.ask(0, 7) == [(mine.pk,)]
    assert query.ask(0, 8) == [(other.pk,)]
    assert query.ask(other.party_id, 8) == []


def test_a_key_within_a_text_is_refused():
    with pytest.raises(ValueError, match="within a text"):
        PreparedQuery("SELECT %s", [f"party {PARTY}"])


def test_only_the_latest_plans_are_kept(monkeypatch):
    monkeypatch.setattr(prepared, "KEPT", 2)
    queries = [PreparedQuery(f"SELECT {number} + %s", [PARTY]) for number in range(101, 104)]

    assert [query.ask(1, 1) for query in (*queries, queries[0])] == [[(102,)], [(103,)], [(104,)], [(102,)]]
    with connection.cursor() as cursor:
        names = [one.name for one in queries]
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = ANY(%s)", [names])
        assert cursor.fetchone() == (2,)


def test_a_query_asked_in_a_transaction_that_was_undone_can_be_asked_again():
    query = PreparedQuery("SELECT %s * 2", [PARTY])
    with transaction.atomic():
        query.ask(1, 1)
        transaction.set_rollback(True)

    assert query.ask(4, 1) == [(8,)]
