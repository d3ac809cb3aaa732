"""The figures of a party's money, each defined once: Summary, lists, reports and the statement of account ask here.

Today's figures read what is stored (what is open has an index of its own; sales a table of months). A past day is
recomputed from documents, payments and settlements as they counted then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.utils.translation import gettext_lazy as _

from common.addresses import address
from common.dates import today
from counterparties import figures as door
from counterparties.figures import Figure, Part
from counterparties.models import Counterparty, PartyType
from finance.kinds import FACTS, PARTNERS, Direction, DocumentKind
from finance.models import FinancialDocument, FinancialDocumentLine, Payment, Turnover
from finance.models.choices import Side
from finance.models.periods import month_of
from finance.querysets import MONEY_SUM, NOTHING

VIEW_DOCUMENTS = "finance.view_financialdocument"
VIEW_PAYMENTS = "finance.view_payment"

IS_NOTE = Q(kind=DocumentKind.CREDIT_NOTE)
RECEIVABLE = Q(side=Side.DEBIT) & ~IS_NOTE
PAYABLE = Q(side=Side.CREDIT) & ~IS_NOTE
CREDITS_GIVEN = Q(side=Side.CREDIT) & IS_NOTE
CREDITS_RECEIVED = Q(side=Side.DEBIT) & IS_NOTE
ADVANCES_IN = Q(direction="in")
ADVANCES_OUT = Q(direction="out")

TURNOVER_KINDS = [kind for kind, facts in FACTS.items() if facts.turnover]
LESSENING = [kind for kind, facts in FACTS.items() if facts.turnover and facts.sign < 0]
# Figures are asked for days between these; before and after them nothing is reckoned, for the calendar ends there.
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
DIRECTIONS = {"sales": Direction.INCOME, "purchases": Direction.EXPENSE}
MONTHS = 12


# -- Whose rows, and as of when ----------------------------------------------------------------------------------------


def seen(rows: Any, user: Any, parties: Any = None, own_firms: Any = None) -> Any:
    """The rows whose balance the user may see: visible ones of parties of whose kinds one opens its balance to him.

    `parties` and `own_firms` are a queryset, keys, one row, an OuterRef, or None for all.
    """
    rows = rows.visible_to(user)
    open_to_him = Counterparty.objects.visible_to(user, "balance")
    if open_to_him.query.is_empty() or open_to_him.query.where:
        rows = rows.filter(party__in=open_to_him)
    return among(among(rows, "party", parties), "own_firm", own_firms)


def among(rows: Any, field: str, wanted: Any) -> Any:
    if wanted is None:
        return rows
    several = isinstance(wanted, (QuerySet, list, tuple, set))
    return rows.filter(**{f"{field}__in" if several else field: wanted})


def of_type(kind: PartyType, prefix: str = "") -> Q:
    """Rows of parties of a client or supplier type, or of one under it."""
    below = {kind.pk}
    pairs = list(PartyType.objects.filter(tree=kind.tree).values_list("pk", "parent"))
    while more := {pk for pk, parent in pairs if parent in below} - below:
        below |= more
    return Q(**{f"{prefix}party__{kind.tree}_type__in": below})


def may_see_balance(user: Any, party: Counterparty) -> bool:
    return any(user.has_perm(kind.permission("balance")) for kind in party.kinds)


def open_documents(parties: Any, own_firms: Any, on: dt.date, user: Any) -> QuerySet[Any]:
    """Documents with something left to settle as of the day: `left` and `left_eur`."""
    return seen(FinancialDocument.objects.all(), user, parties, own_firms).left_as_of(on)


def open_payments(parties: Any, own_firms: Any, on: dt.date, user: Any) -> QuerySet[Any]:
    """Payments not settled in full as of the day: `left` and `left_eur`."""
    return seen(Payment.objects.all(), user, parties, own_firms).left_as_of(on)


def year_until(day: dt.date) -> tuple[dt.date, dt.date]:
    """The twelve months that end with the month of the day: its first day, and the first day after it."""
    last = day.year * 12 + day.month - 1
    return _month(last - MONTHS + 1), _month(last + 1)


def _month(number: int) -> dt.date:
    return dt.date(number // 12, number % 12 + 1, 1)


def turnover_documents(direction: str, since: dt.date, before: dt.date, on: dt.date) -> QuerySet[Any]:
    """Documents in force on the day that make up the turnover of a period by tax event: `left` is their signed net."""
    rows = FinancialDocument.objects.in_force(on).filter(
        direction=direction, kind__in=TURNOVER_KINDS, tax_event_date__gte=since, tax_event_date__lt=before
    )
    lessens = Q(kind__in=LESSENING)
    return rows.annotate(
        left=Case(When(lessens, then=-F("net")), default=F("net"), output_field=MONEY_SUM),
        left_eur=Case(When(lessens, then=-F("net_eur")), default=F("net_eur"), output_field=MONEY_SUM),
    )


def period_documents(name: str, since: dt.date | None, until: dt.date | None, on: dt.date) -> QuerySet[Any]:
    """Documents of "sales" or "purchases" with a tax event in a period of any days, as they counted on the day."""
    before = until + dt.timedelta(days=1) if until is not None and until < dt.date.max else dt.date.max
    return turnover_documents(DIRECTIONS[name], since or dt.date.min, before, on)


def signed_lines(documents: QuerySet[Any]) -> QuerySet[Any]:
    """The lines of the documents with their net as it counts: below zero on a credit note."""
    lessens = Q(document__kind__in=LESSENING)
    lines = FinancialDocumentLine.objects.filter(document__in=documents.order_by().values("pk"))
    return lines.annotate(
        left=Case(When(lessens, then=-F("net")), default=F("net"), output_field=MONEY_SUM),
        left_eur=Case(When(lessens, then=-F("net_eur")), default=F("net_eur"), output_field=MONEY_SUM),
        currency=F("document__currency"),
    )


def turnover_months(direction: str, since: dt.date, before: dt.date) -> QuerySet[Any]:
    """The stored turnover of a period of whole months, as it is today."""
    return Turnover.objects.filter(direction=direction, month__gte=since, month__lt=before)


# -- Ageing ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AgeClass:
    """A class of ageing: so many days after the last day for paying; `first` of None is what is not yet due."""

    slug: str
    label: Any
    first: int | None
    last: int | None

    def days(self, on: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """The earliest and the latest day for paying of what is in the class."""
        if self.first is None:
            return on, None
        earliest = on - dt.timedelta(days=self.last) if self.last is not None else None
        return earliest, on - dt.timedelta(days=self.first)

    def condition(self, on: dt.date) -> Q:
        earliest, latest = self.days(on)
        if latest is None:
            return Q(payable_by__gte=on) | Q(payable_by__isnull=True)
        late = Q(payable_by__lte=latest)
        return late if earliest is None else late & Q(payable_by__gte=earliest)


AGE_CLASSES = (
    AgeClass("not_due", _("not yet due"), None, None),
    AgeClass("to_30", _("1–30 days"), 1, 30),
    AgeClass("to_60", _("31–60 days"), 31, 60),
    AgeClass("to_90", _("61–90 days"), 61, 90),
    AgeClass("over_90", _("over 90 days"), 91, None),
)


def overdue(on: dt.date) -> Q:
    return Q(payable_by__lt=on)


def ageing(
    parties: Any, own_firms: Any, on: dt.date, user: Any, side: str = Side.DEBIT
) -> dict[str, dict[str, Decimal]]:
    """What is receivable (or payable, by the side) in each class: {class: {currency: amount, "": in EUR}}."""
    rows = open_documents(parties, own_firms, on, user).filter(RECEIVABLE if side == Side.DEBIT else PAYABLE)
    found: dict[str, dict[str, Decimal]] = {one.slug: {"": Decimal("0.00")} for one in AGE_CLASSES}
    sums: dict[str, Any] = {}
    for one in AGE_CLASSES:
        condition = one.condition(on)
        sums |= {one.slug: total("left", condition), f"{one.slug}_eur": total("left_eur", condition)}
    for row in rows.order_by().values("currency").annotate(**sums):
        for one in AGE_CLASSES:
            if row[one.slug]:
                found[one.slug][row["currency"]] = row[one.slug]
                found[one.slug][""] += row[f"{one.slug}_eur"]
    return found


def total(field: str, condition: Q | None = None) -> Any:
    """The sum of a field of the rows that meet the condition, 0.00 when there are none."""
    return Sum(field, filter=condition, default=NOTHING, output_field=MONEY_SUM)


# -- The figures -------------------------------------------------------------------------------------------------------

Items = Callable[[Any, Any, dt.date, Any], QuerySet[Any]]


@dataclass(frozen=True)
class MoneyFigure(Figure):
    """A figure of documents or payments. `items(parties, own_firms, on, user)` are the very rows that add up to it."""

    items: Items | None = None
    of_payments: bool = False
    needs: tuple[str, ...] = ()

    def visible_for(self, user: Any, party: Any) -> bool:
        return super().visible_for(user, party) and self.is_open_to(user) and may_see_balance(user, party)

    def is_open_to(self, user: Any) -> bool:
        return user.has_perm(self.permission) and all(user.has_perm(one) for one in self.needs)


def as_figure_rows(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with `left` as the door wants them. Their own fields of these names stand aside."""
    found: QuerySet[Any] = rows.order_by().values("party", "own_firm", "currency")
    return found.annotate(amount=F("left"), amount_eur=F("left_eur"))


