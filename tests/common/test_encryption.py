"""Stored secrets: the database and the disk hold tokens only, keys are changed without loss, lost keys are told."""

from __future__ import annotations

import io
import traceback
from typing import ClassVar

import pytest
from django.core.exceptions import FieldError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.forms import modelform_factory
from django.test.utils import isolate_apps

from common import encryption
from common.encryption import (
    EncryptedFiles,
    EncryptedTextField,
    Undecryptable,
    decrypt_bytes,
    encrypt_bytes,
    encrypted_files,
)
from common.history import tracked
from common.uploads import CheckedFileField
from config.keys import new_encryption_key

SECRET = "Парола № 1: „тайна“ 🔑"
OLD, NEW, OTHER = new_encryption_key(), new_encryption_key(), new_encryption_key()

with isolate_apps("common") as isolated:

    class Safe(models.Model):  # noqa: DJ008
        objects: ClassVar[models.Manager[Safe]] = models.Manager()
        name = models.CharField(max_length=100)
        code = EncryptedTextField(blank=True)
        spare = EncryptedTextField(null=True)
        file = CheckedFileField(upload_to="safe", blank=True)

        class Meta:
            app_label = "common"

    @tracked()
    class Watched(models.Model):  # noqa: DJ008
        name = models.CharField(max_length=100)
        code = EncryptedTextField(blank=True)

        class Meta:
            app_label = "common"

    class Wrong(models.Model):  # noqa: DJ008
        code = EncryptedTextField(unique=True)

        class Meta:
            app_label = "common"


@pytest.fixture(autouse=True)
def _keys(settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]


@pytest.fixture
def safe(db, monkeypatch) -> Safe:
    monkeypatch.setattr(encryption, "apps", isolated)
    with connection.schema_editor() as editor:
        for model in (Safe, Watched, Wrong):
            editor.create_model(model)
    return Safe.objects.create(name="сейф", code=SECRET)


