"""Files from strangers: what is tolerated, and what is refused with which words."""

import time
from decimal import Decimal

import pytest

from finance.ubl import MAX_BYTES, Payment, UblError, read_ubl, write_ubl

from .documents import DOCUMENTS

PLAIN = write_ubl(DOCUMENTS["plain 20 %"])
CII = b'<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>'
ORDER = b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'
LAUGHS = (
    b'<!DOCTYPE Invoice [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(ord("b"), ord("k")))
    + b']><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" a="&j;">&j;</Invoice>'
)


def without(*names):
    """The plain file without the elements of these names."""
    lines = PLAIN.splitlines(keepends=True)
    return b"".join(each for each in lines if not any(f"<cbc:{name}".encode() in each for name in names))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not readable XML"),
        (b"%PDF-1.7", "not readable XML"),
        (PLAIN[:500], "not readable XML"),
        (b"<invoice/>", "not an e-invoice in the UBL format"),
        (CII, "CII format"),
        (ORDER, "neither an invoice nor a credit note: Order"),
        (b" " * (MAX_BYTES + 1), "larger than 10 MB"),
        (PLAIN.replace(b"<Invoice ", b"<!DOCTYPE Invoice><Invoice "), "document type definition"),
        (PLAIN.replace(b"<cbc:Cust", b"<cbc:UBLVersionID>3.0</cbc:UBLVersionID><cbc:Cust", 1), "version 3.0"),
        (without("PayableAmount"), "does not state the totals"),
        (without("TaxInclusiveAmount"), "does not state the totals"),
        (without("IssueDate"), "when the invoice was issued"),
        (without("DocumentCurrencyCode"), "in which currency"),
        (PLAIN.replace(b"<cbc:ID>0000000123<", b"<cbc:ID> <"), "has no number"),
        (without("RegistrationName", "Name"), "who the seller is"),
        (PLAIN.replace(b"AccountingCustomerParty", b"BuyerCustomerParty"), "who the buyer is"),
        (PLAIN.replace(b"cac:InvoiceLine", b"cac:SomeLine"), "has no lines"),
        (without("LineExtensionAmount"), "Line 1 of the invoice has no amount"),
        (PLAIN.replace(b">2469.00<", b">2469,00<"), "“2469,00” in LineExtensionAmount"),
        (PLAIN.replace(b">2469.00<", b">1e9<"), "not a number"),
        (PLAIN.replace(b">2469.00<", b">NaN<"), "not a number"),
        (PLAIN.replace(b"<cbc:IssueDate>2026-11-03", b"<cbc:IssueDate>2026-13-03"), "not a date"),
        (PLAIN.replace(b"<cbc:IssueDate>2026-11-03", b"<cbc:IssueDate>03.11.2026"), "not a date"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(data, words):
    with pytest.raises(UblError) as refusal:
        read_ubl(data)

    assert words in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_they_grow(encoding):
    started = time.monotonic()

    with pytest.raises(UblError):
        read_ubl(LAUGHS.decode().encode(encoding))

    assert time.monotonic() - started < 2


def test_no_file_of_ours_comes_into_the_invoice(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    data = PLAIN.replace(
        b"<Invoice ", b'<!DOCTYPE Invoice [<!ENTITY s SYSTEM "file://%s">]><Invoice ' % str(secret).encode()
    )

    with pytest.raises(UblError, match="DTD"):
        read_ubl(data.replace("Лаптоп".encode(), b"&s;"))


def test_unknown_elements_are_passed_over():
    unknown = b'<x:Thing xmlns:x="urn:example"><x:Other>1</x:Other></x:Thing><!-- note -->'

    assert (
        read_ubl(PLAIN.replace(b"<cac:AccountingSupplierParty>", unknown + b"<cac:AccountingSupplierParty>"))
        == (DOCUMENTS["plain 20 %"])
    )


def test_a_file_of_another_profile_and_encoding_is_read():
    text = (
        PLAIN.decode().replace("UTF-8", "windows-1251").replace("urn:cen.eu:en16931:2017", "urn:cen.eu:en16931:2017#x")
    )
    read = read_ubl(text.encode("cp1251"))

    assert read.seller.name == "Пример Търговия ООД"
    assert read.customization == "urn:cen.eu:en16931:2017#x"


def test_dates_with_a_time_zone_are_dates():
    data = PLAIN.replace(b"<cbc:IssueDate>2026-11-03<", b"<cbc:IssueDate>2026-11-03+02:00<")

    assert read_ubl(data).issued_on == DOCUMENTS["plain 20 %"].issued_on


def test_a_party_known_by_its_trading_name_alone_has_a_name():
    buyer = "<cbc:RegistrationName>Купувач &amp; Синове АД</cbc:RegistrationName>".encode()
    head = PLAIN.replace(buyer, b"<cbc:Kept/>").replace(b"<cbc:RegistrationName>", b"<cbc:OldName>")
    data = head.replace(b"</cbc:RegistrationName>", b"</cbc:OldName>").replace(b"<cbc:Kept/>", buyer)

    read = read_ubl(data)

    assert read.seller.name == "Пример"
    assert read.seller.trading_name == ""


def test_a_line_without_a_price_has_its_amount_as_the_price():
    read = read_ubl(without("PriceAmount")).lines[0]

    assert (read.price, read.base_quantity) == (Decimal("2469.00"), Decimal(2))


def test_a_due_date_beside_the_way_of_payment_is_found():
    data = PLAIN.replace(b"<cbc:DueDate>2026-11-17</cbc:DueDate>", b"").replace(
        b"</cbc:PaymentMeansCode>", b"</cbc:PaymentMeansCode><cbc:PaymentDueDate>2026-12-01</cbc:PaymentDueDate>"
    )

    assert str(read_ubl(data).due_on) == "2026-12-01"


def test_a_creditor_number_of_the_bank_is_no_number_of_the_seller():
    sepa = b'<cac:PartyIdentification><cbc:ID schemeID="SEPA">BG98ZZZ</cbc:ID></cac:PartyIdentification><cac:PartyName>'

    assert read_ubl(PLAIN.replace(b"<cac:PartyName>", sepa)).seller.identifier == ""


def test_a_credit_note_without_payment_keeps_its_due_date():
    note = DOCUMENTS["credit note without payment"]

    read = read_ubl(write_ubl(note))

    assert (read.payment, read.due_on) == (Payment(), note.due_on)
