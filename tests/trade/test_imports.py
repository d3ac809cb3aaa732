"""Import of articles and prices: what becomes of a row and why, the writing, and the taking back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from common.importing.undoing import UndoRefused
from common.jobs import RunningJob, run_job
from common.models import Job
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
from tests.people import signed_in, superuser, worker
from trade.importing.process import importer
from trade.importing.undoing import UndoingTrade
from trade.models import Article, ArticleBarcode, ArticleGroup, PriceListPrice, TradeImport

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def user():
    return superuser()


@pytest.fixture
def run_jobs(monkeypatch):
    """Does the waiting jobs, as the worker would; progress is not written, for this transaction hides the rows."""
    monkeypatch.setattr(RunningJob, "progress", lambda self, done, total: None)

    def run():
        for job in Job.objects.filter(state=Job.State.WAITING).order_by("pk"):
            run_job(job_pk=job.pk)

    return run


def planned(user, text, *, encoding="utf-8", **fields):
    """A file after its dry run, and its rows by their number."""
    fields = {"kind": "articles", "update_existing": False} | fields
    made = importer.upload(text.encode(encoding), "file.csv", user, **fields)
    importer.dry_run(made)
    return made, {row.number: row for row in made.rows.all()}


def applied(user, text, **fields):
    made, _rows = planned(user, text, **fields)
    importer.apply(made)
    return made


ARTICLES = (
    "Код;Наименование;Мярка;ДДС;Баркод;Друга мярка;Брой в опаковка;Вид\n"
    "ЦМ-1;Цимент;бр.;20 %;3800012345673;палет;56;стока\n"
    "У-1;Превоз;час;20;;;;услуга\n"
)


class TestArticles:
    @pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
    def test_a_file_becomes_articles_with_units_and_barcodes(self, user, encoding):
        made, rows = planned(user, ARTICLES, encoding=encoding)
        assert [row.outcome for row in rows.values()] == ["created", "created"]
        assert not Article.objects.exists()

        importer.apply(made)

        cement, transport = Article.objects.order_by("-code")
        assert (cement.code, cement.unit, cement.vat_rate, cement.kind) == ("ЦМ-1", unit(), vat(), "goods")
        assert cement.units.get().factor == 56
        assert (transport.kind, transport.unit) == ("service", unit("час"))
        assert Article.objects.matching("3800012345673").get() == cement

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (";Цимент;бр.;20;;;;", "Code: This is empty."),
            ("A;;бр.;20;;;;", "Name: This is empty."),
            ("A;Цимент;;20;;;;", "A new article needs its unit."),
            ("A;Цимент;кофа;20;;;;", "“кофа” is no unit"),
            ("A;Цимент;бр.;7;;;;", "“7” is no VAT rate"),
            ("A;Цимент;бр.;0;;;;", "“0” is no VAT rate"),
            ("A;Цимент;бр.;20;3800012345678;;;", "The check digit"),
            ("A;Цимент;бр.;20;;палет;;", "Another unit needs both"),
            ("A;Цимент;бр.;20;;палет;-5;", "not below zero"),
            ("A;Цимент;бр.;20;;бр.;5;", "the article's own unit"),
            ("A;Цимент;бр.;20;;;;звяр", "neither goods nor a service"),
            ("A;" + "я" * 300 + ";бр.;20;;;;", "The text is too long"),
        ],
    )
    def test_a_bad_row_is_refused_in_words_and_the_others_go_on(self, user, row, reason):
        made, rows = planned(user, ARTICLES + row + "\n")

        assert rows[4].outcome == "failed"
        assert reason in " ".join(rows[4].reasons)
        assert (made.created_count, made.failed_count) == (2, 1)

    def test_the_same_code_twice_is_taken_once(self, user):
        text = "Код;Име;Мярка\nA;Едно;бр.\na;Друго;бр.\nA;Едно;бр.\n"

        _made, rows = planned(user, text)

        assert [row.outcome for row in rows.values()] == ["created", "failed", "skipped"]

    def test_the_same_barcode_twice_and_one_of_another_article_are_refused(self, user):
        ArticleBarcode.objects.create(article=ArticleFactory(name="Тухла"), code="TAKEN")
        text = "Код;Име;Мярка;Баркод\nA;Едно;бр.;ONE\nB;Две;бр.;ONE\nC;Три;бр.;TAKEN\n"

        _made, rows = planned(user, text)

        assert "Row 2 has the same barcode." in rows[3].reasons[0]
        assert "belongs to" in rows[4].reasons[0]

    def test_what_is_here_is_skipped_unless_it_may_be_changed(self, user):
        ArticleFactory(code="A", name="Старо")
        text = "Код;Име;Мярка\nA;Ново;бр.\n"

        _made, rows = planned(user, text)
        assert (rows[2].outcome, rows[2].reasons) == ("skipped", ["Exists already."])

        made, rows = planned(user, text, update_existing=True)
        assert rows[2].changes == [{"field": "Name", "before": "Старо", "after": "Ново"}]
        importer.apply(made)
        assert Article.objects.get().name == "Ново"

    def test_an_archived_article_and_another_unit_of_a_used_one_are_left_alone(self, user):
        ArticleFactory(code="A").archive(None)
        PriceListPriceFactory(article__code="B")
        text = "Код;Име;Мярка\nA;Ново;бр.\nB;Ново;кг\n"

        _made, rows = planned(user, text, update_existing=True)

        assert (rows[2].outcome, rows[3].outcome) == ("skipped", "failed")

    def test_groups_are_named_by_their_way_and_unknown_ones_are_refused(self, user):
        above = ArticleGroupFactory(name="Строителни")
        below = ArticleGroupFactory(name="Цименти", parent=above)
        ArticleGroupFactory(name="Цименти")
        text = "Код;Име;Мярка;Група\nA;Едно;бр.;Строителни/Цименти\nB;Две;бр.;Цименти\nC;Три;бр.;Няма\n"

        made, rows = planned(user, text)
        importer.apply(made)

        assert Article.objects.get().group == below
        assert "Several groups" in rows[3].reasons[0]
        assert "There is no group" in rows[4].reasons[0]

    def test_groups_that_are_missing_are_made_when_that_was_asked_for_and_counted_before(self, user):
        above = ArticleGroupFactory(name="Строителни")
        old = ArticleFactory(code="D", name="Четири", group=None)
        text = (
            "Код;Име;Мярка;Група\nA;Едно;бр.;Строителни / Цименти / Бели\nB;Две;бр.;цименти\n"
            "C;Три;кофа;Няма\nD;Четири;бр.;Вар\nE;Пет;бр.;Вар\n"
        )

        made, rows = planned(user, text, update_existing=True, make_groups=True)

        assert [row.outcome for row in rows.values()] == ["created", "created", "failed", "updated", "created"]
        assert made.told_besides == "Groups of articles to be made: 3."
        assert rows[5].changes == [{"field": "Group", "before": "", "after": "Вар (new)"}]
        assert ArticleGroup.objects.count() == 1
        importer.apply(made)

        groups = {article.code: article.group for article in Article.objects.select_related("group__parent__parent")}
        assert (groups["A"].name, groups["A"].parent.name, groups["A"].parent.parent) == ("Бели", "Цименти", above)
        assert groups["B"] == groups["A"].parent
        assert groups["D"] == groups["E"]
        assert (ArticleGroup.objects.count(), made.told_besides) == (4, "Groups of articles made: 3.")

        UndoingTrade.undo(made, user)

        old.refresh_from_db()
        assert (list(ArticleGroup.objects.all()), old.group, Article.objects.count()) == ([above], None, 1)

    def test_a_group_in_which_something_else_stands_by_now_stays_when_the_import_is_undone(self, user):
        made = applied(user, "Код;Име;Мярка;Група\nA;Едно;бр.;Вар/Негасена\nB;Две;бр.;Гипс\n", make_groups=True)
        ArticleFactory(code="Z", group=ArticleGroup.objects.get(name="Негасена"))

        UndoingTrade.undo(made, user)

        assert sorted(ArticleGroup.objects.values_list("name", flat=True)) == ["Вар", "Негасена"]
        assert Article.objects.get().code == "Z"

    def test_groups_are_made_by_nobody_who_may_not_add_them_and_never_of_nonsense(self, user):
        buyer = worker("trade.import_article", "trade.add_article", "trade.view_article")
        text = "Код;Име;Мярка;Група\nA;Едно;бр.;Вар\n"

        _made, rows = planned(buyer, text, make_groups=True)
        assert "an administrator adds groups" in rows[2].reasons[0]
        _made, rows = planned(user, text)
        assert "have the groups that are missing made" in rows[2].reasons[0]
        for nonsense in ("Вар/", "/", "я" * 101, "Вар//Гасена"):
            _made, rows = planned(user, f"Код;Име;Мярка;Група\nA;Едно;бр.;{nonsense}\n", make_groups=True)
            assert (rows[2].outcome, "names no group" in rows[2].reasons[0]) == ("failed", True)

    def test_what_was_changed_since_the_dry_run_is_left_alone(self, user):
        article = ArticleFactory(code="A", name="Старо")
        made, _rows = planned(user, "Код;Име;Мярка\nA;Ново;бр.\n", update_existing=True)
        article.name = "Междувременно"
        article.save()

        importer.apply(made)

        article.refresh_from_db()
        assert article.name == "Междувременно"
        assert "has changed since the dry run" in made.rows.get().reasons[0]

    def test_chosen_columns_are_remembered_for_the_same_headers(self, user):
        text = "К1;К2;К3\nA;Едно;бр.\n"
        first = importer.upload(text.encode(), "a.csv", user, kind="articles")
        assert importer.needs_mapping(first, importer.table_of(first))
        first.mapping = ["code", "name", "unit"]
        first.save()
        importer.remember(first, ["К1", "К2", "К3"])

        second = importer.upload(text.encode(), "b.csv", user, kind="articles")

        assert second.mapping == ["code", "name", "unit"]
        assert not importer.needs_mapping(second, importer.table_of(second))


class TestPrices:
    def file(self, user, text, price_list, **fields):
        return planned(user, text, kind="prices", price_list=price_list, **fields)

    def test_prices_come_by_code_or_barcode_with_steps_and_days(self, user):
        one = PriceListFactory()
        article = ArticleFactory(code="A")
        ArticleBarcode.objects.create(article=ArticleFactory(code="B"), code="3800012345673")
        text = "Код;Баркод;Цена;От количество;От дата\nA;;12,50;;\na;;11;10;01.01.2026\n;3800012345673;1 234,5;;\n"

        made, rows = self.file(user, text, one)
        importer.apply(made)

        assert [row.outcome for row in rows.values()] == ["created"] * 3
        assert sorted(row.price for row in article.list_prices.all()) == [D(11), D("12.5")]
        assert one.prices.get(article__code="B").price == D("1234.5")

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("НЯМА;5;;", "There is no article “НЯМА”."),
            ("A;;;", "Unit price: This is empty."),
            ("A;-5;;", "not below zero"),
            ("A;много;;", "Write a number"),
            ("A;5;час;", "Nothing says how many"),
            ("A;5;;32.01.2026", "no such day"),
        ],
    )
    def test_a_bad_row_is_refused_in_words(self, user, row, reason):
        ArticleFactory(code="A")

        _made, rows = self.file(user, f"Код;Цена;Мярка;От дата\n{row}\n", PriceListFactory())

        assert rows[2].outcome == "failed"
        assert reason in " ".join(rows[2].reasons)

    def test_a_new_price_ends_the_old_one_the_day_before(self, user):
        old = PriceListPriceFactory(article__code="A", price=10)
        text = "Код;Цена\nA;11\n"
        day = dt.date(2026, 12, 1)

        _made, rows = self.file(user, text, old.price_list, since=day)
        assert rows[2].outcome == "skipped"

        made, rows = self.file(user, text, old.price_list, since=day, update_existing=True)
        importer.apply(made)

        before, after = PriceListPrice.objects.order_by("price")
        assert (before.valid_to, after.valid_from, after.valid_to) == (dt.date(2026, 11, 30), day, None)
        UndoingTrade.undo(made, user)
        old.refresh_from_db()
        assert (PriceListPrice.objects.count(), old.valid_to) == (1, None)

    def test_the_same_price_is_no_change_and_a_later_one_is_not_run_over(self, user):
        old = PriceListPriceFactory(article__code="A", price=10)
        later = PriceListPriceFactory(article__code="B", price=10, valid_from=dt.date(2027, 1, 1))

        _made, rows = self.file(user, "Код;Цена\nA;10\n", old.price_list, update_existing=True)
        assert rows[2].reasons == ["The list has this price already."]
        _made, rows = self.file(user, "Код;Цена\nB;9\n", later.price_list, update_existing=True)
        assert "another price from 01.01.2027 on" in rows[2].reasons[0]

    def test_two_rows_of_one_article_follow_one_another(self, user):
        ArticleFactory(code="A")
        text = "Код;Цена;От дата\nA;10;01.01.2026\nA;11;01.06.2026\n"
        made, _rows = self.file(user, text, PriceListFactory(), update_existing=True)

        importer.apply(made)

        first, second = PriceListPrice.objects.order_by("valid_from")
        assert (first.valid_to, second.valid_from) == (dt.date(2026, 5, 31), dt.date(2026, 6, 1))


class TestUndo:
    def test_new_articles_go_and_changed_ones_are_as_before(self, user):
        old = ArticleFactory(code="СТАР", name="Старо")
        made = applied(user, ARTICLES + "СТАР;Ново;бр.;20;9TEST;;;\n", update_existing=True)

        UndoingTrade.undo(made, user)

        old.refresh_from_db()
        assert list(Article.objects.all()) == [old]
        assert old.name == "Старо"
        assert not ArticleBarcode.objects.exists()
        assert not Article.objects.matching("9TEST").exists()
        assert made.state == TradeImport.State.UNDONE

    def test_what_has_been_used_since_is_named_and_nothing_goes(self, user):
        made = applied(user, ARTICLES)
        PriceConditionFactory(party=ClientFactory(), article=Article.objects.get(code="ЦМ-1"))

        with pytest.raises(UndoRefused, match="ЦМ-1"):
            UndoingTrade.undo(made, user)

        assert Article.objects.count() == 2


class TestPages:
    def test_from_the_upload_to_the_undo(self, user, run_jobs):
        browser = signed_in(user)
        file = SimpleUploadedFile("articles.csv", ARTICLES.encode(), content_type="text/csv")

        answer = browser.post("/trade/imports/start/", {"kind": "articles", "file": file})
        run_jobs()
        page = browser.get(answer.headers["Location"])

        assert "will be created" in page.content.decode().lower()
        made = TradeImport.objects.get()
        browser.post(f"/trade/imports/{made.pk}/apply/")
        run_jobs()
        assert Article.objects.count() == 2
        browser.post(f"/trade/imports/{made.pk}/undo/")
        run_jobs()
        assert not Article.objects.exists()

    def test_prices_without_a_list_are_refused_at_the_field(self, user):
        file = SimpleUploadedFile("p.csv", "Код;Цена\nA;1\n".encode(), content_type="text/csv")

        answer = signed_in(user).post("/trade/imports/start/", {"kind": "prices", "file": file})

        assert answer.context["form"].errors["price_list"] == ["Choose the price list."]

    @pytest.mark.parametrize("kind", ["articles", "prices"])
    def test_the_sample_can_be_imported(self, user, kind):
        answer = signed_in(user).get("/trade/imports/sample/", {"kind": kind, "format": "csv"})
        content = answer.getvalue()

        fields = {"kind": kind, "price_list": PriceListFactory() if kind == "prices" else None}
        made = importer.upload(content, "sample.csv", user, **fields)

        assert not importer.needs_mapping(made, importer.table_of(made))
        importer.dry_run(made)
        assert made.failed_count == (3 if kind == "prices" else 0)

    def test_unknown_columns_are_chosen_by_hand_and_failed_rows_come_back_with_reasons(self, user, run_jobs):
        browser = signed_in(user)
        text = "Кодче;Име;Мярка\nA;Едно;бр.\nB;Две;кофа\n"
        file = SimpleUploadedFile("a.csv", text.encode(), content_type="text/csv")

        where = browser.post("/trade/imports/start/", {"kind": "articles", "file": file}).headers["Location"]
        assert where.endswith("/columns/")
        chosen = {"column_0": "code", "column_1": "name", "column_2": "unit", "has_header": "on"}
        browser.post(where, chosen)
        run_jobs()

        made = TradeImport.objects.get()
        assert (made.created_count, made.failed_count) == (1, 1)
        errors = browser.get(f"/trade/imports/{made.pk}/errors/").content.decode()
        assert "кофа" in errors
        assert "is no unit" in errors
        assert "Едно" not in errors

    def test_making_groups_is_offered_at_the_upload_and_beside_the_columns_to_those_who_may_add_them(
        self, user, run_jobs
    ):
        browser = signed_in(user)
        text = "Код;Име;Мярка;Група\nA;Едно;бр.;Вар\n"
        file = SimpleUploadedFile("a.csv", text.encode(), content_type="text/csv")
        assert not browser.get("/trade/imports/start/").context["form"].initial.get("make_groups")
        where = browser.post("/trade/imports/start/", {"kind": "articles", "file": file}).headers["Location"]
        run_jobs()
        assert TradeImport.objects.get().failed_count == 1

        form = browser.get(f"{where}columns/").context["form"]
        chosen = {name: form[name].value() or "" for name in form.fields if name.startswith("column_")}
        browser.post(f"{where}columns/", chosen | {"has_header": "on", "make_groups": "on"})
        run_jobs()

        assert TradeImport.objects.get().created_count == 1
        assert "Groups of articles to be made: 1." in browser.get(where).content.decode()
        buyer = worker("trade.import_article", "trade.view_article")
        assert "make_groups" not in signed_in(buyer).get("/trade/imports/start/").context["form"].fields

    def test_who_may_import_articles_alone_imports_no_prices(self):
        buyer = worker("trade.import_article", "trade.view_article")
        made = TradeImport.objects.create(user=buyer, kind="prices", price_list=PriceListFactory(), file_name="a.csv")

        assert signed_in(buyer).get(f"/trade/imports/{made.pk}/").status_code == 403
        form = signed_in(buyer).get("/trade/imports/start/").context["form"]
        assert [value for value, _label in form.fields["kind"].choices] == ["articles"]
