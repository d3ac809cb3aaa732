"""Personal documents in the dossier: masked, opened against a reason, changed without the number coming back."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.models import PersonalDocument, PersonalDocumentAccess
from tests.documents.papers import ERASE, NUMBER, REVEAL, VIEW, WRITE, add, at, days, kind, tab, typed
from tests.factories.contacts import ContactLinkFactory
from tests.factories.counterparties import BankFactory, ClientFactory, NaturalPersonFactory
from tests.factories.documents import PersonalDocumentFactory
from tests.factories.users import UserFactory
from tests.people import browser_of, signed_in, superuser, worker
from tests.sheets import sheet_of

pytestmark = pytest.mark.django_db
EXPORT = (*VIEW, "documents.export_personaldocument")


@pytest.fixture
def document() -> PersonalDocument:
    return PersonalDocumentFactory(number=NUMBER, issuer="МВР Видин")


# -- Masked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "{tab}",
        "{tab}?export=csv",
        "{tab}?q=иванов&sort=-number",
        "{dossier}",
        "{dossier}history/",
        "{dossier}history/?export=csv",
        "/documents/personal-documents/log/",
        "/documents/personal-documents/log/?export=csv",
        "/documents/personal-documents/{pk}/edit/",
        "/documents/personal-documents/{pk}/reveal/",
        "/documents/personal-documents/{pk}/erase/",
    ],
)
def test_no_page_holds_the_number_not_even_for_those_who_may_open_it(document, address):
    browser = signed_in(superuser())
    dossier = document.party.get_absolute_url()

    answer = browser.get(address.format(tab=tab(document.party), dossier=dossier, pk=document.pk))

    assert answer.status_code == 200
    assert NUMBER not in answer.getvalue().decode(errors="ignore")
    assert NUMBER not in str(answer.headers)


@pytest.mark.parametrize("typed_number", [NUMBER, NUMBER[:6], NUMBER[-4:]])
def test_nothing_is_found_by_the_number(document, typed_number):
    browser = signed_in(superuser())

    assert browser.get("/search/", {"q": typed_number}).context["groups"] == []
    assert browser.get("/counterparties/", {"q": typed_number}).context["total"] == 0
    assert browser.get(tab(document.party), {"q": typed_number}).context["total"] == 0


def test_the_list_shows_two_signs_of_the_number(document):
    assert "•••••56" in browser_of(*VIEW).get(tab(document.party)).content.decode()


def test_a_number_that_no_key_opens_does_not_take_the_list_with_it(document):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE documents_personaldocument SET number = 'gAAAAAlost'")
    browser = signed_in(superuser())

    assert "unreadable" in browser.get(tab(document.party)).content.decode()
    assert "Write it again" in browser.get(at(document, "edit")).content.decode()
    answer = browser.post(at(document, "reveal"), {"reason": "договор за наем"})
    assert "its key is missing" in answer.content.decode()
    assert browser.post(at(document, "edit"), typed(number="")).status_code == 422
    assert browser.post(at(document, "edit"), typed()).status_code == 302
    assert PersonalDocument.objects.get().number == NUMBER


def test_three_rows_cost_as_many_queries_as_one(django_assert_num_queries):
    party = ClientFactory()
    browser = signed_in(superuser())

    def make() -> None:
        PersonalDocumentFactory(
            party=party, person=ContactLinkFactory(party=party).person, added_by=UserFactory(), valid_until=days(-2)
        )

    make()
    url = f"{tab(party)}?columns=holder&columns=type&columns=number&columns=added_by&columns=ground&columns=scan"
    browser.get(url)
    with CaptureQueriesContext(connection) as one:
        browser.get(url)
        count = len(one)
    make()
    make()

    with django_assert_num_queries(count):
        assert browser.get(url).context["total"] == 3


def test_the_warning_costs_no_query_of_its_own(django_assert_num_queries):
    party = NaturalPersonFactory()
    browser = signed_in(superuser())
    browser.get(party.get_absolute_url())
    with CaptureQueriesContext(connection) as without:
        browser.get(party.get_absolute_url())
        count = len(without)
    PersonalDocumentFactory(party=party, valid_until=days(3))

    with django_assert_num_queries(count):
        assert "expires in 3 days" in browser.get(party.get_absolute_url()).content.decode()


# -- The list ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "щерева"}, {"ending"}),
        ({"q": "shtereva"}, {"ending"}),
        ({"q": "никой"}, set()),
        ({"q": "Иван"}, {"valid", "ended", "endless"}),
        ({"state": "valid"}, {"valid", "ending", "endless"}),
        ({"state": "ending"}, {"ending"}),
        ({"state": "ended"}, {"ended"}),
        ({"keeping": "passed"}, {"ended"}),
        ({"type": "id-card"}, {"ending"}),
    ],
)
def test_the_list_is_filtered(query, found):
    party = NaturalPersonFactory()
    other = ContactLinkFactory(party=party, person__given_name="Ана", person__family_name="Щерева").person
    made = {
        "valid": PersonalDocumentFactory(party=party, valid_until=days(31)),
        "ending": PersonalDocumentFactory(party=party, person=other, type=kind("id-card"), valid_until=days(30)),
        "ended": PersonalDocumentFactory(party=party, valid_until=days(-1), keep_until=days(-1)),
        "endless": PersonalDocumentFactory(party=party),
    }
    query = {name: kind(value).pk if name == "type" else value for name, value in query.items()}

    rows = browser_of(*VIEW).get(tab(party), query).context["rows"]

    assert {row.pk for row in rows} == {made[name].pk for name in found}


@pytest.mark.parametrize(
    ("until", "words"),
    [(None, "without an end"), (days(-1), "has ended"), (days(0), "ends today"), (days(1), "ends in 1 day"),
     (days(12), "ends in 12 days")],
)  # fmt: skip
def test_the_end_is_told_in_words(until, words):
    document = PersonalDocumentFactory(valid_until=until)

    assert words in browser_of(*VIEW).get(tab(document.party)).content.decode()


@pytest.mark.parametrize("column", ["holder", "type", "country", "issuer", "issued_on", "valid_until", "keep_until"])
def test_the_list_is_sorted_by_every_column(document, column):
    PersonalDocumentFactory(party=document.party)

    for sign in ("", "-"):
        assert browser_of(*VIEW).get(tab(document.party), {"sort": f"{sign}{column}"}).context["total"] == 2


def test_the_export_holds_no_number_not_even_a_masked_one(document):
    browser = browser_of(*EXPORT)
    query = "columns=holder&columns=number&columns=issuer"

    text = browser.get(f"{tab(document.party)}?export=csv&{query}").getvalue().decode()
    sheet = sheet_of(browser.get(f"{tab(document.party)}?export=xlsx&{query}").getvalue())

    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert rows == [["Holder", "Issued by"], [document.holder_name, "МВР Видин"]]
    assert [cell.value for cell in sheet[1]] == ["Holder", "Issued by"]
    assert NUMBER[-2:] not in text.replace(document.holder_name, "")


# -- Rights ------------------------------------------------------------------------------------------


def test_a_seller_has_no_such_tab(document):
    seller = UserFactory(role="seller", language="en")
    document.party.trader = seller
    document.party.save()
    browser = signed_in(seller)

    assert browser.get(tab(document.party)).status_code == 404
    dossier = browser.get(document.party.get_absolute_url())
    assert dossier.status_code == 200
    assert "Personal documents" not in dossier.content.decode()


def test_an_auditor_sees_the_list_masked_and_the_log_and_opens_nothing(document):
    browser = signed_in(UserFactory(role="auditor", language="en"))

    page = browser.get(tab(document.party))
    assert "•••••56" in page.content.decode()
    assert not page.context["row_actions"]
    assert browser.get(f"{tab(document.party)}?export=csv").status_code == 403
    assert browser.get("/documents/personal-documents/log/").status_code == 200
    for deed in ("reveal", "edit", "erase", "scan"):
        assert browser.post(at(document, deed), {"reason": "проверка по график"}).status_code == 403
    assert not PersonalDocumentAccess.objects.exists()


def test_who_may_only_see_opens_nothing(document):
    browser = browser_of(*VIEW)

    assert browser.post(at(document, "reveal"), {"reason": "искам да видя"}).status_code == 403
    assert at(document, "reveal") not in browser.get(tab(document.party)).content.decode()


def test_a_bank_has_no_place_for_personal_documents():
    bank = BankFactory()

    assert browser_of(*WRITE).get(tab(bank)).status_code == 404
    assert browser_of(*WRITE).get(add(bank)).status_code == 403


# -- Opening -----------------------------------------------------------------------------------------


def test_the_number_is_opened_against_a_reason_and_that_is_logged_each_time(document):
    user = worker(*REVEAL)
    browser = signed_in(user)

    first = browser.post(at(document, "reveal"), {"reason": "Договор за наем"})
    browser.post(at(document, "reveal"), {"reason": "Проверка на договора"})

    assert NUMBER in first.content.decode()
    assert "no-store" in first.headers["Cache-Control"]
    assert first.headers["Refresh"] == f"60; url={tab(document.party)}"
    later, earlier = PersonalDocumentAccess.objects.all()
    assert (earlier.user, earlier.party, earlier.person, earlier.way) == (user, document.party, None, "reveal")
    assert (earlier.reason, later.reason) == ("Договор за наем", "Проверка на договора")
    assert earlier.document_key == document.pk


def test_in_the_panel_the_number_goes_away_by_itself(document):
    answer = browser_of(*REVEAL).post(
        at(document, "reveal"),
        {"reason": "Договор за наем"},
        headers={"hx-request": "true", "hx-target": "panel-body"},
    )

    text = answer.content.decode()
    assert NUMBER in text
    assert "load delay:60s" in text
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "reason", ["", "    ", "а", "......", "1234567", "х" * 301, f"номер {NUMBER}", "за 987 123 456"]
)
def test_without_a_proper_reason_nothing_is_opened_or_logged(document, reason):
    answer = browser_of(*REVEAL).post(at(document, "reveal"), {"reason": reason})

    assert answer.status_code == 422
    assert "•" not in answer.content.decode()
    assert "data-copy" not in answer.content.decode()
    assert not PersonalDocumentAccess.objects.exists()


def test_asking_is_not_yet_opening(document):
    assert browser_of(*REVEAL).get(at(document, "reveal")).status_code == 200
    assert not PersonalDocumentAccess.objects.exists()


def test_what_cannot_be_logged_is_not_opened(document, monkeypatch):
    def fail(**values):
        raise RuntimeError

    monkeypatch.setattr(PersonalDocumentAccess.objects, "create", fail)

    with pytest.raises(RuntimeError):
        browser_of(*REVEAL).post(at(document, "reveal"), {"reason": "Договор за наем"})


def test_the_log_tells_who_whose_when_and_why(document):
    user = worker(*REVEAL, first_name="Петя", last_name="Петрова")
    signed_in(user).post(at(document, "reveal"), {"reason": "Договор за наем"})
    auditor = signed_in(UserFactory(role="auditor", language="en"))

    page = auditor.get("/documents/personal-documents/log/", {"q": "", "whose": "иванов", "way": "reveal"})
    exported = auditor.get("/documents/personal-documents/log/?export=csv").getvalue().decode()

    assert page.context["total"] == 1
    for text in (page.content.decode(), exported):
        for words in ("Петя Петрова", document.party.display_name, "passport", "number revealed", "Договор за наем"):
            assert words in text
    assert auditor.get("/documents/personal-documents/log/", {"way": "scan"}).context["total"] == 0


def test_the_log_costs_the_same_for_three_rows(document, django_assert_num_queries):
    browser = signed_in(superuser())
    url = "/documents/personal-documents/log/"
    browser.post(at(document, "reveal"), {"reason": "Договор за наем"})
    browser.get(url)
    with CaptureQueriesContext(connection) as one:
        browser.get(url)
        count = len(one)
    for other in (document, PersonalDocumentFactory()):
        browser.post(at(other, "reveal"), {"reason": "Договор за наем"})

    with django_assert_num_queries(count):
        assert browser.get(url).context["total"] == 3


# -- The dossier -------------------------------------------------------------------------------------


def test_the_head_warns_in_words_and_only_those_who_may_see():
    company = ClientFactory()
    person = ContactLinkFactory(party=company, person__given_name="Иван", person__family_name="Петров").person
    PersonalDocumentFactory(
        party=company, person=person, type=kind("id-card"), number="641234567", valid_until=days(-1)
    )
    PersonalDocumentFactory(party=company, person=person, valid_until=days(12))
    PersonalDocumentFactory(party=company, person=person, type=kind("driving-licence"), valid_until=days(31))

    warnings = [str(one.text) for one in browser_of(*VIEW).get(company.get_absolute_url()).context["head"].warnings]

    assert warnings == ["Identity card of Иван Петров has expired", "Passport of Иван Петров expires in 12 days"]
    assert not browser_of(*VIEW[:-1]).get(company.get_absolute_url()).context["head"].warnings


def test_a_document_that_was_replaced_warns_no_more():
    document = PersonalDocumentFactory(valid_until=days(-5))
    PersonalDocumentFactory(party=document.party, valid_until=days(3000))

    assert not browser_of(*VIEW).get(document.party.get_absolute_url()).context["head"].warnings


def test_of_many_the_head_names_three():
    party = NaturalPersonFactory()
    for person in ContactLinkFactory.create_batch(5, party=party):
        PersonalDocumentFactory(party=party, person=person.person, valid_until=days(-1))

    warnings = browser_of(*VIEW).get(party.get_absolute_url()).context["head"].warnings

    assert [str(one.text) for one in warnings][3:] == ["More personal documents have expired or soon will"]


def test_the_history_tells_of_the_document_and_nothing_of_its_number(document):
    browser_of(*WRITE).post(at(document, "edit"), typed(number="987000111", issuer="МВР Перник"))

    page = browser_of(*VIEW).get(f"{document.party.get_absolute_url()}history/").content.decode()
    blind = browser_of(*VIEW[:-1]).get(f"{document.party.get_absolute_url()}history/").content.decode()

    assert "МВР Перник" in page
    assert "passport" in page
    assert "987000111" not in page
    assert "МВР Перник" not in blind


def test_a_kind_that_opens_the_tab_stays_while_it_holds_rows():
    company = ClientFactory()
    PersonalDocumentFactory(party=company, person=ContactLinkFactory(party=company).person)
    company.is_client, company.is_bank = False, True

    from counterparties.dossier import refusals_to_remove_kinds

    assert any("Personal documents" in words for words in refusals_to_remove_kinds(company))


def test_erasing_asks_for_a_reason_and_a_yes(document):
    browser = browser_of(*ERASE)

    assert browser.post(at(document, "erase"), {"reason": "край на договора"}).status_code == 422
    assert browser.post(at(document, "erase"), {"sure": "on"}).status_code == 422
    assert PersonalDocument.objects.exists()
    assert browser.post(at(document, "erase"), {"reason": "край на договора", "sure": "on"}).status_code == 302
    assert not PersonalDocument.objects.exists()