def items_url(name: str, party: Any, on: dt.date, **more: Any) -> str:
    """The page of the rows that add up to a figure of a party (or of all parties).

    `own_firm=""` says "all firms", where the page would take the one in force by itself.
    """
    query: dict[str, Any] = {"party": party.pk} if party is not None else {}
    if on != today():
        query["on"] = on.isoformat()
    query |= {key: value for key, value in more.items() if value not in (None, "") or (key, value) == ("own_firm", "")}
    url = address("finance:figure_items", name)
    return f"{url}?{urlencode(query)}" if query else url


def figure(name: str, label: Any, items: Items, **facts: Any) -> MoneyFigure:
    made = MoneyFigure(
        name=name,
        label=label,
        permission=facts.pop("permission", VIEW_DOCUMENTS),
        queryset=facts.pop("queryset", lambda *asked: as_figure_rows(items(*asked))),
        list_url=lambda party, on: items_url(name, party, on),
        kinds=facts.pop("kinds", PARTNERS),
        items=items,
        shown_apart=True,
        **facts,
    )
    door.register(made)
    return made


def documents_where(condition: Q | Callable[[dt.date], Q]) -> Items:
    def items(parties: Any, own_firms: Any, on: dt.date, user: Any) -> QuerySet[Any]:
        met = condition if isinstance(condition, Q) else condition(on)
        return open_documents(parties, own_firms, on, user).filter(met)

    return items


