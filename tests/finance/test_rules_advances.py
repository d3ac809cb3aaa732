"""Advance invoices and what deducts them: never more than is left, cancelled ones give back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from finance.drafting import add_deductions, advance_left, draft_from_proforma, draft_note, open_advances
from finance.models import FinancialDocumentLine, Turnover
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import FinancialDocumentLineFactory, draft, issued
from tests.factories.trade import vat
from tests.factories.users import UserFactory
from tests.finance.test_rules_kinds import refused
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal():
    return {"party": ClientFactory(), "own_firm": OwnFirmFactory()}


def advance_of(deal, price=100, **facts):
    return issued(kind="advance_invoice", price=price, **deal, **facts)


def base_left(advance):
    return sum(advance_left(advance).values())


def test_a_final_invoice_deducts_the_advance_and_the_client_owes_the_rest(deal):
    advance = advance_of(deal, 300)
    final = draft(price=1000, **deal)

    (line,) = add_deductions(final, [advance])
    final.issue(UserFactory())

    assert (line.quantity, line.unit_price) == (-1, 300)
    assert (final.net, final.vat, final.owed) == (700, 140, 840)
    assert base_left(advance) == 0
    assert open_advances(deal["party"], deal["own_firm"]) == []
    assert Turnover.objects.get(party=deal["party"]).net == 1000


def test_an_advance_is_deducted_in_parts_and_never_beyond(deal):
    advance = advance_of(deal, 100)
    first = draft(price=60, **deal)
    add_deductions(first, [advance])
    first.issue(UserFactory())
    second = draft(price=500, **deal)

    add_deductions(second, [advance])

    assert second.lines.get(deducts=advance).unit_price == 40
    second.lines.filter(deducts=advance).update(unit_price=Decimal("40.01"))
    refused(second, "lines", "40,00")


def test_two_drafts_that_deduct_the_same_advance_are_not_both_issued(deal):
    advance = advance_of(deal, 100)
    drafts = [draft(price=100, **deal) for _ in range(2)]
    for one in drafts:
        add_deductions(one, [advance])

    drafts[0].issue(UserFactory())

    assert (drafts[0].gross, drafts[0].owed) == (0, 0)
    refused(drafts[1], "lines")
    drafts[0].cancel(UserFactory(), "Грешка")
    drafts[1].issue(UserFactory())


def test_an_advance_that_is_deducted_is_not_cancelled(deal):
    advance = advance_of(deal)
    final = draft(price=100, **deal)
    add_deductions(final, [advance])
    final.issue(UserFactory())

    with pytest.raises(DocumentError) as refusal:
        advance.cancel(UserFactory(), "Грешка")
    assert final.number in str(refusal.value)

    final.cancel(UserFactory(), "Грешка")
    advance.cancel(UserFactory(), "Грешка")


def test_notes_change_what_is_left_of_an_advance_and_stop_at_what_is_deducted(deal):
    advance, user = advance_of(deal, 100), UserFactory()
    final = draft(price=70, **deal)
    add_deductions(final, [advance])
    final.issue(user)

    note = draft_note(advance, "credit_note", user, reason="Разваляне")
    assert note.net == 30
    note.issue(user)

    assert base_left(advance) == 0
    refused(draft(kind="credit_note", corrects=advance, reason="Още", price=1, **deal), "lines")


def test_each_rate_is_deducted_from_its_own(deal):
    advance = draft(kind="advance_invoice", price=100, **deal)
    FinancialDocumentLineFactory(document=advance, unit_price=50, vat_rate=vat("S", 9))
    advance.issue(UserFactory())
    final = draft(price=80, **deal)
    FinancialDocumentLineFactory(document=final, unit_price=200, vat_rate=vat("S", 9))

    add_deductions(final, [advance])
    final.issue(UserFactory())

    assert sorted(line.unit_price for line in final.lines.filter(deducts=advance)) == [50, 80]
    assert {tax.vat_percent: tax.base for tax in final.taxes.all()} == {20: 0, 9: 150}
    assert list(advance_left(advance).values()) == [20]


def test_prices_with_vat_deduct_with_vat(deal):
    advance = advance_of(deal, "33.33", includes_vat=True)
    final = draft(price="100.00", includes_vat=True, **deal)

    add_deductions(final, [advance])
    final.issue(UserFactory())

    line = final.lines.get(deducts=advance)
    assert (line.unit_price, line.net, final.gross) == (Decimal("33.33"), -advance.net, Decimal("66.67"))
    assert sum(one.net for one in final.lines.all()) == final.net
    assert advance_left(advance) == {}


@pytest.mark.parametrize("gross_first", [True, False])
def test_an_advance_priced_one_way_is_deducted_priced_the_other_way(deal, gross_first):
    advance = advance_of(deal, "100.01", includes_vat=gross_first)
    for price in ("40.03", "999"):
        final = draft(price=price, includes_vat=not gross_first, **deal)
        add_deductions(final, [advance])
        final.issue(UserFactory())

    assert advance_left(advance) == advance_left(advance, gross=True) == {}


def test_only_an_issued_advance_of_the_same_two_in_the_same_currency_is_deducted(deal):
    final = draft(price=1000, **deal)
    for other in (
        issued(**deal),
        draft(kind="advance_invoice", **deal),
        issued(kind="advance_invoice", party=deal["party"]),
        issued(kind="advance_invoice", own_firm=deal["own_firm"]),
    ):
        with pytest.raises(DocumentError):
            add_deductions(final, [other])
        line = FinancialDocumentLine(
            document=final, deducts=other, description="аванс", quantity=-1, unit_price=10, vat_rate=vat()
        )
        line.save()
        refused(final, "lines")
        line.delete()


def test_an_advance_in_levs_is_deducted_in_euro(deal):
    advance = advance_of(deal, "195.58", currency="BGN", date=dt.date(2025, 12, 1))
    final = draft(price=1000, **deal)

    add_deductions(final, [advance])
    final.issue(UserFactory())

    assert final.net == 1000 - advance.net_eur
    assert advance_left(advance, "EUR") == {}


def test_more_advance_than_goods_is_refused(deal):
    advance = advance_of(deal, 100)
    final = draft(price=50, **deal)
    add_deductions(final, [advance])
    final.lines.filter(deducts=advance).update(unit_price=60)

    refused(final, "lines", "More advance")


def test_a_proforma_becomes_an_advance_invoice_and_owes_nothing_itself(deal):
    user = UserFactory()
    proforma = issued(kind="proforma", price=250, **deal)

    advance = draft_from_proforma(proforma, "advance_invoice", user)
    advance.issue(user)

    assert (proforma.owed, proforma.number, advance.source, advance.net) == (0, "0000000001", proforma, 250)
    assert "Аванс по проформа фактура № 0000000001" in advance.lines.get().description
    assert open_advances(deal["party"], deal["own_firm"]) == [advance]
