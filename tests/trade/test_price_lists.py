"""Price lists and conditions: dates that do not overlap, copies, the list of a party, and what is refused where."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from common.dates import today
from counterparties.models import PartyType
from tests.factories.counterparties import ClientFactory, SupplierFactory
from tests.factories.trade import (
    ArticleFactory,
    ArticleGroupFactory,
    PriceConditionFactory,
    PriceListFactory,
    PriceListPriceFactory,
    unit,
)
from tests.people import signed_in, superuser, worker
from trade.forms.prices import changed_price
from trade.models import PartyTerms, PriceCondition, PriceList, PriceListPrice

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def browser():
    return signed_in(superuser())


def price_of(chosen, price="10", **fields):
    return {
        "article": chosen.pk,
        "price": price,
        "unit": "",
        "min_quantity": "",
        "valid_from": "",
        "valid_to": "",
    } | fields


class TestPrices:
    def test_a_price_is_added_in_the_articles_own_unit(self, browser):
        one, article = PriceListFactory(), ArticleFactory()

        browser.post(f"/trade/price-lists/{one.pk}/prices/add/", price_of(article, "12,345678"))

        row = one.prices.get()
        assert (row.price, row.unit, row.min_quantity) == (D("12.345678"), article.unit, 0)

    def test_overlapping_days_are_refused_at_the_field_naming_the_other_price(self, browser):
        row = PriceListPriceFactory(price="4.35", valid_from=dt.date(2026, 1, 1))

        answer = browser.post(
            f"/trade/price-lists/{row.price_list_id}/prices/add/", price_of(row.article, valid_from="01.05.2026")
        )

        assert answer.context["form"].errors["valid_from"] == [
            "The list already has a price of this article for some of these days: 4,35\u00a0€ valid from 01.01.2026."
        ]
        assert PriceListPrice.objects.count() == 1

    @pytest.mark.parametrize(
        "fields", [{"min_quantity": "10"}, {"valid_to": "31.12.2025"}], ids=["another quantity", "the days before"]
    )
    def test_another_quantity_or_other_days_do_not_overlap(self, browser, fields):
        row = PriceListPriceFactory(valid_from=dt.date(2026, 1, 1))

        browser.post(f"/trade/price-lists/{row.price_list_id}/prices/add/", price_of(row.article, **fields))

        assert PriceListPrice.objects.count() == 2

    def test_the_database_refuses_it_too(self):
        row = PriceListPriceFactory()

        with pytest.raises(IntegrityError), transaction.atomic():
            PriceListPriceFactory(price_list=row.price_list, article=row.article, valid_from=today())

    def test_a_new_price_from_a_day_on_ends_the_old_one_the_day_before(self, browser):
        row = PriceListPriceFactory(price=10)

        browser.post(f"/trade/prices/{row.pk}/change/", {"price": "11", "since": "01.12.2026"})

        old, new = PriceListPrice.objects.order_by("price")
        assert (old.valid_to, new.valid_from, new.price) == (dt.date(2026, 11, 30), dt.date(2026, 12, 1), D(11))

    def test_a_new_price_cannot_begin_before_the_present_one(self, browser):
        row = PriceListPriceFactory(valid_from=dt.date(2026, 6, 1))

        answer = browser.post(f"/trade/prices/{row.pk}/change/", {"price": "11", "since": "01.05.2026"})

        assert "begins on 01.06.2026" in answer.context["form"].errors["since"][0]

    def test_a_price_ends_today_and_one_that_has_not_begun_goes(self, browser):
        running = PriceListPriceFactory()
        future = PriceListPriceFactory(valid_from=today() + dt.timedelta(days=9))

        for row in (running, future):
            browser.post(f"/trade/prices/{row.pk}/end/")

        assert PriceListPrice.objects.get().valid_to == today()

    @pytest.mark.parametrize(
        ("fields", "field"),
        [({"price": "-1"}, "price"), ({"price": "десет"}, "price"), ({"min_quantity": "-5"}, "min_quantity"),
         ({"price": "9" * 30}, "price"), ({"valid_from": "02.01.2026", "valid_to": "01.01.2026"}, "valid_to"),
         ({"unit": "час"}, "unit"), ({"article": "999999"}, "article")],
    )  # fmt: skip
    def test_absurd_values_are_refused_at_their_field(self, browser, fields, field):
        one = PriceListFactory()
        if fields.get("unit"):
            fields = {"unit": unit("час").pk}

        answer = browser.post(f"/trade/price-lists/{one.pk}/prices/add/", price_of(ArticleFactory(), **fields))

        assert field in answer.context["form"].errors
        assert not PriceListPrice.objects.exists()

    def test_a_list_with_prices_keeps_currency_and_vat(self, browser):
        row = PriceListPriceFactory()

        browser.post(
            f"/trade/price-lists/{row.price_list_id}/edit/",
            {"name": "Ново име", "currency": "USD", "includes_vat": "on", "priority": "5"},
        )

        one = PriceList.objects.get()
        assert (one.name, one.currency, one.includes_vat, one.priority) == ("Ново име", "EUR", False, 5)

    def test_an_archived_list_takes_no_prices(self, browser):
        row = PriceListPriceFactory()
        row.price_list.archive(None)

        browser.post(f"/trade/prices/{row.pk}/edit/", price_of(row.article, "99"))

        row.refresh_from_db()
        assert row.price == 10

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_page_costs_the_same_with_one_and_with_three_prices(self, browser, rows, django_assert_num_queries):
        one = PriceListFactory()
        for _number in range(rows):
            PriceListPriceFactory(price_list=one, article__group=ArticleGroupFactory())
        browser.get(one.get_absolute_url())

        with django_assert_num_queries(9):
            assert len(browser.get(one.get_absolute_url()).context["page_obj"].object_list) == rows

    def test_prices_that_ended_are_hidden_until_they_are_asked_for(self, browser):
        one = PriceListFactory()
        PriceListPriceFactory(price_list=one, valid_to=today() - dt.timedelta(days=1))
        now = PriceListPriceFactory(price_list=one)

        shown = browser.get(one.get_absolute_url()).context["page_obj"].object_list
        ended = browser.get(one.get_absolute_url(), {"period": "any"}).context["page_obj"].object_list

        assert list(shown) == [now]
        assert len(ended) == 2


class TestCopies:
    def test_a_copy_raises_all_prices_and_rounds_them(self, browser):
        kind = PartyType.objects.create(tree="client", name="Магазини")
        row = PriceListPriceFactory(price="1.99", price_list__priority=7)
        row.price_list.client_types.add(kind)
        PriceListPriceFactory(price_list=row.price_list, price="5", valid_to=today() - dt.timedelta(days=1))

        browser.post(
            f"/trade/price-lists/{row.price_list_id}/copy/",
            {"name": "Нова", "percent": "10", "step": "0.05", "since": "01.12.2026"},
        )

        made = PriceList.objects.get(name="Нова")
        assert (made.valid_from, made.priority, made.client_types.get()) == (dt.date(2026, 12, 1), 7, kind)
        assert [price.price for price in made.prices.all()] == [D("2.20")]

    @pytest.mark.parametrize(
        ("price", "percent", "step", "expected"),
        [("1.99", "0", None, "1.99"), ("1.99", "5", "0.01", "2.09"), ("1.985", "0", "0.01", "1.99"),
         ("0.40", "-100", None, "0"), ("2.24", "0", "0.50", "2.00"), ("2.25", "0", "0.50", "2.50")],
    )  # fmt: skip
    def test_prices_are_rounded_half_away_from_zero(self, price, percent, step, expected):
        assert changed_price(D(price), D(percent), D(step) if step else None) == D(expected)

    def test_a_name_that_is_taken_and_a_day_without_prices_are_told_at_their_fields(self, browser):
        row = PriceListPriceFactory(valid_to=dt.date(2026, 1, 1))

        answer = browser.post(
            f"/trade/price-lists/{row.price_list_id}/copy/",
            {"name": row.price_list.name, "percent": "-101", "since": "01.12.2026"},
        )

        assert answer.context["form"].errors.keys() >= {"name", "percent"}


class TestPartyTerms:
    def test_they_are_set_from_the_dossier_and_show_on_the_summary(self, browser):
        party, one = ClientFactory(), PriceListFactory(name="Партньори")

        browser.post(f"/trade/terms/{party.pk}/edit/", {"price_list": one.pk, "currency": "USD"})

        terms = PartyTerms.objects.get()
        assert (terms.party, terms.price_list, terms.currency) == (party, one, "USD")
        page = browser.get(party.get_absolute_url()).content.decode()
        assert "Партньори" in page
        assert f"/trade/terms/{party.pk}/edit/" in page

    def test_a_party_that_is_no_client_has_none(self, browser):
        party = ClientFactory(is_client=False, is_supplier=True)

        assert browser.get(f"/trade/terms/{party.pk}/edit/").status_code == 404


class TestConditions:
    URL = "/trade/conditions/add/"

    def sent(self, **fields):
        return {
            "party": "", "client_type": "", "article": "", "group": "", "discount_percent": "", "price": "",
            "unit": "", "currency": "EUR", "min_quantity": "", "priority": "100", "valid_from": "", "valid_to": "",
        } | fields  # fmt: skip

    def test_a_discount_on_a_group_for_a_client_is_added(self, browser):
        party, group = ClientFactory(), ArticleGroupFactory()

        browser.post(self.URL, self.sent(party=party.pk, group=group.pk, discount_percent="7,5"))

        row = PriceCondition.objects.get()
        assert (row.party, row.group, row.discount_percent, row.price) == (party, group, D("7.5"), None)

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({}, "discount_percent"),
            ({"discount_percent": "5", "price": "5"}, "price"),
            ({"discount_percent": "101"}, "discount_percent"),
            ({"discount_percent": "0"}, "discount_percent"),
            ({"discount_percent": "-5"}, "discount_percent"),
            ({"price": "5"}, "article"),
            ({"discount_percent": "5", "unit": "бр."}, "unit"),
            ({"discount_percent": "5", "valid_from": "02.01.2026", "valid_to": "01.01.2026"}, "valid_to"),
        ],
    )
    def test_what_makes_no_sense_is_refused_at_its_field(self, browser, fields, field):
        if "unit" in fields:
            fields["unit"] = unit().pk

        answer = browser.post(self.URL, self.sent(**fields))

        assert field in answer.context["form"].errors
        assert not PriceCondition.objects.exists()

    def test_client_and_type_or_article_and_group_together_are_refused(self, browser):
        kind = PartyType.objects.create(tree="client", name="Магазини")
        both = {"party": ClientFactory().pk, "client_type": kind.pk, "article": ArticleFactory().pk,
                "group": ArticleGroupFactory().pk, "discount_percent": "5"}  # fmt: skip

        errors = browser.post(self.URL, self.sent(**both)).context["form"].errors

        assert errors.keys() == {"client_type", "group"}

    def test_conditions_of_clients_out_of_scope_are_not_seen(self):
        PriceConditionFactory(note="чужда")
        general = PriceConditionFactory(party=None)
        user = worker("trade.view_pricecondition", "counterparties.view_client", parties="mine")

        shown = signed_in(user).get("/trade/conditions/").context["page_obj"].object_list

        assert list(shown) == [general]

    @pytest.mark.parametrize("rows", [1, 3])
    def test_a_client_s_own_ones_stand_in_its_dossier(self, browser, rows, django_assert_max_num_queries):
        party = ClientFactory()
        own = [PriceConditionFactory(party=party, priority=number) for number in range(rows)]
        PriceConditionFactory(party=party).archive(None)
        PriceConditionFactory()
        tab = f"/counterparties/{party.pk}/prices/"
        browser.get(tab)

        with django_assert_max_num_queries(26):
            answer = browser.get(tab)

        assert list(answer.context["page_obj"].object_list) == own
        assert {"party", "client_type"}.isdisjoint(answer.context["filter"].form.fields)
        head = answer.context["head"]
        assert next(one.count for _group, tabs in head.tabs for one in tabs if one.slug == "prices") == str(rows)
        page = answer.content.decode()
        assert "For whom" not in page
        assert f"/trade/conditions/add/?party={party.pk}&amp;next=%2Fcounterparties%2F{party.pk}%2Fprices%2F" in page
        assert f"/trade/prices/explain/?party={party.pk}" in page

    def test_who_is_no_client_has_no_tab_of_them(self, browser):
        assert browser.get(f"/counterparties/{SupplierFactory().pk}/prices/").status_code == 404

    def test_it_is_archived_and_restored(self, browser):
        row = PriceConditionFactory()

        browser.post(f"/trade/conditions/{row.pk}/archive/")
        row.refresh_from_db()
        assert row.is_archived
        browser.post(f"/trade/conditions/{row.pk}/restore/")
        row.refresh_from_db()
        assert not row.is_archived

    def test_a_price_is_explained(self, browser):
        party, article = ClientFactory(), ArticleFactory()
        PriceListPriceFactory(article=article, price=10, price_list=PriceListFactory(is_general=True, name="Едро"))
        PriceConditionFactory(party=party, discount_percent=10)
        asked = {"article": article.pk, "party": party.pk, "quantity": "3"}

        page = browser.get("/trade/prices/explain/", asked).content.decode()

        assert "9,00\u00a0€" in page
        assert "from the list “Едро”" in page
        assert "10 % discount" in page

    @pytest.mark.parametrize(
        "asked", [{"quantity": "0"}, {"quantity": "x", "article": "1"}, {"quantity": "1", "on": "?"}]
    )
    def test_a_question_that_makes_no_sense_is_told_at_its_field(self, browser, asked):
        answer = browser.get("/trade/prices/explain/", asked)

        assert answer.status_code == 200
        assert answer.context["form"].errors
