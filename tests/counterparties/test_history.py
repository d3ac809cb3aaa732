"""History: who changed what, when, before → after, over every model of the dossier; pages by key, without repeats."""

import datetime as dt

import pghistory
import pgtrigger
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from common.dates import format_moment
from counterparties import history
from counterparties.history import HistoryFilter
from counterparties.models import Counterparty
from tests.counterparties.test_forms import record
from tests.factories.counterparties import (
    CharacteristicValueFactory,
    ClientFactory,
    OwnFirmFactory,
    RelationFactory,
    ServingFirmFactory,
    StatusFactory,
)
from tests.factories.users import UserFactory
from tests.people import CHANGE_ALL, SEE_ALL, signed_in, superuser, worker

pytestmark = pytest.mark.django_db


def page(party, **filters) -> list[history.Entry]:
    entries, _key = history.page_of(party, superuser(), HistoryFilter(**filters))
    return entries


def source_of(slug: str) -> history.HistorySource:
    source = history.sources.get(slug)
    assert source is not None
    return source


def all_pages(party, size: int, user=None) -> list[history.Entry]:
    key, found = "", []
    user = user or superuser()
    while True:
        entries, key = history.page_of(party, user, before_key=key, size=size)
        found += entries
        if not key:
            return found
        assert len(found) < 1000, "the pages go round"


def test_a_change_in_the_browser_is_told_with_before_after_and_who():
    user = worker(*SEE_ALL, *CHANGE_ALL, first_name="Мария", last_name="Петрова")
    good, bad = StatusFactory(name="добър"), StatusFactory(name="лош")
    party = ClientFactory(name="Алфа", status=good)

    signed_in(user).post(
        reverse("counterparties:counterparty_edit", args=[party.pk]), record(name="Бета", status=bad.pk)
    )

    changed, added = page(party)
    assert (changed.who, changed.deed, changed.kind) == ("Мария Петрова", "changed", "counterparty")
    assert changed.diffs == [("Name", "Алфа", "Бета"), ("Status", "добър", "лош")]
    assert (added.who, added.deed) == ("the system", "added")
    assert ("Name", "", "Алфа") in added.diffs
    assert changed.at >= added.at


def test_values_are_told_in_words():
    party = ClientFactory(name="Алфа")
    trader = UserFactory(first_name="Иван", last_name="Колев")

    Counterparty.objects.filter(pk=party.pk).update(
        trader=trader,
        is_supplier=True,
        vat_registration="full",
        vat_registered_on=dt.date(2026, 11, 3),
        payment_term_days=0,
    )

    assert page(party)[0].diffs == [
        ("VAT registration", "not registered", "registered"),
        ("Registered since", "", "03.11.2026"),
        ("Supplier", "no", "yes"),
        ("Responsible trader", "", "Иван Колев"),
        ("Payment term, days", "", "0"),
    ]


def test_bulk_changes_leave_a_trace_at_each_party_with_the_user_who_made_them():
    parties = [ClientFactory(), ClientFactory()]
    user = superuser()
    trader = UserFactory(first_name="Нов", last_name="Търговец")

    signed_in(user).post("/counterparties/", {"action": "assign_trader", "all": "1", "trader": trader.pk})

    for party in parties:
        assert page(party)[0].diffs == [("Responsible trader", "", "Нов Търговец")]
        assert page(party)[0].who == user.username


def test_rows_that_belong_to_the_party_tell_their_life_to_the_end():
    party, firm = ClientFactory(), OwnFirmFactory(name="Наша")
    link = ServingFirmFactory(party=party, own_firm=firm)
    value = CharacteristicValueFactory(party=party, text="червен")
    value.text = "син"
    value.save()
    link.delete()

    # All in one moment here, so in no order that means anything.
    told = {(one.deed, one.kind): one.diffs for one in page(party)}
    assert set(told) == {
        ("deleted", "serving firm"),
        ("changed", "characteristic"),
        ("added", "characteristic"),
        ("added", "serving firm"),
        ("added", "counterparty"),
    }
    assert told["deleted", "serving firm"] == [("Own firm", "Наша", "")]
    assert told["changed", "characteristic"] == [("Text", "червен", "син")]


