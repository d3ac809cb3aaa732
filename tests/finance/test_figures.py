"""Figures of a party's money: each equals a naive recount, today and as of any day, and leads to what adds up to it."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.dates import today
from common.money import format_money
from counterparties.figures import figures
from counterparties.models import Counterparty
from finance.figures import AGE_CLASSES, MoneyFigure, ageing, items_url, year_until
from finance.models import FinancialDocument, Payment, Settlement
from tests.factories.counterparties import ClientFactory, OwnFirmFactory, SupplierFactory
from tests.factories.finance import days_ago, entered, issued, posted
from tests.factories.trade import ExchangeRateFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, fresh, signed_in, superuser, worker
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db

BALANCES = ("counterparties.balance_client", "counterparties.balance_supplier")
SEES = (*SEE_ALL, *BALANCES, "finance.view_financialdocument", "finance.view_payment")
NAMES = (
    "receivable",
    "overdue",
    "payable",
    "sales",
    "purchases",
    "advances_in",
    "advances_out",
    "credits_given",
    "credits_received",
    "balance",
)


def figure(name: str) -> MoneyFigure:
    found = figures.get(name)
    assert isinstance(found, MoneyFigure)
    return found


def value(name: str, party: Any, on: dt.date | None = None, user: Any = None) -> Decimal:
    """The figure's worth in EUR."""
    sums = figure(name).totals([party.pk], None, on or today(), user or superuser())
    return sum((euro for _amount, euro in sums.values()), Decimal(0))


def in_currencies(name: str, party: Any, on: dt.date) -> dict[str, Decimal]:
    sums = figure(name).totals([party.pk], None, on, superuser())
    return {currency: amount for (currency,), (amount, _euro) in sums.items() if amount}


# -- The naive recount -------------------------------------------------------------------------------------------------


def in_force(row: Any, on: dt.date) -> bool:
    return row.state != "draft" and row.date <= on and (row.cancelled_on is None or row.cancelled_on > on)


def recount(party: Any, on: dt.date) -> dict[str, dict[str, Decimal]]:
    """Each figure per currency, by looking at every row there is."""
    found: dict[str, dict[str, Decimal]] = {name: {} for name in NAMES}
    settlements = [
        one for one in Settlement.objects.all() if one.on <= on and (one.ended_on is None or one.ended_on > on)
    ]

    def add(name: str, currency: str, amount: Decimal) -> None:
        found[name][currency] = found[name].get(currency, Decimal(0)) + amount

    def left(row: Any, word: str) -> Decimal:
        settled = sum(
            (
                getattr(one, f"{side}_amount")
                for one in settlements
                for side in ("debit", "credit")
                if getattr(one, f"{side}_{word}_id") == row.pk
            ),
            Decimal(0),
        )
        return row.owed - settled

    for document in FinancialDocument.objects.filter(party=party):
        if not in_force(document, on):
            continue
        rest, code, note = left(document, "document"), document.currency, document.kind == "credit_note"
        if document.side == "debit":
            add("credits_received" if note else "receivable", code, rest)
        if document.side == "credit":
            add("credits_given" if note else "payable", code, rest)
        if document.side == "debit" and not note and document.payable_by < on:
            add("overdue", code, rest)
        if document.facts.turnover:
            since, before = year_until(on)
            if since <= document.tax_event_date < before:
                name = "sales" if document.direction == "income" else "purchases"
                add(name, code, document.net * document.facts.sign)
    for payment in Payment.objects.filter(party=party):
        if in_force(payment, on) and payment.direction != "internal":
            add(
                "advances_in" if payment.direction == "in" else "advances_out",
                payment.currency,
                left(payment, "payment"),
            )
    for name, sign in (
        ("receivable", 1), ("payable", -1), ("advances_in", -1), ("advances_out", 1), ("credits_given", -1),
        ("credits_received", 1),
    ):  # fmt: skip
        for code, amount in found[name].items():
            add("balance", code, sign * amount)
    return {name: {code: amount for code, amount in sums.items() if amount} for name, sums in found.items()}


