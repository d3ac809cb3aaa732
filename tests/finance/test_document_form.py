"""The form of a document: what is typed becomes a draft, what is wrong is told at its cell, nothing typed is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from common.dates import format_date, today
from finance.models import FinancialDocument, PeriodClosing
from tests.factories.counterparties import BankFactory, ClientFactory, OwnFirmFactory, StateBodyFactory, SupplierFactory
from tests.factories.finance import days_ago, draft, entered, issued
from tests.factories.trade import ArticleFactory, ExchangeRateFactory, ground, vat
from tests.finance.typed import ONE, typed
from tests.people import signed_in, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return OwnFirmFactory(vat_registration="standard", vat_number="BG123456789")


@pytest.fixture
def user():
    return superuser()


@pytest.fixture
def browser(user):
    return signed_in(user)


def adding(party, kind="invoice", **more):
    query = "&".join(f"{name}={value}" for name, value in {"kind": kind, "party": party.pk, **more}.items())
    return f"{reverse('finance:financialdocument_add')}?{query}"


def text_of(answer):
    return answer.content.decode()


def test_an_invoice_is_typed_and_issued_in_one(browser, firm):
    client = ClientFactory(payment_term_days=10)

    answer = browser.post(adding(client), typed(firm, deed="issue"))

    invoice = FinancialDocument.objects.get()
    assert answer.headers["Location"] == invoice.get_absolute_url()
    assert (invoice.state, invoice.number, invoice.gross) == ("issued", "0000000001", Decimal("120.00"))
    assert invoice.due_date == today() + dt.timedelta(days=10)


def test_a_saved_draft_shows_its_totals_before_it_is_issued(browser, firm):
    browser.post(adding(ClientFactory()), typed(firm))

    draft_ = FinancialDocument.objects.get()
    assert (draft_.state, draft_.number, draft_.net, draft_.vat) == ("draft", "", Decimal("100.00"), Decimal("20.00"))
    assert draft_.lines.get().unit.name == "час"


def test_the_same_form_sent_twice_makes_one_document(browser, firm):
    client, data = ClientFactory(), typed(firm, deed="issue")

    browser.post(adding(client), data)
    answer = browser.post(adding(client), data)

    assert answer.headers["Location"] == FinancialDocument.objects.get().get_absolute_url()


def test_a_draft_sent_again_from_the_same_form_is_changed_not_doubled(browser, firm):
    client, data = ClientFactory(), typed(firm)

    browser.post(adding(client), data)
    browser.post(adding(client), data | {"lines-0-unit_price": "60"})

    assert FinancialDocument.objects.get().net == Decimal("120.00")


def test_an_article_is_found_by_code_and_by_barcode_without_scripts(browser, firm):
    article = ArticleFactory(code="А-17", name="Лаптоп")
    article.barcodes.create(code="3800123456786")
    lines = [
        {"article": "а-17", "unit_price": "10"},
        {"article": "3800123456786", "unit_price": "10", "description": "Лаптоп, втора ръка"},
    ]

    browser.post(adding(ClientFactory()), typed(firm, *lines))

    found = list(FinancialDocument.objects.get().lines.values_list("article", "description"))
    assert found == [(article.pk, "Лаптоп"), (article.pk, "Лаптоп, втора ръка")]


def test_numbers_are_typed_with_comma_or_dot_and_spaces(browser, firm):
    browser.post(adding(ClientFactory()), typed(firm, ONE | {"quantity": "1 000", "unit_price": "1.234567"}))

    line = FinancialDocument.objects.get().lines.get()
    assert (line.quantity, line.unit_price) == (Decimal(1000), Decimal("1.234567"))


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("quantity", "-1", "A quantity is above zero"),
        ("quantity", "0", "A quantity of zero says nothing"),
        ("quantity", "99999999999", "too large"),
        ("quantity", "две", "Write a number"),
        ("unit_price", "-5", "not below zero"),
        ("unit_price", "", "Write the price"),
        ("discount_percent", "101", "between 0 and 100"),
        ("unit", "попове", "There is no unit called so"),
        ("article", "няма такъв", "No article is called so"),
        ("description", "", "required"),
    ],
)
def test_what_is_wrong_in_a_line_is_told_at_its_cell_and_the_rest_stays(browser, firm, cell, value, words):
    data = typed(firm, ONE | {cell: value}, ONE | {"description": "Втори ред"}, note="Важен текст")

    answer = browser.post(adding(ClientFactory()), data)

    page = text_of(answer)
    assert answer.status_code == 422
    assert FinancialDocument.objects.count() == 0
    assert f'id="lines-0-{cell}-error"' in page
    assert words in page
    assert "Втори ред" in page
    assert "Важен текст" in page


def test_no_vat_without_a_ground(browser, firm):
    export = vat("G", 0)

    refused = browser.post(adding(ClientFactory()), typed(firm, ONE | {"vat_rate": export.pk}))
    wrong = browser.post(
        adding(ClientFactory()), typed(firm, ONE | {"vat_rate": export.pk, "vat_ground": ground("E").text})
    )
    browser.post(adding(ClientFactory()), typed(firm, ONE | {"vat_rate": export.pk, "vat_ground": ground("G").text}))

    assert "Choose on which ground no VAT is charged" in text_of(refused)
    assert "belongs to another kind of 0 %" in text_of(wrong)
    assert FinancialDocument.objects.get().lines.get().ground_text == ground("G").text


def test_a_firm_that_is_not_registered_begins_without_vat(browser):
    OwnFirmFactory(vat_registration="none")

    page = text_of(browser.get(adding(ClientFactory())))

    assert "чл. 113, ал. 9" in page
    assert f'<option value="{vat("O", 0).pk}" data-percent="0.00" data-category="O" selected>' in page


def test_a_day_out_of_order_is_refused_at_the_date_and_nothing_typed_is_lost(browser, firm):
    issued(own_firm=firm)

    answer = browser.post(
        adding(ClientFactory()), typed(firm, deed="issue", date=format_date(days_ago(3)), note="Важен текст")
    )

    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#field-date"' in page
    assert "an earlier day cannot follow it" in page
    assert "Важен текст" in page
    assert FinancialDocument.objects.drafts().count() == 0


def test_a_closed_period_takes_no_document(browser, firm, user):
    last_month = today().replace(day=1) - dt.timedelta(days=5)
    PeriodClosing.close(firm, last_month, user)

    answer = browser.post(adding(ClientFactory()), typed(firm, deed="issue", date=format_date(last_month)))

    assert "is closed" in text_of(answer)
    assert FinancialDocument.objects.count() == 0


def test_a_currency_without_a_rate_is_told_at_the_rate(browser, firm):
    client = ClientFactory()

    refused = browser.post(adding(client), typed(firm, currency="USD"))
    browser.post(adding(client), typed(firm, currency="USD", rate="1,25"))

    assert 'href="#field-rate"' in text_of(refused)
    document = FinancialDocument.objects.get()
    assert (document.rate, document.gross_eur) == (Decimal("1.25"), Decimal("96.00"))


def test_a_rate_of_the_table_is_taken_and_taken_anew_when_the_draft_is_issued(browser, firm, user):
    ExchangeRateFactory(currency="USD", on=days_ago(1), rate="1.25")
    browser.post(adding(ClientFactory()), typed(firm, currency="USD"))
    ExchangeRateFactory(currency="USD", on=today(), rate="1.20")
    document = FinancialDocument.objects.get()

    document.issue(user)

    assert (document.gross_eur, document.rate_on) == (Decimal("100.00"), today())


def test_an_edit_writes_only_what_differs(browser, firm):
    document = draft(own_firm=firm, price=100)
    browser.post(reverse("finance:financialdocument_edit", args=[document.pk]), typed(firm, ONE, ONE))
    first, second = document.lines.all()
    kept = {"lines-0-line": second.pk, "lines-1-line": ""}

    browser.post(
        reverse("finance:financialdocument_edit", args=[document.pk]),
        typed(firm, ONE, ONE | {"description": "Нов ред"}, version="2") | kept,
    )

    document.refresh_from_db()
    assert [line.pk == second.pk for line in document.lines.all()] == [True, False]
    assert not document.lines.filter(pk=first.pk).exists()
    assert document.version == 3


def test_an_edit_over_somebody_elses_shows_what_differs_and_keeps_what_was_typed(browser, firm):
    document = draft(own_firm=firm, price=100, note="старо")
    line = document.lines.get()
    edit = reverse("finance:financialdocument_edit", args=[document.pk])
    mine = typed(firm, ONE | {"line": line.pk, "description": "моят ред", "unit_price": "70"}, note="мое")
    other = signed_in(superuser())
    other.post(edit, typed(firm, ONE | {"line": line.pk, "description": "чуждият ред"}, note="чуждо"))

    answer = browser.post(edit, mine)

    page = text_of(answer)
    assert answer.status_code == 422
    assert "Somebody else has changed this draft" in page
    for words in ("чуждо", "мое", "чуждият ред", "моят ред"):
        assert words in page
    document.refresh_from_db()
    assert document.note == "чуждо"

    browser.post(edit, mine | {"version": str(document.version)})

    document.refresh_from_db()
    assert (document.note, document.lines.get().description) == ("мое", "моят ред")


def test_only_the_fields_of_the_kind_are_shown(browser, firm):
    body, supplier, bank = StateBodyFactory(), SupplierFactory(), BankFactory()

    obligation = text_of(browser.get(adding(body, "obligation")))
    received = text_of(browser.get(adding(supplier)))
    advice = text_of(browser.get(adding(bank, "bank_advice")))
    note = text_of(browser.get(adding(ClientFactory(), "credit_note")))

    assert 'name="obligation_type"' in obligation
    assert "-vat_rate" not in obligation
    assert 'name="received_on"' in received
    assert 'name="printed_vat"' in received
    assert 'name="place"' not in received
    assert 'name="direction"' in advice
    assert 'name="corrects"' in note
    assert 'name="reason"' in note


def test_an_obligation_is_entered(browser, firm):
    body = StateBodyFactory()
    data = typed(
        firm,
        {"description": "ДДС за октомври", "unit_price": "1500"},
        deed="issue",
        number="2201-1",
        obligation_type="declaration",
        period_from="01.10.2026",
        period_to="31.10.2026",
        due_date=format_date(today()),
    )

    browser.post(adding(body, "obligation"), data)

    obligation = FinancialDocument.objects.get()
    assert (obligation.state, obligation.owed, obligation.side) == ("issued", Decimal("1500.00"), "credit")


def test_an_entered_invoice_is_corrected_until_its_period_is_closed(browser, firm):
    invoice = entered(own_firm=firm, number="0000000123")
    edit = reverse("finance:financialdocument_edit", args=[invoice.pk])
    line = invoice.lines.get()
    data = typed(
        firm, ONE | {"line": line.pk, "unit_price": "60"}, version=str(invoice.version), number="0000000124",
        received_on=format_date(today()),
    )  # fmt: skip

    answer = browser.post(edit, data)

    invoice.refresh_from_db()
    assert answer.status_code == 302
    assert (invoice.number, invoice.gross, invoice.owed) == ("0000000124", Decimal("144.00"), Decimal("144.00"))


def test_what_is_warned_of_is_asked_once(browser, firm, monkeypatch):
    monkeypatch.setattr("finance.rules.warnings_for", lambda document: ["Look twice."])
    client, data = ClientFactory(), typed(firm, deed="issue", confirmed="")

    asked = browser.post(adding(client), data)
    browser.post(adding(client), data | {"confirmed": "1"})

    assert "Look twice." in text_of(asked)
    assert 'value="issue"' in text_of(asked)
    assert FinancialDocument.objects.get().state == "issued"


def test_three_hundred_lines_are_saved_and_shown(browser, firm, django_assert_max_num_queries):
    lines = [ONE | {"description": f"Ред {at}"} for at in range(300)]

    with django_assert_max_num_queries(60):
        browser.post(adding(ClientFactory()), typed(firm, *lines))

    document = FinancialDocument.objects.get()
    with django_assert_max_num_queries(60):
        page = text_of(browser.get(reverse("finance:financialdocument_edit", args=[document.pk])))
    assert document.lines.count() == 300
    assert "Ред 299" in page