def test_a_relation_stands_in_the_history_of_both_parties_and_of_no_third():
    relation = RelationFactory()
    third = ClientFactory()

    for party, expected in ((relation.from_party, 1), (relation.to_party, 1), (third, 0)):
        assert len(page(party, model="counterparties.relation")) == expected


def test_what_was_deleted_is_still_told_with_its_last_values():
    party = ClientFactory()
    value = CharacteristicValueFactory(party=party, text="червен")
    value.delete()

    deleted = page(party)[0]

    assert ("Text", "червен", "") in deleted.diffs


def test_the_archive_and_its_reason_are_told():
    party = ClientFactory()
    party.archive(UserFactory(), "закрита")

    diffs = {field: (before, after) for field, before, after in page(party)[0].diffs}

    assert diffs["Reason for archiving"] == ("", "закрита")
    assert diffs["Archived at"][1] == format_moment(party.archived_at)


# -- Pages -------------------------------------------------------------------------------------------


@pytest.fixture
def long_history():
    """Fifteen events of three models, in groups of the same moment."""
    party = ClientFactory()
    for number in range(4):
        Counterparty.objects.filter(pk=party.pk).update(note=f"бележка {number}")
        RelationFactory(from_party=party)
        CharacteristicValueFactory(party=party, text=str(number))
    values = party.characteristic_values.all()
    values.filter(text="1").delete()
    values.filter(text="2").update(text="5")
    return party


@pytest.mark.parametrize("size", [1, 2, 3, 7, 14, 15, 16, 100])
def test_pages_by_key_are_complete_and_without_repeats_at_equal_moments(long_history, size):
    # All of this happened in one transaction, so in one moment; then half of it is moved a day back.
    whole, _key = history.page_of(long_history, superuser(), size=100)
    assert len({entry.at for entry in whole}) == 1

    paged = all_pages(long_history, size)

    assert [entry.key for entry in paged] == [entry.key for entry in whole]
    assert len({entry.key for entry in paged}) == len(whole) == 15


@pytest.mark.parametrize("size", [2, 5])
def test_pages_go_from_the_newest_to_the_oldest(long_history, size):
    with pgtrigger.ignore(), connection.cursor() as cursor:  # the log cannot be rewritten otherwise
        for number, source in enumerate(history.sources):
            table = source.event_model._meta.db_table
            cursor.execute(
                f"UPDATE \"{table}\" SET pgh_created_at = pgh_created_at - (pgh_id %% 3 + %s) * interval '1 day'",
                [number],
            )

    paged = all_pages(long_history, size)

    assert [entry.at for entry in paged] == sorted((entry.at for entry in paged), reverse=True)
    assert len({entry.key for entry in paged}) == len(paged) == 15


def test_the_page_leads_to_the_older_ones_and_keeps_the_filter():
    party = ClientFactory()
    for number in range(history.PAGE_SIZE + 5):
        Counterparty.objects.filter(pk=party.pk).update(note=f"бележка {number}")
    client = signed_in(superuser())
    address = reverse("counterparties:counterparty_tab", args=[party.pk, "history"])

    first = client.get(address, {"model": "counterparties.counterparty"})
    second = client.get(first.context["older_url"])
    appended = client.get(first.context["older_url"], headers={"HX-Request": "true"})

    assert len(first.context["changes"]) == history.PAGE_SIZE
    assert len(second.context["changes"]) == 6
    assert second.context["older_url"] == ""
    assert "model=counterparties.counterparty" in first.context["older_url"]
    assert "<html" not in appended.content.decode()
    assert "бележка 0" in appended.content.decode()


# -- Filters -----------------------------------------------------------------------------------------


