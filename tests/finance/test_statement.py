"""Papers about a party's account: statement, confirmation, reminder, interest; each agrees with the figures."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from common.dates import format_date, today
from common.jobs import run_job
from common.models import Job
from counterparties.models import Relation
from documents.models import File
from events.models import Email, Event
from finance.account import Account
from finance.models import InterestRate, Settlement
from finance.reminders import TYPE
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import days_ago, issued, posted
from tests.factories.trade import ExchangeRateFactory
from tests.factories.users import UserFactory
from tests.finance.test_figures import value
from tests.people import SEE_ALL, browser_of, signed_in, superuser, worker

pytestmark = pytest.mark.django_db

SEES = (*SEE_ALL, "counterparties.balance_client", "finance.view_financialdocument", "finance.view_payment")


@pytest.fixture
def firm():
    return OwnFirmFactory(name="Орион")


@pytest.fixture
def party():
    return ClientFactory(name="Алфа", payment_term_days=5, email="alfa@example.com")


def account(party: Any, firm: Any, *, since: int = 100, until: int = 0, currency: str = "") -> Account:
    return Account.of(party, firm, days_ago(since), days_ago(until), currency, superuser())


def page(path: str, **query: Any) -> Any:
    return signed_in(superuser()).get(f"/finance/accounts/{path}/", query)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages).split())


# -- Statement ---------------------------------------------------------------------------------------------------------


def test_the_statement_tells_documents_and_payments_by_day_with_the_balance_after_each(party, firm):
    invoice = issued(own_firm=firm, party=party, price=100, date=days_ago(20))
    payment = posted(own_firm=firm, party=party, amount=50, date=days_ago(10))
    Settlement.settle(payment, invoice, by=UserFactory())

    told = account(party, firm)

    assert [(one.date, one.debit, one.credit, one.balance) for one in told.entries] == [
        (days_ago(20), 120, None, 120),
        (days_ago(10), None, 50, 70),
    ]
    assert (told.opening, told.debit, told.credit, told.closing) == (0, 120, 50, 70)
    assert told.closing == value("balance", party)


def test_what_lies_before_the_period_is_its_opening_balance(party, firm):
    issued(own_firm=firm, party=party, price=100, date=days_ago(20))
    posted(own_firm=firm, party=party, amount=50, date=days_ago(10))

    told = account(party, firm, since=15)

    assert (told.opening, len(told.entries), told.closing) == (120, 1, 70)


def test_what_was_cancelled_later_stands_with_its_undoing(party, firm):
    invoice = issued(own_firm=firm, party=party, price=100, date=days_ago(20))
    invoice.cancel(UserFactory(), "грешка", on=days_ago(3))

    told = account(party, firm)

    assert [(one.debit, one.balance) for one in told.entries] == [(120, 120), (-120, 0)]
    assert account(party, firm, until=5).closing == value("balance", party, days_ago(5)) == 120
    assert account(party, firm, since=10).opening == 120
    assert told.closing == value("balance", party) == 0


def test_what_another_pays_for_it_stands_as_a_row_of_its_own(party, firm):
    parent = ClientFactory(name="Майка")
    Relation.objects.create(kind=Relation.Kind.PAYS_FOR, from_party=parent, to_party=party)
    invoice = issued(own_firm=firm, party=party, price=100, date=days_ago(20))
    payment = posted(own_firm=firm, party=parent, amount=120, date=days_ago(10))
    Settlement.settle(payment, invoice, by=UserFactory())

    for one in (party, parent):
        assert account(one, firm).closing == value("balance", one) == 0
        assert [bool(entry.url) for entry in account(one, firm).entries] == [True, False]


def test_currencies_are_told_apart_or_all_in_euro_with_the_difference_of_rates(party, firm):
    ExchangeRateFactory(currency="USD", on=days_ago(20), rate=Decimal("1.25"))
    ExchangeRateFactory(currency="USD", on=days_ago(10), rate=Decimal("1.20"))
    invoice = issued(own_firm=firm, party=party, price=100, currency="USD", date=days_ago(20))
    payment = posted(own_firm=firm, party=party, amount=100, date=days_ago(10))
    Settlement.settle(payment, invoice, by=UserFactory())

    dollars, euro, everything = (account(party, firm, currency=code) for code in ("USD", "EUR", ""))

    assert dollars.closing == euro.closing == 0
    assert [one.label for one in everything.entries][-1] == "Exchange difference"
    assert everything.closing == value("balance", party) == 0


def test_the_statement_is_a_page_a_pdf_and_a_sheet(party, firm):
    invoice = issued(own_firm=firm, party=party, price=100, date=days_ago(20))
    since = format_date(days_ago(30))

    shown = page(f"{party.pk}/statement", since=since)
    pdf = page(f"{party.pk}/statement", since=since, print=1)
    sheet = load_workbook(io.BytesIO(page(f"{party.pk}/statement", since=since, export="xlsx").content)).active

    assert str(invoice) in shown.content.decode()
    printed = text_of(pdf.content)
    for words in ("СПРАВКА-ИЗВЛЕЧЕНИЕ", "Орион", "Алфа", invoice.number, "Начално салдо", "120,00", "дължите"):
        assert words in printed, words
    assert [row[5] for row in sheet.iter_rows(values_only=True)][1:] == [0, 120, None, 120]


def test_nonsense_in_the_address_is_told_and_breaks_nothing(party, firm):
    issued(own_firm=firm, party=party)

    answer = page(f"{party.pk}/statement", since="вчера", until="31.02.2026", currency="ZZZ", own_firm="x", page="-1")

    assert answer.status_code == 200
    assert set(answer.context["form"].errors) >= {"since", "until", "currency", "own_firm"}


@pytest.mark.parametrize("missing", SEES[len(SEE_ALL) :])
@pytest.mark.parametrize("paper", ["statement", "confirmation", "reminder", "interest"])
def test_papers_ask_for_documents_payments_and_the_balance(party, firm, missing, paper):
    rights = [right for right in SEES if right != missing]

    assert browser_of(*rights).get(f"/finance/accounts/{party.pk}/{paper}/").status_code == 403


def test_printing_and_exporting_are_rights_of_their_own(party, firm):
    issued(own_firm=firm, party=party)
    browser = browser_of(*SEES)

    for paper in ("statement", "confirmation", "interest"):
        assert browser.get(f"/finance/accounts/{party.pk}/{paper}/?print=1").status_code == 403
        assert browser.get(f"/finance/accounts/{party.pk}/{paper}/?export=xlsx").status_code == 403
    assert browser.get(f"/finance/accounts/{party.pk}/reminder/").status_code == 403


@pytest.mark.parametrize("paper", ["statement", "confirmation", "reminder", "interest"])
def test_papers_are_of_the_firm_in_force_unless_the_address_names_another(party, firm, paper):
    user, last = superuser(), OwnFirmFactory(name="Ригел")
    issued(own_firm=last, party=party)
    path = f"/finance/accounts/{party.pk}/{paper}/"

    assert signed_in(user).get(path).context["firm"] == last
    user.preferences["own_firm"] = firm.pk
    user.save()

    shown = signed_in(user).get(path).context
    assert (shown["firm"], str(shown["form"]["own_firm"].value())) == (firm, str(firm.pk))
    assert signed_in(user).get(path, {"own_firm": last.pk}).context["firm"] == last


# -- Confirmation ------------------------------------------------------------------------------------------------------


def test_the_confirmation_tells_what_was_open_on_the_day_and_has_a_part_to_send_back(party, firm):
    invoice = issued(own_firm=firm, party=party, price=100, date=days_ago(20))
    payment = posted(own_firm=firm, party=party, amount=120, date=days_ago(10))
    Settlement.settle(payment, invoice, by=UserFactory(), on=days_ago(10))
    on = days_ago(15)

    shown = page(f"{party.pk}/confirmation", on=format_date(on))
    printed = text_of(page(f"{party.pk}/confirmation", on=format_date(on), print=1).content)
    sheet = load_workbook(io.BytesIO(page(f"{party.pk}/confirmation", on=format_date(on), export="xlsx").content))

    assert [one.balance for one in shown.context["items"].sums] == [120] == [value("balance", party, on)]
    for words in (
        "ПОТВЪРЖДЕНИЕ НА САЛДА",
        "Потвърждаваме",
        "Не потвърждаваме",
        invoice.number,
        "120,00",
        "сто и двадесет",
    ):
        assert words in printed, words
    assert list(sheet.active.iter_rows(values_only=True))[1][5] == 120
    assert page(f"{party.pk}/confirmation").context["items"].sums == []


def test_a_balance_in_levs_stands_with_its_euro_at_the_fixed_rate(party, firm):
    issued(own_firm=firm, party=party, price=100, currency="BGN", date=dt.date(2025, 11, 3))
    issued(own_firm=firm, party=party, price=10)

    shown = page(f"{party.pk}/confirmation").content.decode()
    printed = text_of(page(f"{party.pk}/confirmation", print=1).content)
    sheet = load_workbook(io.BytesIO(page(f"{party.pk}/confirmation", export="xlsx").content))

    assert "= 61,36\xa0€" in shown
    assert shown.count("1,95583") == 1
    assert "61,36 EUR (1 EUR = 1,95583 BGN)" in printed
    assert printed.count("Равностойност") == 1
    totals = [row for row in sheet.active.iter_rows(values_only=True) if row[7] in ("EUR", "BGN")][-3:]
    assert [(float(str(row[5])), row[6], row[7]) for row in totals] == [
        (12, 0, "EUR"),
        (120, 0, "BGN"),
        (61.36, None, "EUR"),
    ]


# -- Reminder ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def late(party, firm):
    InterestRate.objects.get_or_create(valid_from=dt.date(2026, 7, 1), defaults={"base_percent": 2, "points": 8})
    return issued(own_firm=firm, party=party, price=1000, date=days_ago(40))


def test_a_reminder_names_the_chosen_documents_with_interest_and_costs_and_is_remembered(party, firm, late):
    other = issued(own_firm=firm, party=party, price=7, date=days_ago(30))
    browser = signed_in(superuser())
    path = f"/finance/accounts/{party.pk}/reminder/"
    typed = {"documents": [str(late.pk)], "with_interest": "on", "with_costs": "on", "costs": "40,90", "days": "5"}

    look = browser.post(path, typed | {"look": "1"})
    assert not Event.objects.filter(type__code=TYPE).exists()
    made = browser.post(path, typed | {"make": "1"}, follow=True)

    printed = text_of(look.content)
    for words in ("ПОКАНА ЗА ПЛАЩАНЕ", late.number, "1 200,00", "Законна лихва", "40,90", "309а"):
        assert words in printed.replace("\u00a0", " "), words
    assert other.number not in printed
    event = Event.objects.get(type__code=TYPE)
    assert (event.party, event.is_private) == (party, False)
    assert event.done_at is not None
    assert "1 2" in event.subject.replace("\u00a0", " ")
    assert event.files.get() == File.objects.get(party=party)
    assert made.status_code == 200
    assert format_date(today()) in browser.get("/finance/reminders/").content.decode()


def test_an_e_mail_is_written_with_the_reminder_attached(party, firm, late):
    answer = signed_in(superuser()).post(
        f"/finance/accounts/{party.pk}/reminder/", {"documents": [str(late.pk)], "days": "7", "send": "1"}
    )

    assert answer.headers["Location"].startswith("/events/")
    assert f"file={File.objects.get().pk}" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"documents": [], "days": "7"}, "documents"),
        ({"documents": ["999999"], "days": "7"}, "documents"),
        ({"days": "0"}, "days"),
        ({"days": "7", "with_costs": "on", "costs": "0"}, "costs"),
        ({"days": "7", "with_costs": "on", "costs": "много"}, "costs"),
    ],
)
def test_a_wrong_reminder_is_told_at_the_field_and_remembered_by_nobody(party, firm, late, typed, field):
    answer = signed_in(superuser()).post(
        f"/finance/accounts/{party.pk}/reminder/", {"documents": [str(late.pk)], **typed, "make": "1"}
    )

    assert answer.status_code == 422
    assert field in answer.context["reminder_form"].errors
    assert not Event.objects.filter(type__code=TYPE).exists()


def test_a_reminder_with_interest_of_a_half_year_without_a_rate_is_refused_in_words(party, firm):
    InterestRate.objects.all().delete()
    late = issued(own_firm=firm, party=party, price=1000, date=days_ago(40))

    answer = signed_in(superuser()).post(
        f"/finance/accounts/{party.pk}/reminder/",
        {"documents": [str(late.pk)], "days": "7", "with_interest": "on", "make": "1"},
    )

    assert answer.status_code == 422
    assert "not entered" in str(answer.context["reminder_form"].errors["with_interest"])


def test_only_what_is_overdue_is_reminded_of(party, firm):
    issued(own_firm=firm, party=party)

    assert page(f"{party.pk}/reminder").context["documents"] == []


def bulk(action: str, *parties: Any) -> Job:
    user = superuser()
    answer = signed_in(user).post(
        "/finance/reminders/", {"action": action, "selected": [str(one.pk) for one in parties]}, follow=True
    )
    assert answer.status_code == 200
    job = Job.objects.get(user=user)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def test_reminders_of_many_become_one_file_in_which_each_has_its_own_pages(party, firm, late):
    other = ClientFactory(name="Бета", payment_term_days=1)
    issued(own_firm=firm, party=other, price=5, date=days_ago(9))

    job = bulk("pdf", party, other)

    with job.file.open("rb") as file:
        reader = PdfReader(file)
        assert len(reader.pages) == 2
        assert all("1 от 1" in one.extract_text() for one in reader.pages)
    assert Event.objects.filter(type__code=TYPE).count() == 2


def test_reminders_by_e_mail_go_to_those_who_have_an_address(party, firm, late, settings):
    settings.EMAIL_HOST = "localhost"
    nobody = ClientFactory(name="Без адрес", payment_term_days=1, email="")
    issued(own_firm=firm, party=nobody, price=5, date=days_ago(9))

    job = bulk("mail", party, nobody)

    assert "Без адрес" in job.message
    email = Email.objects.get()
    assert email.recipients[0]["email"] == "alfa@example.com"
    assert Event.objects.filter(type__code=TYPE).count() == 1


def test_who_may_not_send_cannot_send_to_many(party, firm, late):
    browser = signed_in(worker(*SEES, "finance.view_reports"))

    assert browser.post("/finance/reminders/", {"action": "mail", "selected": [str(party.pk)]}).status_code == 403
    assert browser.post("/finance/reminders/", {"action": "pdf", "selected": [str(party.pk)]}).status_code == 403


# -- Interest ----------------------------------------------------------------------------------------------------------


def test_the_interest_is_told_by_document_days_and_rate(party, firm, late):
    shown = page(f"{party.pk}/interest")
    printed = text_of(page(f"{party.pk}/interest", print=1).content)
    sheet = load_workbook(io.BytesIO(page(f"{party.pk}/interest", export="xlsx").content)).active

    counted = shown.context["sheet"]
    assert [row.document for row in counted.rows] == [late]
    assert counted.rows[0].pieces[-1].until == today()
    assert counted.total > 0
    assert "ИЗЧИСЛЕНИЕ НА ЗАКОННА ЛИХВА" in printed
    assert sum(row[7] for row in list(sheet.iter_rows(values_only=True))[1:]) == float(counted.total)


def test_without_a_rate_the_page_says_so(party, firm, late):
    InterestRate.objects.all().delete()

    answer = page(f"{party.pk}/interest", print=1)

    assert answer.status_code == 200
    assert "not entered" in answer.content.decode()


def test_the_papers_are_offered_in_the_head_to_those_who_may(party, firm):
    seeing = browser_of(*SEES, "finance.print_financialdocument").get(party.get_absolute_url()).content.decode()
    not_seeing = browser_of(*SEE_ALL, "finance.view_financialdocument").get(party.get_absolute_url()).content.decode()

    assert f"/finance/accounts/{party.pk}/statement/" in seeing
    assert "/finance/accounts/" not in not_seeing
