"""Many who issue, settle, cancel and pay at once, on connections of their own and with real commits.

Numbers have no gap and no repeat whatever fails in between, a process killed in the middle included.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import threading
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from common.dates import today
from documents.models import NumberSeries
from finance import recounting
from finance.models import FinancialDocument, FinancialDocumentLine, Settlement
from tests.counterparties.test_concurrency import at_once
from tests.factories.counterparties import ClientFactory, OwnFirmFactory, SupplierFactory
from tests.factories.finance import CashDeskFactory, PaymentFactory, draft, issued, posted
from tests.factories.trade import unit, vat
from tests.factories.users import UserFactory
from trade import announcements
from trade.errors import DocumentError

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
DOCUMENTS, PROCESSES, THREADS = 1000, 4, 5  # twenty issuers
FAILS = 0.04


def process_of(deed: Callable[[], None]) -> int:
    """Do the deed in a process of its own; its key. The connection of this process is closed before."""
    connection.close()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        deed()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def drafts(count: int, **facts: Any) -> list[int]:
    """Keys of so many drafts with one line each, written in bulk; every third is of yesterday."""
    made = [
        FinancialDocument(kind="invoice", date=today() - dt.timedelta(days=number % 3 == 0), side="debit", **facts)
        for number in range(count)
    ]
    FinancialDocument.objects.bulk_create(made)
    rate, piece = vat(), unit()
    FinancialDocumentLine.objects.bulk_create(
        FinancialDocumentLine(
            document=one,
            description="Стока",
            unit=piece,
            unit_price=Decimal(number % 97 + 1),
            vat_rate=rate,
            vat_category=rate.category,
            vat_percent=rate.percent,
        )
        for number, one in enumerate(made)
    )
    return [one.pk for one in made]


def fail_by_chance() -> None:
    """Listeners that fail now and then: before the number as a refusal, after it as a mistake of the program."""
    chance = random.Random(os.getpid())

    def refuse(document: Any, user: Any) -> None:
        if chance.random() < FAILS:
            raise DocumentError("Отказ")

    def fail(document: Any, user: Any) -> None:
        if chance.random() < FAILS:
            raise RuntimeError

    announcements.issuing.listen(FinancialDocument)(refuse)
    announcements.issued.listen(FinancialDocument)(fail)


def issue_all(keys: list[int], user: Any) -> None:
    """Issue the drafts by several threads until all are issued; what fails is tried again."""
    fail_by_chance()
    waiting, lock = list(keys), threading.Lock()

    def run() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                key = waiting.pop()
            try:
                FinancialDocument.objects.get(pk=key).issue(user)
            except (DocumentError, RuntimeError) as failure:
                if "date" in getattr(failure, "error_dict", {}):  # a later day has a number already
                    FinancialDocument.objects.filter(pk=key).update(date=today())
                with lock:
                    waiting.append(key)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()  # however busy the machine is
    if waiting:
        raise AssertionError(f"{len(waiting)} were not issued")


def hang_in_the_middle(key: int, told: int, user: Any) -> None:
    """Take a number for the draft, say so, and never commit."""

    def hang(document: Any, by: Any) -> None:
        os.write(told, document.number.encode())
        time.sleep(120)

    announcements.issued.listen(FinancialDocument)(hang)
    FinancialDocument.objects.get(pk=key).issue(user)


def test_numbers_have_no_gap_whatever_fails_and_whoever_is_killed():
    firm, party, user = OwnFirmFactory(), ClientFactory(), UserFactory()
    keys = drafts(DOCUMENTS, own_firm=firm, party=party)
    victim = draft(own_firm=firm, party=party)
    heard, told = os.pipe()

    children = [
        process_of(lambda part=part: issue_all(keys[part::PROCESSES], user))  # type: ignore[misc]
        for part in range(PROCESSES)
    ]
    hanging = process_of(lambda: hang_in_the_middle(victim.pk, told, user))
    number = os.read(heard, 20).decode()
    os.kill(hanging, signal.SIGKILL)
    os.waitpid(hanging, 0)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

    assert codes == [0] * PROCESSES
    assert len(number) == 10
    victim.refresh_from_db()
    assert victim.is_draft
    assert victim.issue(user)
    rows = list(FinancialDocument.objects.order_by("position").values_list("position", "number", "date"))
    assert [(position, number) for position, number, _day in rows] == [
        (n, f"{n:010d}") for n in range(1, len(keys) + 2)
    ]
    assert sorted(day for *_number, day in rows) == [day for *_number, day in rows]
    assert NumberSeries.objects.get(code="tax").next_number == DOCUMENTS + 2
    out = StringIO()
    call_command("verify_documents", stdout=out)
    assert f"Издадени документи: {DOCUMENTS + 1}" in out.getvalue()
    assert list(recounting.differences()) == []


def answered(deed: Callable[[], Any]) -> Callable[[], str]:
    """The deed's end in a word; only a refusal in words is an answer, a deadlock or a constraint is not."""

    def run() -> str:
        try:
            return "done" if deed() is not False else "was done"
        except DocumentError:
            return "refused"
        except Exception as failure:
            return f"{type(failure).__name__}: {failure}"

    return run


