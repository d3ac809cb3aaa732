"""Legal forms, statuses and types to begin with, and what administrators do to them."""

import importlib

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation

from counterparties.models import LegalForm, PartyType, Status, StatusEffect
from tests.factories.counterparties import ClientFactory, PartyTypeFactory, StatusFactory

pytestmark = pytest.mark.django_db

migration = importlib.import_module("counterparties.migrations.0004_reference_data")


def test_a_new_database_has_the_legal_forms_of_bulgaria_and_common_foreign_ones():
    names = set(LegalForm.objects.values_list("name", flat=True))

    assert {"ЕТ", "СД", "КД", "КДА", "ООД", "ЕООД", "АД", "ЕАД", "ДПК", "ЕДПК", "ДЗЗД", "КЧТ", "кооперация"} <= names
    assert {"GmbH", "Ltd", "SRL", "AG", "S.A.", "s.r.o.", "d.o.o."} <= names
    assert not LegalForm.objects.filter(name_en="").exists()


def test_new_parties_begin_as_active_and_every_status_leads_somewhere():
    assert Status.objects.get(is_default=True).code == "active"
    assert all(status.next_statuses.exists() for status in Status.objects.all())


def test_a_blocked_party_is_stopped_everywhere():
    blocked = Status.objects.get(code="blocked")

    assert set(blocked.effects) >= {StatusEffect.STOP_SALES, StatusEffect.STOP_ORDERS, StatusEffect.STOP_PAYMENTS}


def test_both_trees_have_two_levels():
    for tree in PartyType.Tree:
        assert PartyType.objects.filter(tree=tree, parent=None).count() >= 3
        assert PartyType.objects.filter(tree=tree, parent__isnull=False, parent__parent=None).count() >= 6


def test_seeding_again_overwrites_nothing_that_an_administrator_changed():
    LegalForm.objects.filter(name="ООД").update(name_en="changed", is_active=False)
    Status.objects.filter(code="watch").update(name="внимание", color="red")
    Status.objects.get(code="former").next_statuses.clear()
    PartyType.objects.filter(name="Износ").delete()

    migration.add(apps, None)

    assert LegalForm.objects.get(name="ООД").name_en == "changed"
    assert not LegalForm.objects.get(name="ООД").is_active
    assert Status.objects.get(code="watch").name == "внимание"
    assert not Status.objects.get(code="former").next_statuses.exists()


def test_seeding_beside_an_administrators_default_status_keeps_it_the_only_one():
    migration.remove(apps, None)
    own = StatusFactory(is_default=True)

    migration.add(apps, None)

    assert list(Status.objects.filter(is_default=True)) == [own]


def test_undoing_the_seed_keeps_what_is_in_use():
    status = Status.objects.get(code="active")
    form = LegalForm.objects.get(name="ООД")
    leaf = PartyType.objects.get(tree="client", name="Хотел")
    ClientFactory(status=status, legal_form=form, client_type=leaf)

    migration.remove(apps, None)

    assert [s.code for s in Status.objects.all()] == ["active"]
    assert [f.name for f in LegalForm.objects.all()] == ["ООД"]
    assert {t.name for t in PartyType.objects.all()} == {"Хотел", "Хотели и заведения"}


@pytest.mark.parametrize(
    ("name", "form", "full"),
    [
        ("Алфа", "ООД", "Алфа ООД"),
        ("Иван Петров – Комерс", "ЕТ", "ЕТ Иван Петров – Комерс"),
        ("Фондация „Утре“", "фондация", "Фондация „Утре“"),
    ],
)
def test_a_legal_form_stands_where_names_have_it(name, form, full):
    party = ClientFactory.build(name=name, legal_form=LegalForm.objects.get(name=form))

    assert party.full_name == full


@pytest.mark.parametrize(
    ("typed", "name", "form"),
    [
        ("Алфа ООД", "Алфа", "ООД"),
        ("алфа оод", "алфа", "ООД"),
        ("ЕТ Иван Петров", "Иван Петров", "ЕТ"),
        ("Иван Петров ЕТ", "Иван Петров ЕТ", None),
        ("Алфа", "Алфа", None),
    ],
)
def test_a_legal_form_typed_with_the_name_is_split_off(typed, name, form):
    party = ClientFactory.build(name=typed)

    party.full_clean()

    assert (party.name, party.legal_form and party.legal_form.name) == (name, form)


def test_a_second_default_status_is_refused():
    with pytest.raises(IntegrityError):
        StatusFactory(is_default=True)


def test_a_type_cannot_stand_under_itself_or_in_the_other_tree():
    top = PartyTypeFactory(tree="client")
    under = PartyTypeFactory(tree="client", parent=top)

    top.parent = under
    with pytest.raises(ValidationError, match="itself"):
        top.full_clean()
    under.tree = PartyType.Tree.SUPPLIER
    with pytest.raises(ValidationError, match="tree"):
        under.full_clean()


def test_reference_data_is_named_in_the_language_of_the_page():
    status = Status.objects.get(code="watch")

    with translation.override("bg"):
        assert str(status) == "под наблюдение"
    with translation.override("en"):
        assert str(status) == "under watch"
