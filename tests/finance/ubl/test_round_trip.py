"""Any invoice that can be written is read back as it was."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.ubl import (
    Account,
    Address,
    Allowance,
    Contact,
    EInvoice,
    Line,
    Party,
    Payment,
    PrecedingInvoice,
    Totals,
    UblError,
    VatBreakdown,
    read_ubl,
    validate_xsd,
    write_ubl,
)

from .documents import invoice, line

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).map(
    lambda text: text.replace("\ufffe", "").replace("\uffff", "").strip()
)
needed = words.filter(bool)
codes = st.text("ABCXYZ0123456789", min_size=1, max_size=8)
days = st.dates()
no_day = st.none() | days
cents = st.decimals("-9999999", "9999999", places=2)
numbers = st.decimals("-99999", "99999", places=6)
rates = st.none() | st.decimals("0", "100", places=2)


def of(kind, **fields):
    return st.builds(kind, **fields)


addresses = of(
    Address,
    street=words,
    street2=words,
    line3=words,
    city=words,
    postcode=words,
    region=words,
    country=st.sampled_from(["BG", ""]),
)
parties = of(
    Party,
    name=needed,
    trading_name=words,
    registration_id=words,
    vat_id=words,
    tax_registration=words,
    legal_info=words,
    address=addresses,
    contact=of(Contact, name=words, phone=words, email=words),
    endpoint=needed,
    endpoint_scheme=st.sampled_from(["9926", "0088", "EM"]),
)
allowances = st.lists(
    of(
        Allowance,
        amount=cents,
        is_charge=st.booleans(),
        percent=rates,
        base=st.none() | cents,
        reason=words,
        reason_code=st.sampled_from(["", "95"]),
        vat_category=st.just("S"),
        vat_rate=rates,
    ),
    max_size=2,
).map(tuple)
lines = of(
    Line,
    id=codes,
    name=needed,
    quantity=numbers,
    net=cents,
    price=numbers,
    unit=codes,
    base_quantity=st.decimals("0.001", "99999", places=3),
    gross_price=st.none(),
    vat_category=st.sampled_from(["S", "Z", "E", "AE", "K", "G", "O"]),
    vat_rate=rates,
    description=words,
    note=words,
    seller_item_id=words,
    buyer_item_id=words,
    gtin=words,
    period_start=no_day,
    period_end=no_day,
    allowances=allowances,
)
payments = st.just(Payment()) | of(
    Payment,
    code=st.sampled_from(["10", "30", "48", "58"]),
    text=words,
    reference=words,
    accounts=st.lists(of(Account, iban=needed, name=words, bic=words), max_size=3).map(tuple),
)
breakdowns = of(
    VatBreakdown,
    category=st.sampled_from(["S", "E"]),
    base=cents,
    vat=cents,
    rate=rates,
    reason=words,
    reason_code=words,
)
invoices = of(
    EInvoice,
    number=needed,
    issued_on=days,
    type_code=st.sampled_from(["380", "381", "383", "384", "386"]),
    currency=st.sampled_from(["EUR", "USD", "BGN"]),
    seller=parties,
    buyer=parties,
    lines=st.lists(lines, min_size=1, max_size=3).map(tuple),
    vat=st.lists(breakdowns, min_size=1, max_size=2).map(tuple),
    totals=of(
        Totals,
        lines=cents,
        net=cents,
        vat=cents,
        gross=cents,
        payable=cents,
        allowances=cents,
        charges=cents,
        prepaid=cents,
        rounding=cents,
        vat_in_tax_currency=cents,
    ),
    tax_currency=st.just("CHF"),
    tax_point_on=no_day,
    due_on=no_day,
    buyer_reference=words,
    contract_reference=words,
    order_reference=words,
    despatch_reference=words,
    payment_terms=words,
    notes=st.lists(needed, max_size=3).map(tuple),
    profile=words,
    preceding=st.lists(of(PrecedingInvoice, number=needed, issued_on=no_day), max_size=2).map(tuple),
    deliver_to_name=words,
    delivered_on=no_day,
    deliver_to=addresses,
    period_start=no_day,
    period_end=no_day,
    payment=payments,
    allowances=allowances,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(invoices)
def test_any_invoice_is_read_back_as_it_was_written(invoice):
    data = write_ubl(invoice)

    assert read_ubl(data) == invoice
    assert validate_xsd(data) == []


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_any_other_bytes_are_refused_in_words(data):
    with pytest.raises(UblError) as refusal:
        read_ubl(data)

    assert str(refusal.value)


def test_control_characters_pasted_into_a_text_do_not_spoil_the_file():
    read = read_ubl(write_ubl(invoice(line(1, "Стока\x00\x0b едно\ud800", "1", "1.00"))))

    assert read.lines[0].name == "Стока едно"
    assert read.lines[0].net == Decimal("1.00")