def payments_where(condition: Q) -> Items:
    def items(parties: Any, own_firms: Any, on: dt.date, user: Any) -> QuerySet[Any]:
        return open_payments(parties, own_firms, on, user).filter(condition)

    return items


def turnover_of(direction: str) -> tuple[Items, Any]:
    """The documents of twelve months, and the quicker rows for today: the stored months."""

    def items(parties: Any, own_firms: Any, on: dt.date, user: Any) -> QuerySet[Any]:
        return seen(turnover_documents(direction, *year_until(on), on), user, parties, own_firms)

    def rows(parties: Any, own_firms: Any, on: dt.date, user: Any) -> QuerySet[Any]:
        if on < today():
            return as_figure_rows(items(parties, own_firms, on, user))
        months = seen(turnover_months(direction, *year_until(on)), user, parties, own_firms)
        return as_figure_rows(months.annotate(left=F("net"), left_eur=F("net_eur")))

    return items, rows


receivable = figure("receivable", _("receivable"), documents_where(RECEIVABLE), order=10)
overdue_figure = figure(
    "overdue",
    _("overdue"),
    documents_where(lambda on: RECEIVABLE & overdue(on)),
    alarming=True,
    order=20,
)
payable = figure("payable", _("payable"), documents_where(PAYABLE), order=30)
for name, label, direction, order in (
    ("sales", _("sales without VAT, 12 months"), Direction.INCOME, 40),
    ("purchases", _("purchases without VAT, 12 months"), Direction.EXPENSE, 50),
):
    items, rows = turnover_of(direction)
    figure(name, label, items, queryset=rows, order=order)
advances_in = figure(
    "advances_in",
    _("advances received"),
    payments_where(ADVANCES_IN),
    permission=VIEW_PAYMENTS,
    of_payments=True,
    order=60,
)
advances_out = figure(
    "advances_out",
    _("advances paid"),
    payments_where(ADVANCES_OUT),
    permission=VIEW_PAYMENTS,
    of_payments=True,
    order=70,
)
credits_given = figure("credits_given", _("unused credit notes given"), documents_where(CREDITS_GIVEN), order=80)
credits_received = figure(
    "credits_received", _("unused credit notes received"), documents_where(CREDITS_RECEIVED), order=90
)
PARTS = (
    Part(1, receivable),
    Part(-1, payable),
    Part(-1, advances_in),
    Part(1, advances_out),
    Part(-1, credits_given),
    Part(1, credits_received),
)


def balance_url(party: Any, on: dt.date) -> str:
    """The statement of account, whose last line is the balance."""
    if party is None:
        return address("finance:report", "balances")
    query = {} if on == today() else {"until": on.isoformat()}
    url = address("finance:account_statement", party.pk)
    return f"{url}?{urlencode(query)}" if query else url


balance = MoneyFigure(
    name="balance",
    label=_("balance"),
    permission=VIEW_DOCUMENTS,
    needs=(VIEW_PAYMENTS,),
    queryset=receivable.queryset,
    parts=PARTS,
    list_url=balance_url,
    kinds=PARTNERS,
    shown_apart=True,
    order=100,
)
door.register(balance)


def words_of_balance(amount: Decimal) -> Any:
    """Who owes whom."""
    if not amount:
        return _("nothing is owed")
    return Side.DEBIT.label if amount > 0 else Side.CREDIT.label


def month_range(day: dt.date) -> list[dt.date]:
    """The first days of the twelve months that end with the day's."""
    last = month_of(day).year * 12 + day.month - 1
    return [_month(number) for number in range(last - MONTHS + 1, last + 1)]
