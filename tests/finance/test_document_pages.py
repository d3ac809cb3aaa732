"""The list and the page of financial documents: who sees what, sums to the cent, the deeds of a document."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.dates import today
from finance.documents_doors import find_documents
from finance.lists.documents import sums_of
from finance.models import FinancialDocument, Settlement
from tests.factories.contacts import BankAccountFactory
from tests.factories.counterparties import ClientFactory, OwnFirmAccessFactory, OwnFirmFactory, SupplierFactory
from tests.factories.finance import days_ago, draft, entered, issued, posted
from tests.factories.trade import ExchangeRateFactory, ground, vat
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, fresh, give, signed_in, superuser, worker

pytestmark = pytest.mark.django_db

LIST = "/finance/documents/"
SEE = (*SEE_ALL, "finance.view_financialdocument")


@pytest.fixture
def browser():
    return signed_in(superuser())


def numbers(answer):
    return [row.object.number for row in answer.context["rows"]]


def queries_of(browser, url):
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("where", ["list", "tab"])
def test_a_list_costs_the_same_for_one_row_and_for_three(browser, where):
    firm, client = OwnFirmFactory(), ClientFactory()
    OwnFirmFactory()
    issued(own_firm=firm, party=client)
    url = LIST if where == "list" else f"/counterparties/{client.pk}/financial-documents/"
    one = queries_of(browser, url)

    issued(own_firm=firm, party=client)
    posted(own_firm=firm, party=client)
    draft(own_firm=firm, party=client, trader=UserFactory())

    assert queries_of(browser, url) == one


def test_the_page_of_a_document_costs_the_same_for_one_line_and_for_three(browser):
    firm = OwnFirmFactory()
    one, three = issued(own_firm=firm), draft(own_firm=firm)
    from tests.factories.finance import FinancialDocumentLineFactory

    FinancialDocumentLineFactory.create_batch(2, document=three)
    three.issue(UserFactory(role="administrator"))

    assert queries_of(browser, three.get_absolute_url()) <= queries_of(browser, one.get_absolute_url())


def test_the_sums_under_the_list_are_those_of_its_rows():
    firm = OwnFirmFactory()
    ExchangeRateFactory(currency="USD", on=today(), rate="1.25")
    invoice = issued(own_firm=firm, price="100.01")
    issued(own_firm=firm, price="50", currency="USD")
    issued(own_firm=firm, price=10, kind="credit_note", party=invoice.party, corrects=invoice, reason="Отстъпка")
    entered(own_firm=firm, price=7)
    draft(own_firm=firm, price=999)
    issued(own_firm=firm, price=1000, kind="proforma")

    with CaptureQueriesContext(connection) as captured:
        rows = sums_of(FinancialDocument.objects.all())

    assert len(captured) == 1
    told = {(row["group"], row["currency"]): (row["sum_gross"], row["count"]) for row in rows}
    assert told == {
        ("income", "EUR"): (Decimal("108.01"), 2),
        ("income", "USD"): (Decimal("60.00"), 1),
        ("expense", "EUR"): (Decimal("8.40"), 1),
        ("proforma", "EUR"): (Decimal("1200.00"), 1),
    }


def test_the_list_is_filtered_by_how_far_a_document_is_paid(browser):
    firm, client = OwnFirmFactory(), ClientFactory()
    paid, partly, late, fresh_one = (issued(own_firm=firm, party=client) for _each in range(4))
    Settlement.settle(posted(own_firm=firm, party=client, amount=120), paid, by=UserFactory())
    Settlement.settle(posted(own_firm=firm, party=client, amount=20), partly, by=UserFactory())
    FinancialDocument.objects.filter(pk=late.pk).update(payable_by=days_ago(10))

    states = ("paid", "partly", "overdue", "unpaid")
    found = {state: set(numbers(browser.get(LIST, {"paid": state}))) for state in states}

    assert found["paid"] == {paid.number}
    assert found["partly"] == {partly.number}
    assert found["overdue"] == {late.number}
    assert fresh_one.number in found["unpaid"]


def test_a_credit_note_is_used_not_paid(browser):
    firm = OwnFirmFactory()
    invoice = issued(own_firm=firm, price=100)
    Settlement.settle(posted(own_firm=firm, party=invoice.party, amount=120), invoice, by=UserFactory())
    note = issued(own_firm=firm, price=10, kind="credit_note", party=invoice.party, corrects=invoice, reason="Отстъпка")

    page = browser.get(note.get_absolute_url()).content.decode()
    listed = browser.get(LIST, {"kind": "credit_note"}).content.decode()

    for text in (page, listed):
        assert ">Unused</span>" in text
        assert ">Unpaid</span>" not in text


def test_the_list_is_filtered_by_kind_party_period_amount_and_words(browser):
    firm, alpha, beta = OwnFirmFactory(), ClientFactory(name="Алфа"), ClientFactory(name="Бета")
    first = issued(own_firm=firm, party=alpha, price=100)
    second = issued(own_firm=firm, party=beta, price=900)

    def found(**asked):
        return numbers(browser.get(LIST, asked))

    assert found(party=alpha.pk) == [first.number]
    assert found(least="1 000,00") == [second.number]
    assert found(q="алфа") == [first.number]
    assert found(q="0000000002") == [second.number]
    assert found(kind="proforma") == []
    assert set(found(period=f"{today():%m.%Y}")) == {first.number, second.number}


def test_an_own_firms_tab_holds_what_it_issued(browser):
    firm, other = OwnFirmFactory(), OwnFirmFactory()
    mine = issued(own_firm=firm)
    issued(own_firm=other)

    answer = browser.get(f"/counterparties/{firm.pk}/financial-documents/")

    assert [row.object for row in answer.context["rows"]] == [mine]


def test_documents_of_another_own_firm_do_not_exist_for_the_user():
    client = ClientFactory()
    mine, other = issued(party=client), issued(party=client)
    user = worker(*SEE, firms="assigned")
    OwnFirmAccessFactory(user=user, own_firm=mine.own_firm)
    browser = signed_in(fresh(user))

    assert numbers(browser.get(LIST)) == [mine.number]
    assert browser.get(other.get_absolute_url()).status_code == 404
    assert browser.get(mine.get_absolute_url()).status_code == 200
    assert [hit.url for hit in find_documents("1", fresh(user), 10)] == [mine.get_absolute_url()]
    tab = browser.get(f"/counterparties/{client.pk}/financial-documents/")
    assert tab.context["total"] == 1


def test_the_history_of_a_dossier_hides_documents_of_other_firms():
    client = ClientFactory()
    mine, other = issued(party=client), issued(party=client, number="")
    user = worker(*SEE, "counterparties.comment", firms="assigned")
    OwnFirmAccessFactory(user=user, own_firm=mine.own_firm)
    from counterparties.history import page_of

    changes, _key = page_of(client, fresh(user))

    told = {entry.title for entry in changes if entry.kind == "financial document"}
    assert len([entry for entry in changes if entry.deed == "issued"]) == 1
    assert told
    assert other.pk != mine.pk


def test_a_number_typed_into_search_opens_its_document(browser):
    invoice = issued()

    answer = browser.get("/search/", {"q": invoice.number})

    assert answer.status_code == 302
    assert answer.headers["Location"] == invoice.get_absolute_url()


def test_two_clicks_on_issue_issue_once(browser):
    document = draft()
    url = reverse("finance:financialdocument_issue", args=[document.pk])

    browser.post(url, {"confirmed": "1"})
    browser.post(url, {"confirmed": "1"})

    document.refresh_from_db()
    assert (document.state, document.number) == ("issued", "0000000001")


def test_a_refused_issue_comes_back_on_the_form_at_the_field(browser):
    firm = OwnFirmFactory()
    issued(own_firm=firm)
    document = draft(own_firm=firm, date=days_ago(2))

    answer = browser.post(reverse("finance:financialdocument_issue", args=[document.pk]), {"confirmed": "1"})

    assert answer.status_code == 422
    assert 'href="#field-date"' in answer.content.decode()
    document.refresh_from_db()
    assert document.state == "draft"


def test_a_document_is_cancelled_with_a_reason_and_keeps_its_number(browser):
    invoice = issued()
    url = reverse("finance:financialdocument_cancel", args=[invoice.pk])

    asked = browser.post(url, {"reason": "", "on": today().strftime("%d.%m.%Y")})
    browser.post(url, {"reason": "Грешен получател", "on": today().strftime("%d.%m.%Y")})

    invoice.refresh_from_db()
    assert asked.status_code == 422
    assert (invoice.state, invoice.number, invoice.cancel_reason) == ("cancelled", "0000000001", "Грешен получател")
    assert "Грешен получател" in browser.get(invoice.get_absolute_url()).content.decode()


def test_a_note_is_drafted_from_its_invoice_in_one_click(browser):
    invoice = issued(price=100)

    answer = browser.post(reverse("finance:financialdocument_make", args=[invoice.pk]) + "?kind=credit_note")

    note = FinancialDocument.objects.get(kind="credit_note")
    assert answer.headers["Location"] == reverse("finance:financialdocument_edit", args=[note.pk])
    assert (note.corrects, note.gross) == (invoice, Decimal("120.00"))
    assert browser.get(answer.headers["Location"]).status_code == 200


def test_an_advance_and_the_final_invoice_come_from_a_proforma(browser):
    proforma = issued(kind="proforma", price=100)
    make = reverse("finance:financialdocument_make", args=[proforma.pk])
    browser.post(make + "?kind=advance_invoice")
    advance = FinancialDocument.objects.get(kind="advance_invoice")
    line = advance.lines.get()
    line.unit_price = 30
    line.save()
    advance.issue(UserFactory(role="administrator"))

    browser.post(make + "?kind=invoice")

    final = FinancialDocument.objects.get(kind="invoice")
    assert final.net == Decimal("70.00")
    page = browser.get(final.get_absolute_url()).content.decode()
    assert advance.number in page
    assert proforma.number in page


def test_only_a_draft_is_deleted(browser):
    document, invoice = draft(), issued()

    browser.post(reverse("finance:financialdocument_delete", args=[document.pk]))
    browser.post(reverse("finance:financialdocument_delete", args=[invoice.pk]))

    assert list(FinancialDocument.objects.all()) == [invoice]


def test_each_deed_is_offered_by_state_and_right():
    invoice = issued()
    reader = worker(*SEE)
    keeper = worker(*SEE, "finance.cancel_financialdocument", "finance.print_financialdocument")

    def words(user):
        page = signed_in(user).get(invoice.get_absolute_url())
        return {str(action.label) for action in page.context["actions"]}

    assert words(reader) == set()
    assert {"PDF", "Cancel the document", "E-invoice (UBL)"} <= words(keeper)
    assert "Credit note" not in words(keeper)


def test_the_page_tells_who_did_what(browser):
    give(UserFactory(), "finance.view_financialdocument")
    document = draft(note="")
    browser.post(reverse("finance:financialdocument_issue", args=[document.pk]), {"confirmed": "1"})

    changes = browser.get(document.get_absolute_url()).context["changes"]

    assert changes[0].deed == "issued"
    assert any(entry.kind == "line of a document" for entry in changes)


def test_every_kind_has_its_page_and_its_form(browser):
    firm, supplier = OwnFirmFactory(), SupplierFactory()
    for document in (
        issued(own_firm=firm, kind="proforma"),
        draft(own_firm=firm, kind="advance_invoice"),
        entered(own_firm=firm, party=supplier),
        draft(own_firm=firm, kind="credit_note"),
        draft(own_firm=firm, kind="protocol", direction="expense"),
    ):
        assert browser.get(document.get_absolute_url()).status_code == 200
        assert browser.get(reverse("finance:financialdocument_edit", args=[document.pk])).status_code in (200, 302)


def test_the_export_has_the_columns_that_are_shown(browser):
    issued(price=100)

    rows = b"".join(browser.get(LIST, {"export": "csv"}).streaming_content).decode("utf-8-sig").splitlines()

    assert "0000000001" in rows[1]
    assert "120" in rows[1]


def test_where_no_vat_is_charged_the_page_names_no_rate_and_says_the_iban_in_groups(browser):
    firm = OwnFirmFactory()
    account = BankAccountFactory(party=firm, iban="BG80BNBG96611020345678")
    document = draft(own_firm=firm, bank_account=account)
    line = document.lines.get()
    line.vat_rate, line.vat_ground = vat("AE", 0), ground("AE")
    line.save()
    document.issue(UserFactory(role="administrator"))

    page = browser.get(document.get_absolute_url()).content.decode()

    paper = page[page.index("document-paper") : page.index("</article>")]
    assert "0\u00a0%" not in paper
    assert ">–<" in paper
    assert "BG80 BNBG 9661 1020 3456 78" in paper


def test_the_history_tells_the_month_of_the_vat_period_and_cents(browser):
    document = issued(price="12.5")

    page = browser.get(document.get_absolute_url()).content.decode()

    assert f"{document.vat_period:%m.%Y}</" in page
    assert "12,50" in page[page.index("History") :]
