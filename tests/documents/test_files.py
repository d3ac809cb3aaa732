"""Files of a dossier: filing, versions, delete and restore, contents that are stored once."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from common.dates import today
from documents import clearing, filing
from documents.models import File, FileContent, FileVersion
from tests.documents.uploads import pdf, upload
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import FileContentFactory, FileFactory
from tests.factories.users import UserFactory
from tests.people import superuser

pytestmark = pytest.mark.django_db


def test_a_filed_upload_is_its_own_first_version():
    party, user = ClientFactory(), UserFactory()

    file = File.file_away(upload(pdf(), "договор.pdf"), party=party, by=user, description="подписан")

    version = file.versions.get()
    assert (file.name, file.version, file.added_by) == ("договор.pdf", 1, user)
    assert (version.number, version.content, version.name) == (1, file.content, "договор.pdf")
    assert file.content.content_type == "application/pdf"


def test_a_new_version_is_the_newest_and_the_chain_only_grows():
    user = UserFactory()
    file = File.file_away(upload(b"one", "a.txt"), party=ClientFactory(), by=user)

    file.add_version(upload(b"two", "b.txt"), by=user, note="поправен")
    file.restore_version(1, by=user)

    file.refresh_from_db()
    assert (file.version, file.name, file.content.file.read()) == (3, "a.txt", b"one")
    assert list(file.versions.values_list("number", "name")) == [(3, "a.txt"), (2, "b.txt"), (1, "a.txt")]


def test_a_version_with_the_same_content_is_refused():
    file = File.file_away(upload(b"one"), party=ClientFactory(), by=None)

    with pytest.raises(ValidationError, match="same content"):
        file.add_version(upload(b"one", "other.txt"), by=None)

    assert file.versions.count() == 1


def test_a_deleted_file_takes_no_version_until_it_is_restored():
    user, file = UserFactory(), File.file_away(upload(b"one"), party=ClientFactory(), by=None)
    file.delete_softly(user)

    with pytest.raises(ValidationError, match="Restore it first"):
        file.add_version(upload(b"two"), by=user)
    with pytest.raises(ValidationError, match="already deleted"):
        File.objects.get(pk=file.pk).delete_softly(UserFactory())

    file.undelete()
    assert file.add_version(upload(b"two"), by=user).number == 2
    assert (file.deleted_at, file.deleted_by) == (None, None)


def test_the_same_bytes_are_stored_once():
    first = File.file_away(upload(b"same", "a.txt"), party=ClientFactory(), by=None)
    second = File.file_away(upload(b"same", "b.txt"), party=ClientFactory(), by=None)

    assert first.content == second.content
    assert FileContent.objects.count() == 1


def test_the_same_content_is_refused_in_one_dossier_unless_it_is_wanted():
    user, party = superuser(), ClientFactory()
    present = filing.file_upload(upload(b"same", "a.txt"), party=party, by=user)

    with pytest.raises(filing.AlreadyFiled) as refusal:
        filing.file_upload(upload(b"same", "b.txt"), party=party, by=user)

    assert refusal.value.present == present
    assert filing.file_upload(upload(b"same", "b.txt"), party=party, by=user, anyway=True).name == "b.txt"
    assert filing.file_upload(upload(b"same", "b.txt"), party=ClientFactory(), by=user).pk


def test_nobody_learns_that_a_private_file_holds_the_same():
    user, other, party = superuser(), UserFactory(), ClientFactory()
    FileFactory(party=party, content__data=b"same", audience=[other.pk])

    assert filing.file_upload(upload(b"same"), party=party, by=user).pk


def test_a_deleted_file_does_not_stand_in_the_way_of_the_same_content():
    user, party = superuser(), ClientFactory()
    filing.file_upload(upload(b"same"), party=party, by=user).delete_softly(user)

    assert filing.file_upload(upload(b"same"), party=party, by=user).pk


def test_a_refused_upload_leaves_nothing():
    with pytest.raises(ValidationError):
        File.file_away(upload(b"<html></html>", "a.pdf"), party=ClientFactory(), by=None)

    assert not File.objects.exists()
    assert not FileContent.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"remind_days": 5}, "valid_until"),
        ({"valid_until": dt.date(1, 1, 1), "remind_days": 30}, "valid_until"),
        ({"valid_until": dt.date(2027, 1, 1), "remind_days": 30000}, "remind_days"),
    ],
)
def test_a_reminder_must_make_sense(fields, wrong):
    file = FileFactory.build(party=ClientFactory(), content=FileContentFactory(), **fields)

    with pytest.raises(ValidationError) as refusal:
        file.clean()

    assert set(refusal.value.message_dict) == {wrong}


def test_what_ends_soon_is_told_from_what_has_ended():
    day = today()
    file = FileFactory(valid_until=day + dt.timedelta(days=40), remind_days=45)

    assert file.ends_soon()
    assert not FileFactory.build(valid_until=day - dt.timedelta(days=1)).ends_soon()
    assert not FileFactory.build(valid_until=day + dt.timedelta(days=31)).ends_soon()
    assert FileFactory.build(valid_until=day).ends_soon()
    assert list(File.objects.ending()) == [file]


# -- Two at once -------------------------------------------------------------------------------------


def together(*deeds) -> list[Any]:
    """What each deed gave when all were begun at the same time, each on a connection of its own."""
    start = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def run(number, deed):
        try:
            start.wait(timeout=10)
            results[number] = deed()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_new_versions_at_once_get_two_numbers():
    file = File.file_away(upload(b"one"), party=ClientFactory(), by=None)

    results = together(
        *(lambda n=n: File.objects.get(pk=file.pk).add_version(upload(f"two {n}".encode()), by=None) for n in (1, 2))
    )

    assert sorted(version.number for version in results) == [2, 3]


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_uploaded_twice_at_once_are_stored_once():
    parties = [ClientFactory(), ClientFactory()]

    results = together(*(lambda p=p: File.file_away(upload(b"same"), party=p, by=None) for p in parties))

    content = FileContent.objects.get()
    assert {file.content_id for file in results} == {content.pk}
    folder = str(content.file.name).rpartition("/")[0].partition("/")[0]
    shelves = default_storage.listdir(folder)[0]
    stored = [name for shelf in shelves for name in default_storage.listdir(f"{folder}/{shelf}")[1]]
    assert [f"{folder}/{name[:2]}/{name}" for name in stored] == [content.file.name]


@pytest.mark.django_db(transaction=True)
def test_the_same_file_dropped_twice_at_once_is_filed_once():
    user, party = superuser(), ClientFactory()

    results = together(*[lambda: filing.file_upload(upload(b"same"), party=party, by=user)] * 2)

    assert File.objects.count() == 1
    assert sorted(type(result).__name__ for result in results) == ["AlreadyFiled", "File"]


# -- Clearing ----------------------------------------------------------------------------------------


def made_long_ago(*contents: FileContent) -> None:
    keys = [content.pk for content in contents]
    FileContent.objects.filter(pk__in=keys).update(created_at=timezone.now() - dt.timedelta(days=2))


def test_only_what_nothing_refers_to_is_cleared(django_capture_on_commit_callbacks):
    file = FileFactory()
    file.add_version(upload(b"newer"), by=None)
    deleted = FileFactory()
    deleted.delete_softly(None)
    stray, fresh = FileContentFactory(), FileContentFactory()
    old_version = file.versions.get(number=1).content
    made_long_ago(file.content, old_version, deleted.content, stray)

    with django_capture_on_commit_callbacks(execute=True):
        assert clearing.clear_contents() == 1

    left = set(FileContent.objects.values_list("pk", flat=True))
    assert left == {file.content_id, old_version.pk, deleted.content_id, fresh.pk}
    assert not default_storage.exists(stray.file.name)
    assert default_storage.exists(fresh.file.name)


def test_every_key_to_a_content_is_known_to_the_clearing():
    from django.apps import apps

    keys = {
        (model, field.attname)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) is FileContent and field.concrete and "Event" not in model.__name__
    }

    assert set(clearing.referring()) >= keys >= {(File, "content_id"), (FileVersion, "content_id")}


def test_what_an_email_holds_is_not_cleared():
    from events.models import Email

    content = FileContentFactory()
    made_long_ago(content)
    Email.objects.create(direction="in", state="received", message_id="<1@alfa.example>", raw=content)

    assert clearing.clear_contents() == 0
    assert FileContent.objects.filter(pk=content.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_being_filed_right_now_is_not_cleared():
    stray = FileContentFactory(data=b"stray")
    made_long_ago(stray)
    cleared = []

    with transaction.atomic():
        FileContent.objects.keep(upload(b"stray"))

        def clear():
            cleared.append(clearing.clear(stray.pk))
            connection.close()

        thread = threading.Thread(target=clear)
        thread.start()
        thread.join(timeout=20)
        FileFactory(content=stray)

    assert cleared == [False]
    assert default_storage.exists(stray.file.name)