def everything(party: Any, on: dt.date) -> dict[str, dict[str, Decimal]]:
    return {name: in_currencies(name, party, on) for name in NAMES}


def paid(document: Any) -> Any:
    """The document, paid in full on its day: what corrects it later has nothing to be set against."""
    direction = "in" if document.side == "debit" else "out"
    facts = {"own_firm": document.own_firm, "party": document.party, "date": document.date}
    payment = posted(direction=direction, amount=document.owed, **facts)
    Settlement.settle(payment, document, by=UserFactory())
    return document


# -- Definitions -------------------------------------------------------------------------------------------------------


@pytest.fixture
def firm():
    return OwnFirmFactory()


@pytest.fixture
def client_party():
    return ClientFactory(payment_term_days=10)


def test_what_an_invoice_and_its_payment_do_to_the_figures(firm, client_party):
    user = UserFactory()
    invoice = issued(own_firm=firm, party=client_party, price=1000, date=days_ago(30))
    payment = posted(own_firm=firm, party=client_party, amount=1500, date=days_ago(5))

    before = {name: value(name, client_party) for name in NAMES}
    Settlement.settle(payment, invoice, by=user)
    after = {name: value(name, client_party) for name in NAMES}

    assert before["receivable"] == before["overdue"] == 1200
    assert (before["advances_in"], before["sales"], before["balance"]) == (1500, 1000, -300)
    assert after["receivable"] == after["overdue"] == 0
    assert (after["advances_in"], after["sales"], after["balance"]) == (300, 1000, -300)


def test_a_credit_note_has_a_column_of_its_own_and_lessens_sales_not_receivables(firm, client_party):
    invoice = paid(issued(own_firm=firm, party=client_party, price=100, date=days_ago(40)))
    issued(own_firm=firm, party=client_party, price=10, date=days_ago(30))
    issued(own_firm=firm, party=client_party, kind="credit_note", corrects=invoice, reason="върнато", price=40)

    assert value("receivable", client_party) == 12
    assert value("overdue", client_party) == 12
    assert value("credits_given", client_party) == 48
    assert value("sales", client_party) == 70
    assert value("balance", client_party) == 12 - 48


def test_what_owes_nothing_counts_nowhere(firm, client_party):
    issued(own_firm=firm, party=client_party, kind="proforma", price=500)
    cancelled = issued(own_firm=firm, party=client_party, price=100)
    cancelled.cancel(UserFactory(), "грешка")

    assert not any(everything(client_party, today()).values())


def test_what_a_supplier_sends_is_payable_and_a_purchase(firm):
    supplier = SupplierFactory()
    entered(own_firm=firm, party=supplier, price=200)

    assert (value("payable", supplier), value("purchases", supplier), value("sales", supplier)) == (240, 200, 0)
    assert value("balance", supplier) == -240


def test_each_document_counts_in_euro_at_its_own_rate(firm, client_party):
    ExchangeRateFactory(currency="USD", on=today(), rate=Decimal("1.25"))
    issued(own_firm=firm, party=client_party, currency="USD", price=100)
    issued(own_firm=firm, party=client_party, price=10)

    assert in_currencies("receivable", client_party, today()) == {"USD": 120, "EUR": 12}
    assert value("receivable", client_party) == 96 + 12


@pytest.mark.parametrize(
    ("late", "slug"),
    [(-1, "not_due"), (0, "not_due"), (1, "to_30"), (30, "to_30"), (31, "to_60"), (60, "to_60"), (61, "to_90"),
     (90, "to_90"), (91, "over_90"), (400, "over_90")],
)  # fmt: skip
def test_classes_of_age_begin_and_end_by_the_day(firm, client_party, late, slug):
    invoice = issued(own_firm=firm, party=client_party)
    FinancialDocument.objects.filter(pk=invoice.pk).update(payable_by=days_ago(late))

    found = ageing([client_party.pk], None, today(), superuser())

    assert {name: sums[""] for name, sums in found.items() if sums[""]} == {slug: Decimal("120.00")}


