"""Notes with a series apart: within a firm no invoice and no note carry the same number."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from documents.models import NumberSeries
from finance.models import FinancialDocument, FirmSettings, PeriodClosing
from tests.factories.counterparties import OwnFirmFactory
from tests.factories.finance import entered, issued
from tests.factories.users import UserFactory
from trade.errors import DocumentError

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    made = OwnFirmFactory()
    FirmSettings.objects.create(own_firm=made, notes_apart=True)
    return made


def test_a_note_takes_a_number_far_from_those_of_invoices(firm):
    invoice = issued(own_firm=firm)
    note = issued(own_firm=firm, party=invoice.party, kind="credit_note", price=10, corrects=invoice, reason="Връщане")

    assert (invoice.number, note.number) == ("0000000001", "5000000001")


def test_a_series_of_notes_cannot_be_set_over_numbers_of_invoices(firm):
    invoice = issued(own_firm=firm)

    with pytest.raises(ValidationError):
        NumberSeries(own_firm=firm, code="tax-notes", digits=10, first_number=1).full_clean()
    NumberSeries(own_firm=firm, code="tax-notes", digits=10, first_number=2_000_000_001).full_clean()
    NumberSeries.objects.get(own_firm=firm, code=invoice.series).full_clean()


def test_the_database_takes_a_number_of_an_invoice_and_a_note_once(firm):
    invoice = issued(own_firm=firm)
    note = issued(own_firm=firm, party=invoice.party, kind="credit_note", price=10, corrects=invoice, reason="Връщане")

    copy = FinancialDocument.objects.get(pk=note.pk)
    copy.pk, copy.entry_key, copy.number, copy.position, copy.series = None, None, invoice.number, 1, "tax-notes"
    copy._state.adding = True

    with pytest.raises(IntegrityError, match="findoc_tax_number_once"), transaction.atomic():
        copy.save()


def test_what_is_dated_in_a_closed_month_and_came_later_is_entered_where_it_came(firm):
    from datetime import timedelta

    from common.dates import today

    last_month = today().replace(day=1) - timedelta(days=1)
    PeriodClosing.close(firm, last_month, UserFactory())

    late = entered(own_firm=firm, date=last_month)

    assert late.vat_period == today().replace(day=1)
    with pytest.raises(DocumentError):
        issued(own_firm=firm, date=last_month)
