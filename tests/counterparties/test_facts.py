"""The frame's one query is put together once for all with the same rights, and answers each of them his own."""

import datetime as dt
import logging

import pytest
from django.db.models import Value
from django.utils import timezone, translation

from counterparties import dossier, facts
from counterparties.dossier import DossierFrame
from counterparties.models import Counterparty
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import FileFactory
from tests.factories.events import EventFactory, EventParticipantFactory
from tests.factories.users import TeamFactory, UserFactory
from tests.people import SEE_ALL, fresh, superuser, worker

pytestmark = pytest.mark.django_db
RIGHTS = (*SEE_ALL, "events.view_event", "documents.view_file", "contacts.view_contactperson")


@pytest.fixture(autouse=True)
def nothing_prepared():
    facts._prepared.clear()
    yield
    facts._prepared.clear()


def facts_of(rf, user, party) -> dict:
    request = rf.get("/")
    request.user = fresh(user)
    return DossierFrame.of(request, party.pk).facts


def test_users_of_the_same_rights_share_the_query_and_not_its_answer(rf):
    seller, other = (UserFactory(role="seller", team=TeamFactory()) for _number in range(2))
    parties = [ClientFactory(trader=seller), ClientFactory(trader=seller)]
    for number, party in enumerate(parties, start=1):
        for _row in range(number):
            EventFactory(party=party, author=seller, is_private=True)
    EventParticipantFactory(event=parties[1].dossier_events.first(), user=other)
    people = [worker(*RIGHTS) for _number in range(2)]
    EventParticipantFactory(event=parties[0].dossier_events.first(), user=people[1])

    counted = [[facts_of(rf, user, party)["count_events"] for party in parties] for user in (seller, *people)]

    assert counted == [[1, 2], [0, 0], [1, 0]]
    assert len(facts._prepared) == 2
    assert all(prepared is not None for prepared in facts._prepared.values())


def test_what_is_prepared_answers_as_if_it_were_put_together_anew(rf, monkeypatch):
    party, user = ClientFactory(), superuser()
    EventFactory(party=party, starts_at=timezone.now() - dt.timedelta(hours=3), author=user)
    EventFactory(party=party, author=user)
    EventFactory(party=party, starts_at=timezone.now() - dt.timedelta(hours=2), done_at=timezone.now(), author=user)
    FileFactory(party=party, audience=[user.pk])
    facts_of(rf, user, ClientFactory())

    shared = facts_of(rf, user, party)
    monkeypatch.setattr(facts, "prepare", lambda *args: None)
    facts._prepared.clear()

    assert facts_of(rf, user, party) == shared
    assert (shared["count_events"], shared["count_files"], shared["warn_overdue_events"]) == (3, 1, 1)
    assert len(shared["panel_latest"]) == 2
    assert len(shared["panel_next_events"]) == 2


def test_users_whose_queries_differ_are_told_apart():
    translation.activate("en")
    team, member = TeamFactory(), worker(*RIGHTS, parties="team")
    same = UserFactory()
    same.groups.set(member.groups.all())
    rights = facts.rights_of(fresh(same))
    assert facts.rights_of(member) == rights

    for field, value in (("is_superuser", True), ("is_active", False), ("team", team)):
        other = fresh(same)
        setattr(other, field, value)
        assert facts.rights_of(other) != rights, field
    for names, scopes in ((RIGHTS, {}), (RIGHTS[:-1], {"parties": "team"}), (RIGHTS, {"firms": "assigned"})):
        assert facts.rights_of(worker(*names, **scopes)) != rights
    with translation.override("bg"):
        assert facts.rights_of(fresh(same)) != rights


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (lambda party, user: Value(party.name), "key and kinds"),
        (lambda party, user: Value(timezone.now()), "names a moment"),
    ],
)
def test_an_expression_that_reads_more_is_asked_anew_each_time_and_the_log_says_so(rf, caplog, expression, words):
    party, user = ClientFactory(name="Алфа"), superuser()
    dossier.warnings.register(dossier.HeadWarning("nosy", lambda party, value, user: (), expression))
    try:
        with caplog.at_level(logging.WARNING):
            value = facts_of(rf, user, party)["warn_nosy"]
    finally:
        dossier.warnings.unregister("nosy")

    assert value == "Алфа" or value is not None
    assert words in caplog.text


def test_no_more_queries_are_kept_than_a_few_hundred(rf, monkeypatch):
    monkeypatch.setattr(facts, "KEPT", 1)
    user = superuser()

    for kinds in ({"is_client": True}, {"is_client": True, "is_supplier": True}):
        facts_of(rf, user, Counterparty.objects.get(pk=ClientFactory(**kinds).pk))

    assert len(facts._prepared) == 1
