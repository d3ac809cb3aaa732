"""Reports: their totals are the dossiers' figures to the cent, each sum leads to what adds up to it."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader

from common.dates import format_date, today
from common.models import Job
from counterparties.models import Counterparty
from finance.models import Settlement
from finance.reports import reports
from tests.factories.counterparties import ClientFactory, OwnFirmFactory, SupplierFactory
from tests.factories.finance import (
    FinancialDocumentFactory,
    FinancialDocumentLineFactory,
    days_ago,
    entered,
    issued,
    posted,
)
from tests.factories.trade import ArticleFactory, ExchangeRateFactory
from tests.factories.users import UserFactory
from tests.finance.test_figures import figure, paid, value
from tests.people import SEE_ALL, browser_of, signed_in, superuser

pytestmark = pytest.mark.django_db

SEES = (*SEE_ALL, "counterparties.balance_client", "finance.view_financialdocument", "finance.view_payment",
        "finance.view_reports")  # fmt: skip


@pytest.fixture
def firm():
    return OwnFirmFactory()


@pytest.fixture
def trade(firm):
    """Several parties with documents of all ages, notes, advances and another currency."""
    user = UserFactory(first_name="Иван", last_name="Търговец")
    first = ClientFactory(name="Първи", payment_term_days=5, trader=user)
    second = ClientFactory(name="Втори", payment_term_days=5)
    supplier = SupplierFactory(name="Доставчик")
    for day, rate in ((60, "1.07"), (30, "1.09")):
        ExchangeRateFactory(currency="USD", on=days_ago(day), rate=Decimal(rate))
    for price, days in (("100.11", 200), ("33.33", 70), ("5.55", 10)):
        issued(own_firm=firm, party=first, price=price, date=days_ago(days))
    sold = paid(issued(own_firm=firm, party=first, price=90, date=days_ago(9)))
    issued(own_firm=firm, party=first, kind="credit_note", corrects=sold, reason="върнато", price=11)
    other = OwnFirmFactory()
    document = issued(own_firm=other, party=second, price="49.99", currency="USD", date=days_ago(60))
    assert document.currency == "USD"
    half = posted(own_firm=other, party=second, amount=100, date=days_ago(30))
    Settlement.settle(half, document, by=user, amount=Decimal(20))
    entered(own_firm=firm, party=supplier, price="77.70", date=days_ago(50), number="1", received_on=days_ago(50))
    posted(own_firm=firm, party=supplier, amount=12, direction="out", date=days_ago(5))
    return {"first": first, "second": second, "supplier": supplier, "user": user}


def report(slug: str, user: Any = None, **query: Any) -> Any:
    kind = reports.get(slug)
    assert kind is not None
    return kind(query, user or superuser())


def rows(slug: str, **query: Any) -> dict[Any, dict[str, Any]]:
    made = report(slug, **query)
    return {row["name"]: row for row in made.told(list(made.rows))}


def everybody(name: str, days: int = 0) -> Decimal:
    sums = figure(name).totals(None, None, days_ago(days), superuser())
    return sum((euro for _amount, euro in sums.values()), Decimal(0))


@pytest.mark.parametrize("days", [0, 8, 45])
@pytest.mark.parametrize(("slug", "name"), [("receivables", "receivable"), ("payables", "payable")])
def test_what_is_owed_by_age_adds_up_to_the_figure_of_each_party_and_of_all(trade, slug, name, days):
    found = rows(slug, on=format_date(days_ago(days)))
    made = report(slug, on=format_date(days_ago(days)))

    for row in found.values():
        party = Counterparty.objects.get(pk=row["party"])
        assert row["sum"] == value(name, party, days_ago(days))
        assert row["sum"] == sum(row[one] for one in ("not_due", "to_30", "to_60", "to_90", "over_90"))
    assert made.totals["sum"] == everybody(name, days)
    assert made.totals["advances"] == everybody("advances_in" if name == "receivable" else "advances_out", days)
    assert made.totals["notes"] == everybody("credits_given" if name == "receivable" else "credits_received", days)


def test_balances_are_the_figures_of_each_party(trade):
    found = rows("balances")

    assert set(found) == {trade[name].display_name for name in ("first", "second", "supplier")}
    for row in found.values():
        party = Counterparty.objects.get(pk=row["party"])
        for name in ("receivable", "payable", "advances_in", "advances_out", "credits_given", "balance"):
            assert row[name] == value(name, party), name
    assert report("balances").totals["balance"] == everybody("balance")


def test_what_falls_due_by_week_is_all_that_is_open(trade):
    made = report("due")

    assert len(made.rows) == 15
    assert made.totals["incoming"] == everybody("receivable")
    assert made.totals["outgoing"] == everybody("payable")
    assert made.rows[0]["incoming"] == everybody("overdue")
    assert made.rows[-1]["running"] == everybody("receivable") - everybody("payable")


@pytest.mark.parametrize(("slug", "name"), [("sales", "sales"), ("purchases", "purchases")])
@pytest.mark.parametrize("by", ["", "trader", "month", "article"])
def test_turnover_of_twelve_months_is_the_figure_however_it_is_grouped(trade, slug, name, by):
    assert report(slug, by=by).totals["sum"] == everybody(name)


def test_sales_by_client_and_by_trader(trade):
    by_client, by_trader = rows("sales"), rows("sales", by="trader")

    assert by_client["Първи"]["sum"] == value("sales", trade["first"])
    assert by_client["Първи"]["count"] == 5
    assert by_trader["Иван Търговец"]["sum"] == value("sales", trade["first"])
    assert by_trader["no trader"]["sum"] == value("sales", trade["second"])
    assert sum(row["share"] for row in by_client.values()).quantize(Decimal("0.01")) == 100


def test_sales_by_article_add_up_to_the_cent_in_another_currency_too(trade, firm):
    ExchangeRateFactory(currency="USD", on=days_ago(3), rate=Decimal("1.3"))
    article = ArticleFactory(name="Бутилка")
    document = FinancialDocumentFactory(own_firm=firm, party=trade["first"], currency="USD")
    for _line in range(7):
        FinancialDocumentLineFactory(document=document, article=article, unit_price=Decimal("0.50"))
    document.issue(UserFactory(role="administrator"))

    bottle = next(row for name, row in rows("sales", by="article").items() if "Бутилка" in str(name))

    assert (bottle["sum"], bottle["count"]) == (Decimal("2.69"), 1)
    assert report("sales", by="article").totals["sum"] == everybody("sales")


def test_a_period_is_compared_with_an_earlier_one(firm):
    party = ClientFactory(name="Клиент")
    issued(own_firm=firm, party=party, price=100, date=days_ago(40))
    issued(own_firm=firm, party=party, price=150, date=days_ago(5))
    period = {"since": format_date(days_ago(29)), "until": format_date(today()), "compare": "before"}

    row = rows("sales", **period)["Клиент"]

    assert (row["sum"], row["before"], row["change"], row["change_percent"]) == (150, 100, 50, 50)


def test_a_month_without_sales_is_a_row_of_nothing_on_the_page_and_in_the_file(firm):
    for month in (6, 9):
        issued(own_firm=firm, price=100, date=dt.date(2026, month, 10))
    query = {"by": "month", "since": "15.05.2026", "until": "31.10.2026"}

    made = [(row["name"], row["sum"], row["count"]) for row in rows("sales", **query).values()]
    browser = signed_in(superuser())
    csv = browser.get("/finance/reports/sales/", query | {"export": "csv"}).getvalue().decode("utf-8-sig")

    assert made == [
        ("05.2026", 0, 0),
        ("06.2026", 100, 1),
        ("07.2026", 0, 0),
        ("08.2026", 0, 0),
        ("09.2026", 100, 1),
        ("10.2026", 0, 0),
    ]
    assert [line.split(";")[0] for line in csv.splitlines()[1:-1]] == [name for name, *_rest in made]
    assert len(browser.get("/finance/reports/sales/", query).context["rows"]) == 6


def test_each_month_stands_beside_itself_a_year_before_and_leads_to_both(firm):
    for price, day in ((50, dt.date(2025, 2, 20)), (30, dt.date(2025, 3, 5)), (100, dt.date(2026, 2, 10))):
        issued(own_firm=firm, price=price, date=day)
    query = {"by": "month", "since": "01.01.2026", "until": "31.03.2026", "compare": "year"}

    found = rows("sales", **query)

    assert [(name, row["sum"], row["before"]) for name, row in found.items()] == [
        ("01.2026", 0, 0),
        ("02.2026", 100, 50),
        ("03.2026", 0, 30),
    ]
    browser = signed_in(superuser())
    urls = [cell["url"] for cell in browser.get("/finance/reports/sales/", query).context["rows"][1] if cell["url"]]
    assert [sum(row.object.left for row in browser.get(url).context["rows"]) for url in urls] == [100, 50]


def test_without_any_sales_a_report_by_month_says_that_there_is_nothing(firm):
    assert report("sales", by="month").rows == []


def test_each_sum_of_a_report_leads_to_rows_that_add_up_to_it(trade):
    browser = signed_in(superuser())
    looked = 0
    for slug in ("receivables", "payables", "due", "balances", "sales", "purchases"):
        for by in ("", "article", "trader", "month") if slug in ("sales", "purchases") else ("",):
            made = report(slug, by=by)
            for row in [*made.told(list(made.rows)), made.totals]:
                for column in made.columns:
                    if column.kind != "money" or column.url is None or not row.get(column.name):
                        continue
                    url = column.url(row)
                    if not url or "/figures/" not in url:
                        continue
                    assert browser.get(url).context["figure_total"] == row[column.name], (slug, by, column.name, url)
                    looked += 1
    assert looked > 40


def test_filters_narrow_and_stay_in_the_links(trade, firm):
    first = trade["first"]

    assert set(rows("receivables", party=str(first.pk))) == {first.display_name}
    assert set(rows("receivables", trader=str(trade["user"].pk))) == {first.display_name}
    assert set(rows("receivables", own_firm=str(firm.pk))) == {first.display_name}
    dollars = report("receivables", currency="usd")
    open_dollars = trade["second"].financialdocuments.get().open
    assert (dollars.currency, dollars.totals["sum"]) == ("USD", open_dollars)


def test_what_makes_no_sense_is_told_at_its_field(trade):
    answer = signed_in(superuser()).get("/finance/reports/sales/?since=01.02.2026&until=01.01.2026&by=x&page=zz")

    assert answer.status_code == 200
    assert set(answer.context["report"].form.errors) == {"until", "by"}


@pytest.mark.parametrize("slug", [one.slug for one in reports])
def test_each_report_is_a_page_a_file_and_a_print(trade, slug):
    browser = signed_in(superuser())

    shown = browser.get(f"/finance/reports/{slug}/")
    csv = browser.get(f"/finance/reports/{slug}/?export=csv").getvalue().decode("utf-8-sig")
    sheet = load_workbook(io.BytesIO(browser.get(f"/finance/reports/{slug}/?export=xlsx").content)).active
    pdf = browser.get(f"/finance/reports/{slug}/?print=1")

    lines = len(shown.context["rows"])
    assert len(csv.splitlines()) == sheet.max_row == lines + 2
    assert PdfReader(io.BytesIO(pdf.content)).pages
    assert "style=" not in shown.content.decode()


def test_files_and_prints_are_rights_of_their_own(trade):
    browser = browser_of(*SEES)

    assert browser.get("/finance/reports/receivables/").status_code == 200
    assert browser.get("/finance/reports/receivables/?export=csv").status_code == 403
    assert browser.get("/finance/reports/receivables/?print=1").status_code == 403


def test_a_report_holds_only_what_one_may_see(trade):
    browser = browser_of(*SEES, parties="mine")
    user = browser_of(*SEES)

    assert browser.get("/finance/reports/receivables/").context["rows"] == []
    assert user.get("/finance/reports/payables/").context["rows"] == []
    assert browser_of(*SEES[:-1]).get("/finance/reports/receivables/").status_code == 403
    assert browser_of(*SEES).get("/finance/reports/none/").status_code == 404


def test_the_menu_leads_to_reports_those_who_may_see_them():
    assert 'href="/finance/reports/"' in browser_of(*SEES).get("/about/").content.decode()
    assert 'href="/finance/reports/"' not in browser_of(*SEES[:-1]).get("/about/").content.decode()


@pytest.mark.parametrize(
    "path",
    [*(f"/finance/reports/{one.slug}/" for one in reports), "/finance/reminders/", "/finance/figures/receivable/",
     "/finance/figures/sales/", "/finance/figures/advances_in/", "/finance/figures/sales/lines/"],
)  # fmt: skip
def test_a_page_asks_the_same_number_of_queries_for_one_row_and_for_three(firm, path):
    browser = signed_in(superuser())

    def more() -> int:
        party = ClientFactory(is_supplier=True, payment_term_days=1)
        issued(own_firm=firm, party=party, date=days_ago(9))
        entered(own_firm=firm, party=party, date=days_ago(9), number=str(party.pk), received_on=days_ago(9))
        posted(own_firm=firm, party=party)
        browser.get(path)
        with CaptureQueriesContext(connection) as asked:
            browser.get(path)
        return len(asked.captured_queries)

    one = more()
    more()

    assert more() == one


# -- The own firm in force ---------------------------------------------------------------------------------------------


@pytest.fixture
def two_firms(firm):
    """A browser whose user chose the first of two firms; a party that is overdue with both."""
    user = superuser()
    other, party = OwnFirmFactory(name="Бета"), ClientFactory(payment_term_days=1)
    issued(own_firm=firm, party=party, price=100, date=days_ago(9))
    issued(own_firm=other, party=party, price=200, date=days_ago(5))
    user.preferences["own_firm"] = firm.pk
    user.save()
    return signed_in(user), firm, other, party


@pytest.mark.parametrize("slug", [one.slug for one in reports])
def test_a_report_is_preset_with_the_firm_in_force_and_says_so(two_firms, slug):
    browser, firm, _other, _party = two_firms

    report = browser.get(f"/finance/reports/{slug}/").context["report"]

    assert report.data["own_firm"] == firm
    assert str(report.form["own_firm"].value()) == str(firm.pk)
    assert firm.display_name in report.subtitle


def test_all_firms_and_any_other_filter_keep_the_firm_in_force_out_of_a_report(two_firms):
    browser, _firm, _other, party = two_firms
    preset = browser.get("/finance/reports/receivables/")

    assert preset.context["report"].totals["sum"] == 120
    for query in ("?own_firm=", f"?party={party.pk}"):
        assert browser.get(f"/finance/reports/receivables/{query}").context["report"].totals["sum"] == 360
    assert browser.get(preset.context["clear_url"]).context["report"].totals["sum"] == 360


def test_a_sum_of_all_firms_leads_to_rows_of_all_firms_whichever_is_in_force(two_firms):
    browser = two_firms[0]

    for query, whole in (("?own_firm=", 360), ("", 120)):
        shown = browser.get(f"/finance/reports/receivables/{query}")
        url = next(cell["url"] for cell in shown.context["total_cells"] if cell["column"].name == "sum")
        assert sum(row.object.left for row in browser.get(url).context["rows"]) == whole


def test_reminders_for_many_are_of_the_firm_that_the_list_is_narrowed_to(two_firms):
    browser, firm, other, party = two_firms

    for query, wanted in (("", str(firm.pk)), ("?own_firm=", ""), (f"?own_firm={other.pk}", str(other.pk))):
        browser.post(f"/finance/reminders/{query}", {"action": "pdf", "selected": [party.pk]})
        assert Job.objects.latest("pk").arguments["own_firm"] == wanted
