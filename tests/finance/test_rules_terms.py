"""What is warned of and blocks nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from common.dates import today
from counterparties.models import StatusEffect
from finance.rules import advances_without_invoice, warnings_for
from tests.factories.counterparties import ClientFactory, StatusFactory, SupplierFactory
from tests.factories.finance import FinancialDocumentLineFactory, draft, entered, issued, posted
from tests.factories.trade import ground, vat
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db


def warned(document, words):
    return any(words in one for one in warnings_for(document))


def ago(days):
    return today() - dt.timedelta(days=days)


def test_an_invoice_is_due_five_days_after_its_tax_event():
    assert not warned(draft(tax_event_date=ago(5)), "5 days")
    assert warned(draft(tax_event_date=ago(6)), "5 days")
    assert warned(draft(tax_event_date=today() + dt.timedelta(days=6)), "advance invoice")


def test_a_supply_to_the_eu_is_due_by_the_15th_of_the_next_month():
    invoice = draft(date=dt.date(2026, 11, 15), tax_event_date=dt.date(2026, 10, 1))
    invoice.lines.all().delete()
    FinancialDocumentLineFactory(document=invoice, vat_rate=vat("K", 0), vat_ground=ground("K"))
    assert not warned(invoice, "15th")

    invoice.date = dt.date(2026, 11, 16)
    assert warned(invoice, "15th")


def test_a_note_is_due_five_days_after_what_it_is_for():
    note = draft(kind="credit_note", corrects=issued(), tax_event_date=ago(9))

    assert warned(note, "note is issued within 5 days")


def test_tax_credit_is_used_within_twelve_periods():
    invoice = draft(
        received=True, direction="expense", party=SupplierFactory(), date=dt.date(2025, 10, 31), received_on=today()
    )
    invoice.vat_period = dt.date(2026, 10, 1)
    assert not warned(invoice, "within 12")
    invoice.vat_period = dt.date(2026, 11, 1)
    assert warned(invoice, "within 12")


def test_the_party_is_warned_of():
    client = ClientFactory(insolvency="insolvency", insolvency_source="ТР")
    client.status = StatusFactory(effects=[StatusEffect.WARN, StatusEffect.ADVANCE_ONLY], name="рисков")
    client.save()
    invoice = draft(party=client)

    assert warned(invoice, "insolvency")
    assert warned(invoice, "be careful")
    assert warned(invoice, "only against advance")
    posted(own_firm=invoice.own_firm, party=client, amount=120)
    invoice.refresh_from_db()
    invoice.gross_eur = Decimal(120)
    assert not warned(invoice, "only against advance")


def test_what_the_record_lacks_is_named():
    invoice = draft()

    assert warned(invoice, "no address")
    assert warned(invoice, "no EIK")
    assert warned(invoice, "МОЛ")


def test_vies_is_asked_about_a_supply_to_the_eu():
    client = ClientFactory(country="DE", vat_number="DE136695976", vat_registration="full")
    invoice = draft(party=client)
    invoice.lines.all().delete()
    FinancialDocumentLineFactory(document=invoice, vat_rate=vat("K", 0), vat_ground=ground("K"))
    assert warned(invoice, "never asked")

    client.vies_checks.create(
        vat_number=client.vat_number, asked_at=timezone.now(), asked_by=UserFactory(), is_valid=False
    )
    assert warned(invoice, "not valid")


def test_the_same_day_and_total_once_more_looks_like_the_same_deal():
    first = entered()
    again = draft(
        received=True, direction="expense", party=first.party, own_firm=first.own_firm, number="9", date=first.date
    )
    again.store_amounts()

    assert warned(again, first.number)


def test_a_tolerated_difference_is_told():
    invoice = entered(printed_vat=Decimal("20.01"))

    assert invoice.vat == Decimal("20.01")
    assert warned(invoice, "0,01")


def test_an_invoice_is_reminded_of_an_open_advance():
    advance = issued(kind="advance_invoice")

    assert warned(draft(party=advance.party, own_firm=advance.own_firm), advance.number)


def test_an_advance_waits_for_its_invoice_until_the_fifth_day():
    boss = UserFactory(role="administrator")
    late, fresh = posted(date=ago(5)), posted(date=ago(4))

    found = list(advances_without_invoice(boss, today()))

    assert late in found
    assert fresh not in found


def test_a_cancelled_document_is_past_warning():
    invoice = issued(tax_event_date=ago(9))
    assert warnings_for(invoice)
    invoice.cancel(UserFactory(), "Грешка")

    assert warnings_for(invoice) == []
