"""`manage.py demo` fills an empty database, and only an empty one."""

import io

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings

from common import demo
from common.dates import today
from common.models import SavedView
from counterparties import demo_banks, identifiers
from counterparties.kinds import Kind
from counterparties.models import (
    Characteristic,
    CharacteristicValue,
    Counterparty,
    OwnFirmAccess,
    PersonalNumberAccess,
    RecentParty,
    Relation,
    ServingFirm,
    Status,
    ViesCheck,
)
from finance.kinds import DocumentKind
from finance.models import BankStatementLine, FinancialDocument, Payment, PeriodClosing
from finance.recounting import differences
from tests.factories.users import UserFactory
from users.models import User
from users.roles import ROLES

pytestmark = pytest.mark.django_db


Events = apps.get_model("counterparties", "CounterpartyEvent")


def run_demo() -> str:
    said = io.StringIO()
    call_command("demo", stdout=said)
    return said.getvalue()


def test_it_is_refused_where_debug_is_off(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG"):
        run_demo()

    assert not User.objects.exists()


def test_a_filled_database_is_left_as_it_is(settings):
    settings.DEBUG = True
    UserFactory()

    said = run_demo()

    assert "nothing is changed" in said
    assert User.objects.count() == 1
    assert not Counterparty.objects.exists()


def test_a_failure_leaves_the_database_empty(settings, monkeypatch):
    settings.DEBUG = True

    def fail() -> None:
        raise RuntimeError("no more")

    part = demo.DemoPart("failing", 15, fill=fail, holds_rows=lambda: False)
    monkeypatch.setitem(demo.parts._items, "failing", part)

    with pytest.raises(RuntimeError):
        run_demo()

    assert not User.objects.exists()
    assert not Counterparty.objects.exists()


class WhatIsThere(TestCase):
    """Filled once for all of these questions."""

    @classmethod
    def setUpTestData(cls) -> None:
        with override_settings(DEBUG=True):
            run_demo()

    def test_a_second_run_changes_nothing(self):
        before = (Counterparty.objects.count(), Events.objects.count())

        with override_settings(DEBUG=True):
            assert "nothing is changed" in run_demo()

        assert (Counterparty.objects.count(), Events.objects.count()) == before

    def test_a_believable_group_of_every_kind(self):
        counts = {kind: Counterparty.objects.of_kind(kind).count() for kind in Kind}
        assert counts[Kind.CLIENT] >= 45
        assert counts[Kind.SUPPLIER] >= 17
        assert counts[Kind.BANK] == len(demo_banks.BANKS) + 1
        assert counts[Kind.STATE_BODY] >= 15
        assert (counts[Kind.OWN_FIRM], counts[Kind.HOLDING]) == (2, 1)
        assert Counterparty.objects.filter(is_client=True, is_supplier=True).count() >= 2
        assert Counterparty.objects.of_kind(Kind.SUPPLIER).exclude(country="BG").count() >= 2
        assert Counterparty.objects.archived().exclude(archive_reason="").count() >= 3
        assert Counterparty.objects.exclude(insolvency="").count() >= 1
        assert Counterparty.objects.exclude(comment="").count() >= 5
        assert Counterparty.objects.filter(e_invoice_consent_on__isnull=False).count() >= 5

    def test_every_status_relation_and_characteristic_is_in_use(self):
        used = set(Counterparty.objects.exclude(status=None).values_list("status__code", flat=True))
        assert used == set(Status.objects.values_list("code", flat=True))

        assert set(Relation.objects.values_list("kind", flat=True)) == set(Relation.Kind.values)
        assert Relation.objects.filter(share__isnull=False).count() >= 2
        branches = Relation.objects.filter(kind=Relation.Kind.BRANCH)
        assert [len(branch.from_party.registration_number) for branch in branches] == [13]

        types = set(CharacteristicValue.objects.values_list("characteristic__value_type", flat=True))
        assert types == set(Characteristic.Type.values)
        names = CharacteristicValue.objects.exclude(file="").values_list("file_name", flat=True)
        assert all(name.endswith(".pdf") for name in names)

    def test_users_with_every_role_and_rows_of_their_own(self):
        assert set(User.objects.values_list("groups__role__code", flat=True)) == set(ROLES)
        for name in ("admin", "manager", "seller", "buyer", "accountant", "warehouse", "viewer", "auditor"):
            assert User.objects.get(username=name).check_password("demo"), name
        assert User.objects.exclude(team=None).values("team").distinct().count() == 2

        for model in (OwnFirmAccess, PersonalNumberAccess, RecentParty, ServingFirm, ViesCheck, SavedView):
            assert model._default_manager.exists(), model.__name__
        seller = User.objects.with_rights().get(username="seller")
        assert 10 < Counterparty.objects.of_kind(Kind.CLIENT).visible_to(seller).count() < 50

    def test_the_history_shows_several_people_at_work(self):
        events = Events.objects
        people = set(events.values_list("pgh_context__metadata__user", flat=True))
        changed = events.filter(pgh_label="changed").values_list("pgh_context__metadata__user", flat=True)

        assert len(people) >= 5
        assert None not in people
        assert len(set(changed)) >= 4

    def test_the_books_hold_documents_of_every_kind_and_state(self):
        documents = FinancialDocument.objects

        assert set(documents.issued().values_list("kind", flat=True)) == set(DocumentKind.values)
        assert set(documents.drafts().values_list("kind", flat=True)) == set(DocumentKind.values)
        assert set(documents.filter(state="cancelled").values_list("received", flat=True)) == {True, False}
        assert set(documents.values_list("currency", flat=True)) == {"EUR", "BGN", "USD"}
        assert documents.filter(series="tax").order_by("position")[0].number == "0000000001"
        assert documents.filter(series="tax", number="0000012346").exists()
        late = {min((today() - one.payable_by).days // 31, 3) for one in documents.overdue().filter(received=False)}
        assert late == {0, 1, 2, 3}
        assert set(Payment.objects.issued().values_list("method", flat=True)) >= {"bank", "cash", "cod", "offset"}
        assert Payment.objects.open().exists()
        assert PeriodClosing.objects.closed().exists()
        assert BankStatementLine.objects.waiting().count() >= 4

    def test_the_books_add_up(self):
        assert list(differences()) == []

    def test_all_numbers_are_valid_and_personal_ones_belong_to_nobody(self):
        for party in Counterparty.objects.all():
            assert party.clean_numbers() == {}, party
        for egn in Counterparty.objects.filter(identifier_type="egn").values_list("personal_number", flat=True):
            assert identifiers.birth_date_of_egn(egn).year < 1910


def test_the_banks_are_each_named_once_with_a_bic_of_their_own():
    banks = [*demo_banks.BANKS, demo_banks.CENTRAL_BANK]
    bics = [bank.bic for bank in banks if bank.bic]

    assert len(bics) == len(set(bics)) >= 20
    assert len({bank.name for bank in banks}) == len(banks)
    assert all(identifiers.validate_eik(bank.eik) for bank in banks if bank.eik)
