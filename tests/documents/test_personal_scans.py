"""Scans of identity papers: only where an administrator has named the law, encrypted, opened with a reason, erased."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from documents.models import PersonalDocument, PersonalDocumentAccess, PersonalDocumentType
from tests.documents.papers import (
    ERASE,
    REVEAL,
    WRITE,
    add,
    at,
    files_that_hold,
    kind,
    picture,
    stored_files,
    typed,
    with_scans_allowed,
)
from tests.factories.counterparties import NaturalPersonFactory
from tests.factories.documents import PersonalDocumentFactory
from tests.people import browser_of, signed_in, superuser, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_scan(django_capture_on_commit_callbacks):
    """A document with a scan, and the scan's bytes."""
    with_scans_allowed()
    party, scan = NaturalPersonFactory(), picture()
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser_of(*WRITE).post(f"/documents/personal-documents/add/?party={party.pk}", typed(scan=scan))
    assert answer.status_code == 302
    scan.seek(0)
    return PersonalDocument.objects.get(), scan.read()


def forbid() -> None:
    PersonalDocumentType.objects.update(scan_allowed=False)


# -- The slot ----------------------------------------------------------------------------------------


def test_by_default_there_is_no_place_for_a_scan():
    party = NaturalPersonFactory()
    browser = browser_of(*WRITE)

    form = browser.get(add(party)).context["form"]
    browser.post(add(party), typed(scan=picture()))

    assert "scan" not in form.fields
    assert not PersonalDocument.objects.get().scan
    assert stored_files() == {}


def test_the_place_says_the_ground_and_shows_for_its_type_alone():
    one = with_scans_allowed(ground="чл. 53, ал. 2 ЗМИП")
    page = browser_of(*WRITE).get(add(NaturalPersonFactory())).content.decode()

    assert "чл. 53, ал. 2 ЗМИП" in page
    assert f"type!={kind('id-card').pk}" in page
    assert f"type!={one.pk}" not in page


def test_of_another_type_a_scan_is_refused():
    with_scans_allowed()

    answer = browser_of(*WRITE).post(
        add(NaturalPersonFactory()),
        typed(type=kind("id-card").pk, issued_on="01.01.2020", scan=picture()),
    )

    assert "no law is named" in str(answer.context["form"].errors["scan"])
    assert stored_files() == {}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.png", b"not a picture"),
        ("scan.html", b"<!doctype html><script>alert(1)</script>"),
        ("scan.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("scan.txt", "обикновен текст".encode()),
        ("scan.pdf", b""),
    ],
)
def test_only_pictures_and_pdf_are_taken(name, content):
    with_scans_allowed()

    answer = browser_of(*WRITE).post(add(NaturalPersonFactory()), typed(scan=SimpleUploadedFile(name, content)))

    assert list(answer.context["form"].errors) == ["scan"]
    assert stored_files() == {}


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("documents.personal_scans.MAX_BYTES", 100)
    with_scans_allowed()

    answer = browser_of(*WRITE).post(add(NaturalPersonFactory()), typed(scan=picture()))

    assert list(answer.context["form"].errors) == ["scan"]


def test_without_a_ground_the_database_allows_no_scans():
    with pytest.raises(IntegrityError, match="scan_only_with_ground"), transaction.atomic():
        PersonalDocumentType.objects.filter(code="passport").update(scan_allowed=True)


# -- Stored and opened -------------------------------------------------------------------------------


def test_a_scan_lies_encrypted_under_a_name_that_says_nothing(with_scan):
    document, scan = with_scan

    (name,) = stored_files()
    assert name == document.scan.name
    assert name.startswith("personal/")
    assert name.endswith(".bin")
    assert "987123456" not in name + document.scan_name
    assert files_that_hold(scan[20:60]) == []


def test_a_scan_is_opened_against_a_reason_as_a_download_and_logged(with_scan):
    document, scan = with_scan
    user = worker(*REVEAL)
    browser = signed_in(user)

    assert browser.get(at(document, "scan")).status_code == 200
    assert browser.post(at(document, "scan"), {"reason": " "}).status_code == 422
    assert not PersonalDocumentAccess.objects.exists()
    answer = browser.post(at(document, "scan"), {"reason": "Проверка по ЗМИП"})

    assert answer.getvalue() == scan
    assert answer.headers["Content-Disposition"] == 'attachment; filename="scan.png"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    (access,) = PersonalDocumentAccess.objects.all()
    assert (access.user, access.way, access.reason) == (user, "scan", "Проверка по ЗМИП")