def test_the_classes_of_age_add_up_to_what_is_receivable(firm, client_party):
    for price, days in ((10, 0), (20, 40), (30, 75), (40, 120), (50, 200), (60, 15)):
        document = issued(own_firm=firm, party=client_party, price=price)
        FinancialDocument.objects.filter(pk=document.pk).update(payable_by=days_ago(days))

    found = ageing([client_party.pk], None, today(), superuser())

    assert sum(sums[""] for sums in found.values()) == value("receivable", client_party) == 252
    assert sum(sums[""] for name, sums in found.items() if name != "not_due") == value("overdue", client_party)


# -- Any order ---------------------------------------------------------------------------------------------------------


def act(chance: random.Random, firm: Any, party: Any, user: Any) -> None:
    """One deed out of all that change figures; a refusal changes nothing."""
    deed = chance.choice(["invoice", "paper", "note", "in", "out", "settle", "settle", "settle", "end", "cancel"])
    day = today() - dt.timedelta(days=chance.randrange(1, 60))
    price = Decimal(chance.randrange(1, 99999)) / 100
    items = [
        *FinancialDocument.objects.filter(party=party, state="issued"),
        *Payment.objects.filter(party=party, state="issued"),
    ]
    try:
        match deed:
            case "invoice":
                last = FinancialDocument.objects.filter(received=False).order_by("-date").first()
                issued(own_firm=firm, party=party, price=price, date=max(day, last.date if last else day), by=user)
            case "paper":
                entered(own_firm=firm, party=party, price=price, date=day, received_on=day, by=user,
                        number=str(chance.randrange(10**9)))  # fmt: skip
            case "note" if invoices := [one for one in items if getattr(one, "kind", "") == "invoice"]:
                invoice = chance.choice(invoices)
                facts = {"received": invoice.received, "direction": invoice.direction, "own_firm": firm, "party": party}
                if invoice.received:
                    facts |= {"number": str(chance.randrange(10**9)), "received_on": today()}
                part = (invoice.net / 2).quantize(Decimal("0.01")) or Decimal("0.01")
                issued(kind="credit_note", corrects=invoice, reason="проба", price=part, by=user, **facts)
            case "in" | "out":
                posted(own_firm=firm, party=party, direction=deed, amount=price, date=day, by=user)
            case "settle" if len(items) > 1:
                one, other = chance.sample(items, 2)
                amount = min(one.open, other.open)
                part = chance.choice([None, (amount / 3).quantize(Decimal("0.01"))])
                Settlement.settle(one, other, by=user, amount=part, on=max(one.date, other.date, day))
            case "end" if found := list(Settlement.objects.current()):
                chance.choice(found).end(user)
            case "cancel" if items:
                item = chance.choice(items)
                item.cancel(user, "проба", on=max(item.date, day))
    except DocumentError:
        pass


@pytest.mark.parametrize("seed", range(4))
def test_in_whatever_order_one_settles_and_cancels_every_figure_equals_a_recount(seed, firm):
    chance = random.Random(seed)
    party = ClientFactory(is_supplier=True, payment_term_days=7)
    user = fresh(UserFactory(role="administrator"))

    for _step in range(30):
        act(chance, firm, party, user)

    for days in (0, 1, 3, 10, 25, 45, 70):
        on = days_ago(days)
        assert everything(party, on) == recount(party, on), f"as of {days} days ago"


# -- Ways to what adds up ----------------------------------------------------------------------------------------------


