"""Received documents: the sender's number once, totals as printed, corrections until the period is closed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from common.dates import today
from finance import recounting
from finance.models import FinancialDocument, FirmSettings, PeriodClosing, Settlement, Turnover
from tests.factories.counterparties import OwnFirmFactory, StateBodyFactory, SupplierFactory
from tests.factories.finance import FinancialDocumentLineFactory, draft, entered, posted
from tests.factories.trade import ExchangeRateFactory, vat
from tests.factories.users import UserFactory
from tests.finance.test_rules_kinds import refused
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db


def received(**facts):
    facts.setdefault("party", SupplierFactory())
    return draft(received=True, direction="expense", received_on=facts.pop("received_on", today()), **facts)


def test_a_received_document_carries_a_number():
    refused(received(number="  "), "number")


@pytest.mark.parametrize(
    ("typed", "kept", "country"),
    [
        ("№ 12 345", "0000012345", "BG"),
        ("0000012345", "0000012345", "BG"),
        ("No. INV-7", "INV-7", "BG"),
        ("12345", "12345", "DE"),
    ],
)
def test_the_number_of_a_bulgarian_invoice_has_ten_digits(typed, kept, country):
    assert entered(number=typed, party=SupplierFactory(country=country)).number == kept


def test_the_same_invoice_twice_is_refused_and_the_first_one_named():
    first = entered(number="777")

    refused(
        received(number="0000000777", party=first.party, own_firm=first.own_firm, kind="advance_invoice"),
        "number",
        first.number,
    )


def test_the_same_number_of_another_sender_year_or_after_a_reversal_is_no_duplicate():
    first = entered(number="777")
    entered(number="777", own_firm=first.own_firm)
    entered(number="777", own_firm=first.own_firm, party=first.party, date=dt.date(2025, 12, 1), kind="invoice")
    first.cancel(UserFactory(), "Чужда фактура")

    again = entered(number="777", own_firm=first.own_firm, party=first.party)

    assert again.is_issued
    assert first.state_label == "Reversed"


def test_printed_totals_within_the_tolerance_are_the_ones_that_are_kept():
    invoice = received(number="5")
    FinancialDocumentLineFactory(document=invoice, unit_price=10, vat_rate=vat("S", 9))
    invoice.printed_net, invoice.printed_vat = Decimal("110.02"), Decimal("20.89")
    invoice.save()
    invoice.issue(UserFactory())

    assert (invoice.net, invoice.vat, invoice.gross) == (Decimal("110.02"), Decimal("20.89"), Decimal("130.91"))
    assert [(tax.base, tax.tax) for tax in invoice.taxes.all()] == [
        (Decimal("100.02"), Decimal("19.99")),
        (Decimal("10.00"), Decimal("0.90")),
    ]
    assert sum(line.net for line in invoice.lines.all()) == invoice.net
    assert invoice.owed == Decimal("130.91")


def test_printed_totals_beyond_the_tolerance_are_refused_at_their_fields():
    told = refused(
        received(number="5", printed_net=Decimal("100.01"), printed_vat=Decimal("20.03")), "printed_vat", "20,00"
    )
    assert set(told) == {"printed_vat"}
    refused(received(number="5", printed_net=Decimal("99.97")), "printed_net")

    firm = OwnFirmFactory()
    FirmSettings.objects.create(own_firm=firm, tolerance=Decimal("0.05"))
    wide = received(number="5", own_firm=firm, printed_vat=Decimal("20.03"))
    wide.issue(UserFactory())
    assert wide.vat == Decimal("20.03")


def correct(invoice, by=None, price=None, **facts):
    """Correct as a form does: lines written, facts on the row, one transaction."""
    row = FinancialDocument.objects.get(pk=invoice.pk)
    with transaction.atomic():
        if price is not None:
            row.lines.update(unit_price=price)
        for name, value in facts.items():
            setattr(row, name, value)
        row.correct(by or UserFactory())
    return row


def test_a_correction_moves_totals_and_turnover_and_counts_a_version():
    invoice = entered()

    after = correct(invoice, price=200, number="0000000778")

    after.refresh_from_db()
    assert (after.gross, after.owed, after.number, after.version) == (240, 240, "0000000778", invoice.version + 1)
    assert Turnover.objects.get(party=invoice.party).net == 200


def test_a_correction_moves_turnover_to_another_month():
    invoice = entered(date=dt.date(2026, 9, 30), received_on=dt.date(2026, 9, 30))

    correct(
        invoice,
        date=dt.date(2026, 10, 1),
        tax_event_date=dt.date(2026, 10, 1),
        vat_period=dt.date(2026, 10, 1),
        received_on=dt.date(2026, 10, 2),
    )

    found = {row.month.month: row.net for row in Turnover.objects.filter(party=invoice.party)}
    assert found == {9: 0, 10: 100}


def test_a_correction_leaves_what_is_settled():
    invoice = entered()
    payment = posted(own_firm=invoice.own_firm, party=invoice.party, direction="out", method="card", amount=100)
    Settlement.settle(payment, invoice, by=UserFactory())

    with pytest.raises(DocumentError):
        correct(invoice, price=80)
    with pytest.raises(DocumentError):
        correct(invoice, party=SupplierFactory())
    after = correct(invoice, price=90)

    after.refresh_from_db()
    assert (after.owed, after.settled, after.open) == (108, 100, 8)
    assert FinancialDocument.objects.get(pk=invoice.pk).lines.get().unit_price == 90


def test_a_closed_period_takes_no_correction():
    day = dt.date(2026, 9, 10)
    invoice = entered(date=day, received_on=day)
    PeriodClosing.close(invoice.own_firm, day, UserFactory())

    with pytest.raises(DocumentError) as refusal:
        correct(invoice, price=50)

    assert "09.2026" in str(refusal.value)


SEPTEMBER = dt.date(2026, 9, 10)


def paid_in_dollars(*parts):
    """An invoice of September that came today, for 120 USD, and settled in parts: how much on which day."""
    facts: dict[str, Any] = {"currency": "USD", "own_firm": OwnFirmFactory(), "party": SupplierFactory()}
    for day in {SEPTEMBER, today(), *(day for _amount, day in parts)}:
        ExchangeRateFactory(on=day, rate="1.0873")
    invoice = entered(date=SEPTEMBER, tax_event_date=SEPTEMBER, vat_period=today().replace(day=1), **facts)
    made = []
    for amount, day in parts:
        payment = posted(direction="out", method="card", amount=amount, date=day, **facts)
        made.append(Settlement.settle(payment, invoice, by=UserFactory(), on=day))
    return invoice, made


@pytest.mark.parametrize(("price", "part", "taken"), [("52", "52.00", "9.57"), ("50", "50.00", "9.19")])
def test_a_cent_of_rounding_is_taken_by_the_last_settlement(price, part, taken):
    rest = Decimal(price) / 5
    invoice, (first, last) = paid_in_dollars((part, SEPTEMBER), (rest, today()))

    after = correct(invoice, price=price)

    first.refresh_from_db()
    last.refresh_from_db()
    assert (after.open, after.open_eur, last.credit_eur) == (0, 0, Decimal(taken))
    assert first.credit_eur == round(Decimal(part) / Decimal("1.0873"), 2)
    assert list(recounting.differences()) == []


def test_a_settlement_of_a_closed_month_takes_no_cent_of_a_correction():
    invoice, (of_today, of_september) = paid_in_dollars(("10.40", today()), ("52.00", SEPTEMBER))
    PeriodClosing.close(invoice.own_firm, SEPTEMBER, UserFactory())
    kept = of_september.credit_eur

    after = correct(invoice, price=52)

    of_today.refresh_from_db()
    of_september.refresh_from_db()
    assert (after.open, after.open_eur) == (0, 0)
    assert (of_september.credit_eur, of_today.credit_eur) == (kept, Decimal("9.57"))
    assert list(recounting.differences()) == []


def test_a_correction_whose_cent_only_a_closed_month_could_take_is_refused():
    invoice, made = paid_in_dollars(("52.00", SEPTEMBER), ("10.40", SEPTEMBER))
    PeriodClosing.close(invoice.own_firm, SEPTEMBER, UserFactory())
    kept = [one.credit_eur for one in made]

    with pytest.raises(DocumentError) as refusal:
        correct(invoice, price=52)

    assert "09.2026" in refusal.value.message_dict["lines"][0]
    for one in made:
        one.refresh_from_db()
    assert [one.credit_eur for one in made] == kept
    assert correct(invoice, price=53).open == Decimal("1.20")


def test_a_settlement_is_not_moved_into_a_closed_month_by_a_correction():
    invoice, (settlement,) = paid_in_dollars(("52.00", SEPTEMBER))
    PeriodClosing.close(invoice.own_firm, dt.date(2026, 10, 1), UserFactory())

    with pytest.raises(DocumentError) as refusal:
        correct(invoice, date=dt.date(2026, 10, 5))

    assert "10.2026" in str(refusal.value)
    settlement.refresh_from_db()
    assert settlement.on == SEPTEMBER


def test_ours_is_never_corrected_and_a_received_kind_never_becomes_another():
    from tests.factories.finance import issued

    with pytest.raises(DocumentError):
        issued().correct(UserFactory())
    with pytest.raises(DocumentError):
        correct(entered(), kind="proforma")


MRN = "26BG001015000123R4"


def with_check_digit(mrn):
    from stdnum import iso6346

    return mrn[:17] + iso6346.calc_check_digit(mrn[:17])


def test_a_customs_debt_is_duty_and_vat_and_its_number_the_mrn():
    from finance.drafting import draft_customs_debt

    customs, firm, user = StateBodyFactory(), OwnFirmFactory(), UserFactory()
    mrn = with_check_digit(MRN)
    facts = {"customs_value": Decimal(1000), "duty": Decimal(40), "other": Decimal(60)}
    debt = draft_customs_debt(customs, firm, user, mrn=mrn.lower(), **facts)

    debt.issue(user)

    assert (debt.number, debt.net, debt.vat) == (mrn, Decimal("1100.00"), Decimal("220.00"))
    assert (debt.owed, debt.ledger_kind, debt.side) == (Decimal("260.00"), "07", "credit")
    assert not Turnover.objects.exists()
    refused(draft_customs_debt(customs, firm, user, mrn=mrn[:17] + str((int(mrn[17]) + 1) % 10), **facts), "number")
    refused(draft_customs_debt(customs, firm, user, mrn="26BG1", **facts), "number")


def test_obligations_and_bank_advice_are_drafted_with_their_lines():
    from finance.drafting import draft_bank_advice, draft_obligation
    from tests.factories.counterparties import BankFactory

    firm, user = OwnFirmFactory(), UserFactory()
    obligation = draft_obligation(
        StateBodyFactory(), firm, user, number="РА-1", amount=Decimal(500), interest=Decimal("12.50")
    )
    advice = draft_bank_advice(BankFactory(), firm, user, number="7", amount=Decimal(3), description="Такса")
    for document in (obligation, advice):
        document.issue(user)

    assert (obligation.owed, obligation.lines.count(), advice.owed) == (Decimal("512.50"), 2, Decimal("3.00"))
