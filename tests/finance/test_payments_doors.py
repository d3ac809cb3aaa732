"""What payments hang on the dossier: warning, timeline, history, search, My day."""

from __future__ import annotations

import pytest

from finance.settling import settle_all
from tests.factories.counterparties import ClientFactory, OwnFirmAccessFactory, OwnFirmFactory
from tests.factories.finance import days_ago, issued, posted
from tests.factories.users import UserFactory
from tests.people import fresh, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return OwnFirmFactory()


@pytest.fixture
def client_party():
    return ClientFactory(name="Алфа")


@pytest.fixture
def accountant():
    return fresh(UserFactory(role="accountant", language="en"))


@pytest.fixture
def browser(accountant):
    return signed_in(accountant)


def page(browser, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_advance_over_five_days_is_told_in_the_head_and_on_my_day(browser, firm, client_party, accountant):
    late = posted(own_firm=firm, party=client_party, date=days_ago(6))
    words = "1 advance waits for its invoice for more than five days"

    assert words in page(browser, client_party.get_absolute_url())
    assert late.get_absolute_url() in page(browser, "/")
    settle_all(late, [(issued(own_firm=firm, party=client_party), late.amount)], accountant)
    assert words not in page(browser, client_party.get_absolute_url())
    assert "Advances without an invoice" not in page(browser, "/")


def test_a_payment_stands_in_the_timeline_the_history_and_the_search(browser, firm, client_party, accountant):
    payment = posted(own_firm=firm, party=client_party, amount=77, reason="по договор 15", by=accountant)
    payment.cancel(accountant, "Върнат превод")
    dossier = client_party.get_absolute_url()

    assert payment.number in page(browser, f"{dossier}events/?show=timeline")
    history = page(browser, f"{dossier}history/")
    assert "posted: payment" in history
    assert "cancelled: payment" in history
    # The one thing that is found is opened.
    assert browser.get(f"/search/?q={payment.number}").headers["Location"] == payment.get_absolute_url()
    assert "Record a payment" in page(browser, dossier)


def test_payments_of_another_own_firm_are_told_nowhere(firm, client_party):
    payment = posted(own_firm=OwnFirmFactory(), party=client_party, date=days_ago(6), reason="тайна сделка")
    user = UserFactory(role="accountant", language="en")
    OwnFirmAccessFactory(user=user, own_firm=firm)
    browser = signed_in(fresh(user))
    dossier = client_party.get_absolute_url()

    for url in (dossier, f"{dossier}events/?show=timeline", f"{dossier}history/", "/", "/search/?q=тайна"):
        text = page(browser, url)
        assert payment.get_absolute_url() not in text
        assert "сделка" not in text
        assert "advance waits" not in text
