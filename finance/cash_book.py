"""The daily cash book [касова книга]: what lay in a desk, what came and went by which order, what lies in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from finance.cash import changes_of, lies_in
from finance.models import CashDesk, Payment
from finance.models.payments import PaymentDirection

ZERO = Decimal("0.00")
LONGEST = 366  # days of one book
MOST = 2000  # orders of one book


@dataclass
class BookRow:
    payment: Any
    change: Decimal  # above zero what came in; zero of a cancelled order, whose number is taken all the same
    is_seen: bool = True  # what the user may not see counts all the same, but is not named

    @property
    def came(self) -> Decimal | None:
        return self.change if self.change > 0 else None

    @property
    def went(self) -> Decimal | None:
        return -self.change if self.change < 0 else None

    @property
    def who(self) -> str:
        payment = self.payment
        if not self.is_seen:
            return str(_("something that you may not see"))
        if payment.direction == PaymentDirection.INTERNAL:
            return str(_("internal transfer"))
        return payment.person or payment.party.display_name

    @property
    def reason(self) -> str:
        return str(self.payment.reason) if self.is_seen else ""


@dataclass
class BookDay:
    day: dt.date
    opening: Decimal
    rows: list[BookRow] = field(default_factory=list)

    @property
    def came(self) -> Decimal:
        return sum((row.change for row in self.rows if row.change > 0), ZERO)

    @property
    def went(self) -> Decimal:
        return -sum((row.change for row in self.rows if row.change < 0), ZERO)

    @property
    def closing(self) -> Decimal:
        return self.opening + self.came - self.went


@dataclass
class CashBook:
    desk: CashDesk
    since: dt.date
    until: dt.date
    opening: Decimal
    days: list[BookDay]
    cut: bool = False

    @property
    def closing(self) -> Decimal:
        return self.days[-1].closing if self.days else self.opening

    @property
    def came(self) -> Decimal:
        return sum((day.came for day in self.days), ZERO)

    @property
    def went(self) -> Decimal:
        return sum((day.went for day in self.days), ZERO)

    def lines(self) -> Iterator[list[Any]]:
        """The book as rows of a table: day, number, who, ground, in, out, what lies in the desk."""
        yield [self.since, "", _("Opening"), "", None, None, self.opening]
        for day in self.days:
            lies = day.opening
            for row in day.rows:
                lies += row.change
                words = row.reason
                if row.payment.is_cancelled:
                    words = " ".join([words, f"({_('cancelled')})"]).strip()
                yield [day.day, row.payment.number, row.who, words, row.came, row.went, lies]
        yield [self.until, "", _("Closing"), "", self.came, self.went, self.closing]


def book_of(desk: CashDesk, since: dt.date, until: dt.date, user: Any) -> CashBook:
    """The book of the days, only of those on which something moved, as the user may read it."""
    opening = lies_in(desk, since - dt.timedelta(days=1))
    payments = (
        Payment.objects.exclude(state="draft")
        .through_desk(desk)
        .filter(date__range=(since, until))
        .select_related("party", "party__legal_form")
        .defer("search_text", "internal_note")
        .order_by("date", "issued_at", "pk")
    )
    found = list(payments[: MOST + 1])
    known = Payment.objects.visible_to(user).filter(pk__in=[payment.pk for payment in found])
    seen = set(known.values_list("pk", flat=True))
    book = CashBook(desk, since, until, opening, [], cut=len(found) > MOST)
    lies = opening
    for payment in found[:MOST]:
        if not book.days or book.days[-1].day != payment.date:
            book.days.append(BookDay(payment.date, lies))
        change = ZERO if payment.is_cancelled else changes_of(payment)[desk.pk]
        book.days[-1].rows.append(BookRow(payment, change, payment.pk in seen))
        lies += change
    return book
