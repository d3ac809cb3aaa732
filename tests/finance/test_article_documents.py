"""The last documents of an article on its page: newest first, and only those that the user may see."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.counterparties import ClientFactory, OwnFirmAccessFactory, OwnFirmFactory
from tests.factories.finance import FinancialDocumentFactory, FinancialDocumentLineFactory, days_ago, entered
from tests.factories.trade import ArticleFactory, unit
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, signed_in, superuser, worker

pytestmark = pytest.mark.django_db
SEES = (*SEE_ALL, "trade.view_article", "finance.view_financialdocument")


@pytest.fixture
def article():
    return ArticleFactory(code="ЦМ-1", name="Цимент")


def sold(article: Any, *, days: int = 0, price: str = "4.35", **facts: Any) -> Any:
    """An issued invoice with one line of the article."""
    document = FinancialDocumentFactory(date=days_ago(days), **facts)
    FinancialDocumentLineFactory(document=document, article=article, quantity=Decimal("2.5"), unit_price=Decimal(price))
    document.issue(UserFactory(role="administrator"))
    return document


def lines_of(browser: Any, article: Any) -> list[Any]:
    blocks = {block["slug"]: block for block in browser.get(article.get_absolute_url()).context["blocks"]}
    return blocks["documents"]["context"]["lines"] if "documents" in blocks else []


def test_an_article_shows_its_last_documents_with_party_day_quantity_and_price(article):
    firm, party = OwnFirmFactory(), ClientFactory(name="Алфа")
    first = sold(article, days=9, own_firm=firm, party=party)
    last = sold(article, days=3, price="4.5", own_firm=firm, party=party)

    page = signed_in(superuser()).get(article.get_absolute_url()).content.decode()

    assert page.index(str(last)) < page.index(str(first))
    for words in ("Last documents", "Алфа", f"2,5 {unit().name_en}", "4,50\xa0€", "4,35\xa0€", "without VAT"):
        assert words in page, words


def test_ten_lines_are_shown_and_no_drafts_nor_cancelled_documents(article):
    firm = OwnFirmFactory()
    made = [sold(article, own_firm=firm) for _number in range(12)]
    made[11].cancel(UserFactory(role="administrator"), "Грешка")
    draft = FinancialDocumentFactory(own_firm=firm)
    FinancialDocumentLineFactory(document=draft, article=article)

    found = [line.document for line in lines_of(signed_in(superuser()), article)]

    assert found == made[10:0:-1]


def test_an_article_shows_documents_of_the_scope_alone(article):
    mine, theirs = OwnFirmFactory(), OwnFirmFactory()
    user = worker(*SEES, firms="assigned")
    OwnFirmAccessFactory(user=user, own_firm=mine)
    seen = sold(article, own_firm=mine)
    sold(article, own_firm=theirs)

    assert [line.document for line in lines_of(signed_in(user), article)] == [seen]
    assert lines_of(browser_of(*SEES, parties="mine"), article) == []


def test_what_we_buy_is_for_those_who_see_suppliers(article):
    document = entered()
    document.lines.update(article=article)

    assert len(lines_of(browser_of(*SEES), article)) == 1
    assert lines_of(browser_of("counterparties.view_client", *SEES[-2:]), article) == []


def test_without_the_right_to_documents_or_without_any_there_is_no_card(article):
    assert "Last documents" not in signed_in(superuser()).get(article.get_absolute_url()).content.decode()
    sold(article)

    assert "Last documents" not in browser_of("trade.view_article").get(article.get_absolute_url()).content.decode()


def test_the_page_of_an_article_asks_the_same_number_of_queries_for_one_document_and_for_three(article):
    firm, browser = OwnFirmFactory(), signed_in(superuser())

    def queries() -> int:
        sold(article, own_firm=firm)
        browser.get(article.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            browser.get(article.get_absolute_url())
        return len(asked)

    first = queries()
    queries()

    assert queries() == first
