"""`manage.py verify_documents` and `recount`: clean when all is well, and each kind of damage is named."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from typing import Any

import pgtrigger
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from common.dates import today
from documents.models import FileContent, NumberSeries
from finance.models import FinancialDocument, FinancialDocumentTax, Payment, Settlement
from finance.printing.originals import store
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import draft, entered, issued, posted
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db


def run(*options: str) -> tuple[str, bool]:
    """What the command prints, and whether it found anything."""
    out = StringIO()
    try:
        call_command("verify_documents", *options, stdout=out)
    except CommandError:
        return out.getvalue(), True
    return out.getvalue(), False


@pytest.fixture
def firm():
    return OwnFirmFactory(name="Тракия Трейд", identifier_type="eik", registration_number="175074752")


@pytest.fixture
def three(firm) -> list[FinancialDocument]:
    party = ClientFactory()
    return [issued(own_firm=firm, party=party, price=price) for price in (100, "33.33", "0.07")]


def spoil(rows: Any, **values: Any) -> None:
    """Write past everything that the database forbids."""
    with pgtrigger.ignore():
        rows.update(**values)


def test_all_that_is_well_is_clean_and_certified(firm, three):
    user = UserFactory()
    three[1].cancel(user, "Грешен получател")
    entered(own_firm=firm)
    draft(own_firm=firm)
    issued(own_firm=firm, kind="proforma")

    text, found = run()

    assert not found, text
    for words in (
        "Фирма: Тракия Трейд",
        "ЕИК: 175074752",
        "Поредица: фактури, дебитни и кредитни известия",
        "Първи номер: 0000000001",
        "Последен номер: 0000000003",
        "Следващ номер: 0000000004",
        "Издадени документи: 3, от тях анулирани: 1",
        "Липсващи номера: няма",
        "Повторени номера: няма",
        f"0000000002 от {today():%d.%m.%Y} г., анулиран на {today():%d.%m.%Y} г.: Грешен получател",
        "Заключение: номерата са поредни",
        "Documents without a kept original yet: 4",
    ):
        assert words in text
    assert text.count("Поредица:") == 1


def test_a_number_that_is_missing_is_named(firm, three):
    NumberSeries.objects.filter(own_firm=firm, code="tax").update(next_number=8)

    text, found = run("--certificate")

    assert found
    assert "Липсващи номера: 4" in text
    assert "0000000004 – 0000000007" in text
    assert "ИМА НЕСЪОТВЕТСТВИЯ" in text
    assert "Totals" not in text


def test_a_hole_in_the_middle_and_a_repeat_are_named(firm, three):
    spoil(FinancialDocument.objects.filter(pk=three[1].pk), position=3)

    answer, found = run("--json", "--certificate")

    (series,) = json.loads(answer)["series"]
    assert found
    assert series["missing"] == {"count": 1, "named": ["0000000002"]}
    assert series["repeated"]["count"] == 1
    assert series["unfit"]["count"] == 1


def test_days_out_of_order_and_numbers_of_another_form_are_named(firm, three):
    spoil(FinancialDocument.objects.filter(pk=three[2].pk), date=today() - dt.timedelta(days=9))
    spoil(FinancialDocument.objects.filter(pk=three[0].pk), number="A1")

    (series,) = json.loads(run("--json")[0])["series"]

    assert (series["out_of_order"]["count"], series["unfit"]["count"], series["clean"]) == (1, 1, False)


def test_ranges_are_walked_one_after_the_other(firm):
    for first, last in ((5, 6), (100, None)):
        NumberSeries.objects.create(
            own_firm=firm, code="tax", digits=10, first_number=first, next_number=first, last_number=last
        )
    numbers = [issued(own_firm=firm).number for _ in range(3)]

    text, found = run("--certificate")

    assert numbers == ["0000000005", "0000000006", "0000000100"]
    assert not found, text
    assert "Следващ номер: 0000000101" in text


def test_one_own_firm_alone(firm, three):
    other = issued()
    spoil(FinancialDocument.objects.filter(pk=other.pk), number="0000000009")

    assert run("--own-firm", "175074752")[1] is False
    assert run("--own-firm", str(firm.pk))[1] is False
    assert run("--own-firm", str(other.own_firm_id))[1] is True
    with pytest.raises(CommandError, match="No own firm"):
        call_command("verify_documents", "--own-firm", "999")


@pytest.mark.parametrize(
    ("spoiled", "check"),
    [
        (lambda one: spoil(FinancialDocument.objects.filter(pk=one.pk), net=99, gross=119), "totals"),
        (lambda one: spoil(one.lines.all(), net=99), "totals"),
        (lambda one: spoil(one.lines.all(), net_eur=99), "totals"),
        (lambda one: spoil(FinancialDocumentTax.objects.filter(document=one), tax=19), "VAT by rate"),
        (lambda one: spoil(FinancialDocument.objects.filter(pk=one.pk), owed=119), "amount due"),
        (lambda one: spoil(FinancialDocument.objects.filter(pk=one.pk), settled=5, settled_eur=5), "recount"),
    ],
)
def test_what_does_not_add_up_is_named(firm, three, spoiled, check):
    spoiled(three[0])

    answer, found = run("--json")

    assert found
    assert check in {one["check"] for one in json.loads(answer)["findings"]}


def test_gross_prices_notes_other_currencies_and_received_papers_add_up(firm):
    party = ClientFactory()
    both = {"own_firm": firm, "party": party}
    invoice = issued(price="0.03", includes_vat=True, **both)
    issued(price="99.99", currency="BGN", date=dt.date(2025, 12, 1), own_firm=OwnFirmFactory(), party=party)
    issued(price="0.03", includes_vat=True, kind="credit_note", corrects=invoice, reason="Връщане", **both)
    entered(own_firm=firm, price="59.99")

    text, found = run()

    assert not found, text


class TestOriginals:
    def kept(self, document: FinancialDocument, data: bytes = b"%PDF-1.7 kept") -> FileContent:
        content = store(data)
        FinancialDocument.objects.filter(pk=document.pk).update(original=content)
        return content

    def test_a_kept_print_is_read_again(self, firm, three):
        self.kept(three[0])

        text, found = run()

        assert not found
        assert "Documents without a kept original yet: 2" in text
        assert three[1].number in text

    def test_other_bytes_are_found(self, firm, three):
        content = self.kept(three[0])
        content.file.storage.delete(str(content.file.name))
        content.file.storage.save(content.file.name, ContentFile(b"%PDF-1.7 else"))

        text, found = run()

        assert found
        assert "is not the one that was kept" in text

    def test_a_lost_file_is_found(self, firm, three):
        content = self.kept(three[0])
        content.file.storage.delete(str(content.file.name))

        assert "cannot be read" in run()[0]


class TestRecountCommand:
    def test_it_checks_and_repairs(self, firm):
        invoice = issued(own_firm=firm)
        payment = posted(own_firm=firm, party=invoice.party)
        Settlement.settle(payment, invoice, by=UserFactory())
        Payment.objects.filter(pk=payment.pk).update(settled=1)
        out = StringIO()

        with pytest.raises(CommandError, match="1 stored"):
            call_command("recount", "--check", stdout=out)
        call_command("recount", stdout=out)
        call_command("recount", "--check", stdout=out)

        payment.refresh_from_db()
        assert payment.settled == 120
        assert f"payment {payment.number}" in out.getvalue()
        assert "Everything stored is what is counted." in out.getvalue()


def test_a_long_series_takes_no_more_queries_than_a_short_one(firm, three, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        run("--own-firm", str(firm.pk))
