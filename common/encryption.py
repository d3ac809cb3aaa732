"""What is stored encrypted: texts in columns and bytes of files, with the keys of FIELD_ENCRYPTION_KEYS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Cast

from common.registry import Registry


class Undecryptable(Exception):
    """None of the keys opens what is stored: a key was lost, or the value was changed behind our back."""


class Hidden(str):
    """A decrypted text that does not show itself in tracebacks, logs of values and test reports."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'•••'"


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


def encrypt_bytes(content: bytes) -> bytes:
    """The content as a token of the first key, a third longer; never twice the same."""
    return _fernet().encrypt(content)


def decrypt_bytes(token: bytes) -> bytes:
    """What `encrypt_bytes` was given. Raises Undecryptable."""
    try:
        return _fernet().decrypt(token)
    except InvalidToken:
        raise Undecryptable("None of FIELD_ENCRYPTION_KEYS opens this value.") from None


def rotated(token: bytes) -> bytes:
    """The same content encrypted with the first key. Raises Undecryptable."""
    try:
        return _fernet().rotate(token)
    except InvalidToken:
        raise Undecryptable("None of FIELD_ENCRYPTION_KEYS opens this value.") from None


class EncryptedTextField(models.TextField):
    """Text that the database keeps as a token and the instance holds in clear; empty text stays empty.

    Not editable unless asked, so that no form and no page of Settings shows it by itself. History leaves it out
    (`common.history.tracked`). It cannot be searched or sorted by: the same text is another token each time. Only
    `isnull` can be asked.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["editable"] = self.editable
        return name, path, args, kwargs

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        problems = super().check(**kwargs)
        if self.unique or getattr(self, "db_index", False) or self.choices:
            problems.append(
                checks.Error("Encrypted text cannot be unique, indexed or a choice.", obj=self, id="common.E002")
            )
        return problems

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> None:
        return None

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt_bytes(str(text).encode()).decode("ascii") if text else text

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        try:
            return Hidden(decrypt_bytes(value.encode()).decode())
        except Undecryptable:
            raise Undecryptable(f"None of FIELD_ENCRYPTION_KEYS opens a value of {self}.") from None


# -- Rotation --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class EncryptedFiles:
    """Files that hold tokens of `encrypt_bytes`: a file field, and which of the model's rows have it encrypted."""

    name: str
    rows: Callable[[], models.QuerySet[Any]]
    field: str


encrypted_files: Registry[EncryptedFiles] = Registry("encrypted files")

BATCH = 500
Failed = Callable[[str], None]


def encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Every encrypted column, each with the model whose table has it."""
    for model in apps.get_models():
        if not model._meta.proxy:
            for field in model._meta.local_concrete_fields:
                if isinstance(field, EncryptedTextField):
                    yield model, field


def rotate_field(model: type[models.Model], field: EncryptedTextField, failed: Failed) -> int:
    """Encrypt the column's values with the first key, in batches; returns how many. `failed` hears what cannot be."""
    rows = model._base_manager.annotate(stored_token=Cast(field.attname, models.TextField())).filter(
        stored_token__gt=""
    )
    count, last = 0, None
    while True:
        with transaction.atomic():
            after = rows.filter(pk__gt=last) if last is not None else rows
            batch = list(after.order_by("pk").select_for_update().values_list("pk", "stored_token")[:BATCH])
            for pk, token in batch:
                try:
                    renewed = rotated(token.encode()).decode("ascii")
                except Undecryptable:
                    failed(f"{field} of row {pk}")
                    continue
                as_it_is = Value(renewed, output_field=models.TextField())  # or it would be encrypted twice
                model._base_manager.filter(pk=pk).update(**{field.attname: as_it_is})
                count += 1
        if not batch:
            return count
        last = batch[-1][0]


def rotate_files(files: EncryptedFiles, failed: Failed) -> int:
    """Encrypt the files with the first key; returns how many. `failed` hears what cannot be."""
    count = 0
    for row in files.rows().exclude(**{files.field: ""}).iterator(chunk_size=BATCH):
        stored = getattr(row, files.field)
        if not stored:
            continue
        old, storage = stored.name, stored.storage
        try:
            with storage.open(old) as file:
                content = rotated(file.read())
        except (Undecryptable, OSError) as problem:
            failed(f"{files.name} of row {row.pk} ({type(problem).__name__})")
            continue
        # Under a new name: until the row is written, nothing has happened to the file that it names.
        new = storage.save(stored.field.generate_filename(row, old), ContentFile(content))
        manager = cast(Any, type(row))._base_manager
        if manager.filter(pk=row.pk, **{files.field: old}).update(**{files.field: new}):
            storage.delete(old)
            count += 1
        else:  # replaced or gone meanwhile
            storage.delete(new)
    return count
