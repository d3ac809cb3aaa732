"""Articles: what is typed, found, kept and refused."""

from __future__ import annotations

import pytest

from tests.factories.counterparties import ClientFactory
from tests.factories.trade import (
    ArticleFactory,
    ArticleGroupFactory,
    PriceConditionFactory,
    PriceListFactory,
    PriceListPriceFactory,
    unit,
    vat,
)
from tests.people import browser_of, signed_in, superuser, worker
from trade.models import Article, ArticleBarcode, ArticleUnit

pytestmark = pytest.mark.django_db

SEE = ("trade.view_article", "trade.view_pricelist")
WRITE = (*SEE, "trade.add_article", "trade.change_article", "trade.archive_article")
LIST, ADD = "/trade/articles/", "/trade/articles/add/"


def sent(**fields):
    """What the form sends: the article, no further rows unless they are named."""
    return {
        "code": "Ц-1", "name": "Цимент", "kind": "goods", "unit": unit().pk, "vat_rate": vat().pk,
        "units-TOTAL_FORMS": "1", "units-INITIAL_FORMS": "0", "units-0-unit": "", "units-0-factor": "",
        "barcodes-TOTAL_FORMS": "1", "barcodes-INITIAL_FORMS": "0", "barcodes-0-code": "", "barcodes-0-unit": "",
    } | fields  # fmt: skip


class TestForm:
    def test_an_article_is_added_with_its_carton_and_its_barcode(self):
        browser = browser_of(*WRITE)
        parts = {"units-0-unit": unit("кашон").pk, "units-0-factor": "24", "barcodes-0-code": "3800012345673"}

        answer = browser.post(ADD, sent(**parts))

        article = Article.objects.get()
        assert answer.headers["Location"] == article.get_absolute_url()
        assert article.units.get().factor == 24
        assert article.barcodes.get().code == "3800012345673"
        assert Article.objects.matching("380001234567").get() == article

    def test_a_code_is_taken_whatever_its_case(self):
        ArticleFactory(code="abc", name="Стар")

        answer = browser_of(*WRITE).post(ADD, sent(code="ABC"))

        assert answer.status_code == 422
        assert answer.context["form"].errors["code"] == ["The code is taken by “Стар”."]

    def test_a_wrong_check_digit_is_told_at_the_barcode_and_nothing_is_lost(self):
        answer = browser_of(*WRITE).post(ADD, sent(**{"barcodes-0-code": "3800012345678"}))

        assert "The check digit at the end does not fit" in answer.content.decode()
        assert "3800012345678" in answer.content.decode()
        assert not Article.objects.exists()

    def test_another_articles_barcode_is_told_by_its_name(self):
        other = ArticleFactory(name="Тухла")
        ArticleBarcode.objects.create(article=other, code="3800012345673")

        answer = browser_of(*WRITE).post(ADD, sent(**{"barcodes-0-code": "3800012345673"}))

        assert f"This barcode belongs to “{other}”." in answer.content.decode()

    def test_the_own_unit_is_no_further_unit_and_a_factor_lies_above_zero(self):
        parts = {"units-0-unit": unit().pk, "units-0-factor": "0"}

        answer = browser_of(*WRITE).post(ADD, sent(**parts))

        assert "the article&#x27;s own unit" in answer.content.decode()
        assert "Write a number above zero." in answer.content.decode()

    def test_a_used_article_keeps_its_unit(self):
        article = ArticleFactory(code="Ц-1", name="Цимент")
        PriceListPriceFactory(article=article)

        answer = browser_of(*WRITE).post(f"{LIST}{article.pk}/edit/", sent(unit=unit("кг").pk))

        assert "used with its unit already" in answer.context["form"].errors["unit"][0]

    @pytest.mark.parametrize("code", ["123", "ABCDEFGH", "123456789"])
    def test_a_tariff_code_has_eight_or_ten_digits(self, code):
        answer = browser_of(*WRITE).post(ADD, sent(tariff_code=code))

        assert answer.context["form"].errors["tariff_code"] == ["A tariff code has eight or ten digits."]

    def test_a_new_article_proposes_the_usual_vat_rate(self):
        answer = browser_of(*WRITE).get(ADD)

        assert answer.context["form"]["vat_rate"].value() == vat().pk


