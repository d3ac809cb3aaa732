"""Credit and debit notes: to what, why, never above what is left, settled at once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from finance.drafting import draft_note
from finance.models import Settlement
from finance.remaining import left_of
from tests.factories.finance import FinancialDocumentLineFactory, draft, entered, issued, posted
from tests.factories.trade import vat
from tests.factories.users import UserFactory
from tests.finance.test_rules_kinds import refused
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db


def note_to(invoice, price=100, kind="credit_note", **facts):
    facts.setdefault("reason", "Върната стока")
    return draft(
        kind=kind,
        price=price,
        corrects=invoice,
        **{
            "party": invoice.party,
            "own_firm": invoice.own_firm,
            "direction": invoice.direction,
            "received": invoice.received,
            **facts,
        },
    )


def test_a_note_says_to_what_and_why():
    refused(draft(kind="credit_note", reason="Отстъпка"), "corrects_number")
    refused(note_to(issued(), reason=" "), "reason")

    outside = issued(
        kind="credit_note", reason="Отстъпка", corrects_number="0000000003", corrects_date=dt.date(2025, 11, 3)
    )
    assert outside.is_issued


def test_a_credit_note_is_never_above_what_is_left_in_all():
    invoice = issued(price=100)
    first = note_to(invoice, price=60)
    first.issue(UserFactory())

    refused(note_to(invoice, price="40.01"), "lines", "40,00")
    note_to(invoice, price=30, kind="debit_note").issue(UserFactory())
    second = note_to(invoice, price=70)
    second.issue(UserFactory())

    assert left_of(invoice) == {}


def test_a_credit_note_is_never_above_what_is_left_at_its_rate():
    invoice = draft(price=100)
    FinancialDocumentLineFactory(document=invoice, unit_price=50, vat_rate=vat("S", 9))
    invoice.issue(UserFactory())

    refused(note_to(invoice, price=120), "lines", "20")


def test_a_cancelled_note_gives_back_what_it_took():
    invoice = issued(price=100)
    note = note_to(invoice)
    note.issue(UserFactory())
    note.cancel(UserFactory(), "Грешка")

    note_to(invoice).issue(UserFactory())


def test_notes_that_take_all_in_parts_take_all_of_the_vat_too():
    invoice = issued(price="100.01")
    user = UserFactory()
    notes = [note_to(invoice, price=price) for price in ("33.33", "33.34", "33.34")]
    for note in notes:
        note.issue(user)

    assert sum(note.net for note in notes) == invoice.net
    assert sum(note.vat for note in notes) == invoice.vat
    invoice.refresh_from_db()
    assert invoice.open == 0


def test_a_credit_note_is_settled_with_its_invoice_and_the_rest_is_unused():
    invoice = issued(price=100)
    payment = posted(own_firm=invoice.own_firm, party=invoice.party, amount=100)
    Settlement.settle(payment, invoice, by=UserFactory())
    note = note_to(invoice)

    note.issue(UserFactory())

    invoice.refresh_from_db()
    assert (invoice.open, note.settled, note.open) == (0, Decimal("20.00"), Decimal("100.00"))
    note.cancel(UserFactory(), "Грешка")
    invoice.refresh_from_db()
    assert invoice.open == Decimal("20.00")


def test_a_note_goes_to_an_issued_invoice_of_the_same_two():
    invoice = issued()
    other = issued()
    refused(note_to(draft()), "corrects")
    refused(note_to(invoice, party=other.party), "corrects")
    refused(note_to(invoice, own_firm=other.own_firm), "corrects")
    refused(note_to(entered(), received=False, direction="income"), "corrects")
    refused(note_to(invoice, date=invoice.date - dt.timedelta(days=1)), "corrects")
    note = note_to(invoice)
    note.issue(UserFactory())
    refused(note_to(note), "corrects", "no invoice")


def test_an_invoice_with_notes_is_not_cancelled_and_they_are_named():
    invoice = issued()
    note = note_to(invoice, price=10)
    note.issue(UserFactory())

    with pytest.raises(DocumentError) as refusal:
        invoice.cancel(UserFactory(), "Грешка")

    assert note.number in str(refusal.value)
    note.cancel(UserFactory(), "Грешка")
    invoice.cancel(UserFactory(), "Грешка")


def test_a_debit_note_that_a_credit_note_needs_is_not_cancelled():
    invoice = issued(price=100)
    debit = note_to(invoice, price=20, kind="debit_note")
    debit.issue(UserFactory())
    note_to(invoice, price=110).issue(UserFactory())

    with pytest.raises(DocumentError):
        debit.cancel(UserFactory(), "Грешка")


def test_a_received_note_carries_their_number_and_is_settled_too():
    invoice = entered()
    note = note_to(invoice, number="778")
    note.issue(UserFactory())

    invoice.refresh_from_db()
    assert (note.number, note.side, invoice.open) == ("0000000778", "debit", 0)
    with pytest.raises(DocumentError):
        invoice.cancel(UserFactory(), "Грешка")


def test_a_note_to_an_invoice_in_levs_is_in_euro_and_takes_all_of_it():
    invoice = issued(currency="BGN", date=dt.date(2025, 11, 3), price="333.33")
    user = UserFactory()

    note = draft_note(invoice, "credit_note", user, reason="Връщане")
    note.issue(user)

    invoice.refresh_from_db()
    assert (note.currency, note.gross) == ("EUR", invoice.gross_eur)
    assert (note.corrects_number, note.corrects_date) == (invoice.number, dt.date(2025, 11, 3))
    assert (invoice.open, invoice.open_eur, note.open) == (0, 0, 0)


def test_a_drafted_credit_note_takes_the_lines_of_the_invoice_and_then_what_is_left():
    invoice = draft(price=100)
    FinancialDocumentLineFactory(document=invoice, unit_price=50, vat_rate=vat("S", 9))
    user = UserFactory()
    invoice.issue(user)

    whole = draft_note(invoice, "credit_note", user, reason="Връщане")
    first = draft_note(invoice, "credit_note", user, [(invoice.lines.first(), Decimal("0.4"))], reason="Връщане")
    first.issue(user)
    rest = draft_note(invoice, "credit_note", user, reason="Връщане")
    rest.issue(user)

    assert [line.description for line in whole.lines.all()] == [line.description for line in invoice.lines.all()]
    assert (whole.gross, first.net, rest.net) == (invoice.gross, 40, 110)
    refused(whole, "lines")
    with pytest.raises(DocumentError):
        draft_note(invoice, "credit_note", user)
