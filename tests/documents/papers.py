"""What tests of personal documents share: rights, a filled form, a look into everything that is stored."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from common.dates import format_date, today
from documents.models import PersonalDocumentType
from tests.people import SEE_ALL

VIEW = (*SEE_ALL, "documents.view_personaldocument")
REVEAL = (*VIEW, "documents.reveal_personaldocument")
WRITE = (*VIEW, "documents.add_personaldocument", "documents.change_personaldocument")
ERASE = (*VIEW, "documents.erase_personaldocument")
NUMBER = "987123456"


def tab(party: Any) -> str:
    return f"{party.get_absolute_url()}personal-documents/"


def at(document: Any, deed: str) -> str:
    return f"/documents/personal-documents/{document.pk}/{deed}/"


def add(party: Any) -> str:
    return f"/documents/personal-documents/add/?party={party.pk}"


def days(number: int) -> dt.date:
    return today() + dt.timedelta(days=number)


def kind(code: str) -> PersonalDocumentType:
    return PersonalDocumentType.objects.get(code=code)


def typed(**changed: Any) -> dict[str, Any]:
    """The form as somebody would fill it for a passport."""
    values = {
        "person": "",
        "type": kind("passport").pk,
        "country": "BG",
        "number": NUMBER,
        "issuer": "МВР Видин",
        "issued_on": "01.02.2024",
        "valid_until": format_date(today() + dt.timedelta(days=900)),
        "ground": "Основание по чл. 6",
        "purpose": "Сключване на наем",
        "keep_until": format_date(today() + dt.timedelta(days=1000)),
    }
    return values | changed


def with_scans_allowed(code: str = "passport", ground: str = "чл. 53 от ЗМИП") -> PersonalDocumentType:
    one = kind(code)
    one.scan_allowed, one.scan_ground = True, ground
    one.save()
    return one


def picture(name: str = "паспорт 987123456.png") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.effect_noise((40, 40), 90).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


def tables_that_hold(text: str) -> dict[str, int]:
    """Columns of all tables, "table.column", in which the text stands, and in how many rows."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.table_name, c.column_name FROM information_schema.columns c
            JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
            """
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s',
                [f"%{text}%"],
            )
            if count := cursor.fetchone()[0]:
                found[f"{table}.{column}"] = count
    return found


def stored_files() -> dict[str, bytes]:
    """All that lies in the file store, by its path in it."""
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def files_that_hold(content: bytes) -> list[str]:
    return [name for name, stored in stored_files().items() if content in stored]