@pytest.fixture
def busy(firm):
    """A party with something in each figure."""
    user = UserFactory()
    party = ClientFactory(name="Всичко", is_supplier=True, payment_term_days=5)
    ExchangeRateFactory(currency="USD", on=days_ago(20), rate=Decimal("1.1"))
    sold = paid(issued(own_firm=firm, party=party, price=90, date=days_ago(31)))
    bought = paid(entered(own_firm=firm, party=party, price=45, date=days_ago(31), number="4"))
    invoice = issued(own_firm=firm, party=party, price="1000.33", date=days_ago(30))
    foreign = issued(own_firm=firm, party=party, price=77, currency="USD", date=days_ago(20))
    issued(own_firm=firm, party=party, kind="credit_note", corrects=sold, reason="върнато", price=40)
    entered(own_firm=firm, party=party, price="310.10")
    entered(own_firm=firm, party=party, price=15, kind="credit_note", corrects=bought, reason="отстъпка", number="5")
    coming = posted(own_firm=firm, party=party, amount="333.33", date=days_ago(10))
    Settlement.settle(coming, invoice, by=user, amount=Decimal(33), on=days_ago(4))
    posted(own_firm=firm, party=party, amount="50.50", direction="out", date=days_ago(8))
    assert foreign.currency == "USD"
    return party


@pytest.mark.parametrize("name", [name for name in NAMES if name != "balance"])
@pytest.mark.parametrize("days", [0, 6, 25])
def test_each_figure_leads_to_the_rows_that_add_up_to_it(busy, name, days):
    on = days_ago(days)
    user = superuser()

    answer = signed_in(user).get(figure(name).list_url(busy, on))

    assert answer.status_code == 200
    assert answer.context["figure_total"] == value(name, busy, on)
    per_currency = {row["currency"]: row["sum"] for row in answer.context["figure_sums"]}
    assert {code: amount for code, amount in per_currency.items() if amount} == in_currencies(name, busy, on)
    assert sum(row.object.left_eur for row in answer.context["rows"]) == value(name, busy, on)
    if days == 0:
        assert value(name, busy, on)


def test_each_class_of_age_leads_to_its_documents(busy):
    found = ageing([busy.pk], None, today(), superuser())
    browser = signed_in(superuser())

    for one in AGE_CLASSES:
        answer = browser.get(items_url("receivable", busy, today(), age=one.slug))
        assert answer.context["figure_total"] == found[one.slug][""], one.slug


@pytest.mark.parametrize("days", [0, 6])
def test_the_balance_leads_to_the_statement_that_closes_with_it(busy, days):
    on = days_ago(days)

    answer = signed_in(superuser()).get(figure("balance").list_url(busy, on))

    assert answer.context["account"].closing == value("balance", busy, on) != 0


# -- Rights ------------------------------------------------------------------------------------------------------------


def test_figures_are_of_those_kinds_whose_balance_one_may_see(busy, firm):
    supplier = SupplierFactory()
    entered(own_firm=firm, party=supplier, price=10, number="77")
    seller = worker(*SEE_ALL, "counterparties.balance_client", "finance.view_financialdocument", "finance.view_payment")

    assert value("payable", busy, user=seller) == value("payable", busy)
    assert value("payable", supplier, user=seller) == 0
    assert value("payable", supplier) == 12


def test_figures_hold_only_own_firms_in_scope(busy, firm):
    from counterparties.models import OwnFirmAccess

    other = OwnFirmFactory()
    user = worker(*SEES, firms="assigned")
    OwnFirmAccess.objects.create(user=user, own_firm=other)
    issued(own_firm=other, party=busy, price=5)

    assert value("receivable", busy, user=fresh(user)) == 6


@pytest.mark.parametrize("missing", ["counterparties.balance_client", "finance.view_financialdocument"])
def test_without_the_right_the_summary_tells_nothing_of_money(firm, client_party, missing):
    issued(own_firm=firm, party=client_party, date=days_ago(50))
    rights = [right for right in SEES if right != missing]

    answer = browser_of(*rights).get(client_party.get_absolute_url())

    assert not {"Money", "Turnover by month", "Open documents"} & {
        str(one["title"]) for one in answer.context["panels"]
    }
    assert "Overdue" not in answer.content.decode()


