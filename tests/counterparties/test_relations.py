"""Dated relations between parties: direction, share, dates, and that no company becomes its own parent."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from counterparties.models import Relation
from tests.factories.counterparties import ClientFactory, RelationFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, signed_in, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return signed_in(superuser())


@pytest.fixture
def alpha():
    return ClientFactory(name="Алфа")


@pytest.fixture
def beta():
    return ClientFactory(name="Бета")


def add_address(party) -> str:
    return reverse("counterparties:relation_add", args=[party.pk])


@pytest.mark.parametrize(
    ("direction", "kind", "forward", "here", "there"),
    [
        ("parent>", "parent", True, "is parent of", "is a subsidiary of"),
        ("parent<", "parent", False, "is a subsidiary of", "is parent of"),
        ("pays_for>", "pays_for", True, "pays for", "is paid for by"),
        ("pays_for<", "pays_for", False, "is paid for by", "pays for"),
        ("related>", "related", True, "is a related party of", "is a related party of"),
        ("branch>", "branch", True, "is a branch of", "has the branch"),
        ("branch<", "branch", False, "has the branch", "is a branch of"),
    ],
)
def test_a_relation_reads_rightly_from_both_dossiers(client, alpha, beta, direction, kind, forward, here, there):
    client.post(add_address(alpha), {"direction": direction, "other": beta.pk})

    relation = Relation.objects.get()
    assert (relation.kind, relation.from_party == alpha) == (kind, forward)
    assert (relation.words_for(alpha), relation.words_for(beta)) == (here, there)
    for party, words, other in ((alpha, here, beta), (beta, there, alpha)):
        page = client.get(party.get_absolute_url()).content.decode()
        assert words in page
        assert other.get_absolute_url() in page


def test_share_dates_and_source_are_kept_shown_and_changed_in_place(client, alpha, beta):
    typed = {"direction": "parent>", "other": beta.pk, "share": "51,25", "valid_from": "01.02.2025", "source": "ТР"}
    client.post(add_address(alpha), typed)
    relation = Relation.objects.get()
    edit = reverse("counterparties:relation_edit", args=[beta.pk, relation.pk])

    assert (relation.share, relation.valid_from) == (Decimal("51.25"), dt.date(2025, 2, 1))
    assert "51,25 % · since 01.02.2025" in client.get(alpha.get_absolute_url()).content.decode()
    form = client.get(edit).context["form"]
    assert (form["direction"].value(), form["other"].value()) == ("parent<", alpha.pk)
    client.post(edit, {"direction": "parent<", "other": alpha.pk, "valid_to": "31.12.2025"})
    relation.refresh_from_db()
    assert (relation.from_party, relation.to_party, relation.valid_to) == (alpha, beta, dt.date(2025, 12, 31))


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"direction": ""}, "direction", "required"),
        ({"direction": "owns>"}, "direction", "not one of the available choices"),
        ({"other": ""}, "other", "required"),
        ({"other": "{alpha}"}, "other", "Nothing that you may choose"),
        ({"other": str(10**30)}, "other", "Nothing that you may choose"),
        ({"share": "100,5"}, "share", "less than or equal to 100"),
        ({"share": "-1"}, "share", "greater than or equal to 0"),
        ({"share": "половината"}, "share", "Enter a number"),
        ({"direction": "pays_for>", "share": "5"}, "share", "only for parent and subsidiary"),
        ({"valid_from": "02.01.2026", "valid_to": "01.01.2026"}, "__all__", "The end is before the beginning"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(client, alpha, beta, typed, field, words):
    typed = {"direction": "parent>", "other": beta.pk} | typed
    typed = {name: value.format(alpha=alpha.pk) if isinstance(value, str) else value for name, value in typed.items()}

    answer = client.post(add_address(alpha), typed)

    assert answer.status_code == 422
    assert words in answer.context["form"].errors[field][0]
    assert not Relation.objects.exists()


def test_the_same_relation_is_not_entered_twice_but_again_from_another_day(client, alpha, beta):
    typed = {"direction": "related>", "other": beta.pk}
    client.post(add_address(alpha), typed)

    again = client.post(add_address(alpha), typed)
    later = client.post(add_address(alpha), typed | {"valid_from": "01.01.2026"})

    assert "already entered" in str(again.context["form"].errors)
    assert later.status_code == 302
    assert Relation.objects.count() == 2


@pytest.mark.parametrize("length", [1, 2, 5])
def test_no_company_becomes_the_parent_of_its_own_parent(client, length):
    chain = [ClientFactory() for _number in range(length + 1)]
    for upper, lower in pairwise(chain):
        RelationFactory(from_party=upper, to_party=lower, kind="parent")

    answer = client.post(add_address(chain[-1]), {"direction": "parent>", "other": chain[0].pk})

    assert answer.status_code == 422
    assert "parent of its own parent" in answer.context["form"].errors["other"][0]


def test_a_relation_that_is_changed_does_not_stand_in_its_own_way(client, alpha, beta):
    relation = RelationFactory(from_party=alpha, to_party=beta, kind="parent")
    edit = reverse("counterparties:relation_edit", args=[alpha.pk, relation.pk])

    assert client.post(edit, {"direction": "parent<", "other": beta.pk}).status_code == 302
    relation.refresh_from_db()
    assert (relation.from_party, relation.to_party) == (beta, alpha)


def test_a_circle_made_elsewhere_does_not_hang_the_check():
    first, second, third = ClientFactory(), ClientFactory(), ClientFactory()
    RelationFactory(from_party=first, to_party=second, kind="parent")
    RelationFactory(from_party=second, to_party=first, kind="parent")

    Relation(from_party=third, to_party=first, kind="parent").full_clean()


def test_the_database_too_refuses_a_party_related_to_itself_and_dates_turned_round(alpha, beta):
    for fields in (
        {"from_party": alpha, "to_party": alpha},
        {"from_party": alpha, "to_party": beta, "valid_from": dt.date(2026, 1, 2), "valid_to": dt.date(2026, 1, 1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            RelationFactory(**fields)


def test_relations_in_force_are_those_whose_days_hold_the_date():
    open_ended = RelationFactory()
    past = RelationFactory(valid_to=dt.date(2025, 12, 31))
    future = RelationFactory(valid_from=dt.date(2026, 1, 1))

    def in_force(day):
        return set(Relation.objects.in_force(day))

    assert in_force(dt.date(2025, 12, 31)) == {open_ended, past}
    assert in_force(dt.date(2026, 1, 1)) == {open_ended, future}


def test_a_relation_with_an_archived_party_stays_and_can_be_changed(client, alpha, beta):
    relation = RelationFactory(from_party=alpha, to_party=beta)
    beta.archive(UserFactory(), "край")
    edit = reverse("counterparties:relation_edit", args=[alpha.pk, relation.pk])

    answer = client.post(edit, {"direction": "related>", "other": beta.pk, "source": "нов"})

    assert answer.status_code == 302
    assert Relation.objects.get().source == "нов"


def test_a_removed_relation_stays_in_the_history(client, alpha, beta):
    relation = RelationFactory(from_party=alpha, to_party=beta)
    address = reverse("counterparties:relation_delete", args=[alpha.pk, relation.pk])

    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302

    assert not Relation.objects.exists()
    history = client.get(reverse("counterparties:counterparty_tab", args=[alpha.pk, "history"])).content.decode()
    assert "deleted: relation" in history


def test_a_relation_of_other_parties_is_a_404_under_this_dossier(client, alpha):
    foreign = RelationFactory()

    for name in ("relation_edit", "relation_delete"):
        address = reverse(f"counterparties:{name}", args=[alpha.pk, foreign.pk])
        assert client.post(address).status_code == 404


def test_relations_are_changed_only_by_those_who_may_change_the_party(alpha, beta):
    relation = RelationFactory(from_party=alpha, to_party=beta)
    client = browser_of(*SEE_ALL)

    assert client.post(add_address(alpha), {"direction": "related>", "other": beta.pk}).status_code == 403
    for name in ("relation_edit", "relation_delete"):
        assert client.post(reverse(f"counterparties:{name}", args=[alpha.pk, relation.pk])).status_code == 403
    assert "/relations/" not in client.get(alpha.get_absolute_url()).content.decode()


def test_the_side_panel_gets_the_form_alone_and_closes_after_saving(client, alpha, beta):
    panel = {"HX-Request": "true", "HX-Target": "panel-body"}

    form = client.get(add_address(alpha), headers=panel)
    refused = client.post(add_address(alpha), {"direction": "related>", "other": ""}, headers=panel)
    saved = client.post(add_address(alpha), {"direction": "related>", "other": beta.pk}, headers=panel)

    assert "<html" not in form.content.decode()
    assert (refused.status_code, "required" in refused.content.decode()) == (200, True)
    assert (saved.status_code, "panel-close" in saved.headers["HX-Trigger"]) == (204, True)


@pytest.mark.parametrize("share", ["51,25", "51.25"])
def test_a_share_is_written_with_a_comma_or_a_point(client, alpha, beta, share):
    client.post(add_address(alpha), {"direction": "parent>", "other": beta.pk, "share": share})

    assert Relation.objects.get().share == Decimal("51.25")


def test_a_model_refuses_a_share_of_anything_but_capital(alpha, beta):
    with pytest.raises(ValidationError, match="only for parent"):
        Relation(from_party=alpha, to_party=beta, kind="pays_for", share=5).full_clean()
