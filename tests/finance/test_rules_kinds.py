"""What each kind of document is: who issues it, to whom, with which VAT, on which days, above zero."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from common.dates import today
from counterparties.models import StatusEffect
from tests.factories.counterparties import (
    BankFactory,
    ClientFactory,
    OwnFirmFactory,
    StateBodyFactory,
    StatusFactory,
    SupplierFactory,
)
from tests.factories.finance import FinancialDocumentLineFactory, draft, entered, issued
from tests.factories.trade import ground, vat
from tests.factories.users import UserFactory
from trade.errors import DocumentError
from trade.models import VatGround

pytestmark = pytest.mark.django_db


def refused(document, field, words=""):
    """Issuing is refused at the field; the state stays."""
    with pytest.raises(DocumentError) as refusal:
        document.issue(UserFactory())
    told = refusal.value.message_dict if hasattr(refusal.value, "error_dict") else {"__all__": refusal.value.messages}
    assert field in told, told
    assert words in " ".join(told[field])
    document.refresh_from_db()
    assert document.is_draft
    return told


def untaxed_line(document, category="O", price=100):
    return FinancialDocumentLineFactory(
        document=document, vat_rate=vat(category, 0), vat_ground=ground(category), unit_price=price
    )


@pytest.mark.parametrize(
    ("kind", "received", "direction", "field"),
    [
        ("invoice", False, "expense", "direction"),
        ("invoice", True, "income", "direction"),
        ("protocol", True, "expense", "kind"),
        ("offset", True, "income", "kind"),
        ("obligation", False, "expense", "kind"),
        ("bank_advice", False, "expense", "kind"),
    ],
)
def test_a_kind_is_issued_or_received_only_as_it_can_be(kind, received, direction, field):
    party = ClientFactory(is_supplier=True, is_bank=True, is_state_body=True)

    refused(draft(kind=kind, received=received, direction=direction, party=party, number="123"), field)


@pytest.mark.parametrize("kind", ["obligation", "customs_debt"])
def test_an_obligation_is_to_a_state_body(kind):
    refused(draft(kind=kind, received=True, direction="expense", number="123", party=SupplierFactory()), "party")


def test_a_bank_advice_comes_from_a_bank():
    facts = {"kind": "bank_advice", "received": True, "direction": "expense", "number": "ДТ-77"}
    refused(draft(party=SupplierFactory(), **facts), "party", "bank")

    advice = draft(party=BankFactory(), price=0, **facts)
    advice.lines.all().delete()
    untaxed_line(advice, price=12)
    advice.issue(UserFactory())

    assert (advice.owed, advice.side, advice.number) == (Decimal("12.00"), "credit", "ДТ-77")


def test_the_interest_of_an_obligation_is_a_part_of_what_is_due():
    facts = {"kind": "obligation", "received": True, "direction": "expense", "number": "НП-1"}
    obligation = draft(party=StateBodyFactory(), interest=Decimal(150), **facts)
    obligation.lines.all().delete()
    untaxed_line(obligation)

    refused(obligation, "interest")

    obligation.interest = Decimal(20)
    obligation.save()
    obligation.issue(UserFactory())
    assert (obligation.owed, obligation.vat_period) == (Decimal("100.00"), None)


def test_a_firm_that_is_not_registered_for_vat_says_so_on_every_line():
    firm = OwnFirmFactory(vat_registration="none")
    refused(draft(own_firm=firm), "lines", "113")

    invoice = draft(own_firm=firm)
    invoice.lines.all().delete()
    untaxed_line(invoice)
    invoice.issue(UserFactory())
    assert (invoice.vat, invoice.gross) == (0, 100)


def test_registration_counts_on_the_day_of_the_tax_event():
    firm = OwnFirmFactory(vat_registered_on=today() - dt.timedelta(days=3))

    refused(draft(own_firm=firm, tax_event_date=today() - dt.timedelta(days=4)), "lines")
    draft(own_firm=firm, tax_event_date=today() - dt.timedelta(days=3)).issue(UserFactory())


def test_a_firm_registered_by_art_97a_charges_no_vat():
    refused(draft(own_firm=OwnFirmFactory(vat_registration="art97a")), "lines", "97")


def test_a_purchase_of_an_unregistered_firm_gives_no_tax_credit():
    assert entered(own_firm=OwnFirmFactory(vat_registration="none"), credit_right="full").credit_right == "none"


def test_an_intra_community_supply_goes_to_a_vat_number_of_another_member_state():
    def supply(**party):
        invoice = draft(party=ClientFactory(**party))
        invoice.lines.all().delete()
        untaxed_line(invoice, "K")
        return invoice

    refused(supply(), "lines", "member state")
    refused(supply(country="US"), "lines", "member state")
    refused(supply(country="DE"), "lines", "VAT number")
    supply(country="DE", vat_number="DE136695976", vat_registration="full").issue(UserFactory())


def test_a_status_that_stops_sales_stops_invoices_but_no_credit_note():
    client = ClientFactory()
    invoice = issued(party=client)
    client.status = StatusFactory(effects=[StatusEffect.STOP_SALES])
    client.save()

    refused(draft(party=client), "party", "stopped")
    refused(draft(party=client, kind="proforma"), "party")
    issued(party=client, own_firm=invoice.own_firm, kind="credit_note", corrects=invoice, reason="Връщане", price=50)


def test_an_invoice_comes_to_something():
    refused(draft(price=0), "lines")


def test_days_stand_in_an_order_that_can_be():
    refused(draft(due_date=today() - dt.timedelta(days=1)), "due_date")
    received = {"received": True, "direction": "expense", "party": SupplierFactory(), "number": "1"}
    refused(draft(received_on=today() + dt.timedelta(days=1), **received), "received_on")
    refused(draft(received_on=today() - dt.timedelta(days=1), **received), "received_on")
    refused(draft(vat_period=dt.date(2025, 1, 1), **received), "vat_period")


def test_everything_that_is_wrong_is_told_at_once():
    document = draft(due_date=today() - dt.timedelta(days=1), price=0)

    with pytest.raises(DocumentError) as refusal:
        document.issue(UserFactory())

    assert set(refusal.value.message_dict) == {"due_date", "lines"}


def test_a_firm_has_no_documents_with_itself():
    firm = OwnFirmFactory()

    refused(draft(own_firm=firm, party=firm), "party")


def test_levs_ended_with_2025_but_old_papers_may_still_be_entered():
    old = dt.date(2025, 12, 20)
    refused(draft(currency="BGN"), "currency")

    invoice = entered(currency="BGN", date=old, price="195.583", number="0000000009")

    assert (invoice.net, invoice.net_eur) == (Decimal("195.58"), Decimal("100.00"))
    assert VatGround.objects.filter(category="O").exists()
