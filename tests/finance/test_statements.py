"""Bank statements: read once, matched, booked; nothing is doubled and nothing is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from finance import matching
from finance.bank_import import file_statement
from finance.models import BankStatement, BankStatementLine, FinancialDocument, Payment
from finance.statements import Entry, Statement
from tests.factories.contacts import BankAccountFactory
from tests.factories.counterparties import BankFactory, ClientFactory, OwnFirmFactory, SupplierFactory
from tests.factories.finance import entered, issued, posted
from tests.factories.users import UserFactory
from tests.people import signed_in
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db

OWN = "BG80BNBG96611020345678"
THEIRS = "BG18RZBB91550123456789"
DAY = dt.date(2026, 11, 20)


def entry(amount: str, **said: Any) -> Entry:
    made = {"currency": "EUR", "value_on": None, "position": 1, "key": said.pop("key", f"k{amount}{said}"[:40])}
    return Entry(booked_on=said.pop("booked_on", DAY), amount=Decimal(amount), **(made | said))


def statement(*entries: Entry, opening: str = "1000.00", number: str = "1", iban: str = OWN) -> Statement:
    total = sum((one.amount for one in entries), Decimal(opening))
    return Statement(iban, "", "EUR", number, DAY, DAY, Decimal(opening), total, entries)


@pytest.fixture
def firm():
    made = OwnFirmFactory()
    BankAccountFactory(party=made, iban=OWN, bank=BankFactory(), currency="EUR")
    return made


@pytest.fixture
def user():
    return UserFactory(role="administrator", language="en")


def read(user: Any, *entries: Entry, **said: Any) -> list[BankStatementLine]:
    return list(file_statement(statement(*entries, **said), user).statement.lines.select_related("statement"))


def test_the_same_statement_read_twice_changes_nothing(firm, user):
    first = file_statement(statement(entry("120.00"), entry("-5.00")), user)
    again = file_statement(statement(entry("120.00"), entry("-5.00")), user)

    assert (first.new, again.new, again.known) == (2, 0, 2)
    assert again.statement == first.statement
    assert BankStatementLine.objects.count() == 2


def test_a_longer_statement_brings_only_what_is_new(firm, user):
    file_statement(statement(entry("120.00")), user)
    longer = file_statement(statement(entry("120.00"), entry("7.00"), number="2"), user)

    assert (longer.new, longer.known) == (1, 1)


def test_two_statements_of_one_day_that_follow_on_each_other_keep_movements_that_are_alike(firm, user):
    file_statement(statement(entry("10.00", key="same"), opening="0.00", number="1"), user)
    evening = file_statement(statement(entry("10.00", key="same"), opening="10.00", number="2"), user)

    assert evening.new == 1


def test_a_statement_of_an_account_that_is_not_ours_is_refused(firm, user):
    with pytest.raises(DocumentError, match="not among the accounts"):
        file_statement(statement(entry("1.00"), iban=THEIRS), user)


def test_iban_number_and_amount_together_are_sure(firm, user):
    client = ClientFactory()
    BankAccountFactory(party=client, iban=THEIRS)
    invoice = issued(own_firm=firm, party=client, date=DAY)
    [line] = read(user, entry("120.00", counterparty_iban=THEIRS, details=f"Плащане по ф-ра {int(invoice.number):05d}"))

    found = matching.propose([line], user)[line.pk]

    assert (found.strength, found.party, found.pairs) == (3, client, [(invoice, Decimal("120.00"))])


def test_a_number_in_the_text_finds_the_party_without_an_iban(firm, user):
    invoice = issued(own_firm=firm, date=DAY)
    [line] = read(user, entry("50.00", details=f"фактура {invoice.number}"))

    found = matching.propose([line], user)[line.pk]

    assert (found.party, found.pairs) == (invoice.party, [(invoice, Decimal("50.00"))])


def test_money_of_a_known_account_goes_to_the_oldest_documents(firm, user):
    client = ClientFactory()
    BankAccountFactory(party=client, iban=THEIRS)
    old, new = (issued(own_firm=firm, party=client, date=DAY - dt.timedelta(days=days)) for days in (9, 1))
    [line] = read(user, entry("150.00", counterparty_iban=THEIRS))

    found = matching.propose([line], user)[line.pk]

    assert found.pairs == [(old, Decimal("120.00")), (new, Decimal("30.00"))]


def test_a_booked_line_is_a_posted_payment_that_settles_the_document(firm, user):
    invoice = issued(own_firm=firm, date=DAY)
    [line] = read(user, entry("150.00", details="аванс"))

    payment = matching.book(line, user, invoice.party, [(invoice, Decimal("120.00"))])

    invoice.refresh_from_db()
    payment.refresh_from_db()
    line.refresh_from_db()
    assert (invoice.open, payment.open, payment.state, line.state) == (0, Decimal("30.00"), "issued", "booked")
    with pytest.raises(DocumentError):
        matching.book(line, user, invoice.party)


def test_a_line_whose_settlement_is_refused_books_nothing(firm, user):
    invoice = issued(own_firm=firm, date=DAY)
    [line] = read(user, entry("500.00"))

    with pytest.raises(DocumentError):
        matching.book(line, user, invoice.party, [(invoice, Decimal("130.00"))])

    line.refresh_from_db()
    assert (line.state, Payment.objects.count()) == ("waiting", 0)


def test_the_line_of_a_cancelled_payment_waits_again(firm, user):
    invoice = issued(own_firm=firm, date=DAY)
    [line] = read(user, entry("120.00"))
    payment = matching.book(line, user, invoice.party, [(invoice, Decimal("120.00"))])

    payment.cancel(user, "Грешен контрагент")

    line.refresh_from_db()
    assert line.state == "waiting"


def test_a_payment_entered_by_hand_is_tied_and_not_doubled(firm, user):
    supplier = SupplierFactory()
    account = firm.bank_accounts.get()
    BankAccountFactory(party=supplier, iban=THEIRS, confirmed_at="2026-01-01T00:00Z")
    bill = entered(own_firm=firm, party=supplier, date=DAY)
    payment = posted(own_firm=firm, party=supplier, direction="out", amount=120, account=account, date=DAY,
                     party_account=supplier.bank_accounts.get(), party_iban=THEIRS)  # fmt: skip
    [line] = read(user, entry("-120.00", counterparty_iban=THEIRS))

    found = matching.propose([line], user)[line.pk]
    matching.tie(line, user, payment)

    assert found.payment == payment
    payment.refresh_from_db()
    assert payment.statement_line == line
    assert Payment.objects.count() == 1
    assert bill.open == Decimal("120.00")


def test_what_the_bank_takes_is_a_bank_advice_paid_by_the_line(firm, user):
    [line] = read(user, entry("-1.50", details="Такса превод", reference="FT1"))

    matching.book_charge(line, user)

    advice = FinancialDocument.objects.get(kind="bank_advice")
    assert (advice.gross, advice.open, advice.number) == (Decimal("1.50"), 0, "FT1")


def test_the_number_of_questions_does_not_grow_with_the_lines(firm, user, django_assert_max_num_queries):
    client = ClientFactory()
    BankAccountFactory(party=client, iban=THEIRS)
    for _at in range(3):
        issued(own_firm=firm, party=client, date=DAY)
    lines = read(user, *(entry(f"{n}.00", counterparty_iban=THEIRS, details=f"ф-ра 000000000{n}") for n in (1, 2, 3)))

    with django_assert_max_num_queries(8):
        matching.propose(lines, user)


CSV = """Дата;Дебит;Кредит;Контрагент;Основание;Салдо
20.11.2026;;120,00;Алфа ООД;фактура;1120,00
20.11.2026;5,00;;Банка;такса;1115,00
"""


def test_a_table_is_asked_about_and_then_read(firm, user):
    client = signed_in(user)
    upload = SimpleUploadedFile("izvlechenie.csv", CSV.encode("cp1251"))

    asked = client.post(reverse("finance:bankstatement_add"), {"file": upload})
    page = client.get(asked["Location"])
    account = firm.bank_accounts.get()
    columns = {f"column_{index}": name for index, name in enumerate(
        ["booked_on", "debit", "credit", "name", "details", "balance"])}  # fmt: skip
    answer = client.post(asked["Location"], {"account": account.pk, **columns}, follow=True)

    assert page.status_code == 200
    assert BankStatement.objects.get().closing == Decimal("1115.00")
    assert BankStatementLine.objects.count() == 2
    assert "2 new lines" in answer.content.decode()


def test_what_is_no_statement_is_refused_at_the_field(firm, user):
    answer = signed_in(user).post(
        reverse("finance:bankstatement_add"), {"file": SimpleUploadedFile("a.xml", b"<a>1</a>")}
    )

    assert answer.status_code == 422
    assert "no bank statement" in answer.content.decode()


def test_of_a_file_with_a_statement_that_is_refused_nothing_is_kept(firm, user, monkeypatch):
    theirs = statement(entry("5.00"), iban=THEIRS)
    monkeypatch.setattr("finance.views.statements.read_statements", lambda *_: [statement(entry("7.00")), theirs])

    answer = signed_in(user).post(
        reverse("finance:bankstatement_add"), {"file": SimpleUploadedFile("two.xml", b"<Document/>")}
    )

    assert answer.status_code == 422
    assert not BankStatement.objects.exists()
    assert not BankStatementLine.objects.exists()


def test_a_table_that_cannot_be_kept_is_refused_at_the_field(firm, user):
    page = b"Date;Amount;Text\n03.11.2026;5.00;<script>alert(1)</script>\n"
    answer = signed_in(user).post(reverse("finance:bankstatement_add"), {"file": SimpleUploadedFile("a.csv", page)})

    assert answer.status_code == 422
    assert "not accepted" in answer.content.decode()


def test_ticked_lines_of_which_all_agrees_are_booked_at_once(firm, user):
    payer = ClientFactory()
    BankAccountFactory(party=payer, iban=THEIRS)
    invoice = issued(own_firm=firm, party=payer, date=DAY)
    sure, unsure = read(
        user,
        entry("120.00", counterparty_iban=THEIRS, details=invoice.number),
        entry("77.00", counterparty_name="Някой"),
    )

    signed_in(user).post(
        reverse("finance:bankstatement_book_sure", args=[sure.statement_id]), {"line": [sure.pk, unsure.pk]}
    )

    sure.refresh_from_db()
    unsure.refresh_from_db()
    assert (sure.state, unsure.state) == ("booked", "waiting")


def test_a_line_is_booked_on_its_page_with_another_split(firm, user):
    invoice = issued(own_firm=firm, date=DAY)
    [line] = read(user, entry("100.00"))
    client, url = signed_in(user), reverse("finance:bankstatementline_book", args=[line.pk])

    shown = client.post(url, {"party": invoice.party_id, "show": "1"})
    client.post(url, {"party": invoice.party_id, "shown": invoice.party_id, f"document_{invoice.pk}": "60,00"})

    invoice.refresh_from_db()
    assert invoice.number in shown.content.decode()
    assert invoice.settled == Decimal("60.00")


def test_more_than_the_line_is_refused_and_nothing_typed_is_lost(firm, user):
    invoice = issued(own_firm=firm, date=DAY)
    [line] = read(user, entry("100.00"))

    answer = signed_in(user).post(
        reverse("finance:bankstatementline_book", args=[line.pk]),
        {"party": invoice.party_id, "shown": invoice.party_id, f"document_{invoice.pk}": "110,00"},
    )

    assert answer.status_code == 422
    assert 'value="110,00"' in answer.content.decode()
    assert Payment.objects.count() == 0


def test_statements_of_another_own_firm_are_not_there(firm, user):
    from tests.factories.counterparties import OwnFirmAccessFactory

    made = file_statement(statement(entry("1.00")), user).statement
    accountant = UserFactory(role="accountant")
    OwnFirmAccessFactory(user=accountant, own_firm=OwnFirmFactory())
    client = signed_in(accountant)

    assert client.get(made.get_absolute_url()).status_code == 404
    assert client.get(reverse("finance:bankstatementline_book", args=[made.lines.get().pk])).status_code == 404