def stored(column: str, pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM common_safe WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def rotate() -> str:
    output = io.StringIO()
    call_command("rotate_encryption", stdout=output)
    return output.getvalue()


# -- The column --------------------------------------------------------------------------------------
def test_a_text_comes_back_as_it_was(safe):
    assert Safe.objects.get().code == SECRET
    assert Safe.objects.values_list("code", flat=True).get() == SECRET


def test_the_column_holds_nothing_of_the_text(safe):
    token = stored("code", safe.pk)

    assert token.startswith("gAAAA")
    assert "Парола" not in token
    assert "тайна" not in token


def test_the_same_text_is_another_token_each_time(safe):
    first = stored("code", safe.pk)

    Safe.objects.get().save()

    assert stored("code", safe.pk) != first
    assert Safe.objects.get().code == SECRET


def test_empty_stays_empty_and_nothing_stays_nothing(safe):
    empty = Safe.objects.create(code="")

    assert (stored("code", empty.pk), stored("spare", empty.pk)) == ("", None)
    empty.refresh_from_db()
    assert (empty.code, empty.spare) == ("", None)


def test_changes_of_many_rows_are_encrypted_too(safe):
    Safe.objects.bulk_create([Safe(name="втори", code="две")])
    Safe.objects.filter(pk=safe.pk).update(code="едно")
    both = list(Safe.objects.order_by("pk"))
    for row in both:
        row.spare = row.code * 2
    Safe.objects.bulk_update(both, ["spare"])

    assert list(Safe.objects.order_by("pk").values_list("code", "spare")) == [("едно", "едноедно"), ("две", "дведве")]
    for row in both:
        assert stored("code", row.pk).startswith("gAAAA")
        assert stored("spare", row.pk).startswith("gAAAA")


@pytest.mark.parametrize(
    "lookup", ["code", "code__exact", "code__in", "code__contains", "code__gt", "code__startswith", "code__length"]
)
def test_nothing_is_looked_up_by_an_encrypted_text(safe, lookup):
    with pytest.raises(FieldError, match="EncryptedTextField"):
        Safe.objects.filter(**{lookup: SECRET}).exists()


def test_whether_there_is_a_value_can_be_asked(safe):
    assert Safe.objects.filter(spare__isnull=True).count() == 1


def test_a_read_value_does_not_show_itself(safe):
    row = Safe.objects.get()

    assert "тайна" not in repr(row.code)
    assert "тайна" not in repr(row) + str(row) + repr(Safe.objects.values().get())


def test_a_read_value_can_be_written_elsewhere(safe):
    row = Safe.objects.get()
    row.name = row.code

    row.save()

    assert Safe.objects.get().name == SECRET


def test_no_form_shows_it_by_itself():
    assert set(modelform_factory(Safe, fields="__all__").base_fields) == {"name", "file"}


def test_history_leaves_it_out():
    assert isolated is not None
    event = next(model for model in isolated.get_models(include_auto_created=True) if model.__name__ == "WatchedEvent")

    names = {field.name for field in event._meta.get_fields()}

    assert "name" in names
    assert "code" not in names


def test_a_unique_encrypted_text_is_refused_by_the_checks():
    assert "common.E002" in {problem.id for problem in Wrong._meta.get_field("code").check()}


# -- Keys --------------------------------------------------------------------------------------------
def test_with_a_wrong_key_there_is_an_error_of_its_own_that_tells_nothing(safe, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OTHER]

    with pytest.raises(Undecryptable, match=r"Safe\.code") as failure:
        Safe.objects.get()
    with pytest.raises(Undecryptable):
        decrypt_bytes(b"no token at all")

    told = "".join(traceback.format_exception(failure.value))
    assert OTHER not in told
    assert "gAAAA" not in str(failure.value)


def test_a_changed_token_is_refused(safe):
    token = stored("code", safe.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE common_safe SET code = %s", [token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:]]
        )

    with pytest.raises(Undecryptable):
        Safe.objects.get()


def test_the_first_key_encrypts_and_all_decrypt(safe, settings):
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    second = Safe.objects.create(code="ново")
    assert {row.code for row in Safe.objects.all()} == {SECRET, "ново"}

    settings.FIELD_ENCRYPTION_KEYS = [NEW]

    assert Safe.objects.get(pk=second.pk).code == "ново"
    with pytest.raises(Undecryptable):
        Safe.objects.get(pk=safe.pk)


def test_after_rotation_the_old_key_is_needed_no_more(safe, settings, monkeypatch):
    monkeypatch.setattr(encryption, "BATCH", 2)
    for number in range(4):
        Safe.objects.create(code=f"номер {number}", spare=None if number else "резервен")
    Safe.objects.create(code="")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    assert "6 values, 0 files" in rotate()

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    codes = list(Safe.objects.order_by("pk").values_list("code", flat=True))
    assert codes == [SECRET, "номер 0", "номер 1", "номер 2", "номер 3", ""]
    assert Safe.objects.get(spare__isnull=False).spare == "резервен"


def test_rotation_names_what_it_cannot_open_and_does_the_rest(safe, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OTHER]
    lost = Safe.objects.create(code="изгубено")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    with pytest.raises(CommandError, match=rf"1 could not be decrypted[^\n]*\n  common\.Safe\.code of row {lost.pk}\n"):
        rotate()

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert Safe.objects.get(pk=safe.pk).code == SECRET


# -- Files -------------------------------------------------------------------------------------------
@pytest.fixture
def safe_files():
    yield encrypted_files.register(EncryptedFiles("test.safe", Safe.objects.all, "file"))
    encrypted_files.unregister("test.safe")


def test_bytes_of_a_file_come_back_as_they_were():
    content = bytes(range(256)) * 1000

    token = encrypt_bytes(content)

    assert content[:100] not in token
    assert token != encrypt_bytes(content)
    assert decrypt_bytes(token) == content


def test_rotation_renews_registered_files_and_leaves_nothing_of_the_old(safe, safe_files, settings):
    safe.file.save("карта.pdf", ContentFile(encrypt_bytes("сканирано".encode())))
    before = safe.file.name
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    assert "1 values, 1 files" in rotate()

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    safe.refresh_from_db()
    assert safe.file.name != before
    assert safe.file.name.endswith(".pdf")
    assert not default_storage.exists(before)
    with safe.file.open() as file:
        assert decrypt_bytes(file.read()).decode() == "сканирано"


def test_a_file_that_is_gone_is_told_by_rotation(safe, safe_files):
    Safe.objects.filter(pk=safe.pk).update(file="safe/няма.pdf")

    with pytest.raises(CommandError, match=f"test.safe of row {safe.pk}"):
        rotate()