def test_a_scan_that_is_gone_is_told(with_scan):
    document, _scan = with_scan
    document.scan.storage.delete(document.scan.name)

    answer = browser_of(*REVEAL).post(at(document, "scan"), {"reason": "Проверка по ЗМИП"})

    assert "cannot be read" in answer.content.decode()


def test_a_new_scan_takes_the_place_of_the_old_bytes_and_all(with_scan, django_capture_on_commit_callbacks):
    document, _scan = with_scan
    before = document.scan.name
    new = picture()

    with django_capture_on_commit_callbacks(execute=True):
        answer = browser_of(*WRITE).post(at(document, "edit"), typed(number="", scan=new))

    assert answer.status_code == 302
    document.refresh_from_db()
    assert list(stored_files()) == [document.scan.name]
    assert document.scan.name != before
    assert document.number == "987123456"


def test_a_scan_is_erased_alone_in_the_form(with_scan, django_capture_on_commit_callbacks):
    document, _scan = with_scan

    with django_capture_on_commit_callbacks(execute=True):
        browser_of(*WRITE).post(at(document, "edit"), typed(number="", erase_scan="on"))

    assert stored_files() == {}
    assert not PersonalDocument.objects.get().scan
    assert PersonalDocumentAccess.objects.get().way == "erased"


def test_a_save_that_fails_keeps_the_old_scan(with_scan, monkeypatch, django_capture_on_commit_callbacks):
    document, _scan = with_scan

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(PersonalDocument, "save", fail)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        browser_of(*WRITE).post(at(document, "edit"), typed(number="", scan=picture()))

    assert document.scan.name in stored_files()


# -- No longer allowed -------------------------------------------------------------------------------


def test_when_scans_are_no_longer_allowed_none_is_opened_and_they_are_listed(with_scan):
    document, _scan = with_scan
    PersonalDocumentFactory(party=document.party)
    forbid()
    browser = signed_in(superuser())

    answer = browser.post(at(document, "scan"), {"reason": "Проверка по ЗМИП"})

    assert answer.status_code == 302
    assert not PersonalDocumentAccess.objects.exists()
    assert "scan" not in browser.get(at(document, "edit")).context["form"].fields
    rows = browser.get("/documents/personal-documents/scans/").context["rows"]
    assert [row.pk for row in rows] == [document.pk]


def test_listed_scans_are_erased_and_their_documents_stay(with_scan, django_capture_on_commit_callbacks):
    document, _scan = with_scan
    forbid()
    user = worker(*ERASE)

    with django_capture_on_commit_callbacks(execute=True):
        signed_in(user).post(
            "/documents/personal-documents/scans/", {"action": "erase_scans", "selected": [document.pk]}
        )

    assert stored_files() == {}
    document = PersonalDocument.objects.get()
    assert (document.scan.name, document.scan_name, document.number) == ("", "", "987123456")
    assert (PersonalDocumentAccess.objects.get().user, PersonalDocumentAccess.objects.get().way) == (user, "erased")


def test_the_list_of_scans_that_are_allowed_is_empty(with_scan):
    assert signed_in(superuser()).get("/documents/personal-documents/scans/").context["total"] == 0


# -- Settings ----------------------------------------------------------------------------------------


def test_settings_ask_for_the_ground_and_say_what_is_left_over(with_scan):
    passport = kind("passport")
    browser = signed_in(superuser())
    url = f"/admin/documents/personaldocumenttype/{passport.pk}/change/"
    values = {"name": "паспорт", "name_en": "passport", "number_format": "nine_digits", "order": 20, "is_active": "on"}

    refused = browser.post(url, values | {"scan_allowed": "on", "scan_ground": ""})
    answer = browser.post(url, values | {"scan_ground": "чл. 53"}, follow=True)

    assert "Name the legal ground" in refused.content.decode()
    assert "1 scan of such documents is still stored" in answer.content.decode()
    assert f"/documents/personal-documents/scans/?type={passport.pk}" in answer.content.decode()


def test_the_documents_themselves_are_not_in_settings():
    assert signed_in(superuser()).get("/admin/documents/personaldocument/").status_code == 404
