"""Rows of a file against the records that are here, the importer's rights, and what changed since the dry run."""

import pytest
from django.contrib.auth.models import Permission

from contacts.importing import process
from contacts.models import (
    Address,
    BankAccount,
    ContactLink,
    ContactPerson,
)
from counterparties.models import Counterparty, IdentifierType
from tests.contacts.import_files import EGN, IBAN, existing, imported, outcomes, planned, row, table, why
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory
from tests.factories.users import GroupFactory, RoleProfileFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_existing_party_is_skipped_and_never_overwritten_without_update():
    party = existing(email="old@alfa.example")

    made = imported(row(eik="175074752", email="new@alfa.example"))

    party.refresh_from_db()
    assert outcomes(made) == ["skipped"]
    assert (party.name, party.email) == ("Стара", "old@alfa.example")


@pytest.mark.parametrize("number", [{"eik": "175074752"}, {"vat_number": "BG175074752"}, {"vat_number": "175 074 752"}])
def test_a_party_is_matched_by_eik_or_vat_number(number):
    existing()

    assert outcomes(imported(row(**number))) == ["skipped"]


def test_a_natural_person_is_matched_by_the_personal_number():
    NaturalPersonFactory(identifier_type=IdentifierType.EGN, personal_number=EGN)

    assert outcomes(imported(row(person="natural", name="Друг Човек", eik=EGN))) == ["skipped"]


def test_an_update_shows_before_and_after_and_leaves_out_empty_cells():
    party = existing(email="old@alfa.example", note="стара бележка")
    text = table({"kinds": "supplier", "name": "Нова ООД", "eik": "175074752", "email": "new@alfa.example", "note": ""})

    made = planned(text, update=True)
    shown = {change["before"]: change["after"] for change in made.rows.get().changes}
    process.apply(made)

    party.refresh_from_db()
    assert outcomes(made) == ["updated"]
    assert shown["Стара"] == "Нова ООД"
    assert shown["old@alfa.example"] == "new@alfa.example"
    assert (party.full_name, party.email, party.note) == ("Нова ООД", "new@alfa.example", "стара бележка")
    assert (party.is_client, party.is_supplier) == (True, True)
    assert "nova" in party.search_text


def test_an_update_with_the_same_data_is_skipped_and_doubles_nothing():
    text = row(
        eik="175074752",
        settlement="Русе",
        address="ул. Шипка 34",
        iban=IBAN,
        contact_name="Мария Петрова",
        phone="0888123456",
    )
    imported(text)

    again = imported(text, update=True)

    assert outcomes(again) == ["skipped"]
    counts = (Address.objects.count(), BankAccount.objects.count(), ContactPerson.objects.count())
    assert counts == (1, 1, 1)


def test_an_update_adds_what_is_missing_and_corrects_the_address_of_the_same_kind():
    imported(row(eik="175074752", settlement="Русе", address="ул. Шипка 34", contact_name="Мария Петрова"))
    text = row(eik="175074752", settlement="Варна", address="ул. Нова 1", iban=IBAN, contact_name="Петър Петров")

    made = imported(text, update=True)

    assert outcomes(made) == ["updated"]
    assert Address.objects.get().lines() == ["ул. Нова 1", "9000 Варна"]
    assert BankAccount.objects.get().is_default
    assert {(link.person.name, link.is_primary) for link in ContactLink.objects.all()} == {
        ("Мария Петрова", True),
        ("Петър Петров", False),
    }


def test_a_town_alone_leaves_the_street_as_it_is():
    imported(row(eik="175074752", settlement="Русе", address="ул. Шипка 34"))

    imported(row(eik="175074752", settlement="гр. Русе"), update=True)

    assert Address.objects.get().lines()[0] == "ул. Шипка 34"


def test_a_name_without_its_legal_form_leaves_the_form():
    imported(row(name="Алфа ООД", eik="175074752"))

    made = imported(row(name="Алфа", eik="175074752"), update=True)

    assert outcomes(made) == ["skipped"]
    assert Counterparty.objects.get().full_name == "Алфа ООД"