def test_many_clicks_issue_once():
    invoice, user = draft(), UserFactory()

    answers = at_once(*[answered(lambda: FinancialDocument.objects.get(pk=invoice.pk).issue(user))] * 6)

    assert sorted(answers) == ["done", *["was done"] * 5]
    assert NumberSeries.objects.get(code="tax").next_number == 2


def test_settlements_at_once_never_exceed_a_payment_or_a_document():
    user, firm, party = UserFactory(), OwnFirmFactory(), ClientFactory()
    both = {"own_firm": firm, "party": party}
    invoices = [issued(**both) for _ in range(3)]
    payments = [posted(amount=100, **both) for _ in range(3)]
    pairs = [(payment, invoice) for payment in payments for invoice in invoices]

    answers = at_once(
        *(
            answered(partial(Settlement.settle, one, other, by=user, amount=Decimal(70)))
            for pair in pairs
            for one, other in (pair, pair[::-1])
        )
    )

    assert set(answers) <= {"done", "refused"}
    assert answers.count("done") == 3
    assert list(recounting.differences()) == []


def test_cancelling_and_settling_at_once_leave_nothing_on_what_is_cancelled():
    user, firm, party = UserFactory(), OwnFirmFactory(), ClientFactory()
    both = {"own_firm": firm, "party": party}
    invoices = [issued(**both) for _ in range(4)]
    note = issued(kind="credit_note", price=10, corrects=invoices[0], reason="Връщане", **both)
    payments = [posted(amount=50, **both) for _ in range(4)]
    for payment, invoice in zip(payments, invoices, strict=True):
        Settlement.settle(payment, invoice, by=user)
    deeds = [
        *(answered(partial(one.cancel, user, "Грешка")) for one in (*payments[:2], *invoices[1:3])),
        *(answered(partial(Settlement.settle, invoices[3], payment, by=user)) for payment in payments),
        *(answered(partial(Settlement.settle, note, one, by=user)) for one in invoices),
        *(answered(partial(row.end, user)) for row in Settlement.objects.all()[:3]),
    ]
    random.Random(7).shuffle(deeds)

    answers = at_once(*deeds)

    assert set(answers) <= {"done", "was done", "refused"}, answers
    assert list(recounting.differences()) == []
    for row in Settlement.objects.current().for_list():
        assert row.debit.is_issued
        assert row.credit.is_issued


def test_a_cash_desk_is_never_below_zero_however_many_pay_out_at_once():
    user, firm, supplier = UserFactory(), OwnFirmFactory(), SupplierFactory()
    desk = CashDeskFactory(own_firm=firm)
    cash = {"own_firm": firm, "party": supplier, "method": "cash", "desk": desk}
    posted(amount=100, direction="in", **cash)
    orders = [PaymentFactory(amount=30, direction="out", **cash) for _ in range(8)]

    answers = at_once(*(answered(partial(one.issue, user)) for one in orders))

    desk.refresh_from_db()
    assert set(answers) == {"done", "refused"}
    assert (answers.count("done"), desk.balance) == (3, Decimal("10.00"))
    assert NumberSeries.objects.get(code="cash-out").next_number == 4
    assert list(recounting.differences()) == []
