"""What we write is valid by the schemas of UBL 2.1 and by the official business rules of EN 16931."""

from dataclasses import replace
from decimal import Decimal

import pytest
from facturx import parse_ubl_cii_xml

from finance.ubl import Address, UblError, read_ubl, validate_xsd, write_ubl

from .documents import BUYER, DOCUMENTS, FOREIGN, gross_priced, invoice, line


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_written_file_is_valid_and_breaks_no_rule(document, broken_rules):
    data = write_ubl(document)

    assert validate_xsd(data) == []
    assert broken_rules(data) == {}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_was_written_is_read_back(document):
    assert read_ubl(write_ubl(document)) == document


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_another_reader_reads_the_same_figures(document):
    read = parse_ubl_cii_xml(write_ubl(document), float_as="string", check_xsd=False)

    assert read["BT-1"] == document.number
    assert read["BT-3"] == document.type_code
    assert read["BT-2"] == document.issued_on
    totals = document.totals
    figures = [totals.lines, totals.net, totals.vat, totals.gross, totals.payable]
    assert [Decimal(read[key]) for key in ("BT-106", "BT-109", "BT-110", "BT-112", "BT-115")] == figures
    assert [Decimal(each["BT-131"]) for each in read["BG-25"]] == [each.net for each in document.lines]
    assert [(each["BT-118"], Decimal(each["BT-117"])) for each in read["BG-23"]] == [
        (each.category, each.vat) for each in document.vat
    ]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_price_by_the_quantity_gives_the_line(document):
    for each in document.lines:
        off = sum(one.amount if not one.is_charge else -one.amount for one in each.allowances)

        assert abs(each.quantity * each.price / each.base_quantity - off - each.net) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"totals": {"lines": Decimal("1.00")}}, "BR-CO-10"),
        ({"totals": {"payable": Decimal("1.00")}}, "BR-CO-16"),
        ({"totals": {"vat": Decimal("1.00")}}, "BR-CO-14"),
        ({"buyer": replace(BUYER, address=replace(BUYER.address, country=""))}, "BR-11"),
        ({"buyer": replace(BUYER, vat_id="175074752")}, "BR-CO-09"),
        ({"currency": "LEV"}, "BR-CL-04"),
    ],
)
def test_the_rules_are_really_asked(changed, rule, broken_rules):
    plain = DOCUMENTS["plain 20 %"]
    totals = replace(plain.totals, **changed.pop("totals", {}))

    assert rule in broken_rules(write_ubl(replace(plain, totals=totals, **changed)))


def test_a_supply_within_the_community_needs_the_country_of_delivery(broken_rules):
    supply = DOCUMENTS["within the Community"]

    assert "BR-IC-12" in broken_rules(write_ubl(replace(supply, deliver_to=Address())))


def test_outside_the_scope_the_vat_numbers_are_left_out(broken_rules):
    outside = DOCUMENTS["outside the scope"]

    assert "BR-O-02" in broken_rules(write_ubl(replace(outside, buyer=FOREIGN)))


@pytest.mark.parametrize("cents", range(100, 112))
def test_any_total_with_vat_inside_passes(cents, broken_rules):
    document = gross_priced(("1", str(Decimal(cents) / 100)), ("2", "0.07"))

    assert document.totals.gross == Decimal(cents) / 100 + Decimal("0.14")
    assert broken_rules(write_ubl(document)) == {}


def test_the_same_invoice_gives_the_same_bytes():
    assert len({write_ubl(DOCUMENTS["deduction of an advance"]) for _ in range(3)}) == 1


def test_a_credit_note_is_a_credit_note_and_a_debit_note_an_invoice():
    assert b"<CreditNote " in write_ubl(DOCUMENTS["credit note"])
    debit = write_ubl(DOCUMENTS["debit note"])
    assert b"<Invoice " in debit
    assert b"<cbc:InvoiceTypeCode>383</cbc:InvoiceTypeCode>" in debit


def test_a_fraction_of_a_cent_is_told():
    with pytest.raises(UblError, match=r"0\.333"):
        write_ubl(invoice(line(1, "Стока", "1", "1", net=Decimal("0.333"))))


def test_a_float_is_refused():
    plain = DOCUMENTS["plain 20 %"]

    with pytest.raises(TypeError):
        write_ubl(replace(plain, totals=replace(plain.totals, payable=2962.8)))


def test_the_schema_names_the_line_it_objects_to():
    data = write_ubl(DOCUMENTS["plain 20 %"]).replace(b"<cbc:IssueDate>2026-11-03", b"<cbc:IssueDate>3.11.2026")

    (objection,) = validate_xsd(data)
    assert objection.startswith("5: ")
    assert "3.11.2026" in objection
