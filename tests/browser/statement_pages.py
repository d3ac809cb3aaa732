"""Pages of bank statements, each with something on it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core import signing
from django.urls import reverse

from counterparties.models import Counterparty
from finance import matching
from finance.bank_import import file_statement, keep_file
from finance.models import BankStatement
from finance.statements import Entry, Statement
from finance.views.statements import SALT
from tests.factories.contacts import BankAccountFactory
from tests.factories.counterparties import OwnFirmFactory
from tests.factories.finance import account_of, days_ago, issued, posted

TABLE = "Дата;Дебит;Кредит;Контрагент;Основание;Някакво много дълго заглавие на колона\n20.11.2026;;120,00;{};{};1\n"


def statement_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """A statement whose lines are of every look: sure, likely, unknown, ours, entered by hand, booked, set aside."""
    firm = OwnFirmFactory(name=words)
    account = account_of(firm)
    other = BankAccountFactory(party=firm)
    theirs = BankAccountFactory(party=party)
    facts: dict[str, Any] = {"own_firm": firm, "party": party, "by": user}
    first, second = (issued(date=days_ago(days), due_date=days_ago(20), price=1_234_567, **facts) for days in (40, 30))
    posted(amount=77, account=account, party_account=theirs, party_iban=theirs.iban, date=days_ago(3), **facts)
    said: dict[str, Any] = {"counterparty_name": words, "counterparty_iban": theirs.iban}
    statement = read(
        account.iban,
        user,
        [
            ("1481480.40", said | {"details": first.number}),
            ("500.00", said | {"details": f"{words} {second.number}", "reference": "FT-0123456789-0123456789"}),
            ("12345678.90", {"counterparty_name": words, "details": words.replace(" ", "-")}),
            ("-300.00", {"counterparty_iban": other.iban, "details": words}),
            ("77.00", said | {"details": words}),
            ("90.00", said | {"details": words}),
            ("-5.00", {"details": words, "kind": words[:60]}),
        ],
    )
    sure, likely, unknown, transfer, _tied, booked, aside = statement.lines.order_by("position")
    matching.book(booked, user, party, [])
    matching.set_aside(aside, user, words)
    done = read(other.iban, user, [])
    content = keep_file(TABLE.format(words, words).encode(), "izvlechenie.csv")
    token = signing.dumps({"content": content.pk, "user": user.pk, "name": f"{words}.csv"}, salt=SALT)
    line = "/finance/statements/lines"
    return {
        "bank statements": "/finance/statements/",
        "bank statements filtered": f"/finance/statements/?state=waiting&account={account.pk}",
        "reading of a statement": "/finance/statements/add/",
        "columns of a statement": reverse("finance:bankstatement_columns", args=[token]),
        "lines that wait": statement.get_absolute_url(),
        "lines that are booked": f"{statement.get_absolute_url()}?show=booked",
        "all lines": f"{statement.get_absolute_url()}?show=all",
        "statement without lines": done.get_absolute_url(),
        "line that is sure": f"{line}/{sure.pk}/book/",
        "line with candidates": f"{line}/{likely.pk}/book/",
        "line of which nothing is known": f"{line}/{unknown.pk}/book/",
        "line that is a transfer": f"{line}/{transfer.pk}/transfer/",
        "setting aside of a line": f"{line}/{unknown.pk}/ignore/",
        "payment of a line": booked.payments.get().get_absolute_url(),
    }


def read(iban: str, user: Any, lines: list[tuple[str, dict[str, Any]]]) -> BankStatement:
    """A statement of an account as if read from a file of the bank."""
    entries = tuple(
        Entry(days_ago(3), None, Decimal(amount), "EUR", position=at, key=f"{iban} {at}", **said)
        for at, (amount, said) in enumerate(lines, 1)
    )
    closing = sum((one.amount for one in entries), Decimal(1000))
    made = Statement(iban, "", "EUR", "17/2026", days_ago(5), days_ago(3), Decimal(1000), closing, entries)
    return file_statement(made, user).statement
