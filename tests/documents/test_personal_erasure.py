"""Erasure, and where the number is and is not: told by the database itself and by the file store."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from common.dates import today
from config.keys import new_encryption_key
from documents import erasure, personal_scans
from documents.models import PersonalDocument, PersonalDocumentAccess
from tests.documents.papers import (
    NUMBER,
    files_that_hold,
    picture,
    stored_files,
    tables_that_hold,
    typed,
    with_scans_allowed,
)
from tests.factories.counterparties import NaturalPersonFactory
from tests.factories.documents import PersonalDocumentFactory
from tests.people import signed_in, superuser

pytestmark = pytest.mark.django_db

ISSUER, GROUND, PURPOSE = "МВР Издател-Единствен", "Основание-Единствено", "Цел-Единствена"
SECRETS = (NUMBER, ISSUER, GROUND, PURPOSE)


@pytest.fixture
def written(django_capture_on_commit_callbacks):
    """A document with a scan that has been through everything: added, changed, opened, exported; and its scan."""
    with_scans_allowed()
    scan = picture()
    browser, party = signed_in(superuser()), NaturalPersonFactory()
    texts = {"issuer": ISSUER, "ground": GROUND, "purpose": PURPOSE}
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/documents/personal-documents/add/?party={party.pk}", typed(**texts, scan=scan))
        document = PersonalDocument.objects.get()
        address = f"/documents/personal-documents/{document.pk}/"
        browser.post(f"{address}edit/", typed(**texts, number="", issued_on="02.02.2024"))
        browser.post(f"{address}reveal/", {"reason": "Договор за наем"})
        browser.post(f"{address}scan/", {"reason": "Договор за наем"})
        browser.get(f"{party.get_absolute_url()}personal-documents/?export=csv").getvalue()
    scan.seek(0)
    return document, scan.read()


def test_while_it_is_kept_the_number_lies_nowhere_in_clear(written):
    _document, scan = written

    assert tables_that_hold(NUMBER) == {}
    assert files_that_hold(NUMBER.encode()) == []
    assert files_that_hold(scan[20:60]) == []
    assert len(stored_files()) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM documents_personaldocument")
        assert cursor.fetchone()[0].startswith("gAAAA")
    assert PersonalDocument.objects.get().number == NUMBER
    assert set(tables_that_hold(ISSUER)) == {
        "documents_personaldocument.issuer",
        "documents_personaldocumentevent.issuer",
    }


def test_after_erasure_nothing_of_it_is_left(written, django_capture_on_commit_callbacks):
    document, _scan = written
    by = superuser()

    with django_capture_on_commit_callbacks(execute=True):
        assert erasure.erase(document, by, "Край на договора")

    for secret in SECRETS:
        assert tables_that_hold(secret) == {}, secret
        assert files_that_hold(secret.encode()) == []
    assert stored_files() == {}
    access = PersonalDocumentAccess.objects.all()[0]  # the newest
    assert (access.user, access.party, access.way, access.reason) == (by, document.party, "erased", "Край на договора")
    assert (access.type, access.document_key) == (document.type, document.pk)


def test_the_history_of_other_rows_is_watched_as_before(written):
    document, _scan = written
    other = PersonalDocumentFactory()
    events = PersonalDocument.pgh_event_model.objects.filter(pgh_obj_id=other.pk)  # type: ignore[attr-defined]

    erasure.erase(document, None, "")
    other.delete()

    assert set(events.values_list("pgh_label", flat=True)) == {"added", "deleted"}
    with pytest.raises(Exception, match="append_only"):
        events.delete()


def test_an_erasure_that_fails_leaves_everything_as_it_was(written, monkeypatch, django_capture_on_commit_callbacks):
    document, _scan = written

    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(personal_scans, "delete_later", fail)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        erasure.erase(document, None, "")

    assert PersonalDocument.objects.get().number == NUMBER
    assert len(stored_files()) == 1
    assert not PersonalDocumentAccess.objects.filter(way="erased").exists()


def test_two_who_erase_at_once_erase_once(written):
    document, _scan = written

    assert erasure.erase(document, None, "") is True
    assert erasure.erase(document, None, "") is False
    assert PersonalDocumentAccess.objects.filter(way="erased").count() == 1


def test_a_lost_key_does_not_keep_a_document_from_being_erased(settings):
    document = PersonalDocumentFactory(keep_until=today() - dt.timedelta(days=1))
    settings.FIELD_ENCRYPTION_KEYS = [new_encryption_key()]

    assert erasure.erase_overdue() == (1, 0)
    assert not PersonalDocument.objects.filter(pk=document.pk).exists()


# -- Every night -------------------------------------------------------------------------------------


def test_every_night_what_is_kept_no_longer_is_erased():
    yesterday, day = today() - dt.timedelta(days=1), today()
    PersonalDocumentFactory(keep_until=yesterday)
    kept = PersonalDocumentFactory(keep_until=day)

    erasure.erase_personal_documents(timestamp=0)

    assert list(PersonalDocument.objects.all()) == [kept]
    access = PersonalDocumentAccess.objects.all()[0]  # the newest
    assert access.user is None
    assert f"{yesterday:%d.%m.%Y}" in access.reason


def test_one_that_fails_stops_no_other_and_is_told(monkeypatch, caplog):
    past = today() - dt.timedelta(days=3)
    _first, second, _third = PersonalDocumentFactory.create_batch(3, keep_until=past)
    real = erasure.erase

    def fail(document, by, reason):
        if document.pk == second.pk:
            raise OSError(str(document.pk))
        return real(document, by, reason)

    monkeypatch.setattr(erasure, "erase", fail)

    with pytest.raises(RuntimeError, match="1 personal documents"):
        erasure.erase_personal_documents(timestamp=0)

    assert list(PersonalDocument.objects.all()) == [second]
    assert f"Personal document {second.pk} could not be erased" in caplog.text
    monkeypatch.undo()
    assert erasure.erase_overdue() == (1, 0)  # the next night


def test_a_worker_killed_in_the_middle_is_continued(monkeypatch):
    past = today() - dt.timedelta(days=3)
    PersonalDocumentFactory.create_batch(3, keep_until=past)
    real = erasure.erase_one_overdue
    done: list[int] = []

    def killed(pk, on):
        if done:
            raise KeyboardInterrupt
        done.append(pk)
        return real(pk, on)

    monkeypatch.setattr(erasure, "erase_one_overdue", killed)
    with pytest.raises(KeyboardInterrupt):
        erasure.erase_overdue()
    assert PersonalDocument.objects.count() == 2
    monkeypatch.undo()

    assert erasure.erase_overdue() == (2, 0)


def test_a_term_that_was_prolonged_meanwhile_counts():
    document = PersonalDocumentFactory(keep_until=today() + dt.timedelta(days=5))

    assert erasure.erase_one_overdue(document.pk, today()) is False
    assert PersonalDocument.objects.exists()


def test_bytes_that_a_killed_process_left_go_the_next_night(written):
    document, _scan = written
    kept = PersonalDocumentFactory()
    name = document.scan.name
    PersonalDocument.objects.filter(pk=document.pk).update(scan="")

    assert personal_scans.delete_strays() == 0  # perhaps it is just being saved
    assert personal_scans.delete_strays(timezone.now() + dt.timedelta(days=2)) == 1
    assert name not in stored_files()
    assert PersonalDocument.objects.filter(pk=kept.pk).exists()


def test_the_worker_knows_the_nightly_task():
    assert "documents.erase_personal_documents" in app.tasks
    periodic = {one.task.name: one.cron for one in app.periodic_registry.periodic_tasks.values()}
    assert periodic["documents.erase_personal_documents"] == "10 2 * * *"


# -- Keys --------------------------------------------------------------------------------------------


def test_a_change_of_keys_renews_numbers_and_scans(written, settings, django_capture_on_commit_callbacks):
    _document, scan = written
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], new_encryption_key()
    before = set(stored_files())
    settings.FIELD_ENCRYPTION_KEYS = [new, old]

    output = io.StringIO()
    call_command("rotate_encryption", stdout=output)

    settings.FIELD_ENCRYPTION_KEYS = [new]
    document = PersonalDocument.objects.get()
    assert document.number == NUMBER
    assert personal_scans.read(document).read() == scan
    assert len(stored_files()) == 1
    assert not before & set(stored_files())