class TestPage:
    def test_it_shows_units_bars_prices_and_changes(self):
        article = ArticleFactory(name="Цимент")
        ArticleUnit.objects.create(article=article, unit=unit("палет"), factor=56)
        ArticleBarcode.objects.create(article=article, code="3800012345673")
        PriceListPriceFactory(article=article, price="4.35", price_list__name="Едро")
        article.name = "Цимент 42,5"
        article.save()

        page = browser_of(*SEE).get(article.get_absolute_url()).content.decode()

        assert "1 pallet = 56 pc" in page
        assert "code-bars" in page
        assert "4,35\u00a0€" in page
        assert "<del>Цимент</del>" in page

    def test_prices_are_not_shown_to_those_who_may_not_see_price_lists(self):
        article = ArticleFactory()
        PriceListPriceFactory(article=article, price="4.35")

        page = browser_of("trade.view_article").get(article.get_absolute_url()).content.decode()

        assert "4,35" not in page

    @pytest.mark.parametrize("rows", [1, 3])
    def test_it_costs_the_same_however_much_it_shows(self, rows, django_assert_num_queries):
        article = ArticleFactory(group=ArticleGroupFactory())
        for number in range(rows):
            ArticleUnit.objects.create(article=article, unit=unit(["палет", "кашон", "кг"][number]), factor=5)
            ArticleBarcode.objects.create(article=article, code=f"A{number}", unit=unit())
            PriceListPriceFactory(article=article)
            article.name = f"Име {number}"
            article.save()
        browser = browser_of(*WRITE)
        browser.get(article.get_absolute_url())

        with django_assert_num_queries(14):
            assert browser.get(article.get_absolute_url()).status_code == 200

    def test_archiving_leaves_the_lists_and_keeps_the_uses(self):
        article = ArticleFactory()
        price = PriceListPriceFactory(article=article)
        browser = browser_of(*WRITE)

        browser.post(f"{LIST}{article.pk}/archive/")

        article.refresh_from_db()
        assert article.is_archived
        assert article.list_prices.get() == price
        assert list(browser.get(LIST).context["page_obj"].object_list) == []
        browser.post(f"{LIST}{article.pk}/restore/")
        assert list(browser.get(LIST).context["page_obj"].object_list) == [article]


class TestList:
    def test_a_group_brings_those_under_it(self):
        above = ArticleGroupFactory()
        below = ArticleGroupFactory(parent=above)
        inside = ArticleFactory(group=below)
        ArticleFactory(group=ArticleGroupFactory())

        answer = browser_of(*SEE).get(LIST, {"group": above.pk})

        assert list(answer.context["page_obj"].object_list) == [inside]

    @pytest.mark.parametrize("word", ["цимент", "ЦИМ", "tsim", "3800012345673", "ц-77"])
    def test_it_finds_by_name_in_either_alphabet_by_code_and_by_barcode(self, word):
        found = ArticleFactory(code="Ц-77", name="Цимент")
        ArticleFactory()
        ArticleBarcode.objects.create(article=found, code="3800012345673")
        found.save()

        answer = browser_of(*SEE).get(LIST, {"q": word})

        assert list(answer.context["page_obj"].object_list) == [found]

    @pytest.mark.parametrize("rows", [1, 3])
    def test_it_costs_the_same_with_one_and_with_three_rows(self, rows, django_assert_num_queries):
        for number in range(rows):
            article = ArticleFactory(group=ArticleGroupFactory())
            ArticleBarcode.objects.create(article=article, code=f"B{number}")
        browser = browser_of(*WRITE)
        browser.get(LIST)

        with django_assert_num_queries(9):
            assert len(browser.get(LIST).context["page_obj"].object_list) == rows

    @pytest.mark.parametrize("rows", [1, 3])
    def test_price_lists_and_conditions_cost_the_same_too(self, rows, django_assert_num_queries):
        for _number in range(rows):
            PriceListPriceFactory()
            PriceConditionFactory(article=ArticleFactory())
        browser = signed_in(superuser())
        counts = []
        for path in ("/trade/price-lists/", "/trade/conditions/"):
            browser.get(path)
            with django_assert_num_queries({"/trade/price-lists/": 6, "/trade/conditions/": 7}[path]):
                counts.append(len(browser.get(path).context["page_obj"].object_list))
        assert counts == [rows, rows]

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_it_is_exported_by_those_who_may(self, form):
        ArticleFactory()

        assert browser_of(*SEE).get(LIST, {"export": form}).status_code == 403
        assert browser_of(*SEE, "trade.export_article").get(LIST, {"export": form}).status_code == 200