def test_of_figures_that_one_may_not_see_the_rows_are_not_seen_either(firm, client_party):
    issued(own_firm=firm, party=client_party)
    one = browser_of(*SEE_ALL, "finance.view_financialdocument")
    other = browser_of(*SEE_ALL, *BALANCES)

    assert one.get(items_url("receivable", client_party, today())).context["total"] == 0
    assert other.get(items_url("receivable", client_party, today())).status_code == 403
    assert one.get(items_url("advances_in", client_party, today())).status_code == 403
    assert one.get("/finance/figures/nothing/").status_code == 404
    assert one.get("/finance/figures/balance/").status_code == 404


# -- Summary and lists -------------------------------------------------------------------------------------------------


def test_the_summary_tells_figures_ages_turnover_and_what_is_open(busy):
    page = signed_in(superuser()).get(busy.get_absolute_url())
    text = page.content.decode()
    panels = {str(one["title"]): one["context"] for one in page.context["panels"]}

    assert format_money(value("overdue", busy), "EUR") in text
    shown = {card["name"]: card["amount"] for one in ("figures", "minor") for card in panels["Money"][one]}
    assert shown == {name: value(name, busy) for name in NAMES}
    assert sum(part.amount for part in panels["Money"]["ageing"].parts) == value("receivable", busy)
    assert len(panels["Open documents"]["documents"]) == 3
    assert "Turnover by month" in panels
    assert any(one.level == "danger" and "Overdue" in one.text for one in page.context["head"].warnings)
    assert "style=" not in text


def test_the_summary_of_a_party_without_money_shows_no_figures(client_party):
    page = signed_in(superuser()).get(client_party.get_absolute_url())

    assert "Money" not in {str(one["title"]) for one in page.context["panels"]}


def test_sales_are_told_against_the_twelve_months_before(firm, client_party):
    issued(own_firm=firm, party=client_party, price=100, date=days_ago(400))
    issued(own_firm=firm, party=client_party, price=150)

    page = signed_in(superuser()).get(client_party.get_absolute_url())

    panels = {str(one["title"]): one["context"] for one in page.context["panels"]}
    sales = next(card for card in panels["Money"]["figures"] if card["name"] == "sales")
    assert sales["delta"] == "+50\u00a0%"


def test_money_on_the_summary_costs_no_query_of_its_own(busy, client_party):
    browser = signed_in(superuser())

    def cost(party: Counterparty) -> int:
        browser.get(party.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            browser.get(party.get_absolute_url())
        return len(asked.captured_queries)

    client_party.is_supplier = True
    client_party.save()

    assert cost(busy) == cost(client_party)


def test_lists_of_parties_show_sort_and_filter_by_figures(firm):
    user = superuser()
    late, good = ClientFactory(name="Късен", payment_term_days=1), ClientFactory(name="Точен", payment_term_days=30)
    issued(own_firm=firm, party=late, price=100, date=days_ago(20))
    issued(own_firm=firm, party=good, price=500)
    browser = signed_in(user)

    columns = "columns=name&columns=figure_receivable&columns=figure_balance"
    page = browser.get(f"/counterparties/clients/?{columns}&sort=-figure_receivable")
    filtered = browser.get("/counterparties/clients/?has_overdue=yes")
    rich = browser.get("/counterparties/clients/?receivable_from=200")

    assert [row.object.name for row in page.context["rows"]][:2] == ["Точен", "Късен"]
    assert format_money(600, "EUR") in page.content.decode()
    assert [row.object.name for row in filtered.context["rows"]] == ["Късен"]
    assert [row.object.name for row in rich.context["rows"]] == ["Точен"]
