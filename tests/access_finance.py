"""Who may do what in finance: rows of the access table (see `test_access.py`), and one of everything that they name."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile

from common.dates import today
from finance.drafting import draft_offset
from finance.models import BankStatement, BankStatementLine, FirmSettings, PeriodClosing
from finance.views.statements import SALT
from tests.access_payments import PAYMENTS, furnish_payments
from tests.access_prints import PRINTS, furnish_prints
from tests.access_reports import REPORTS
from tests.documents.uploads import png
from tests.factories.contacts import BankAccountFactory
from tests.factories.counterparties import OwnFirmFactory, eik
from tests.factories.documents import FileContentFactory
from tests.factories.finance import draft, issued


def make_statement() -> BankStatement:
    account = BankAccountFactory(party=OwnFirmFactory())
    facts = {"from_on": today(), "to_on": today(), "currency": "EUR", "opening": 0, "closing": 5}
    made = BankStatement.objects.create(own_firm=account.party, account=account, **facts)
    BankStatementLine.objects.create(statement=made, account=account, position=1, key="1", booked_on=today(), amount=5)
    return made


def furnish(world: Any) -> None:
    """Put one of everything of finance into the world, in the scope of all its users."""
    world.statement = make_statement()
    world.statement_line = world.statement.lines.get()
    furnish_firm(world)
    furnish_payments(world)
    furnish_prints(world)
    world.invoice = issued(party=world.party, own_firm=OwnFirmFactory(registration_number=eik(77)))
    world.document = draft(own_firm=world.firm, party=world.party)


def furnish_firm(world: Any) -> None:
    """An own firm with settings, a closed month and a draft of an offset."""
    firm = OwnFirmFactory()
    settings = FirmSettings(own_firm=firm)
    settings.logo.save("logo.png", ContentFile(png()))
    boss = world.users["administrator"]
    world.firm = firm
    world.closing = PeriodClosing.close(firm, dt.date(2026, 9, 1), boss)
    world.offset = draft_offset(world.party, firm, [], [], boss)


def document(world: Any, user: Any) -> list[Any]:
    return [world.document.pk]


def own_firm(world: Any, user: Any) -> list[Any]:
    return [world.firm.pk]


def month(world: Any, user: Any) -> list[Any]:
    return [world.firm.pk, "2026-10"]


def closing(world: Any, user: Any) -> list[Any]:
    return [world.closing.pk]


def offset(world: Any, user: Any) -> list[Any]:
    return [world.offset.pk]


def statement(world: Any, user: Any) -> list[Any]:
    return [world.statement.pk]


def statement_line(world: Any, user: Any) -> list[Any]:
    return [world.statement_line.pk]


def statement_columns(world: Any, user: Any) -> list[Any]:
    content = FileContentFactory(data=b"a;b\n1;2\n", content_type="text/csv")
    return [signing.dumps({"content": content.pk, "user": user.pk, "name": "a.csv"}, salt=SALT)]


def invoice(world: Any, user: Any) -> list[Any]:
    return [world.invoice.pk]


# administrator, manager, seller, buyer, accountant, warehouse, viewer, auditor
FINANCE = [
    *PAYMENTS,
    *PRINTS,
    *REPORTS,
    ("finance:financialdocument_list", "get", None, "200 200 200 200 200 403 200 200"),
    ("finance:financialdocument_add", "get", None, "200 200 200 200 200 403 403 403"),
    ("finance:financialdocument_picker", "get", None, "200 200 200 200 200 403 200 200"),
    ("finance:exchange_rate", "get", None, "200 200 200 200 200 403 200 200"),
    ("finance:financialdocument_detail", "get", document, "200 200 200 200 200 403 200 200"),
    ("finance:financialdocument_edit", "get", document, "200 200 200 200 200 403 403 403"),
    ("finance:financialdocument_delete", "post", document, "302 302 302 302 302 403 403 403"),
    ("finance:financialdocument_issue", "get", document, "200 200 200 200 200 403 403 403"),
    ("finance:financialdocument_cancel", "get", document, "200 200 403 403 200 403 403 403"),
    ("finance:financialdocument_copy", "post", document, "302 302 302 302 302 403 403 403"),
    ("finance:financialdocument_make", "post", document, "302 302 302 302 302 403 403 403"),
    ("finance:financialdocument_deduct", "post", document, "302 302 302 302 302 403 403 403"),
    ("finance:bankstatement_list", "get", None, "200 200 403 403 200 403 403 200"),
    ("finance:bankstatement_add", "get", None, "200 200 403 403 200 403 403 403"),
    ("finance:bankstatement_columns", "get", statement_columns, "200 200 403 403 200 403 403 403"),
    ("finance:bankstatement_detail", "get", statement, "200 200 403 403 200 403 403 200"),
    ("finance:bankstatement_book_sure", "post", statement, "302 302 403 403 302 403 403 403"),
    ("finance:bankstatementline_book", "get", statement_line, "200 200 403 403 200 403 403 403"),
    ("finance:bankstatementline_transfer", "get", statement_line, "200 200 403 403 200 403 403 403"),
    ("finance:bankstatementline_tie", "post", statement_line, "302 302 403 403 302 403 403 403"),
    ("finance:bankstatementline_charge", "post", statement_line, "302 302 403 403 302 403 403 403"),
    ("finance:bankstatementline_ignore", "get", statement_line, "200 200 403 403 200 403 403 403"),
    ("finance:bankstatementline_take_back", "post", statement_line, "302 302 403 403 302 403 403 403"),
    ("finance:period_list", "get", None, "200 200 403 403 200 403 403 200"),
    ("finance:period_close", "get", month, "200 200 403 403 200 403 403 403"),
    ("finance:period_reopen", "get", closing, "200 200 403 403 403 403 403 403"),
    ("finance:firm_settings", "get", own_firm, "200 200 403 403 200 403 403 403"),
    ("finance:firm_logo", "get", own_firm, "200 200 403 403 200 403 403 200"),
    ("finance:offset_add", "get", None, "200 200 200 200 200 403 403 403"),
    ("finance:offset_edit", "get", offset, "200 200 200 200 200 403 403 403"),
    ("finance:financialdocument_read_ubl", "get", None, "200 200 200 200 200 403 403 403"),
    ("finance:financialdocument_ubl", "get", invoice, "200 200 200 200 200 403 403 200"),
]
