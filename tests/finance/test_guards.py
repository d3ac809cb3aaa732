"""What must not slip through: closed periods by a side door, moved days, what one may not see, odd days."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.dates import today
from counterparties.models import OwnFirmAccess, Relation
from documents.models import File
from events.models import Event
from finance import matching
from finance.account import Account
from finance.drafting import draft_offset
from finance.figures import open_payments
from finance.models import BankStatement, FinancialDocument, PeriodClosing, Settlement
from finance.reminders import Reminder, overdue_documents
from tests.documents.uploads import pdf
from tests.factories.counterparties import ClientFactory, OwnFirmFactory, SupplierFactory
from tests.factories.finance import CashDeskFactory, account_of, days_ago, entered, issued, posted
from tests.factories.users import UserFactory
from trade.errors import DocumentError
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(db):
    return UserFactory(role="administrator")


def test_a_document_is_not_annulled_into_a_vat_period_that_is_closed(by):
    invoice = issued(date=dt.date(2026, 9, 29), tax_event_date=dt.date(2026, 10, 2))
    PeriodClosing.close(invoice.own_firm, dt.date(2026, 10, 1), by)

    # On a day of September it would turn to zero in October, which is declared.
    with pytest.raises(DocumentError):
        invoice.cancel(by, "Грешка", on=dt.date(2026, 9, 30))
    invoice.cancel(by, "Грешка", on=today())

    assert FinancialDocument.objects.get(pk=invoice.pk).cancel_period == today().replace(day=1)


def paid_invoice(by, day, paid_on):
    firm, supplier = OwnFirmFactory(), SupplierFactory()
    invoice = entered(own_firm=firm, party=supplier, date=day, received_on=day)
    payment = posted(own_firm=firm, party=supplier, amount=120, direction="out", date=paid_on)
    Settlement.settle(payment, invoice, by=by)
    invoice.refresh_from_db()
    return invoice, payment


def move_to(invoice, day, by):
    invoice.date = invoice.received_on = day
    invoice.tax_event_date = invoice.due_date = invoice.vat_period = None
    invoice.correct(by)


def test_where_a_paid_invoice_is_corrected_to_a_later_day_its_settlement_counts_from_then_on(by):
    invoice, payment = paid_invoice(by, days_ago(20), days_ago(15))

    move_to(invoice, days_ago(5), by)

    # In between the payment was an advance, and figure and statement of account say the same.
    between = days_ago(10)
    account = Account.of(invoice.party, invoice.own_firm, days_ago(60), between, "EUR", by)
    advances = open_payments(invoice.party, invoice.own_firm, between, by)
    assert account.closing == sum(one.left for one in advances) == payment.amount
    assert Settlement.objects.get().on == days_ago(5)


def test_a_correction_moves_no_settlement_out_of_a_closed_period(by):
    invoice, _payment = paid_invoice(by, dt.date(2026, 9, 10), dt.date(2026, 10, 12))
    PeriodClosing.close(invoice.own_firm, dt.date(2026, 10, 1), by)

    with pytest.raises(DocumentError):
        move_to(invoice, today(), by)


@pytest.mark.parametrize("day", ["01.01.0001", "31.12.9999"])
@pytest.mark.parametrize(
    "url",
    [
        "reports/sales/?since={day}&compare=before",
        "reports/sales/?until={day}&compare=year",
        "reports/receivables/?on={day}",
        "figures/sales/?on={day}",
        "figures/sales/?since={day}&until={day}",
        "figures/receivable/?on={day}&age=to_30",
    ],
)
def test_a_day_at_the_end_of_the_calendar_breaks_no_figure(client, by, url, day):
    client.force_login(by)

    assert client.get("/finance/" + url.format(day=day)).status_code == 200


def test_the_form_of_a_document_leads_an_offset_to_its_own(client, by):
    client.force_login(by)
    offset = draft_offset(ClientFactory(), OwnFirmFactory(), [], [], by)

    answer = client.get(f"/finance/documents/{offset.pk}/edit/")

    assert answer.headers["Location"] == f"/finance/offsets/{offset.pk}/edit/"


def test_a_settlement_is_undone_from_the_page_of_the_document(client, by):
    client.force_login(by)
    invoice, _payment = paid_invoice(by, days_ago(5), days_ago(3))
    url = f"/finance/settlements/{Settlement.objects.get().pk}/end/"

    assert f'<form method="post" action="{url}"' in client.get(invoice.get_absolute_url()).content.decode()
    answer = client.post(url, {"next": invoice.get_absolute_url()})

    assert answer.headers["Location"] == invoice.get_absolute_url()
    assert FinancialDocument.objects.get(pk=invoice.pk).open == 120


def test_a_payment_that_one_may_not_see_is_not_named_on_the_page_of_what_it_settles(client, by):
    seller = UserFactory(role="seller")
    firm, mine, foreign = OwnFirmFactory(), ClientFactory(trader=seller), ClientFactory()
    Relation.objects.create(kind=Relation.Kind.PAYS_FOR, from_party=foreign, to_party=mine)
    invoice = issued(own_firm=firm, party=mine)
    payment = posted(own_firm=firm, party=foreign)
    Settlement.settle(payment, invoice, by=by)
    client.force_login(seller)

    page = client.get(invoice.get_absolute_url()).content.decode()

    assert client.get(payment.get_absolute_url()).status_code == 404
    assert payment.get_absolute_url() not in page
    assert payment.number not in page


def first_lock_of(document, deed):
    """Where among the locks of a deed the document's row comes, and where the numbers of payments."""
    with CaptureQueriesContext(connection) as asked:
        deed()
    locks = [one["sql"] for one in asked.captured_queries if re.search(" FOR (NO KEY )?UPDATE", one["sql"])]
    documents = [at for at, sql in enumerate(locks) if "finance_financialdocument" in sql and str(document.pk) in sql]
    numbers = [at for at, sql in enumerate(locks) if "numberseries" in sql]
    return documents[0], numbers[0]


