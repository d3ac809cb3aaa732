"""The statement of account of a party with one of our firms: documents and payments by day, debit, credit, balance.

It closes with the balance as the figure tells it. Debit is what they come to owe us, credit what we come to owe them.
What is settled within the account changes nothing in it; only what is settled with another party's item, or in another
currency, stands in it as a row of its own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from common.dates import format_date
from common.money import format_money
from counterparties.models import Counterparty
from finance.figures import seen, total
from finance.models import FinancialDocument, Payment, Settlement
from finance.models.choices import Side

ZERO = Decimal("0.00")
ITEMS = ("debit_document", "debit_payment", "credit_document", "credit_payment")


@dataclass
class Entry:
    """A row of the statement; `amount` is above zero in debit, below it in credit."""

    date: dt.date
    label: str
    text: str
    amount: Decimal
    url: str = ""
    place: tuple[int, int] = (0, 0)
    balance: Decimal = ZERO
    original: str = ""
    is_undoing: bool = False

    @property
    def debit(self) -> Decimal | None:
        """In debit; what undoes a credit stands in credit, below zero, as accountants write it."""
        return self.amount if (self.amount > 0) != self.is_undoing else None

    @property
    def credit(self) -> Decimal | None:
        return -self.amount if (self.amount > 0) == self.is_undoing else None


@dataclass
class Account:
    """The account of one party with one own firm, in one currency, or in EUR by each item's rate (`currency` "")."""

    party: Counterparty
    own_firm: Counterparty
    since: dt.date
    until: dt.date
    currency: str
    user: Any
    opening: Decimal = ZERO
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def of(
        cls, party: Counterparty, own_firm: Counterparty, since: dt.date, until: dt.date, currency: str, user: Any
    ) -> Account:
        account = cls(party, own_firm, since, until, currency, user)
        entries = [*account.document_entries(), *account.payment_entries(), *account.settlement_entries()]
        entries.sort(key=lambda entry: (entry.date, entry.place))
        # What is older is summed up by the database; of crossing settlements there are few.
        older = sum((entry.amount for entry in entries if entry.date < since), ZERO)
        account.opening = older + account.before(FinancialDocument) + account.before(Payment)
        balance = account.opening
        for entry in entries:
            if since <= entry.date <= until:
                balance += entry.amount
                entry.balance = balance
                account.entries.append(entry)
        return account

    @property
    def shown_currency(self) -> str:
        return self.currency or "EUR"

    @property
    def debit(self) -> Decimal:
        return sum((entry.debit for entry in self.entries if entry.debit is not None), ZERO)

    @property
    def credit(self) -> Decimal:
        return sum((entry.credit for entry in self.entries if entry.credit is not None), ZERO)

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit

    # -- What stands in it -------------------------------------------------------------------------

    def of_account(self, model: Any) -> Any:
        rows = seen(model.objects.all(), self.user, self.party, self.own_firm)
        return rows.filter(currency=self.currency) if self.currency else rows

    def before(self, model: Any) -> Decimal:
        """What rows of before the period came to, signed: those that counted on the day before it."""
        if self.since == dt.date.min:
            return ZERO
        rows = self.of_account(model).in_force(self.since - dt.timedelta(days=1))
        if model is Payment:
            amount, debit, credit = ("amount", Q(direction="out"), Q(direction="in"))
        else:
            amount, debit, credit = ("owed", Q(side=Side.DEBIT), Q(side=Side.CREDIT))
        amount = amount if self.currency else f"{amount}_eur"
        sums = rows.order_by().aggregate(debit=total(amount, debit), credit=total(amount, credit))
        return sums["debit"] - sums["credit"]

    def rows_of(self, model: Any) -> Any:
        """Rows that begin or end in the period."""
        rows = self.of_account(model).exclude(state="draft").filter(date__lte=self.until)
        # What was cancelled on its very day never counted.
        rows = rows.filter(Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=F("date")))
        return rows.filter(Q(date__gte=self.since) | Q(cancelled_on__gte=self.since))

    def sum_of(self, amount: Decimal, euro: Decimal) -> Decimal:
        return amount if self.currency else euro

    def both_ways(self, row: Any, entry: Entry) -> list[Entry]:
        """The entry, and the one that undoes it on the day of the cancellation."""
        found = [entry] if row.date >= self.since else []
        if row.cancelled_on is not None and row.cancelled_on <= self.until:
            undone = Entry(
                row.cancelled_on, entry.label, _("cancelled: %s") % row.cancel_reason, -entry.amount, entry.url,
                (3, row.pk), original=entry.original, is_undoing=True,
            )  # fmt: skip
            found.append(undone)
        return found

    def document_entries(self) -> list[Entry]:
        found: list[Entry] = []
        fields = ("kind", "number", "date", "side", "owed", "owed_eur", "currency", "received", "state", "due_date",
                  "cancelled_on", "cancel_reason", "reason")  # fmt: skip
        for row in self.rows_of(FinancialDocument).filter(owed__gt=0).only(*fields):
            sign = 1 if row.side == Side.DEBIT else -1
            due = _("due %s") % format_date(row.due_date) if row.due_date else ""
            entry = Entry(
                row.date, str(row), row.reason or due, sign * self.sum_of(row.owed, row.owed_eur),
                row.get_absolute_url(), (1, row.pk), original=self.original(row.owed, row.currency),
            )  # fmt: skip
            found += self.both_ways(row, entry)
        return found

    def original(self, amount: Decimal, currency: str) -> str:
        """The amount in its own currency, where the account is told in euro."""
        return format_money(amount, currency) if not self.currency and currency != "EUR" else ""

    def payment_entries(self) -> list[Entry]:
        found: list[Entry] = []
        fields = ("direction", "method", "number", "date", "amount", "amount_eur", "currency", "state", "reason",
                  "cancelled_on", "cancel_reason")  # fmt: skip
        for row in self.rows_of(Payment).exclude(direction="internal").only(*fields):
            sign = 1 if row.side == Side.DEBIT else -1
            entry = Entry(
                row.date, str(row), row.reason, sign * self.sum_of(row.amount, row.amount_eur),
                row.get_absolute_url(), (2, row.pk), original=self.original(row.amount, row.currency),
            )  # fmt: skip
            found += self.both_ways(row, entry)
        return found

    def settlement_entries(self) -> list[Entry]:
        """What is settled across the border of the account; and in euro the difference of rates within it."""
        mine = Q()
        for name in ITEMS:
            mine |= Q(**{f"{name}__party": self.party, f"{name}__own_firm": self.own_firm})
        rows = Settlement.objects.filter(mine, on__lte=self.until)
        rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=F("on")))
        if self.currency:
            crossing = rows.exclude(self.both_within())
        else:
            crossing = rows.exclude(self.both_within() & Q(debit_eur=F("credit_eur")))
        found: list[Entry] = []
        for row in crossing.select_related(*ITEMS):
            amount = ZERO
            within = [side for side in ("debit", "credit") if self.holds(getattr(row, side))]
            for side in within:
                settled = self.sum_of(getattr(row, f"{side}_amount"), getattr(row, f"{side}_eur"))
                amount += -settled if side == "debit" else settled
            if not amount:
                continue
            if len(within) == 2:
                label, text = _("Exchange difference"), f"{row.credit} → {row.debit}"
            else:
                other = row.credit if within == ["debit"] else row.debit
                mine_item = row.debit if within == ["debit"] else row.credit
                label, text = _("Settled with %s") % other, str(mine_item)
            found.append(Entry(row.on, label, text, amount, place=(4, row.pk)))
            if row.ended_on is not None and row.ended_on <= self.until:
                found.append(Entry(row.ended_on, label, _("undone"), -amount, place=(5, row.pk), is_undoing=True))
        return found

    def holds(self, item: Any) -> bool:
        if item.party_id != self.party.pk or item.own_firm_id != self.own_firm.pk:
            return False
        return not self.currency or item.currency == self.currency

    def both_within(self) -> Q:
        sides = []
        for side in ("debit", "credit"):
            one = Q()
            for what in ("document", "payment"):
                condition: dict[str, Any] = {
                    f"{side}_{what}__party": self.party,
                    f"{side}_{what}__own_firm": self.own_firm,
                }
                if self.currency:
                    condition[f"{side}_{what}__currency"] = self.currency
                one |= Q(**condition)
            sides.append(one)
        return sides[0] & sides[1]


def currencies_of(party: Counterparty, user: Any) -> list[str]:
    """Currencies in which there are documents or payments of the party."""
    found: set[str] = set()
    for model in (FinancialDocument, Payment):
        rows = seen(model.objects.all(), user, party).exclude(state="draft")
        found |= set(rows.order_by().values_list("currency", flat=True).distinct())
    return sorted(found, key=lambda code: (code != "EUR", code))