def test_the_history_is_narrowed_to_a_model_a_user_and_days():
    party, user = ClientFactory(), UserFactory()
    ServingFirmFactory(party=party)
    with pghistory.context(user=user.pk):
        Counterparty.objects.filter(pk=party.pk).update(note="нова")
    today = timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)

    assert [one.kind for one in page(party, model="counterparties.servingfirm")] == ["serving firm"]
    assert [one.diffs for one in page(party, user=str(user.pk))] == [[("Note", "", "нова")]]
    assert len(page(party, since=today, until=today)) == 3
    assert page(party, since=tomorrow) == []
    assert page(party, until=today - dt.timedelta(days=1)) == []


def test_wrong_values_of_the_filter_are_told_at_the_field_and_the_rest_is_shown():
    party = ClientFactory()

    answer = signed_in(superuser()).get(
        reverse("counterparties:counterparty_tab", args=[party.pk, "history"]),
        {"since": "вчера", "user": "х", "model": "няма.такъв"},
    )

    assert set(answer.context["filter"]["form"].errors) == {"since", "user", "model"}
    assert len(answer.context["changes"]) == 1


# -- Rights and sources ------------------------------------------------------------------------------


def test_a_source_that_asks_for_a_right_is_silent_without_it():
    party = ClientFactory()
    ServingFirmFactory(party=party)
    source = source_of("counterparties.servingfirm")
    guarded = history.HistorySource(source.model, source.of_party, permission="counterparties.comment", order=20)
    history.sources.unregister(source.slug)
    history.sources.register(guarded)
    try:
        seen = {
            right: {one.kind for one in all_pages(party, 50, worker(*SEE_ALL, *right))}
            for right in [(), ("counterparties.comment",)]
        }
    finally:
        history.sources.unregister(source.slug)
        history.sources.register(source)

    assert seen == {(): {"counterparty"}, ("counterparties.comment",): {"serving firm", "counterparty"}}


def test_a_hidden_field_of_a_source_never_shows_its_values():
    party = ClientFactory()
    CharacteristicValueFactory(party=party, text="тайна")
    source = source_of("counterparties.characteristicvalue")
    hiding = history.HistorySource(source.model, source.of_party, hidden=frozenset({"text"}), order=40)
    history.sources.unregister(source.slug)
    history.sources.register(hiding)
    try:
        told = str([one.diffs for one in page(party)])
    finally:
        history.sources.unregister(source.slug)
        history.sources.register(source)

    assert "тайна" not in told


def test_every_tracked_model_with_a_way_to_a_party_is_told():
    from django.apps import apps

    tracked_models = {
        model
        for model in apps.get_models()
        if hasattr(model, "pgh_event_model") and model._meta.app_label in ("counterparties", "contacts", "events")
    }

    assert tracked_models <= {source.model for source in history.sources}


def test_the_log_itself_cannot_be_rewritten():
    party = ClientFactory()
    event = source_of("counterparties.counterparty").event_model

    with pytest.raises(Exception, match=r"(?i)append-only|cannot"):
        event.objects.filter(pgh_obj_id=party.pk).update(name="друго")


def test_the_comment_is_a_right_of_its_own():
    party = ClientFactory()
    address = reverse("counterparties:counterparty_comment", args=[party.pk])
    commenter = signed_in(worker(*SEE_ALL, "counterparties.comment"))

    assert signed_in(worker(*SEE_ALL, *CHANGE_ALL)).post(address, {"comment": "не"}).status_code == 403
    assert commenter.post(address, {"comment": "Плаща в срок.\nПроверено."}).status_code == 302
    party.refresh_from_db()
    assert party.comment == "Плаща в срок.\nПроверено."
    refused = commenter.post(address, {"comment": "a\u202eb" + "х" * 20})
    assert refused.status_code == 422
    assert "х" * 20 in refused.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("until", "31.12.9999"),
        ("since", "01.01.0001"),
        ("before", "9999-12-31T23:59-23:59~counterparties.counterparty~1"),
        ("before", "0001-01-01T00:00+14:00~counterparties.counterparty~1"),
    ],
)
def test_the_ends_of_time_break_nothing(name, value):
    party = ClientFactory()

    answer = signed_in(superuser()).get(f"/counterparties/{party.pk}/history/", {name: value})

    assert answer.status_code == 200
