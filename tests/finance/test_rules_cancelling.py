"""Annulment: in its own period with zeros, later with minus, never in a closed period."""

from __future__ import annotations

import datetime as dt

import pytest

from common.dates import today
from finance.models import FinancialDocument, PeriodClosing
from tests.factories.finance import entered, issued
from tests.factories.users import UserFactory
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db

OCTOBER = dt.date(2026, 10, 12)


def test_annulled_in_its_own_period_it_has_no_other_period():
    invoice = issued(date=today())
    invoice.cancel(UserFactory(), "Грешка")

    assert (invoice.vat_period, invoice.cancel_period) == (today().replace(day=1), None)


def test_annulled_later_it_says_in_which_period():
    invoice = issued(date=OCTOBER)
    PeriodClosing.close(invoice.own_firm, OCTOBER, UserFactory())

    invoice.cancel(UserFactory(), "Разваляне")

    invoice.refresh_from_db()
    assert (invoice.vat_period.month, invoice.cancel_period) == (10, today().replace(day=1))


def test_nothing_is_annulled_in_a_closed_period_in_the_future_or_before_its_own_day():
    invoice = issued(date=OCTOBER)
    for on in (OCTOBER - dt.timedelta(days=1), today() + dt.timedelta(days=1)):
        with pytest.raises(DocumentError):
            invoice.cancel(UserFactory(), "Грешка", on=on)
    PeriodClosing.close(invoice.own_firm, OCTOBER, UserFactory())
    with pytest.raises(DocumentError):
        invoice.cancel(UserFactory(), "Грешка", on=OCTOBER)

    assert FinancialDocument.objects.get(pk=invoice.pk).is_issued


def test_nothing_is_issued_into_a_closed_period():
    firm = issued(date=OCTOBER).own_firm
    PeriodClosing.close(firm, OCTOBER, UserFactory())

    with pytest.raises(DocumentError):
        issued(own_firm=firm, date=OCTOBER)
    with pytest.raises(DocumentError):
        entered(own_firm=firm, date=OCTOBER, received_on=OCTOBER)
    with pytest.raises(DocumentError):
        entered(own_firm=firm, date=today(), vat_period=OCTOBER.replace(day=1))


def test_a_reversed_paper_may_be_entered_anew():
    first = entered(number="44")
    first.cancel(UserFactory(), "Грешен доставчик")

    again = entered(number="44", party=first.party, own_firm=first.own_firm)

    assert (first.state_label, again.state_label) == ("Reversed", "Entered")