class TestPicker:
    URL = "/trade/articles/picker/"

    def test_the_very_code_comes_first_then_the_barcode_then_beginnings(self):
        inside = ArticleFactory(code="X1", name="Чанта 77")
        begins = ArticleFactory(code="77-1", name="Плик")
        barcoded = ArticleFactory(code="X2", name="Тухла")
        ArticleBarcode.objects.create(article=barcoded, code="77")
        barcoded.save()
        exact = ArticleFactory(code="77", name="Я")

        answer = browser_of("trade.view_article").get(self.URL, {"q": "77"}).json()["results"]

        assert [row["id"] for row in answer] == [exact.pk, barcoded.pk, begins.pk, inside.pk]

    def test_it_gives_what_a_line_needs(self):
        article = ArticleFactory(code="Ц", name="Цимент", name_en="Cement")

        row = browser_of("trade.view_article").get(self.URL, {"q": "Ц"}).json()["results"][0]

        assert row == {
            "id": article.pk, "text": "Ц Цимент", "note": "pc · 20 %", "code": "Ц", "name": "Цимент",
            "name_en": "Cement", "kind": "goods", "unit": unit().pk, "unit_name": "pc", "vat_rate": vat().pk,
            "ground": None,
        }  # fmt: skip

    def test_it_gives_twenty_rows_at_most_and_no_archived_ones(self):
        ArticleFactory.create_batch(22)
        ArticleFactory(code="ZZ").archive(None)
        browser = browser_of("trade.view_article")

        assert len(browser.get(self.URL).json()["results"]) == 20
        assert browser.get(self.URL, {"q": "ZZ"}).json()["results"] == []

    def test_strange_texts_find_nothing_and_break_nothing(self):
        for text in ("\x00", "%", "' OR 1=1", "ъ" * 300, "🙂"):
            assert browser_of("trade.view_article").get(self.URL, {"q": text}).json() == {"results": []}


class TestPrice:
    URL = "/trade/articles/price/"

    def test_it_answers_price_discount_and_reasons_as_text(self):
        party, article = ClientFactory(), ArticleFactory()
        PriceListPriceFactory(article=article, price="12.50", price_list=PriceListFactory(is_general=True))
        PriceConditionFactory(party=party, discount_percent=10)
        browser = browser_of(*SEE, "counterparties.view_client")

        answer = browser.get(self.URL, {"article": article.pk, "party": party.pk, "quantity": "2,5"}).json()

        assert (answer["price"], answer["discount_percent"], answer["net_price"]) == ("12.5", "10", "11.25")
        assert len(answer["why"]) == 2

    def test_a_party_out_of_scope_does_not_exist(self):
        mine = {"article": ArticleFactory().pk, "party": ClientFactory().pk}
        user = worker(*SEE, "counterparties.view_client", parties="mine")

        assert signed_in(user).get(self.URL, mine).status_code == 404

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({"quantity": "много"}, "Write a number"),
            ({"date": "32.13.2026"}, "no such day"),
            ({"currency": "XXQ"}, "no currency"),
            ({"unit": "999999"}, "no such unit"),
        ],
    )
    def test_what_cannot_be_is_told_in_a_sentence(self, asked, words):
        answer = browser_of(*SEE).get(self.URL, {"article": ArticleFactory().pk, **asked})

        assert answer.status_code == 400
        assert words in answer.json()["error"]


def test_the_search_box_leads_to_the_article():
    article = ArticleFactory(code="КЛ-1", name="Класьор")
    ArticleBarcode.objects.create(article=article, code="3800012345673")
    article.save()

    answer = browser_of("trade.view_article").get("/search/", {"q": "3800012345673"})

    assert answer.headers["Location"] == article.get_absolute_url()


def test_labels_are_printed_with_the_barcode_or_the_code():
    article = ArticleFactory(code="AB-1")
    ArticleFactory(code="Кирилица")
    browser = browser_of(*SEE, "trade.export_article")

    answer = browser.post("/trade/articles/labels/", {"sheet": "3x8", "start": "1", "copies": "2"})
    one = browser.post(f"/trade/articles/labels/?selected={article.pk}", {"sheet": "2x7", "start": "3", "copies": "1"})

    assert answer.content[:5] == one.content[:5] == b"%PDF-"
