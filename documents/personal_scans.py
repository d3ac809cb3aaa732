"""Scans of identity papers: encrypted in the file store, under names that say nothing, and only while a law asks."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from common.encryption import EncryptedFiles, decrypt_bytes, encrypt_bytes, encrypted_files
from common.file_types import ENDINGS, PDF
from common.uploads import stored_path
from documents.models import PersonalDocument

logger = logging.getLogger(__name__)

FOLDER = "personal"
ALLOWED = (PDF, "image/png", "image/jpeg")
MAX_BYTES = 10 * 1024 * 1024
# How old a file that no document names must be before it is deleted: one just being saved is named by none yet.
STRAY_AFTER = dt.timedelta(days=1)


def storage() -> Any:
    return PersonalDocument._meta.get_field("scan").storage


def put(document: PersonalDocument, content: bytes, content_type: str) -> None:
    """Store a scan for a document that is about to be saved; the one before it is deleted when that has succeeded."""
    before = document.scan.name
    document.scan.name = storage().save(stored_path(FOLDER, ""), ContentFile(encrypt_bytes(content)))
    # The name that a user gave the file may hold the number, so a name of ours takes its place.
    document.scan_name = f"scan{ENDINGS[content_type][0]}"
    document.scan_type = content_type
    delete_later(before)


def take_away(document: PersonalDocument) -> None:
    """Leave a document that is about to be saved without a scan; the bytes go when that has succeeded."""
    before = document.scan.name
    document.scan.name, document.scan_name, document.scan_type = "", "", ""
    delete_later(before)


def delete_later(name: str | None) -> None:
    if name:
        transaction.on_commit(lambda: storage().delete(name))


def read(document: PersonalDocument) -> ContentFile[bytes]:
    """The scan's bytes in clear. Raises Undecryptable, or OSError when the file is gone."""
    with document.scan.open("rb") as file:
        return ContentFile(decrypt_bytes(file.read()))


def delete_strays(now: dt.datetime | None = None) -> int:
    """Delete files that no document names: a process was killed between the row and its bytes. Returns how many."""
    before = (now or timezone.now()) - STRAY_AFTER
    try:
        folders, _files = storage().listdir(FOLDER)
    except FileNotFoundError:  # nothing was ever stored here
        return 0
    deleted = 0
    for folder in folders:
        _folders, files = storage().listdir(f"{FOLDER}/{folder}")
        names = {f"{FOLDER}/{folder}/{file}" for file in files}
        named = set(PersonalDocument.objects.filter(scan__in=names).values_list("scan", flat=True))
        for name in names - named:
            if storage().get_modified_time(name) < before:
                storage().delete(name)
                deleted += 1
    return deleted


encrypted_files.register(
    EncryptedFiles("scans of personal documents", lambda: PersonalDocument.objects.defer("number"), "scan")
)
