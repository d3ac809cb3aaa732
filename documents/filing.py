"""Filing an upload into a dossier: what is in it already is not filed again unseen."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from documents.models import File, FileContent


class AlreadyFiled(ValidationError):
    """The very same content is in the dossier already, as `present`."""

    def __init__(self, present: File) -> None:
        self.present = present
        words = _("The same content is already in this dossier, as “%(name)s”.") % {"name": present.name}
        super().__init__(words, code="already_filed")


@transaction.atomic
def file_upload(upload: UploadedFile, *, party: Any, by: Any, anyway: bool = False, **fields: Any) -> File:
    """File an upload. Raises ValidationError in words: AlreadyFiled unless it is to be filed `anyway`.

    Only files that the user sees are told of: that a private one holds the same is not for him to know.
    """
    # Of two that file the same at once, the second waits here for the first, and then finds its file.
    content = FileContent.objects.keep(upload)
    if not anyway:
        here = File.objects.visible_to(by).filter(party=party, content=content).current()
        if present := here.first():
            raise AlreadyFiled(present)
    return File.file_content(content, upload.name or "", party=party, by=by, **fields)
