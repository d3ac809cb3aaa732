"""What people take a file for – picture, PDF, text, table – by the content type that was found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from common import file_types as t


@dataclass(frozen=True)
class FileKind:
    slug: str
    label: Any
    icon: str
    types: tuple[str, ...] = ()


KINDS = (
    FileKind("picture", _("picture"), icon="file-earmark-image", types=tuple(t.PICTURES)),
    FileKind("pdf", _("PDF"), icon="file-earmark-pdf", types=(t.PDF,)),
    FileKind("text", _("text document"), icon="file-earmark-text", types=(t.DOCX, t.DOC, t.ODT, t.RTF, "text/plain")),
    FileKind("table", _("table"), icon="file-earmark-spreadsheet", types=(t.XLSX, t.XLS, t.ODS, "text/csv")),
)
OTHER = FileKind("other", _("other"), icon="file-earmark")
KNOWN = tuple(content_type for kind in KINDS for content_type in kind.types)
BY_TYPE = {content_type: kind for kind in KINDS for content_type in kind.types}
CHOICES = [(kind.slug, kind.label) for kind in (*KINDS, OTHER)]
# Of these a small picture can be drawn.
PREVIEWED = (t.PDF, *t.PICTURES)
# Of these the beginning can be shown.
TEXTS = ("text/plain", "text/csv")


def kind_of(content_type: str) -> FileKind:
    return BY_TYPE.get(content_type, OTHER)