def test_an_archived_party_is_skipped_with_the_reason():
    existing().archive(UserFactory(), "затворена фирма")

    for update in (False, True):
        made = imported(row(eik="175074752"), update=update)
        assert outcomes(made) == ["skipped"]
        assert "затворена фирма" in why(made)


def test_numbers_of_two_different_records_are_refused():
    existing()
    ClientFactory(vat_number="BG131071587")

    made = imported(row(eik="175074752", vat_number="BG131071587"), update=True)

    assert outcomes(made) == ["failed"]


def test_two_rows_that_mean_the_same_record_by_different_numbers_change_it_once():
    existing(vat_number="BG175074752")
    made = imported(
        table(
            {"kinds": "client", "name": "Едно", "eik": "175074752", "vat_number": ""},
            {"kinds": "client", "name": "Друго", "eik": "", "vat_number": "BG175074752"},
        ),
        update=True,
    )

    assert outcomes(made) == ["updated", "failed"]
    assert Counterparty.objects.get().name == "Едно"


# -- Rights -----------------------------------------------------------------------------------------


def importer(*permissions: str, scope: str = "all"):
    group = GroupFactory(role=None)
    RoleProfileFactory(group=group, parties_scope=scope)
    names = [name.split(".") for name in ("counterparties.import_counterparties", *permissions)]
    for label, codename in names:
        group.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    user = UserFactory()
    user.groups.add(group)
    return user


def test_a_user_imports_only_kinds_that_he_may_add():
    user = importer("counterparties.view_client", "counterparties.add_client")

    made = imported(table({"kinds": "client", "name": "А"}, {"kinds": "client;bank", "name": "Б"}), user)

    assert outcomes(made) == ["created", "failed"]
    assert Counterparty.objects.get().created_by == user


@pytest.mark.parametrize(
    "values", [{"settlement": "Русе"}, {"iban": IBAN}, {"contact_name": "Иван Иванов"}], ids=lambda v: next(iter(v))
)
def test_a_user_writes_only_the_parts_that_he_may_write(values):
    user = importer("counterparties.view_client", "counterparties.add_client")

    assert outcomes(imported(row(**values), user)) == ["failed"]


def test_a_match_outside_of_the_scope_fails_without_telling_anything_of_it():
    existing(name="Тайна")
    user = importer(
        "counterparties.view_client", "counterparties.add_client", "counterparties.change_client", scope="mine"
    )

    for update in (False, True):
        made = imported(row(eik="175074752"), user, update=update)
        assert outcomes(made) == ["failed"]
        assert "Тайна" not in why(made)
        assert made.rows.get().party is None


def test_what_a_user_with_a_narrow_scope_imports_is_his():
    user = importer("counterparties.view_client", "counterparties.add_client", scope="mine")

    imported(row(), user)

    assert Counterparty.objects.visible_to(user).get().trader == user


def test_a_party_that_the_user_may_not_change_is_not_updated():
    existing(is_bank=True)
    user = importer("counterparties.view_client", "counterparties.change_client")

    made = imported(row(eik="175074752"), user, update=True)

    assert outcomes(made) == ["failed"]
    assert Counterparty.objects.get().name == "Стара"


# -- Between dry run and import -----------------------------------------------------------------------


def test_a_dry_run_writes_no_party():
    made = planned(row(eik="175074752", settlement="Русе"))

    assert outcomes(made) == ["created"]
    assert not Counterparty.objects.exists()


def test_a_record_changed_since_the_dry_run_is_not_overwritten():
    party = existing(email="old@alfa.example")
    made = planned(row(name="Стара", eik="175074752", email="new@alfa.example"), update=True)
    Counterparty.objects.filter(pk=party.pk).update(email="third@alfa.example")

    process.apply(made)

    party.refresh_from_db()
    assert outcomes(made) == ["failed"]
    assert party.email == "third@alfa.example"


def test_a_number_entered_since_the_dry_run_is_skipped():
    made = planned(row(eik="175074752"))
    existing()

    process.apply(made)

    assert outcomes(made) == ["skipped"]
    assert Counterparty.objects.count() == 1


def test_an_import_is_applied_once():
    made = imported(row())

    with pytest.raises(process.ImportRefused):
        process.apply(made)
