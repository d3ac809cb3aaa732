"""Django admin of finance: it shows and never changes; permissions have words."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from finance.models import FirmSettings, PeriodClosing, Settlement
from tests.factories.counterparties import OwnFirmFactory
from tests.factories.finance import CashDeskFactory, issued, posted
from tests.factories.users import UserFactory
from tests.people import signed_in, superuser, worker
from users.permission_words import words_for

pytestmark = pytest.mark.django_db


def rows():
    invoice = issued()
    payment = posted(own_firm=invoice.own_firm, party=invoice.party)
    return [
        invoice,
        payment,
        Settlement.settle(payment, invoice, by=UserFactory()),
        CashDeskFactory(),
        FirmSettings.objects.create(own_firm=invoice.own_firm),
        PeriodClosing.objects.create(own_firm=OwnFirmFactory(), month="2026-01-01"),
    ]


def test_all_is_shown_and_nothing_is_added_changed_or_deleted():
    browser = signed_in(superuser())

    for row in rows():
        deeds = ["add/", f"{row.pk}/change/", f"{row.pk}/delete/"]
        base = f"/admin/finance/{row._meta.model_name}/"
        page = browser.get(f"{base}{row.pk}/change/")
        assert (browser.get(base).status_code, page.status_code) == (200, 200)
        assert 'name="_save"' not in page.content.decode()
        answers = [browser.post(f"{base}{where}", {"post": "yes"}).status_code for where in deeds]
        assert answers == [403, 403, 403]
        assert type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("name", ["financialdocument", "payment", "settlement"])
def test_a_list_costs_the_same_for_one_row_and_for_three(name, django_assert_max_num_queries):
    browser = signed_in(superuser())
    rows()
    browser.get(f"/admin/finance/{name}/")

    with CaptureQueriesContext(
        connection,
    ) as one:
        browser.get(f"/admin/finance/{name}/")
    for _ in range(2):
        invoice = issued()
        Settlement.settle(posted(own_firm=invoice.own_firm, party=invoice.party), invoice, by=UserFactory())
    with django_assert_max_num_queries(len(one)):
        browser.get(f"/admin/finance/{name}/")


def test_who_may_not_see_payments_sees_no_settlements():
    user = worker("finance.view_financialdocument")
    user.is_staff = True
    user.save()

    assert signed_in(user).get("/admin/finance/settlement/").status_code == 403


def test_every_permission_of_finance_says_what_it_allows():
    with translation.override("en"):
        for permission in Permission.objects.filter(content_type__app_label="finance").select_related("content_type"):
            assert not words_for(permission).startswith("Can "), permission.codename
