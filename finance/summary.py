"""What the Summary, the head and the lists of parties tell of a party's money. All of it is asked in one query.

What is open is read once, by its own index; turnover from the table of months.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import django_filters
from django.core.exceptions import EmptyResultSet
from django.db.models import Subquery, Sum, TextField, Value
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.addresses import address
from common.amounts import AmountField
from common.columns import Column
from common.dates import format_date, today
from common.money import format_money
from counterparties import dossier, lists
from counterparties.figures import figures
from counterparties.models import Counterparty
from finance.cells import PAYMENT_TONES, payment_label
from finance.charts import AgeBar, TurnoverChart
from finance.figures import (
    ADVANCES_IN,
    ADVANCES_OUT,
    AGE_CLASSES,
    CREDITS_GIVEN,
    CREDITS_RECEIVED,
    PARTS,
    PAYABLE,
    RECEIVABLE,
    VIEW_DOCUMENTS,
    VIEW_PAYMENTS,
    MoneyFigure,
    items_url,
    may_see_balance,
    month_range,
    open_documents,
    open_payments,
    overdue,
    seen,
    total,
    words_of_balance,
    year_until,
)
from finance.kinds import PARTNERS, Direction, DocumentKind
from finance.models import Turnover
from finance.models.choices import PaymentState

SHOWN_OPEN = 5
HEADLINES = ("receivable", "overdue", "payable", "sales", "purchases")


def as_text(rows: Any) -> Any:
    """The rows of a queryset of values as one JSON text; amounts keep their cents."""
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return Value("", output_field=TextField())
    text = f"(SELECT jsonb_agg(to_jsonb(r))::text FROM ({sql}) r)"  # noqa: S608  (of the ORM)
    return RawSQL(text, tuple(params), output_field=TextField())  # noqa: S611


def read(text: str | None) -> list[dict[str, Any]]:
    return json.loads(text, parse_float=Decimal) if text else []


def money(value: Any) -> Decimal:
    return Decimal(value or 0).quantize(Decimal("0.01"))


# -- Figures -----------------------------------------------------------------------------------------------------------


def open_sums(party: Any, user: Any, on: dt.date) -> Any:
    """Per currency: what is receivable, payable, overdue, unused, and each class of ageing."""
    conditions = {
        "receivable": RECEIVABLE,
        "overdue": RECEIVABLE & overdue(on),
        "payable": PAYABLE,
        "payable_overdue": PAYABLE & overdue(on),
        "credits_given": CREDITS_GIVEN,
        "credits_received": CREDITS_RECEIVED,
    } | {one.slug: RECEIVABLE & one.condition(on) for one in AGE_CLASSES}
    sums: dict[str, Any] = {}
    for name, condition in conditions.items():
        sums |= {name: total("left", condition), f"{name}_eur": total("left_eur", condition)}
    return open_documents(party, None, on, user).order_by().values("currency").annotate(**sums)


def advance_sums(party: Any, user: Any, on: dt.date) -> Any:
    sums: dict[str, Any] = {}
    for name, condition in {"advances_in": ADVANCES_IN, "advances_out": ADVANCES_OUT}.items():
        sums |= {name: total("left", condition), f"{name}_eur": total("left_eur", condition)}
    return open_payments(party, None, on, user).order_by().values("currency").annotate(**sums)


def turnover_sums(party: Any, user: Any, on: dt.date) -> Any:
    """Per direction and month, in EUR: two years, for the second is compared with the first."""
    since, before = year_until(on)
    rows = seen(Turnover.objects.filter(month__gte=since.replace(year=since.year - 1), month__lt=before), user, party)
    return rows.order_by("month").values("direction", "month").annotate(eur=Sum("net_eur"))


def figures_expression(party: Counterparty, user: Any) -> Any:
    """Three answers in one text: sums of what is open, advances, turnover."""
    if not may_see_balance(user, party):
        return Value("", output_field=TextField())
    on = today()
    parts = [as_text(open_sums(party, user, on)), as_text(turnover_sums(party, user, on))]
    if user.has_perm(VIEW_PAYMENTS):
        parts.append(as_text(advance_sums(party, user, on)))
    pieces = ["COALESCE(" + (part.sql if isinstance(part, RawSQL) else "NULL") + ", '[]')" for part in parts]
    params = [one for part in parts if isinstance(part, RawSQL) for one in part.params]
    joined = " || ',' || ".join(pieces)
    return RawSQL(f"('[' || {joined} || ']')", tuple(params), output_field=TextField())  # noqa: S611


def figures_panel(party: Counterparty, user: Any, text: str) -> dict[str, Any] | None:
    on = today()
    opened, months, *rest = json.loads(text, parse_float=Decimal)
    advances = rest[0] if rest else []
    if not opened and not months and not advances:
        return None
    values = {name: by_currency(name, opened, advances) for name in (*BALANCE_PARTS, "overdue")}
    late = sum((money(row["payable_overdue_eur"]) for row in opened), Decimal(0))
    since = year_until(on)[0]
    shown, minor = [], []
    for figure in figures:
        if not isinstance(figure, MoneyFigure) or not figure.visible_for(user, party):
            continue
        if figure.name in ("sales", "purchases"):
            way = Direction.INCOME if figure.name == "sales" else Direction.EXPENSE
            card = turnover_card(figure, party, on, [row for row in months if row["direction"] == way], since)
            is_usual = party.is_client if figure.name == "sales" else party.is_supplier
            if card["amount"] or is_usual:
                shown.append(card)
            continue
        if figure.parts:
            if user.has_perm(VIEW_PAYMENTS):
                minor.append(balance_card(figure, party, on, values))
            continue
        card = figure_card(figure, party, on, values[figure.name])
        if figure.name == "payable" and late:
            card["late"] = _("Overdue %(amount)s") % {"amount": format_money(late, "EUR")}
        if figure.name in HEADLINES:
            shown.append(card)
        elif card["amount"]:
            minor.append(card)
    ages = [(one, sum((money(row[f"{one.slug}_eur"]) for row in opened), Decimal(0))) for one in AGE_CLASSES]
    bar = AgeBar.of([(one, amount, items_url("receivable", party, on, age=one.slug)) for one, amount in ages])
    return {"figures": shown, "minor": minor, "ageing": bar}


BALANCE_PARTS = tuple(part.figure.name for part in PARTS)


def by_currency(name: str, *answers: list[dict[str, Any]]) -> dict[str, tuple[Decimal, Decimal]]:
    return {
        row["currency"]: (money(row[name]), money(row[f"{name}_eur"]))
        for rows in answers
        for row in rows
        if row.get(name)
    }


def figure_card(
    figure: MoneyFigure, party: Counterparty, on: dt.date, sums: dict[str, tuple[Decimal, Decimal]]
) -> dict[str, Any]:
    amount = sum((euro for _amount, euro in sums.values()), Decimal(0))
    return {
        "name": figure.name,
        "label": capfirst(str(figure.label)),
        "amount": amount,
        "total": format_money(amount, "EUR"),
        "parts": [format_money(one, currency) for currency, (one, _euro) in sorted(sums.items()) if currency != "EUR"],
        "url": figure.list_url(party, on),
        "alarming": figure.alarming and amount > 0,
    }


def balance_card(
    figure: MoneyFigure, party: Counterparty, on: dt.date, values: dict[str, dict[str, tuple[Decimal, Decimal]]]
) -> dict[str, Any]:
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for part in PARTS:
        for currency, (amount, euro) in values[part.figure.name].items():
            old = sums.get(currency, (Decimal(0), Decimal(0)))
            sums[currency] = old[0] + part.sign * amount, old[1] + part.sign * euro
    card = figure_card(figure, party, on, sums)
    card["note"] = words_of_balance(card["amount"])
    card["total"] = format_money(abs(card["amount"]), "EUR")
    card["parts"] = [
        f"{format_money(abs(one), currency)} ({words_of_balance(one)})"
        for currency, (one, _euro) in sorted(sums.items())
        if currency != "EUR" and one
    ]
    return card


def turnover_card(
    figure: MoneyFigure, party: Counterparty, on: dt.date, months: list[dict[str, Any]], since: dt.date
) -> dict[str, Any]:
    now = sum((money(row["eur"]) for row in months if row["month"] >= since.isoformat()), Decimal(0))
    before = sum((money(row["eur"]) for row in months if row["month"] < since.isoformat()), Decimal(0))
    card = figure_card(figure, party, on, {"EUR": (now, now)})
    if before > 0:
        percent = int(((now - before) * 100 / before).to_integral_value())
        sign = "+" if percent > 0 else "−" if percent < 0 else "±"
        card["delta"] = f"{sign}{abs(percent)}\u00a0%"
        card["delta_words"] = _("against %(amount)s in the twelve months before") % {
            "amount": format_money(before, "EUR")
        }
        card["delta_tone"] = "up" if percent > 0 else "down" if percent < 0 else "same"
    return card


# -- Turnover by month -------------------------------------------------------------------------------------------------


def chart_expression(party: Counterparty, user: Any) -> Any:
    if not may_see_balance(user, party):
        return Value("", output_field=TextField())
    return as_text(turnover_sums(party, user, today()))


def chart_panel(party: Counterparty, user: Any, text: str) -> dict[str, Any] | None:
    shown = month_range(today())
    rows = {(row["direction"], row["month"]): money(row["eur"]) for row in read(text)}
    series = []
    for way, label in ((Direction.INCOME, _("sales")), (Direction.EXPENSE, _("purchases"))):
        amounts = [rows.get((str(way), month.isoformat()), Decimal(0)) for month in shown]
        if any(amounts):
            series.append((str(way), label, amounts))
    return {"chart": TurnoverChart.of(shown, series)} if series else None


# -- Open documents ----------------------------------------------------------------------------------------------------


def open_expression(party: Counterparty, user: Any) -> Any:
    if not may_see_balance(user, party):
        return Value("", output_field=TextField())
    rows = open_documents(party, None, today(), user).filter(RECEIVABLE | PAYABLE).order_by("payable_by", "pk")
    fields = ("pk", "kind", "number", "side", "currency", "settled", "payable_by", "left")
    return as_text(rows.values(*fields)[:SHOWN_OPEN])


def open_panel(party: Counterparty, user: Any, text: str) -> dict[str, Any] | None:
    on, shown = today(), []
    for row in read(text):
        due = dt.date.fromisoformat(row["payable_by"]) if row["payable_by"] else None
        state = PaymentState.UNPAID if not row["settled"] else PaymentState.PARTLY
        if due is not None and due < on:
            state = PaymentState.OVERDUE
        shown.append(
            {
                "label": f"{capfirst(str(DocumentKind(row['kind']).label))} № {row['number']}",
                "url": address("finance:financialdocument_detail", row["pk"]),
                "due": format_date(due) if due else "",
                "amount": format_money(money(row["left"]), row["currency"]),
                "whose": _("they owe us") if row["side"] == "debit" else _("we owe them"),
                "tone": PAYMENT_TONES[state],
                "state": payment_label(state),
            }
        )
    if not shown:
        return None
    debit = any(row["side"] == "debit" for row in read(text))
    return {"documents": shown, "url": items_url("receivable" if debit else "payable", party, on)}


for panel in (
    dossier.Panel("money", gettext_lazy("Money"), "finance/_panel_figures.html", figures_panel, VIEW_DOCUMENTS, 4,
                  "full", figures_expression, with_value=True),
    dossier.Panel("turnover", gettext_lazy("Turnover by month"), "finance/_panel_turnover.html", chart_panel,
                  VIEW_DOCUMENTS, 15, "half", chart_expression, with_value=True),
    dossier.Panel("open_documents", gettext_lazy("Open documents"), "finance/_panel_open.html", open_panel,
                  VIEW_DOCUMENTS, 16, "half", open_expression, with_value=True),
):  # fmt: skip
    dossier.panels.register(panel)


# -- Head --------------------------------------------------------------------------------------------------------------


def overdue_expression(party: Counterparty, user: Any) -> Any:
    """What is overdue, in EUR; null when nothing is."""
    if not may_see_balance(user, party):
        return None
    on = today()
    rows = open_documents(party, None, on, user).filter(RECEIVABLE & overdue(on))
    return Subquery(rows.order_by().values("party").annotate(sum=Sum("left_eur")).values("sum"))


def say_overdue(party: Counterparty, amount: Any, user: Any) -> Iterable[dossier.Warning]:
    if amount:
        words = _("Overdue %(amount)s") % {"amount": format_money(Decimal(amount), "EUR")}
        yield dossier.Warning("danger", words, items_url("overdue", party, today()))


dossier.warnings.register(
    dossier.HeadWarning("overdue", say_overdue, overdue_expression, permission=VIEW_DOCUMENTS, order=20)
)


# -- Lists of parties --------------------------------------------------------------------------------------------------


def figure_column(figure: MoneyFigure, order: int) -> Column:
    name = f"figure_{figure.name}"
    return Column(
        name,
        capfirst(figure.label),
        lambda party: format_money(getattr(party, name), "EUR"),
        sort=[name],
        numeric=True,
        default=False,
        permission=figure.permission,
        annotate=lambda parties, user: parties.annotate(**{name: figure.as_column(today(), user)}),
        export=lambda party: getattr(party, name),
        order=order,
    )


def with_overdue(request: HttpRequest) -> Any:
    def narrow(parties: Any, name: str, value: Any) -> Any:
        on = today()
        rows = open_documents(None, None, on, request.user).filter(RECEIVABLE & overdue(on))
        return parties.filter(pk__in=rows.order_by().values("party")) if value else parties

    return django_filters.ChoiceFilter(label=_("Overdue"), choices=[("yes", _("has something overdue"))], method=narrow)


def with_receivable(request: HttpRequest) -> Any:
    def narrow(parties: Any, name: str, value: Any) -> Any:
        figure = figures.get("receivable")
        assert figure is not None
        return parties.alias(least_receivable=figure.as_column(today(), request.user)).filter(
            least_receivable__gte=value
        )

    class AmountFilter(django_filters.Filter):
        field_class = AmountField

    return AmountFilter(label=_("Receivable from, EUR"), method=narrow)


for place, one in enumerate(figures):
    if isinstance(one, MoneyFigure):
        lists.columns.register(figure_column(one, 200 + place))
lists.filters.register(
    lists.ListFilter("has_overdue", with_overdue, permission=VIEW_DOCUMENTS, kinds=PARTNERS, order=60)
)
lists.filters.register(
    lists.ListFilter("receivable_from", with_receivable, permission=VIEW_DOCUMENTS, kinds=PARTNERS, order=61)
)
