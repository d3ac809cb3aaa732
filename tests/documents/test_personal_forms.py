"""The form of a personal document: whose it is, what is wrong told at its field, the number that never comes back."""

import pytest

from documents.models import PersonalDocument
from tests.documents.papers import NUMBER, WRITE, add, at, days, kind, tab, typed
from tests.factories.contacts import ContactLinkFactory, ContactPersonFactory
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory
from tests.factories.documents import PersonalDocumentFactory
from tests.people import browser_of, signed_in, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> PersonalDocument:
    return PersonalDocumentFactory(number=NUMBER, issuer="МВР Видин")


def test_a_document_of_the_party_itself_is_added():
    party, user = NaturalPersonFactory(), worker(*WRITE)

    answer = signed_in(user).post(add(party), typed(number=" 987 123-456 "))

    assert answer.headers["Location"] == tab(party)
    document = PersonalDocument.objects.get()
    assert (document.party, document.person, document.added_by) == (party, None, user)
    assert (document.number, document.issuer) == (NUMBER, "МВР Видин")


def test_of_a_company_the_document_is_a_contact_persons():
    company = ClientFactory()
    serving = ContactLinkFactory(party=company).person
    gone = ContactLinkFactory(party=company, valid_to=days(-1)).person
    stranger = ContactPersonFactory()
    browser = browser_of(*WRITE)

    offered = browser.get(add(company)).context["form"].fields["person"].queryset
    assert list(offered) == [serving]
    for wrong in ("", gone.pk, stranger.pk):
        answer = browser.post(add(company), typed(person=wrong))
        assert answer.context["form"].errors["person"]
    assert browser.post(add(company), typed(person=serving.pk)).status_code == 302
    assert PersonalDocument.objects.get().holder == serving


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "12345678"}, "number"),
        ({"number": "AB1234567"}, "number"),
        ({"number": "9871\u202e23456"}, "number"),
        ({"number": "9" * 5000}, "number"),
        ({"issued_on": "01.01.2999"}, "issued_on"),
        ({"valid_until": "31.01.2024"}, "valid_until"),
        ({"valid_until": "31.02.2030"}, "valid_until"),
        ({"ground": ""}, "ground"),
        ({"purpose": "  "}, "purpose"),
        ({"keep_until": ""}, "keep_until"),
        ({"keep_until": "01.01.2020"}, "keep_until"),
        ({"type": "0"}, "type"),
        ({"country": "XX"}, "country"),
        ({"ground": f"по паспорт № {NUMBER}"}, "ground"),
        ({"issuer": "МВР 987 123 456"}, "issuer"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(changed, field):
    answer = browser_of(*WRITE).post(add(NaturalPersonFactory()), typed(**changed))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Сключване на наем" in answer.content.decode() or field == "purpose"
    assert not PersonalDocument.objects.exists()


@pytest.mark.parametrize(("issued_on", "refused"), [("16.06.2024", False), ("17.06.2024", True)])
def test_the_form_of_the_number_follows_the_date_of_issue(issued_on, refused):
    answer = browser_of(*WRITE).post(add(NaturalPersonFactory()), typed(type=kind("id-card").pk, issued_on=issued_on))

    assert answer.status_code == (422 if refused else 302)
    if refused:
        assert "from 17.06.2024" in str(answer.context["form"].errors["number"])


def test_the_number_does_not_come_back_and_an_empty_field_keeps_it(document):
    browser = browser_of(*WRITE)

    page = browser.get(at(document, "edit"))
    answer = browser.post(at(document, "edit"), typed(number="", purpose="Ново предназначение"))

    assert "Leave empty to keep •••••56." in page.content.decode()
    assert answer.status_code == 302
    document = PersonalDocument.objects.get()
    assert (document.number, document.purpose) == (NUMBER, "Ново предназначение")


def test_a_kept_number_must_still_fit_type_and_date(document):
    answer = browser_of(*WRITE).post(
        at(document, "edit"), typed(number="", type=kind("id-card").pk, issued_on="18.06.2024")
    )

    assert "from 17.06.2024" in str(answer.context["form"].errors["number"])
    assert NUMBER not in answer.content.decode()


def test_a_term_of_keeping_is_not_set_to_a_day_that_has_passed(document):
    answer = browser_of(*WRITE).post(at(document, "edit"), typed(number="", keep_until="01.01.2020"))

    assert "has passed" in str(answer.context["form"].errors["keep_until"])


def test_a_document_erased_while_it_is_saved_does_not_come_back(document, monkeypatch):
    monkeypatch.setattr("documents.erasure.locked", lambda pk: None)

    answer = browser_of(*WRITE).post(at(document, "edit"), typed(number=""))

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_a_new_number_takes_the_place_of_the_old(document):
    assert browser_of(*WRITE).post(at(document, "edit"), typed(number="987000111")).status_code == 302

    assert PersonalDocument.objects.get().number == "987000111"


def test_what_somebody_else_changed_meanwhile_is_told_once(document):
    browser = browser_of(*WRITE)

    def seen() -> dict[str, str]:
        form = browser.get(at(document, "edit")).context["form"]
        return {name: form[name].value() for name in ("seen", "seen_number")}

    mine = seen()
    browser.post(at(document, "edit"), typed(number="", issuer="МВР Перник", **seen()))

    refused = browser.post(at(document, "edit"), typed(number="", issuer="МВР Ямбол", **mine))

    assert "МВР Видин → МВР Перник" in " ".join(refused.context["form"].non_field_errors())
    again = {name: refused.context["form"][name].value() for name in ("seen", "seen_number")}
    assert browser.post(at(document, "edit"), typed(number="", issuer="МВР Ямбол", **again)).status_code == 302
    assert PersonalDocument.objects.get().issuer == "МВР Ямбол"


def test_a_number_that_somebody_else_changed_is_told_without_saying_it(document):
    browser = browser_of(*WRITE)
    same = {"issuer": "МВР Видин", "issued_on": "", "valid_until": "", "ground": document.ground}
    common = typed(**same, purpose=document.purpose, keep_until=f"{document.keep_until:%d.%m.%Y}")

    def seen() -> dict[str, str]:
        form = browser.get(at(document, "edit")).context["form"]
        return {name: form[name].value() for name in ("seen", "seen_number")}

    mine = seen()
    assert browser.post(at(document, "edit"), common | {"number": "987000222"} | seen()).status_code == 302

    refused = browser.post(at(document, "edit"), common | {"number": "987000333"} | mine)

    assert "Somebody else has changed the number" in str(refused.context["form"].errors["number"])
    assert "987000222" not in refused.content.decode()
    assert PersonalDocument.objects.get().number == "987000222"
    again = {name: refused.context["form"][name].value() for name in ("seen", "seen_number")}
    assert browser.post(at(document, "edit"), common | {"number": "987000333"} | again).status_code == 302
    assert PersonalDocument.objects.get().number == "987000333"


def test_a_second_valid_document_of_a_type_is_asked_about(document):
    browser = browser_of(*WRITE)

    refused = browser.post(add(document.party), typed(number="987000444"))

    assert "already has a document of this type" in str(refused.context["form"].errors["even_so"])
    assert browser.post(add(document.party), typed(number="987000444", even_so="on")).status_code == 302
    assert PersonalDocument.objects.count() == 2


def test_beside_one_that_has_ended_a_new_one_is_not_asked_about():
    document = PersonalDocumentFactory(valid_until=days(-1))

    assert browser_of(*WRITE).post(add(document.party), typed()).status_code == 302
