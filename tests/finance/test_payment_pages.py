"""The pages of payments: recorded once, posted and settled from one form, undone, given back; nothing typed is lost."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.dates import format_date, today
from finance.models import FinancialDocument, FirmSettings, Payment, Settlement
from tests.factories.contacts import BankAccountFactory
from tests.factories.counterparties import ClientFactory, OwnFirmAccessFactory, OwnFirmFactory, SupplierFactory
from tests.factories.finance import CashDeskFactory, PaymentFactory, account_of, days_ago, entered, issued, posted
from tests.factories.users import UserFactory
from tests.people import fresh, signed_in, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return OwnFirmFactory(name="Наша")


@pytest.fixture
def client_party():
    return ClientFactory(name="Алфа")


@pytest.fixture
def accountant():
    return fresh(UserFactory(role="accountant", language="en"))


@pytest.fixture
def browser(accountant):
    return signed_in(accountant)


def typed(firm, amount="120,00", **facts: Any) -> dict[str, Any]:
    """What the form of a payment sends."""
    return {
        "own_firm": firm.pk,
        "date": format_date(today()),
        "method": "bank",
        "amount": amount,
        "currency": "EUR",
        "account": account_of(firm).pk,
        "deed": "post",
        "version": 1,
        "entry_key": str(uuid.uuid4()),
        **facts,
    }


def adding(party, **asked: Any) -> str:
    query = "&".join(f"{name}={value}" for name, value in {"party": party.pk, **asked}.items())
    return f"{reverse('finance:payment_add')}?{query}"


# -- Recording --------------------------------------------------------------------------------------


def test_one_form_posts_a_payment_and_settles_the_oldest_first(browser, firm, client_party):
    older, newer = (issued(own_firm=firm, party=client_party, date=days_ago(days)) for days in (20, 3))
    url = adding(client_party, direction="in")

    page = browser.get(url).content.decode()
    assert page.index(str(older)) < page.index(str(newer))

    sent = typed(firm, "150,00") | {f"d{older.pk}": "120,00", f"d{newer.pk}": "30,00"}
    answer = browser.post(url, sent)

    payment = Payment.objects.get()
    assert answer.headers["Location"] == payment.get_absolute_url()
    assert (payment.state, payment.open) == ("issued", 0)
    assert [FinancialDocument.objects.get(pk=one.pk).open for one in (older, newer)] == [0, 90]


def test_recording_from_an_invoice_proposes_what_is_open_of_it(browser, firm, client_party):
    invoice = issued(own_firm=firm, party=client_party)

    page = browser.get(f"{reverse('finance:payment_add')}?document={invoice.pk}").content.decode()

    assert 'name="amount" value="120,00"' in page
    assert f'name="d{invoice.pk}" value="120,00"' in page


def test_an_invoice_in_levs_is_paid_in_euro(browser, firm, client_party):
    import datetime as dt

    invoice = issued(own_firm=firm, party=client_party, price=100, currency="BGN", date=dt.date(2025, 12, 1))

    page = browser.get(f"{reverse('finance:payment_add')}?document={invoice.pk}").content.decode()

    assert 'name="amount" value="61,36"' in page


def test_a_form_that_is_sent_twice_makes_one_payment(browser, firm, client_party):
    invoice = issued(own_firm=firm, party=client_party)
    sent = typed(firm) | {f"d{invoice.pk}": "120,00"}

    first, second = (browser.post(adding(client_party), sent) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert Payment.objects.count() == 1


def test_a_draft_keeps_what_it_is_to_settle_until_it_is_posted(browser, firm, client_party):
    invoice = issued(own_firm=firm, party=client_party)
    browser.post(adding(client_party), typed(firm, deed="save") | {f"d{invoice.pk}": "60"})
    payment = Payment.objects.get()
    assert payment.is_draft

    page = browser.get(reverse("finance:payment_edit", args=[payment.pk])).content.decode()
    assert f'name="d{invoice.pk}" value="60,00"' in page
    assert "When it is posted, it settles" in browser.get(payment.get_absolute_url()).content.decode()

    browser.post(reverse("finance:payment_issue", args=[payment.pk]))
    payment.refresh_from_db()
    assert (payment.state, payment.open) == ("issued", 60)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount": "-5"}, "An amount is above zero"),
        ({"amount": "0"}, "An amount is above zero"),
        ({"amount": "abc"}, "Write a number"),
        ({"amount": ""}, "required"),
        ({"date": "31.12.2099"}, "in the future"),
        ({"account": ""}, "which of our accounts"),
        ({"party_iban": "BG00BNBG96611020345678"}, "check digits"),
        ({"currency": "USD"}, "no exchange rate"),
        ({"method": "offset"}, "Select a valid choice"),
    ],
)
def test_a_wrong_value_is_told_and_nothing_is_lost(browser, firm, client_party, wrong, said):
    answer = browser.post(adding(client_party), typed(firm, reason="по договор") | wrong)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "по договор" in page
    assert not Payment.objects.exists()


def test_more_than_is_left_or_than_is_paid_is_refused(browser, firm, client_party):
    invoice = issued(own_firm=firm, party=client_party)
    name = f"d{invoice.pk}"

    for amount, part, said in (("500", "120,01", "At most"), ("50", "60", "shared out"), ("50", "-1", "greater than")):
        answer = browser.post(adding(client_party), typed(firm, amount) | {name: part})
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Payment.objects.exists()


def test_a_document_that_was_cancelled_meanwhile_is_not_settled(browser, firm, client_party, accountant):
    invoice = issued(own_firm=firm, party=client_party)
    invoice.cancel(accountant, "Грешка")

    answer = browser.post(adding(client_party), typed(firm) | {f"d{invoice.pk}": "120"})

    assert answer.status_code == 422
    assert "not open any more" in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_second_payment_that_looks_the_same_is_asked_about_once(browser, firm, client_party):
    posted(own_firm=firm, party=client_party, amount=120)
    sent = typed(firm)

    answer = browser.post(adding(client_party), sent)
    assert "is there already" in answer.content.decode()
    assert Payment.objects.count() == 1

    browser.post(adding(client_party), sent | {"confirmed": answer.context["form"].data["confirmed"]})
    assert Payment.objects.count() == 2


def test_who_edits_what_another_saved_is_told_and_saves_on_the_second_try(browser, firm, client_party):
    payment = PaymentFactory(own_firm=firm, party=client_party, amount=10)
    url = reverse("finance:payment_edit", args=[payment.pk])
    Payment.objects.filter(pk=payment.pk).update(version=2, reason="на другия")

    answer = browser.post(url, typed(firm, "99", deed="save", reason="моето"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "на другия" in page
    assert "моето" in page
    assert Payment.objects.get().reason == "на другия"

    browser.post(url, typed(firm, "99", deed="save", reason="моето", version=2))
    kept = Payment.objects.get()
    assert (kept.reason, kept.amount, kept.version) == ("моето", 99, 3)


def test_without_the_right_to_post_a_payment_is_saved_as_a_draft(firm, client_party):
    clerk = worker("finance.add_payment", "finance.view_payment", "counterparties.view_client")

    signed_in(clerk).post(adding(client_party), typed(firm))

    assert Payment.objects.get().is_draft


def test_the_form_offers_accounts_and_documents_of_the_chosen_firm(browser, firm, client_party):
    other = OwnFirmFactory(name="Другата")
    account, invoice = account_of(other), issued(own_firm=other, party=client_party)
    sent = typed(firm, own_firm=other.pk)

    answer = browser.post(adding(client_party), sent, headers={"hx-request": "true", "hx-target": "payment-body"})

    page = answer.content.decode()
    assert f'value="{account.pk}" selected' in page
    assert f'name="d{invoice.pk}" value="120,00"' in page
    assert "<html" not in page
    assert not Payment.objects.exists()


def test_a_supplier_is_not_paid_to_an_account_that_waits(browser, firm):
    invoice = entered(own_firm=firm)
    account = BankAccountFactory(party=invoice.party)
    sent = typed(firm, party_account=account.pk) | {f"d{invoice.pk}": "120"}

    answer = browser.post(adding(invoice.party, direction="out"), sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"/counterparties/{invoice.party.pk}/bank-accounts/" in page
    account.confirm(UserFactory(), account.iban)
    browser.post(adding(invoice.party, direction="out"), sent)
    assert FinancialDocument.objects.get(pk=invoice.pk).open == 0


def test_cash_over_the_limit_asks_for_a_reason_which_is_kept(firm):
    manager = signed_in(fresh(UserFactory(role="manager", language="en")))
    desk, supplier = CashDeskFactory(own_firm=firm), SupplierFactory()
    posted(own_firm=firm, party=firm, direction="internal", amount=9000, other_desk=desk, date=days_ago(3))
    sent = typed(firm, "6000", method="cash", desk=desk.pk)

    page = manager.post(adding(supplier, direction="out"), sent).content.decode()
    assert "Say why" in page
    manager.post(adding(supplier, direction="out"), sent | {"over_limit_reason": "Съдебно решение"})

    assert "Съдебно решение" in Payment.objects.get(party=supplier).internal_note


def test_an_internal_transfer_has_two_ends(browser, firm):
    account, desk = account_of(firm), CashDeskFactory(own_firm=firm)
    url = f"{reverse('finance:payment_add')}?direction=internal&party={firm.pk}"
    sent = {"own_firm": firm.pk, "date": format_date(today()), "amount": "300", "deed": "post", "version": 1}

    answer = browser.post(url, sent | {"source": f"a{account.pk}", "target": f"a{account.pk}"})
    assert "are different" in answer.content.decode()
    browser.post(url, sent | {"source": f"a{account.pk}", "target": f"d{desk.pk}"})

    payment = Payment.objects.get()
    desk.refresh_from_db()
    assert (payment.state, payment.party, desk.balance) == ("issued", firm, 300)


# -- Afterwards -------------------------------------------------------------------------------------


def test_a_settlement_is_undone_and_made_again(browser, firm, client_party, accountant):
    invoice = issued(own_firm=firm, party=client_party)
    payment = posted(own_firm=firm, party=client_party)
    settlement = Settlement.settle(payment, invoice, by=accountant)

    browser.post(reverse("finance:settlement_end", args=[settlement.pk]))
    payment.refresh_from_db()
    assert payment.open == 120

    page = browser.get(reverse("finance:payment_settle", args=[payment.pk])).content.decode()
    assert f'name="d{invoice.pk}" value="120,00"' in page
    browser.post(reverse("finance:payment_settle", args=[payment.pk]), {f"d{invoice.pk}": "20"})
    payment.refresh_from_db()
    assert payment.open == 100


def test_the_rest_of_an_advance_is_given_back_in_one_click_and_posted(browser, firm, client_party):
    advance = posted(own_firm=firm, party=client_party, amount=200)

    answer = browser.post(reverse("finance:payment_refund", args=[advance.pk]), follow=True)
    refund = Payment.objects.get(direction="out")
    page = answer.content.decode()
    assert f'name="p{advance.pk}" value="200,00"' in page

    browser.post(reverse("finance:payment_issue", args=[refund.pk]))
    advance.refresh_from_db()
    assert advance.open == 0


def test_a_cancelled_payment_opens_what_it_paid(browser, firm, client_party, accountant):
    invoice = issued(own_firm=firm, party=client_party)
    payment = posted(own_firm=firm, party=client_party)
    Settlement.settle(payment, invoice, by=accountant)
    url = reverse("finance:payment_cancel", args=[payment.pk])

    assert browser.post(url, {"reason": ""}).status_code == 422
    browser.post(url, {"reason": "Върнат превод"})

    payment.refresh_from_db()
    assert (payment.state, payment.cancel_reason) == ("cancelled", "Върнат превод")
    assert FinancialDocument.objects.get(pk=invoice.pk).open == 120
    assert "Върнат превод" in browser.get(payment.get_absolute_url()).content.decode()


def test_a_draft_is_deleted_and_a_posted_payment_is_not(browser, firm, client_party):
    draft, kept = PaymentFactory(own_firm=firm, party=client_party), posted(own_firm=firm, party=client_party)

    for payment in (draft, kept):
        browser.post(reverse("finance:payment_delete", args=[payment.pk]))

    assert list(Payment.objects.all()) == [kept]


# -- Lists ------------------------------------------------------------------------------------------


def rows(browser, **asked: Any) -> list[Payment]:
    answer = browser.get(reverse("finance:payment_list"), asked)
    return [row.object for row in answer.context["rows"]]


def test_the_list_is_filtered_by_all_that_a_payment_is(browser, firm, client_party, accountant):
    desk = CashDeskFactory(own_firm=firm)
    invoice = issued(own_firm=firm, party=client_party, price=50)
    settled = posted(own_firm=firm, party=client_party, amount=60, date=days_ago(9), reason="по фактура")
    Settlement.settle(settled, invoice, by=accountant)
    late = posted(own_firm=firm, party=client_party, amount=300, date=days_ago(6))
    moved = posted(own_firm=firm, party=firm, direction="internal", amount=90, other_desk=desk)
    draft = PaymentFactory(party=SupplierFactory(name="Бета"), direction="out", amount=15)

    assert rows(browser) == [draft, moved, late, settled]
    assert rows(browser, direction="internal") == [moved]
    assert rows(browser, settled="yes") == [settled]
    assert rows(browser, settled="open") == rows(browser, settled="late") == [late]
    assert rows(browser, place=f"d{desk.pk}") == [moved]
    assert rows(browser, state="draft") == rows(browser, q="бета") == rows(browser, most="20") == [draft]
    assert rows(browser, q="фактура") == [settled]
    assert rows(browser, own_firm=firm.pk, party=client_party.pk, until=format_date(days_ago(8))) == [settled]


def test_sums_stand_under_the_list(browser, firm, client_party):
    for amount in (100, 50):
        posted(own_firm=firm, party=client_party, amount=amount)
    PaymentFactory(own_firm=firm, party=client_party, amount=7)

    sums = browser.get(reverse("finance:payment_list")).context["sums"]

    assert [(row["sum"], row["left"]) for row in sums] == [(150, 150)]


def test_payments_of_firms_out_of_scope_are_seen_nowhere(firm, client_party):
    accountant = UserFactory(role="accountant", language="en")
    OwnFirmAccessFactory(user=accountant, own_firm=firm)
    hidden = posted(party=client_party)
    browser = signed_in(fresh(accountant))

    assert rows(browser) == []
    assert browser.get(hidden.get_absolute_url()).status_code == 404


def queries(browser, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(url).status_code == 200
    return len(caught)


def test_lists_tab_and_cash_book_ask_as_much_for_three_rows_as_for_one(browser, firm, client_party, accountant):
    FirmSettings.objects.create(own_firm=firm, takes_cash_from_clients=True)
    desk = CashDeskFactory(own_firm=firm)
    urls = [
        f"{reverse('finance:payment_list')}?columns=number&columns=party&columns=place&columns=own_firm&columns=issued_by",
        f"/counterparties/{client_party.pk}/payments/",
        f"/counterparties/{firm.pk}/payments/",
        desk.get_absolute_url(),
        reverse("finance:cashdesk_list"),
        reverse("finance:account_balances"),
        reverse("finance:exchange_differences"),
        adding(client_party),
    ]

    def one_more(number: int) -> None:
        party = client_party
        posted(own_firm=firm, party=party, method="cash", desk=desk, receipt_number=str(number), by=accountant)
        posted(own_firm=firm, party=ClientFactory(), by=accountant)
        CashDeskFactory(own_firm=firm)
        BankAccountFactory(party=firm)
        issued(own_firm=firm, party=party)
        made = Settlement.settle(posted(own_firm=firm, party=party), issued(own_firm=firm, party=party), by=accountant)
        Settlement.objects.filter(pk=made.pk).update(credit_eur=Decimal("121.00"))

    one_more(1)
    before = [queries(browser, url) for url in urls]
    for number in (2, 3):
        one_more(number)

    assert dict(zip(urls, [queries(browser, url) for url in urls], strict=True)) == dict(zip(urls, before, strict=True))


# -- Desks ------------------------------------------------------------------------------------------


def test_the_cash_book_is_shown_printed_and_exported(browser, firm):
    desk = CashDeskFactory(own_firm=firm)
    posted(own_firm=firm, party=firm, direction="internal", amount=300, other_desk=desk, date=days_ago(1))
    days = f"?since={format_date(days_ago(3))}&until={format_date(today())}"

    assert "300,00" in browser.get(desk.get_absolute_url() + days).content.decode()
    assert browser.get(reverse("finance:cashdesk_pdf", args=[desk.pk]) + days).content.startswith(b"%PDF")
    assert browser.get(f"{desk.get_absolute_url()}{days}&export=xlsx").content.startswith(b"PK")
    wrong = browser.get(f"{desk.get_absolute_url()}?since=5&until=x")
    assert "Write the date" in wrong.content.decode() or "valid date" in wrong.content.decode()


def test_a_desk_that_was_used_keeps_its_firm_and_currency_and_is_archived_only_when_empty(browser, firm):
    desk = CashDeskFactory(own_firm=firm)
    posted(own_firm=firm, party=firm, direction="internal", amount=300, other_desk=desk)
    url = reverse("finance:cashdesk_edit", args=[desk.pk])

    assert set(browser.get(url).context["form"].fields) == {"name"}
    browser.post(url, {"name": "Магазин", "currency": "USD"})
    browser.post(reverse("finance:cashdesk_archive", args=[desk.pk]))

    desk.refresh_from_db()
    assert (desk.name, desk.currency, desk.is_archived) == ("Магазин", "EUR", False)


def test_the_balance_of_an_account_is_its_last_statement_and_what_was_posted_since(browser, firm):
    from finance.models import BankStatement

    account = account_of(firm)
    posted(own_firm=firm, amount=500, date=days_ago(20))
    BankStatement.objects.create(
        own_firm=firm, account=account, from_on=days_ago(15), to_on=days_ago(10), currency="EUR", opening=0, closing=480
    )
    posted(own_firm=firm, amount=70, date=days_ago(5))
    posted(own_firm=firm, party=SupplierFactory(), direction="out", amount=20, date=days_ago(5))

    (row,) = browser.get(reverse("finance:account_balances")).context["rows"]

    assert (row.object.stated, row.object.moved, row.object.lies) == (480, 50, 530)
