"""The way back from an import, and what it leaves behind: history, log, file of errors."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.importing import process
from contacts.importing.reading import read_table
from contacts.importing.undoing import UndoRefused, undo
from contacts.models import (
    Address,
    BankAccount,
    ContactLink,
    ContactPerson,
    ImportRow,
    PartyImport,
    PersonPhone,
)
from counterparties.models import Counterparty, RecentParty, Relation
from tests.contacts.import_files import EGN, IBAN, existing, imported, outcomes, row, table
from tests.factories.counterparties import SupplierFactory, eik
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db


def test_undo_takes_back_all_that_the_import_made():
    old = existing()
    made = imported(row(eik=eik(1), settlement="Русе", iban=IBAN, contact_name="Мария Петрова"))
    RecentParty.objects.create(
        user=UserFactory(), party=Counterparty.objects.exclude(pk=old.pk).get(), opened_at=timezone.now()
    )

    undo(made, UserFactory())

    assert list(Counterparty.objects.all()) == [old]
    assert not any(model.objects.exists() for model in (Address, BankAccount, ContactLink, ContactPerson))
    assert made.state == PartyImport.State.UNDONE
    assert made.rows.get().title == "Алфа"


def test_undo_gives_changed_records_their_values_back():
    party = existing(email="old@alfa.example")
    imported(row(name="Стара", eik="175074752", settlement="Русе", address="ул. Шипка 34"), update=True)
    text = row(name="Нова ООД", eik="175074752", email="new@alfa.example", settlement="Варна", address="ул. Нова 1")
    made = imported(text, update=True)

    undo(made, None)

    party.refresh_from_db()
    assert (party.full_name, party.email) == ("Стара", "old@alfa.example")
    assert "stara" in party.search_text
    assert Address.objects.get().lines() == ["ул. Шипка 34", "7000 Русе"]


def hang_an_account(party):
    BankAccount.objects.create(party=party, iban=IBAN)


def edit_the_party(party):
    party.note = "поправено"
    party.save()


def hang_a_relation(party):
    Relation.objects.create(from_party=SupplierFactory(), to_party=party, kind=Relation.Kind.RELATED)


def hang_a_phone(party):
    PersonPhone.objects.create(person=ContactPerson.objects.get(), number="+359888123456")


def link_the_person_elsewhere(party):
    ContactLink.objects.create(person=ContactPerson.objects.get(), party=SupplierFactory())


def correct_the_address(party):
    address = Address.objects.get()
    address.extra = "друга улица"
    address.save()


@pytest.mark.parametrize(
    "deed",
    [hang_an_account, edit_the_party, hang_a_relation, hang_a_phone, link_the_person_elsewhere, correct_the_address],
)
def test_undo_is_refused_whole_once_something_was_done_with_a_row_and_names_it(deed):
    made = imported(
        table(
            {"kinds": "client", "name": "Първа", "contact_name": "", "settlement": ""},
            {"kinds": "client", "name": "Втора", "contact_name": "Мария Петрова", "settlement": "Русе"},
        )
    )
    deed(Counterparty.objects.get(name="Втора"))
    before = Counterparty.objects.count()

    with pytest.raises(UndoRefused) as refusal:
        undo(made, None)

    assert "Втора" in str(refusal.value)
    assert "Първа" not in str(refusal.value)
    assert Counterparty.objects.count() == before


def test_undo_is_refused_when_a_changed_field_was_changed_again():
    party = existing(email="old@alfa.example")
    made = imported(row(name="Стара", eik="175074752", email="new@alfa.example"), update=True)
    Counterparty.objects.filter(pk=party.pk).update(email="third@alfa.example")

    with pytest.raises(UndoRefused):
        undo(made, None)

    party.refresh_from_db()
    assert party.email == "third@alfa.example"


def test_a_later_import_that_was_undone_stands_in_nobodys_way():
    first = imported(row(name="Алфа", eik="175074752", settlement="Русе", address="ул. Шипка 34"))
    later = imported(row(name="Друга", eik="175074752", settlement="Русе", address="ул. Нова 1"), update=True)

    with pytest.raises(UndoRefused):
        undo(first, None)
    undo(later, None)
    second = imported(row(name="Бета"))
    edit_the_party(Counterparty.objects.get(name="Бета"))
    undo(first, None)
    with pytest.raises(UndoRefused):
        undo(second, None)

    assert Counterparty.objects.get().name == "Бета"
    assert not Address.objects.exists()


def test_an_import_is_undone_once():
    made = imported(row())
    undo(made, None)

    with pytest.raises(UndoRefused):
        undo(made, None)


def test_the_history_knows_that_a_row_came_by_an_import():
    made = imported(row())

    event = Counterparty.pgh_event_model.objects.get()  # type: ignore[attr-defined]
    assert event.pgh_label == "added"
    assert event.pgh_context.metadata["party_import"] == made.pk


def test_personal_numbers_stay_out_of_the_log_of_an_import():
    made = imported(
        table(
            {"kinds": "client", "person": "natural", "name": "Иван Иванов", "eik": EGN, "note": f"ЕГН {EGN}"},
            {"kinds": "client", "person": "natural", "name": f"Петър {EGN}", "eik": "1", "note": ""},
            {"kinds": EGN, "person": "", "name": "Трета", "eik": "", "note": ""},
        )
    )
    text = str(list(ImportRow.objects.values())) + str(list(PartyImport.objects.values()))

    assert outcomes(made) == ["created", "failed", "failed"]
    assert EGN not in text


def test_failed_rows_come_back_with_their_reason_and_can_be_imported_once_mended():
    made = imported(
        table(
            {"kinds": "client", "name": "Добра", "email": "", "phone": ""},
            {"kinds": "client", "name": "Лоша", "email": "лошо", "phone": "+359 (2) 987 6543"},
        )
    )
    for form in ("csv", "xlsx"):
        content = process.error_file(form, process.table_of(made), process.reasons_of(made.rows.all()))
        back = read_table(content)

        assert back.header[:-1] == ["kinds", "name", "email", "phone"]
        assert [one.cells[1] for one in back.rows] == ["Лоша"]
        assert back.rows[0].cells[-1] == " ".join(made.rows.get(outcome="failed").reasons)

        mended = process.upload(content.replace("лошо".encode(), b"x@y.bg"), f"errors.{form}", None, update=False)
        if form == "csv":
            process.dry_run(mended)
            assert outcomes(mended) == ["created"]


def test_the_number_of_queries_does_not_grow_with_the_file(django_assert_max_num_queries):
    def file_of(count: int, first: int) -> str:
        return table(
            *(
                {"kinds": "client", "name": f"Ф{n}", "eik": eik(first + n), "settlement": "Русе", "contact_name": "А Б"}
                for n in range(count)
            )
        )

    costs = []
    for count, first in ((1, 0), (30, 100)):
        with CaptureQueriesContext(connection) as queries:
            imported(file_of(count, first))
        costs.append(len(queries))
    assert costs[0] == costs[1]
