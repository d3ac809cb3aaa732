"""Pages of periods, of the settings of an own firm, and of offsets."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from common.dates import today
from contacts import access
from finance.drafting import draft_offset
from finance.models import FinancialDocument, FirmSettings, PeriodClosing
from finance.period_sheet import months_before, months_of
from finance.views import offsets
from tests.documents.uploads import png
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import draft, entered, issued, posted
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db
OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
def boss(client):
    user = UserFactory(role="administrator", language="en")
    client.force_login(user)
    return user


def periods_of(firm):
    return f"{reverse('finance:period_list')}?own_firm={firm.pk}"


def test_a_month_says_what_is_in_it_and_what_waits(boss):
    firm = OwnFirmFactory()
    day = OCTOBER + dt.timedelta(days=4)
    issued(own_firm=firm, date=day)
    draft(own_firm=firm, date=day)
    posted(own_firm=firm, date=day)

    months, years = months_of(firm, boss)

    assert [month.month for month in months] == [today().replace(day=1), OCTOBER]
    october = months[-1]
    assert (october.documents, october.draft_documents, october.payments, october.draft_payments) == (1, 1, 1, 0)
    assert years == [2026]


def test_months_go_back_over_new_year():
    assert months_before(dt.date(2026, 1, 1), 1) == dt.date(2025, 12, 1)
    assert months_before(dt.date(2026, 11, 1), 23) == dt.date(2024, 12, 1)


def test_a_period_is_closed_and_opened_again_with_a_reason(client, boss):
    firm = OwnFirmFactory()
    draft(own_firm=firm, date=OCTOBER)
    closing = reverse("finance:period_close", args=[firm.pk, "2026-10"])

    assert "still a draft" in client.get(closing).content.decode()
    client.post(closing)
    row = PeriodClosing.objects.get(own_firm=firm, month=OCTOBER)
    page = client.get(periods_of(firm)).content.decode()
    assert reverse("finance:period_reopen", args=[row.pk]) in page
    assert row.closed_by == boss

    refused = client.post(reverse("finance:period_reopen", args=[row.pk]), {"reason": ""})
    assert refused.status_code == 422
    client.post(reverse("finance:period_reopen", args=[row.pk]), {"reason": "Пропусната фактура"})
    row.refresh_from_db()
    assert row.reopen_reason == "Пропусната фактура"
    assert "Пропусната фактура" in client.get(periods_of(firm)).content.decode()


def test_the_present_month_and_nonsense_are_not_closed(client, boss):
    firm = OwnFirmFactory()
    client.post(reverse("finance:period_close", args=[firm.pk, f"{today():%Y-%m}"]))
    assert not PeriodClosing.objects.exists()
    for month in ("2026-13", "x", "0000-01"):
        assert client.get(reverse("finance:period_close", args=[firm.pk, month])).status_code == 404
    assert client.get(f"{reverse('finance:period_list')}?own_firm=99999999").status_code == 404


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_of_periods_costs_the_same_for_many_months(client, boss, django_assert_max_num_queries, many):
    firm = OwnFirmFactory()
    for month in range(many):
        issued(own_firm=firm, date=dt.date(2026, 6 + month, 5))
        PeriodClosing.close(firm, dt.date(2026, 6 + month, 5), boss)
    client.get(periods_of(firm))

    with django_assert_max_num_queries(16):
        assert client.get(periods_of(firm)).status_code == 200


def settings_values(**values):
    return {
        "prepared_by": "Мария Иванова",
        "place": "София",
        "foot": "",
        "payment_term_days": "30",
        "tolerance": "0,05",
        "cash_limit": "5 112,92",
        **values,
    }


def test_settings_of_a_firm_are_saved_with_its_logo(client, boss):
    firm = OwnFirmFactory()
    url = reverse("finance:firm_settings", args=[firm.pk])
    logo = SimpleUploadedFile("logo.png", png(), content_type="image/png")

    answer = client.post(url, settings_values(logo=logo, notes_apart="on"))

    assert answer.status_code == 302, answer.context["form"].errors
    kept = FirmSettings.objects.get(own_firm=firm)
    assert (kept.payment_term_days, kept.tolerance, kept.notes_apart) == (30, Decimal("0.05"), True)
    picture = client.get(reverse("finance:firm_logo", args=[firm.pk]))
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert b"".join(picture.streaming_content) == png()
    client.post(url, settings_values(remove_logo="on"))
    assert client.get(reverse("finance:firm_logo", args=[firm.pk])).status_code == 404
    assert not FirmSettings.objects.get(own_firm=firm).logo


@pytest.mark.parametrize(
    "values",
    [
        {"tolerance": "-1"},
        {"tolerance": "100"},
        {"payment_term_days": "400"},
        {"payment_term_days": "-1"},
        {"cash_limit": "x"},
    ],
)
def test_settings_that_cannot_be_are_refused_at_their_fields(client, boss, values):
    answer = client.post(reverse("finance:firm_settings", args=[OwnFirmFactory().pk]), settings_values(**values))

    assert set(answer.context["form"].errors) == set(values)
    assert not FirmSettings.objects.exists()


def test_a_logo_is_a_picture(client, boss):
    for name, data in (("logo.png", b"<svg onload=alert(1)>"), ("logo.svg", b"<svg></svg>"), ("a.pdf", b"%PDF-1.4")):
        answer = client.post(
            reverse("finance:firm_settings", args=[OwnFirmFactory().pk]),
            settings_values(logo=SimpleUploadedFile(name, data)),
        )
        assert "logo" in answer.context["form"].errors


def test_an_offset_is_drafted_issued_and_changed_on_pages(client, boss):
    party, firm = ClientFactory(is_supplier=True), OwnFirmFactory()
    ours, theirs = issued(party=party, own_firm=firm, price=100), entered(party=party, own_firm=firm, price=50)
    url = f"{reverse('finance:offset_add')}?party={party.pk}&own_firm={firm.pk}"

    form = client.get(url).context["form"]
    assert (form.initial[f"d{ours.pk}"], form.initial[f"d{theirs.pk}"]) == (Decimal("60.00"), Decimal("60.00"))
    too_much = client.post(url, {"date": f"{today():%d.%m.%Y}", f"d{ours.pk}": "500", f"d{theirs.pk}": "60"})
    assert f"d{ours.pk}" in too_much.context["form"].errors
    nothing = client.post(url, {"date": f"{today():%d.%m.%Y}", f"d{ours.pk}": "60"})
    assert nothing.status_code == 422
    client.post(url, {"date": f"{today():%d.%m.%Y}", f"d{ours.pk}": "60", f"d{theirs.pk}": "60"})

    protocol = FinancialDocument.objects.get(kind="offset")
    edit = reverse("finance:offset_edit", args=[protocol.pk])
    client.post(edit, {"date": f"{today():%d.%m.%Y}", f"d{ours.pk}": "40,00", f"d{theirs.pk}": "60"})
    protocol.refresh_from_db()
    assert protocol.gross == 40
    protocol.issue(boss)
    ours.refresh_from_db()
    assert ours.open == 80
    assert client.get(edit).status_code == 302


def test_an_offset_that_somebody_else_saved_meanwhile_is_saved_only_after_the_difference_was_seen(client, boss):
    two = {"party": ClientFactory(is_supplier=True), "own_firm": OwnFirmFactory()}
    ours, theirs = issued(price=100, **two), entered(price=100, **two)
    protocol = draft_offset(two["party"], two["own_firm"], [ours], [theirs], boss)
    edit = reverse("finance:offset_edit", args=[protocol.pk])
    opened = client.get(edit).context["form"]["version"].value()
    sent = {"date": f"{today():%d.%m.%Y}", "version": opened, f"d{ours.pk}": "50", f"d{theirs.pk}": "50"}
    other = Client()
    other.force_login(UserFactory(role="administrator", first_name="Мария", last_name="Друга"))
    other.post(edit, sent | {"note": "чуждо", f"d{ours.pk}": "70,00", f"d{theirs.pk}": ""})
    other.post(edit, sent | {"note": "чуждо", f"d{ours.pk}": "70,00"})

    answer = client.post(edit, sent | {"note": "мое"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else has changed this draft" in page
    assert "Мария Друга saved it on" in page
    assert [(one.saved, one.typed) for one in answer.context["form"].differences] == [
        ("чуждо", "мое"),
        ("70,00", "50,00"),
    ]
    protocol.refresh_from_db()
    assert (protocol.note, protocol.gross) == ("чуждо", 50)

    client.post(edit, sent | {"note": "мое", "version": answer.context["form"]["version"].value()})

    protocol.refresh_from_db()
    assert (protocol.note, protocol.version) == ("мое", 3)
    assert protocol.offset_items.get(document=ours).amount == 50


def test_an_offset_that_was_issued_meanwhile_is_not_changed_and_what_was_typed_stays(client, boss, monkeypatch):
    two = {"party": ClientFactory(is_supplier=True), "own_firm": OwnFirmFactory()}
    ours, theirs = issued(**two), entered(**two)
    protocol = draft_offset(two["party"], two["own_firm"], [ours], [theirs], boss)
    found = access.seen

    def seen_just_before_it_was_issued(*args):
        row = found(*args)
        FinancialDocument.objects.get(pk=protocol.pk).issue(boss)
        return row

    monkeypatch.setattr(offsets, "seen", seen_just_before_it_was_issued)

    answer = client.post(
        reverse("finance:offset_edit", args=[protocol.pk]), {"date": f"{today():%d.%m.%Y}", "note": "мое"}
    )

    assert answer.status_code == 422
    assert "Somebody else has issued this document meanwhile" in answer.content.decode()
    assert "мое" in answer.content.decode()
    protocol.refresh_from_db()
    assert (protocol.is_issued, protocol.note) == (True, "")


def test_an_offset_begins_with_the_counterparty(client, boss):
    assert client.get(reverse("finance:offset_add")).status_code == 200
    lonely = ClientFactory()
    OwnFirmFactory()
    page = client.get(f"{reverse('finance:offset_add')}?party={lonely.pk}").content.decode()
    assert "both sides must have something open" in page
