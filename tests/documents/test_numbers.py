"""Number series: gapless, one number to one taker, ranges used up in order."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents.models import NumberSeries
from documents.numbering import SeriesKind, series_kinds
from tests.factories.counterparties import OwnFirmFactory
from tests.factories.documents import NumberSeriesFactory
from tests.people import signed_in, superuser

THIS = dt.date(2026, 11, 24)
NEXT = dt.date(2027, 1, 4)


@pytest.fixture
def invoices():
    """A kind of series that never begins anew, as tax documents have."""
    kind = series_kinds.register(SeriesKind("test-invoices", "фактури", digits=10))
    yield kind.slug
    series_kinds.unregister("test-invoices")


@pytest.mark.django_db
class TestTaking:
    def test_a_firm_without_a_series_begins_at_one(self):
        taken = NumberSeries.take(OwnFirmFactory(), "letters-in", THIS)

        assert (taken.text, taken.number, taken.year) == ("1", 1, 2026)

    def test_each_number_is_taken_once_and_none_is_left_out(self):
        firm = OwnFirmFactory()

        assert [NumberSeries.take(firm, "letters-in", THIS).number for _ in range(5)] == [1, 2, 3, 4, 5]

    def test_a_yearly_series_begins_anew_and_keeps_its_form(self):
        firm = OwnFirmFactory()
        NumberSeriesFactory(own_firm=firm, year=2026, prefix="ВХ-", digits=4)
        NumberSeries.take(firm, "letters-in", THIS)

        assert NumberSeries.take(firm, "letters-in", THIS).text == "ВХ-0002"
        assert NumberSeries.take(firm, "letters-in", NEXT).text == "ВХ-0001"

    def test_firms_and_kinds_do_not_share_numbers(self):
        one, other = OwnFirmFactory(), OwnFirmFactory()
        NumberSeries.take(one, "letters-in", THIS)

        assert NumberSeries.take(other, "letters-in", THIS).number == 1
        assert NumberSeries.take(one, "letters-out", THIS).number == 1

    def test_the_first_number_of_ten_digits_may_be_set_and_never_resets(self, invoices):
        firm = OwnFirmFactory()
        NumberSeriesFactory(own_firm=firm, code=invoices, year=None, digits=10, first_number=12346, next_number=12346)

        assert NumberSeries.take(firm, invoices, THIS).text == "0000012346"
        assert NumberSeries.take(firm, invoices, NEXT).text == "0000012347"

    def test_a_used_up_range_is_followed_by_the_next_and_then_refused(self, invoices):
        firm = OwnFirmFactory()
        NumberSeriesFactory(own_firm=firm, code=invoices, year=None, last_number=2)
        NumberSeriesFactory(own_firm=firm, code=invoices, year=None, first_number=100, next_number=100, last_number=100)

        assert [NumberSeries.take(firm, invoices).number for _ in range(3)] == [1, 2, 100]
        with pytest.raises(ValidationError, match="used up"):
            NumberSeries.take(firm, invoices)

    def test_a_failure_gives_its_number_back(self):
        firm = OwnFirmFactory()

        def take_and_fail() -> None:
            with transaction.atomic():
                NumberSeries.take(firm, "letters-in", THIS)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            take_and_fail()

        assert NumberSeries.take(firm, "letters-in", THIS).number == 1

    def test_an_unknown_kind_is_a_mistake_of_the_program(self):
        with pytest.raises(LookupError):
            NumberSeries.take(OwnFirmFactory(), "nothing")

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(fails=st.lists(st.booleans(), max_size=12))
    def test_whatever_fails_in_between_the_numbers_have_no_gap(self, fails):
        with transaction.atomic():
            firm = OwnFirmFactory()
            kept = []
            for fail in fails:
                try:
                    with transaction.atomic():
                        number = NumberSeries.take(firm, "letters-out", THIS).number
                        if fail:
                            raise RuntimeError
                        kept.append(number)
                except RuntimeError:
                    pass

            assert kept == list(range(1, len(kept) + 1))
            transaction.set_rollback(True)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_takers_at_once_get_numbers_without_gap_or_repeat():
    firm, got = OwnFirmFactory(), []

    def take(number: int) -> None:
        try:
            for step in range(5):
                try:
                    with transaction.atomic():
                        taken = NumberSeries.take(firm, "letters-in", THIS).number
                        if (number + step) % 4 == 0:
                            raise RuntimeError
                    got.append(taken)
                except RuntimeError:
                    pass
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(got) == list(range(1, 31))
    assert NumberSeries.objects.get().next_number == 31


@pytest.mark.django_db
class TestSetting:
    def clean(self, **fields) -> NumberSeries:
        series = NumberSeriesFactory.build(own_firm=OwnFirmFactory(), **fields)
        series.full_clean()
        return series

    def test_the_first_number_of_a_new_series_is_its_next(self):
        assert self.clean(first_number=501).next_number == 501

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"year": None}, "yearly"),
            ({"first_number": 10, "last_number": 9}, "before the first"),
            ({"first_number": 100, "digits": 2}, "more digits"),
            ({"first_number": 0}, "outside the range"),
        ],
    )
    def test_a_range_that_cannot_be_is_refused(self, fields, words):
        with pytest.raises(ValidationError, match=words):
            self.clean(**fields)

    def test_ranges_of_one_series_do_not_overlap(self):
        series = NumberSeriesFactory(last_number=100)
        second = NumberSeriesFactory.build(own_firm=series.own_firm, first_number=50, next_number=50)

        with pytest.raises(ValidationError, match="overlaps"):
            second.full_clean()

    def test_what_was_given_cannot_be_unsaid(self):
        series = NumberSeriesFactory()
        for _ in range(3):
            NumberSeries.take(series.own_firm, series.code)
        series.refresh_from_db()

        series.first_number = 3
        with pytest.raises(ValidationError, match="already given"):
            series.full_clean()
        series.first_number, series.last_number = 1, 2
        with pytest.raises(ValidationError, match="already given"):
            series.full_clean()
        series.last_number = 3
        series.full_clean()

    def test_the_database_refuses_a_next_number_outside_the_range(self):
        series = NumberSeriesFactory(last_number=5)

        with pytest.raises(IntegrityError), transaction.atomic():
            NumberSeries.objects.filter(pk=series.pk).update(next_number=7)

    def test_the_administrator_sets_a_range_and_cannot_delete_one_that_gave_numbers(self):
        browser, firm = signed_in(superuser()), OwnFirmFactory()
        page = "/admin/documents/numberseries/"

        browser.post(
            f"{page}add/",
            {
                "own_firm": firm.pk, "code": "letters-out", "year": 2026, "prefix": "ИЗХ-", "digits": 3,
                "first_number": 15, "last_number": "", "is_active": "on",
            },
        )  # fmt: skip
        series = NumberSeries.objects.get()
        assert NumberSeries.take(firm, "letters-out", THIS).text == "ИЗХ-015"

        browser.post(f"{page}{series.pk}/delete/", {"post": "yes"})
        assert NumberSeries.objects.filter(pk=series.pk).exists()
