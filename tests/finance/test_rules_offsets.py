"""Offset protocols: to the smaller side, two payments, all undone by cancelling."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from finance.drafting import draft_offset
from finance.models import Payment, Settlement
from finance.rules.offsets import candidates
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import entered, issued
from tests.factories.users import UserFactory
from tests.finance.test_rules_kinds import refused
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal():
    return {"party": ClientFactory(is_supplier=True), "own_firm": OwnFirmFactory()}


def offset_of(deal, debit, credit, **facts):
    return draft_offset(deal["party"], deal["own_firm"], debit, credit, UserFactory(), **facts)


def test_an_offset_takes_off_the_smaller_side_the_oldest_first(deal):
    ours = [issued(price=100, **deal), issued(price=50, **deal)]
    theirs = entered(price=120, **deal)

    protocol = offset_of(deal, ours, [theirs])
    protocol.issue(UserFactory(role="administrator"))

    for one in (*ours, theirs):
        one.refresh_from_db()
    assert (protocol.gross, protocol.owed, protocol.number) == (Decimal("144.00"), 0, "ПП-000001")
    assert [one.open for one in (*ours, theirs)] == [0, Decimal("36.00"), 0]
    payments = Payment.objects.filter(offset_document=protocol).order_by("direction")
    assert [(one.direction, one.method, one.amount, one.open) for one in payments] == [
        ("in", "offset", 144, 0),
        ("out", "offset", 144, 0),
    ]


def test_a_cancelled_offset_opens_all_again(deal):
    ours, theirs = issued(**deal), entered(**deal)
    protocol = offset_of(deal, [ours], [theirs])
    user = UserFactory(role="administrator")
    protocol.issue(user)
    payment = Payment.objects.filter(offset_document=protocol).first()

    with pytest.raises(DocumentError):
        payment.cancel(user, "Сам")
    with pytest.raises(DocumentError):
        ours.cancel(user, "Грешка")
    with pytest.raises(DocumentError):
        Settlement.objects.current().get(debit_document=ours).end(user)
    protocol.cancel(user, "Грешни документи")

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.open, theirs.open) == (120, 120)
    assert {one.state for one in Payment.objects.filter(offset_document=protocol)} == {"cancelled"}
    assert not Settlement.objects.current().exists()
    ours.cancel(user, "Вече може")


def test_an_offset_needs_both_sides_and_no_more_than_is_open(deal):
    ours, theirs = issued(**deal), entered(**deal)
    refused(offset_of(deal, [ours], []), "items")
    refused(offset_of(deal, [(ours, Decimal(121))], [theirs]), "items", "120,00")
    protocol = offset_of(deal, [ours], [theirs])
    theirs.cancel(UserFactory(), "Грешка")
    refused(protocol, "items")


def test_only_documents_of_the_two_in_one_currency_are_offset(deal):
    ours = issued(**deal)
    for other in (entered(), issued(kind="proforma", **deal), issued(**deal)):
        with pytest.raises(DocumentError):
            offset_of(deal, [ours], [other])


def test_levs_are_offset_in_euro_to_the_cent(deal):
    old = issued(currency="BGN", date=dt.date(2025, 11, 3), price="99.99", **deal)
    theirs = entered(price=500, **deal)

    offset_of(deal, [old], [theirs]).issue(UserFactory(role="administrator"))

    old.refresh_from_db()
    theirs.refresh_from_db()
    assert (old.open, old.open_eur) == (0, 0)
    assert theirs.open == 600 - old.gross_eur


def test_an_issued_offset_keeps_its_documents(deal):
    protocol = offset_of(deal, [issued(**deal)], [entered(**deal)])
    protocol.issue(UserFactory(role="administrator"))

    with pytest.raises(DatabaseError), transaction.atomic():
        protocol.offset_items.update(amount=1)


def test_candidates_are_what_is_open_on_both_sides(deal):
    ours, theirs = issued(**deal), entered(**deal)
    issued(kind="proforma", **deal)

    assert candidates(deal["party"], deal["own_firm"]) == ([ours], [theirs])
