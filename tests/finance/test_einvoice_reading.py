"""A supplier's e-invoice becomes a draft; what cannot be taken over is told, with what helps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from common.dates import today
from counterparties.models import Counterparty
from documents.models import File
from finance.einvoice import UnknownParty, draft_from_ubl, ubl_of
from finance.einvoice_reading import Refused
from finance.models import FinancialDocument
from finance.ubl import Allowance, Party, PrecedingInvoice, UblError, write_ubl
from tests.factories.counterparties import (
    ClientFactory,
    OwnFirmAccessFactory,
    OwnFirmFactory,
    ServingFirmFactory,
    SupplierFactory,
    eik,
)
from tests.factories.finance import draft, entered, issued
from tests.factories.trade import ArticleFactory
from tests.factories.users import UserFactory
from tests.finance.ubl.documents import DOCUMENTS, invoice, line
from tests.people import signed_in
from trade.errors import DocumentError
from trade.models import ArticleBarcode

pytestmark = pytest.mark.django_db
D = Decimal
OURS, THEIRS = eik(911), eik(912)
US = Party(name="Нашата фирма ООД", registration_id=OURS, vat_id=f"BG{OURS}")
SELLER = Party(name="Доставчик ЕООД", registration_id=THEIRS, vat_id=f"BG{THEIRS}")


@pytest.fixture
def user():
    return UserFactory(role="administrator", language="en")


@pytest.fixture
def firm():
    return OwnFirmFactory(
        name="Нашата фирма", registration_number=OURS, vat_number=f"BG{OURS}", vat_registration="full"
    )


@pytest.fixture
def supplier():
    return SupplierFactory(name="Доставчик", registration_number=THEIRS)


def file_of(*lines, **facts):
    facts = {"seller": SELLER, "buyer": US, "issued_on": today(), "tax_point_on": None, "delivered_on": None, **facts}
    return write_ubl(invoice(*lines, **facts))


def test_lines_totals_and_days_are_those_of_the_file(user, firm, supplier):
    data = file_of(line(1, "Хартия", "10", "4.99", unit="KGM"), line(2, "Книга", "1", "12", rate="9"))

    draft = draft_from_ubl(data, user, name="фактура.xml")

    assert (draft.party, draft.own_firm, draft.kind, draft.state) == (supplier, firm, "invoice", "draft")
    assert (draft.received, draft.direction, draft.number) == (True, "expense", "0000000123")
    assert (draft.net, draft.vat) == (draft.printed_net, draft.printed_vat) == (D("61.90"), D("11.06"))
    first, second = draft.lines.all()
    assert (first.description, first.quantity, first.unit_price, first.unit.name) == ("Хартия", D(10), D("4.99"), "кг")
    assert (first.vat_percent, second.vat_percent) == (D(20), D(9))


def test_the_file_is_filed_in_the_dossier_and_named_in_the_note(user, firm, supplier):
    draft = draft_from_ubl(file_of(line(1, "Хартия", "1", "5")), user, name="фактура.xml")

    filed = File.objects.get(party=supplier)
    assert filed.name == "фактура.xml"
    assert "фактура.xml" in draft.internal_note


def test_the_draft_can_be_entered_as_it_is(user, firm, supplier):
    draft = draft_from_ubl(file_of(line(1, "Хартия", "3", "3.333333")), user)

    assert draft.issue(user)
    assert (draft.state_label, draft.open) == ("Entered", D("12.00"))


@pytest.mark.parametrize("name", ["9 % and 20 %", "discount on the line", "discount on the price", "300 lines",
                                  "with VAT in the prices", "with VAT in the prices, many lines",
                                  "discount and surcharge on the document", "exempt and taxed", "reverse charge",
                                  "zero rate", "debit note", "credit note", "advance", "deduction of an advance",
                                  "with VAT in the prices, large quantity"])  # fmt: skip
def test_the_lines_come_to_the_printed_base(name, user, firm, supplier):
    theirs = replace(DOCUMENTS[name], seller=SELLER, buyer=US)

    draft = draft_from_ubl(write_ubl(theirs), user)

    assert draft.net == theirs.totals.net
    assert abs(draft.vat - theirs.totals.vat) <= D("0.02")


def test_a_supplier_is_found_by_name_when_the_record_has_no_numbers(user, firm):
    bare = SupplierFactory(name="Доставчик", registration_number="", vat_number="")

    assert draft_from_ubl(file_of(line(1, "Хартия", "1", "5")), user).party == bare


def test_a_namesake_with_another_number_is_somebody_else(user, firm):
    SupplierFactory(name="Доставчик", registration_number=eik(913))

    with pytest.raises(UnknownParty):
        draft_from_ubl(file_of(line(1, "Хартия", "1", "5")), user)


def test_an_unknown_sender_is_named_with_a_form_filled_in(user, firm):
    with pytest.raises(UnknownParty) as refusal:
        draft_from_ubl(file_of(line(1, "Хартия", "1", "5")), user)

    assert "Доставчик ЕООД" in str(refusal.value.messages[0])
    form = signed_in(user).get(refusal.value.url).context["form"]
    assert (form["name"].value(), form["number"].value(), form["vat_number"].value(), form["kinds"].value()) == (
        "Доставчик ЕООД",
        THEIRS,
        f"BG{THEIRS}",
        ["supplier"],
    )
    assert not FinancialDocument.objects.exists()
    assert not File.objects.exists()


def test_a_personal_number_stands_in_no_address(user, firm):
    person = replace(SELLER, registration_id="", vat_id="BG6101047500")

    with pytest.raises(UnknownParty) as refusal:
        draft_from_ubl(file_of(line(1, "Хартия", "1", "5"), seller=person), user)

    assert "6101047500" not in refusal.value.url


def test_a_sender_out_of_scope_is_as_good_as_unknown(firm, supplier):
    ServingFirmFactory(party=supplier, own_firm=OwnFirmFactory())
    buyer = UserFactory(role="buyer", language="en")
    OwnFirmAccessFactory(user=buyer, own_firm=firm)

    with pytest.raises(UnknownParty):
        draft_from_ubl(file_of(line(1, "Хартия", "1", "5")), buyer)


def test_an_invoice_to_somebody_else_is_refused(user, firm, supplier):
    with pytest.raises(Refused, match="none of your own firms"):
        draft_from_ubl(file_of(line(1, "Хартия", "1", "5"), buyer=replace(US, vat_id="", registration_id=eik(9))), user)


def test_our_own_invoice_is_refused(user, firm):
    buyer = ClientFactory()
    own = replace(US, name=firm.name)

    with pytest.raises(Refused, match="our own"):
        draft_from_ubl(file_of(line(1, "Хартия", "1", "5"), seller=own, buyer=Party(name=buyer.name)), user)


def test_the_same_file_twice_is_named_with_a_link(user, firm, supplier):
    data = file_of(line(1, "Хартия", "1", "5"))
    first = draft_from_ubl(data, user)

    with pytest.raises(Refused, match="here already") as refusal:
        draft_from_ubl(data, user)

    assert refusal.value.url == first.get_absolute_url()


def test_an_article_is_found_by_its_barcode(user, firm, supplier):
    article = ArticleFactory()
    ArticleBarcode.objects.create(article=article, code="3800000000015")

    draft = draft_from_ubl(file_of(line(1, "Хартия", "1", "5", gtin="3800000000015")), user)

    assert draft.lines.get().article == article


def test_words_of_an_unknown_ground_are_kept(user, firm, supplier):
    data = file_of(line(1, "Курс", "1", "500", rate="0", category="E"), reason="чл. 41, т. 1 от ЗДДС")

    draft = draft_from_ubl(data, user)

    assert draft.lines.get().vat_ground.text == "чл. 41 ЗДДС – образование"
    assert "чл. 41, т. 1 от ЗДДС" in draft.note
    assert "Check the ground" in draft.internal_note


def test_an_advance_that_is_entered_is_deducted(user, firm, supplier):
    advance = entered(price=250, kind="advance_invoice", number="0000000100", party=supplier, own_firm=firm)
    data = file_of(
        line(1, "Машина", "1", "1000"),
        line(2, "Приспаднат аванс", "-1", "250"),
        preceding=(PrecedingInvoice(number="0000000100"),),
    )

    draft = draft_from_ubl(data, user)

    assert [one.deducts for one in draft.lines.all()] == [None, advance]
    assert draft.net == D("750.00")


def test_what_is_taken_off_without_an_advance_is_put_together(user, firm, supplier):
    data = file_of(line(1, "Машина", "1", "1000"), line(2, "Приспаднат аванс", "-1", "250"))

    draft = draft_from_ubl(data, user)

    only = draft.lines.get()
    assert (only.description, only.net) == ("Машина", D("750.00"))
    assert "put together" in draft.internal_note


def test_more_taken_off_than_charged_is_refused(user, firm, supplier):
    data = file_of(
        line(1, "Книга", "1", "100", rate="9"),
        line(2, "Стока", "1", "10"),
        allowances=(Allowance(amount=D(20), reason="Отстъпка", vat_category="S", vat_rate=D(20)),),
    )

    with pytest.raises(DocumentError, match="by hand"):
        draft_from_ubl(data, user)


def test_a_rate_of_another_country_is_refused_by_name(user, firm, supplier):
    with pytest.raises(DocumentError, match="19 %"):
        draft_from_ubl(file_of(line(1, "Hotel", "1", "100", rate="19")), user)


def test_a_note_finds_its_invoice_or_keeps_its_number(user, firm, supplier):
    before = entered(number="0000000099", party=supplier, own_firm=firm)
    facts = {"type_code": "381", "notes": ("Рекламация",)}
    here, elsewhere = (PrecedingInvoice(number=number) for number in ("0000000099", "0000000098"))

    found = draft_from_ubl(file_of(line(1, "Х", "1", "5"), number="1", preceding=(here,), **facts), user)
    not_found = draft_from_ubl(file_of(line(1, "Х", "1", "5"), number="2", preceding=(elsewhere,), **facts), user)

    assert (found.kind, found.corrects, found.reason) == ("credit_note", before, "Рекламация")
    assert (not_found.corrects, not_found.corrects_number) == (None, "0000000098")


def test_a_new_iban_is_warned_of(user, firm, supplier):
    assert "have it confirmed" in draft_from_ubl(file_of(line(1, "Х", "1", "5")), user).internal_note


def test_what_is_no_invoice_is_told_in_words(user, firm):
    with pytest.raises(UblError, match="not readable XML"):
        draft_from_ubl(b"%PDF-1.7", user)


# -- Pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [("49.90", "99999999999999.00"), ("EUR", "ЕВРОЕВРО"), ("EUR", "XXX")],
    ids=["amounts", "no currency", "a currency of nobody"],
)
def test_what_there_is_no_room_for_is_refused_in_words(old, new, user, firm, supplier):
    data = file_of(line(1, "Хартия", "10", "4.99")).decode().replace(old, new)

    with pytest.raises(Refused):
        draft_from_ubl(data.encode(), user)


def test_signs_that_nobody_sees_are_left_out(user, firm, supplier):
    data = file_of(line(1, "Хар\u202eтия", "10", "4.99")).decode().replace("0000000123", "00000\u202e00123")

    made = draft_from_ubl(data.encode(), user)

    assert (made.number, made.lines.get().description) == ("0000000123", "Хартия")


def upload(data, name="a.xml"):
    return SimpleUploadedFile(name, data, content_type="text/xml")


def test_files_are_read_without_scripts(user, firm, supplier):
    client = signed_in(user)
    files = [upload(file_of(line(1, "Х", "1", "5"))), upload(b"no", "b.xml")]

    answer = client.post(reverse("finance:financialdocument_read_ubl"), {"uploads": files})

    assert answer.status_code == 422
    assert "b.xml: The file is not readable XML" in answer.content.decode()
    assert FinancialDocument.objects.get().number == "0000000123"


def test_dropped_files_are_answered_one_by_one(user, firm, supplier):
    client = signed_in(user)
    url = reverse("finance:financialdocument_read_ubl")
    data = file_of(line(1, "Х", "1", "5"))

    first = client.post(url, {"uploads": upload(data)}, headers={"accept": "application/json"})
    again = client.post(url, {"uploads": upload(data)}, headers={"accept": "application/json"})
    supplier_gone = Counterparty.objects.get(pk=supplier.pk)

    assert (first.status_code, first.json()["url"]) == (201, FinancialDocument.objects.get().get_absolute_url())
    assert (again.status_code, again.json()["present"]["label"]) == (422, "Open it")
    assert supplier_gone.files.count() == 1


def test_the_file_of_an_invoice_is_downloaded(user):
    client = signed_in(user)
    ours = issued(by=user, own_firm=OwnFirmFactory(registration_number=OURS, vat_number=f"BG{OURS}"))

    answer = client.get(reverse("finance:financialdocument_ubl", args=[ours.pk]))

    assert answer["Content-Type"] == "application/xml"
    assert answer.content == ubl_of(ours)
    for other in (draft(), entered(), issued(kind="proforma")):
        assert client.get(reverse("finance:financialdocument_ubl", args=[other.pk])).status_code == 404