def test_what_a_line_of_a_statement_pays_is_locked_before_a_number_is_taken(by):
    invoice = issued()
    account = account_of(invoice.own_firm)
    facts = {"from_on": today(), "to_on": today(), "currency": "EUR", "opening": 0, "closing": 120}
    statement = BankStatement.objects.create(own_firm=invoice.own_firm, account=account, **facts)
    line = statement.lines.create(account=account, position=1, key="1", booked_on=today(), amount=120)

    document, number = first_lock_of(invoice, lambda: matching.book(line, by, invoice.party, [(invoice, invoice.open)]))

    # Who posts a payment locks them in this order; the other way round the two would wait for each other.
    assert document < number


def test_what_an_offset_sets_against_each_other_is_locked_before_a_number_is_taken(by):
    two = {"party": ClientFactory(is_supplier=True), "own_firm": OwnFirmFactory()}
    ours, theirs = issued(**two), entered(**two)
    offset = draft_offset(two["party"], two["own_firm"], [ours], [theirs], by)

    document, number = first_lock_of(ours, lambda: offset.issue(by))

    assert document < number


def test_a_transfer_does_not_bring_what_the_currency_of_its_end_cannot_have(by):
    firm = OwnFirmFactory()
    source, target = account_of(firm), account_of(firm, "JPY")
    facts = {"direction": "internal", "own_firm": firm, "party": firm, "account": source, "other_account": target}

    with pytest.raises(DocumentError) as refusal:
        posted(amount=100, other_amount=Decimal("16000.50"), **facts)

    assert "other_amount" in refusal.value.message_dict
    assert posted(amount=100, other_amount=Decimal(16000), **facts).is_issued


@pytest.fixture
def of_another_firm(db):
    """Sees every party, and of own firms only one that has nothing to do with the matter."""
    user = UserFactory(role="accountant")
    OwnFirmAccess.objects.create(user=user, own_firm=OwnFirmFactory())
    return User.objects.with_rights().get(pk=user.pk)


def test_a_reminder_of_another_own_firm_is_not_read_in_the_dossier(by, of_another_firm):
    invoice = issued(date=days_ago(40), due_date=days_ago(20))
    colleague = UserFactory(role="accountant")
    documents = list(overdue_documents(invoice.party, invoice.own_firm, by))

    event = Reminder(invoice.party, invoice.own_firm, documents).remember(pdf(), by)

    assert not FinancialDocument.objects.visible_to(of_another_firm).exists()
    assert not Event.objects.visible_to(of_another_firm).exists()
    assert not File.objects.visible_to(of_another_firm).exists()
    assert Event.objects.visible_to(colleague).get() == event
    assert File.objects.visible_to(colleague).count() == 1


def test_where_all_work_for_all_own_firms_a_reminder_is_open_to_all(by):
    invoice = issued(date=days_ago(40), due_date=days_ago(20))
    documents = list(overdue_documents(invoice.party, invoice.own_firm, by))

    assert not Reminder(invoice.party, invoice.own_firm, documents).note(by).is_private


def test_the_cash_book_names_nobody_whom_one_may_not_see(client, by):
    seller = UserFactory(role="seller")
    seller.user_permissions.add(Permission.objects.get(codename="view_cashdesk"))
    desk = CashDeskFactory()
    facts = {"own_firm": desk.own_firm, "method": "cash", "desk": desk, "by": by}
    for party in (SupplierFactory(name="Наш", trader=seller), SupplierFactory(name="Чужд")):
        posted(party=party, amount=100, reason=f"Връщане от {party.name}", **facts)
    client.force_login(seller)

    page = client.get(desk.get_absolute_url()).content.decode()

    assert "Наш" in page
    assert "Чужд" not in page
    assert "200,00" in page
