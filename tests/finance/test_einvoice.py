"""What is issued really, as a UBL file, breaks no official rule; of what cannot be one, the reason is told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from common.dates import today
from finance.einvoice import einvoice_of, has_ubl, ubl_of
from finance.models import FinancialDocumentLine
from finance.ubl import UblError, read_ubl
from tests.factories.contacts import AddressFactory, BankAccountFactory
from tests.factories.counterparties import ClientFactory, OwnFirmFactory, eik
from tests.factories.finance import FinancialDocumentFactory, FinancialDocumentLineFactory, draft, entered, issued
from tests.factories.trade import ArticleFactory, ExchangeRateFactory, ground, unit, vat
from tests.factories.users import UserFactory
from tests.finance.ubl.conftest import broken_rules  # noqa: F401
from trade.models import ArticleBarcode

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def firm():
    number = eik(901)
    firm = OwnFirmFactory(
        name="Пример", registration_number=number, vat_number=f"BG{number}", vat_registration="full", country="BG"
    )
    AddressFactory(party=firm, kind="registered")
    BankAccountFactory(party=firm, is_default=True, currency="EUR")
    return firm


@pytest.fixture
def client_firm():
    number = eik(902)
    party = ClientFactory(name="Купувач", registration_number=number, vat_number=f"BG{number}", vat_registration="full")
    AddressFactory(party=party, kind="registered")
    return party


@pytest.fixture
def german():
    return ClientFactory(
        name="Muster GmbH",
        country="DE",
        identifier_type="foreign",
        registration_number="HRB777",
        vat_number="DE136695976",
        vat_registration="full",
    )


def issue(firm, party, *lines, **facts):
    """A document of lines (quantity, price, more), issued."""
    document = FinancialDocumentFactory(own_firm=firm, party=party, **facts)
    for position, (quantity, price, more) in enumerate(lines, start=1):
        FinancialDocumentLineFactory(
            document=document, position=position, quantity=D(quantity), unit_price=D(price), **more
        )
    document.issue(UserFactory(role="administrator"))
    return document


def taxed(category="S", percent=0, text=None):
    rate = vat(category, percent)
    return {"vat_rate": rate, "vat_ground": None if rate.percent else text or ground(category)}


def lines_of_kind(name):
    """Lines of documents as they happen."""
    return {
        "plain": [("2", "1234.50", {})],
        "9 % and 20 %": [("3", "85", taxed("S", 9)), ("3", "5.33", {}), ("1.5", "12.345678", taxed("S", 9))],
        "discounts": [("7", "3.333333", {"discount_percent": D("12.5")}), ("1", "10", {"discount_percent": D(100)})],
        "reverse charge": [("1", "500", taxed("AE"))],
        "exempt and taxed": [("1", "500", taxed("E")), ("1", "50", {})],
        "zero": [("1", "800", taxed("Z"))],
        "outside": [("1", "350", taxed("O"))],
    }[name]


NAMES = ["plain", "9 % and 20 %", "discounts", "reverse charge", "exempt and taxed", "zero", "outside"]


@pytest.mark.parametrize("includes_vat", [False, True], ids=["net", "gross"])
@pytest.mark.parametrize("name", NAMES)
def test_an_issued_invoice_breaks_no_official_rule(name, includes_vat, firm, client_firm, broken_rules):  # noqa: F811
    invoice = issue(firm, client_firm, *lines_of_kind(name), includes_vat=includes_vat)

    data = ubl_of(invoice)

    assert broken_rules(data) == {}
    totals = read_ubl(data).totals
    assert (totals.net, totals.vat, totals.gross, totals.payable) == (
        invoice.net,
        invoice.vat,
        invoice.gross,
        invoice.gross,
    )


def test_a_supply_within_the_community_names_day_and_country(firm, german, broken_rules):  # noqa: F811
    invoice = issue(firm, german, ("4", "999.99", taxed("K")))

    told = einvoice_of(invoice)

    assert broken_rules(ubl_of(invoice)) == {}
    assert (told.deliver_to.country, told.delivered_on, told.vat[0].reason_code) == ("DE", today(), "VATEX-EU-IC")


def test_an_export_breaks_no_rule(firm, broken_rules):  # noqa: F811
    buyer = ClientFactory(name="Example Inc.", country="US", identifier_type="foreign", registration_number="12-345")

    assert broken_rules(ubl_of(issue(firm, buyer, ("2", "4200", taxed("G"))))) == {}


def test_several_grounds_of_one_category_are_one_breakdown(firm, client_firm, broken_rules):  # noqa: F811
    grounds = list(type(ground("E")).objects.filter(category="E")[:2])
    invoice = issue(firm, client_firm, *(("1", "10", taxed("E", 0, one)) for one in grounds))

    told = einvoice_of(invoice)

    assert broken_rules(ubl_of(invoice)) == {}
    assert [(one.category, one.base) for one in told.vat] == [("E", D("20.00"))]
    assert told.vat[0].reason == "; ".join(one.text for one in grounds)


def test_outside_the_scope_no_vat_number_stands_there(firm, client_firm):
    told = einvoice_of(issue(firm, client_firm, ("1", "350", taxed("O"))))

    assert (told.seller.vat_id, told.buyer.vat_id, told.lines[0].vat_rate) == ("", "", None)
    assert told.seller.registration_id == firm.registration_number


def test_an_advance_and_the_invoice_that_deducts_it(firm, client_firm, broken_rules):  # noqa: F811
    advance = issue(firm, client_firm, ("1", "250", {}), kind="advance_invoice")
    final = issue(firm, client_firm, ("1", "1000", {}), ("-1", "250", {"deducts": advance}))

    told = einvoice_of(final)

    assert broken_rules(ubl_of(advance)) == broken_rules(ubl_of(final)) == {}
    assert (einvoice_of(advance).type_code, told.type_code) == ("386", "380")
    assert [(one.number, one.issued_on) for one in told.preceding] == [(advance.number, advance.date)]
    assert [line.net for line in told.lines] == [D("1000.00"), D("-250.00")]
    assert told.totals.prepaid == 0


@pytest.mark.parametrize(("kind", "code"), [("credit_note", "381"), ("debit_note", "383")])
def test_a_note_names_its_invoice_and_its_reason(kind, code, firm, client_firm, broken_rules):  # noqa: F811
    invoice = issue(firm, client_firm, ("10", "10", {}))
    note = issue(firm, client_firm, ("1", "10", {}), kind=kind, corrects=invoice, reason="Върната стока")

    told = einvoice_of(note)

    assert broken_rules(ubl_of(note)) == {}
    assert (told.type_code, told.preceding[0].number, told.notes) == (code, invoice.number, ("Върната стока",))
    assert told.totals.payable == D("12.00")


def test_a_note_to_an_invoice_of_another_program(firm, client_firm, broken_rules):  # noqa: F811
    note = issue(
        firm,
        client_firm,
        ("1", "10", {}),
        kind="credit_note",
        corrects_number="0000000099",
        corrects_date=dt.date(2025, 12, 5),
        reason="Рекламация",
    )

    assert broken_rules(ubl_of(note)) == {}
    assert einvoice_of(note).preceding[0].issued_on == dt.date(2025, 12, 5)


def test_a_foreign_currency_states_the_vat_in_euro_too(firm, client_firm, broken_rules):  # noqa: F811
    ExchangeRateFactory(currency="USD", rate="1.10000000", on=today())
    BankAccountFactory(party=firm, currency="USD")
    invoice = issue(firm, client_firm, ("10", "99.99", {}), currency="USD")

    told = einvoice_of(invoice)

    assert broken_rules(ubl_of(invoice)) == {}
    assert (told.currency, told.tax_currency, told.totals.vat_in_tax_currency) == ("USD", "EUR", invoice.vat_eur)
    assert told.payment.code == "30"


@pytest.mark.parametrize(("way", "code"), [("bank", "58"), ("cash", "10"), ("card", "48"), ("cod", "ZZZ")])
def test_ways_of_payment(way, code, firm, client_firm, broken_rules):  # noqa: F811
    invoice = issue(firm, client_firm, ("1", "10", {}), payment_method=way)

    assert broken_rules(ubl_of(invoice)) == {}
    assert einvoice_of(invoice).payment.code == code


def test_an_article_brings_its_code_and_barcode(firm, client_firm):
    article = ArticleFactory(code="А-17")
    ArticleBarcode.objects.create(article=article, code="3800000000015")
    invoice = issue(firm, client_firm, ("1", "10", {"article": article, "unit": unit("кг")}))

    line = einvoice_of(invoice).lines[0]

    assert (line.seller_item_id, line.gtin, line.unit) == ("А-17", "3800000000015", "KGM")


def test_an_invoice_of_300_lines(firm, client_firm, broken_rules):  # noqa: F811
    document = FinancialDocumentFactory(own_firm=firm, party=client_firm, includes_vat=True)
    rates = vat("S", 20), vat("S", 9)
    for n in range(1, 301):
        FinancialDocumentLine(
            document=document,
            position=n,
            description=f"Артикул {n}",
            quantity=D(f"{n}.5"),
            unit_price=D(f"{n % 7}.{n:03}"),
            discount_percent=D(n % 30),
            vat_rate=rates[n % 2],
        ).save()
    document.issue(UserFactory(role="administrator"))

    assert broken_rules(ubl_of(document)) == {}


def test_no_e_invoice_is_made_of_drafts_proformas_and_what_is_received():
    for document in (draft(), issued(kind="proforma"), entered()):
        assert not has_ubl(document)
        with pytest.raises(UblError):
            ubl_of(document)


def test_what_is_missing_is_told_in_words(firm):
    bare = ClientFactory(name="Без номер", registration_number="", vat_number="")
    invoice = issue(firm, bare, ("1", "100", taxed("AE")))

    with pytest.raises(UblError, match="reverse charge"):
        ubl_of(invoice)
