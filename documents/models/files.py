"""Files of a dossier: their chain of versions, and contents that are stored once however often they are filed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import uploads
from common.addresses import address
from common.dates import today
from common.history import tracked
from common.text import fold
from contacts.models.reference import CodedReference
from documents.querysets import FileQuerySet

# How many days before its end a file counts as ending soon.
SOON_DAYS = 30
LONGEST_REMINDER = 5 * 366
SENSIBLE_YEARS = range(1900, 2201)


class FileCategory(CodedReference):
    """What a file is: contract, certificate, price list, correspondence…"""

    class Meta(CodedReference.Meta):
        verbose_name = _("category of files")
        verbose_name_plural = _("categories of files")
        constraints = [models.UniqueConstraint(fields=["code"], name="file_category_code", condition=~Q(code=""))]


def sha256_of(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()


class FileContentManager(models.Manager["FileContent"]):
    def keep(self, upload: UploadedFile, allowed: Iterable[str] = uploads.OFFICE_TYPES) -> FileContent:
        """Check what was uploaded and store it, or find it when the same bytes are stored already.

        Raises ValidationError in words when the file is refused.
        """
        content_type = uploads.check_upload(upload, allowed)
        sha256 = sha256_of(upload)
        with transaction.atomic():
            # Held, so that the nightly clearing of what nobody files any more cannot take it away meanwhile.
            if found := self.select_for_update(no_key=True).filter(sha256=sha256).first():
                return found
        made = FileContent(sha256=sha256, size=upload.size or 0, content_type=content_type)
        upload.seek(0)
        made.file.save(uploads.stored_path("files", content_type), upload, save=False)
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError:  # somebody else was storing the same bytes and was faster
            made.file.delete(save=False)
            return self.get(sha256=sha256)
        return made


class FileContent(models.Model):
    """Bytes in the file store, by their hash. Whoever serves them has checked the right to a file that holds them."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size"))
    content_type = models.CharField(_("type"), max_length=120)
    file = models.FileField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FileContentManager()

    class Meta:
        verbose_name = _("stored content")
        verbose_name_plural = _("stored contents")
        default_permissions = ()

    def __str__(self) -> str:
        return self.sha256[:12]


@tracked(
    exclude=["search_text", "created_at", "updated_at", "audience", "remind_on"],
    meta={"indexes": [models.Index(fields=["party", "-pgh_created_at", "-pgh_id"], name="file_history_by_party")]},
)
class File(models.Model):
    """A file in a dossier. `content` and `name` are those of its newest version.

    `audience` lists the users who alone see it (the file hangs on a private event); None means everyone who sees the
    party's files.
    """

    class Origin(models.TextChoices):
        UPLOAD = "upload", _("uploaded")
        EMAIL = "email", _("received by e-mail")
        FORM = "form", _("made from a form")
        SYSTEM = "system", _("made by the program")

    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="files",
    )
    category = models.ForeignKey(
        FileCategory, verbose_name=_("category"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("file name"), max_length=200)
    description = models.CharField(_("description"), max_length=500, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    remind_days = models.PositiveSmallIntegerField(
        _("remind, days before"), null=True, blank=True, help_text=_("How many days before the end to be reminded.")
    )
    remind_on = models.DateField(null=True, editable=False)
    content = models.ForeignKey(FileContent, on_delete=models.PROTECT, related_name="+", verbose_name=_("content"))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.UPLOAD, editable=False)
    audience = ArrayField(models.BigIntegerField(), null=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("added by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("deleted by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    search_text = models.TextField(editable=False)

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["-created_at", "-pk"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("delete_file", "Can delete and restore files"),
            ("export_file", "Can export the list of files"),
        ]
        indexes = [
            # The tab, newest first, and its count; deleted files stand apart.
            models.Index(
                fields=["party", "-created_at", "-id"], name="file_by_party", condition=Q(deleted_at__isnull=True)
            ),
            # The list across all parties, newest first.
            models.Index(fields=["-created_at", "-id"], name="file_newest", condition=Q(deleted_at__isnull=True)),
            # What ends soon: the worker's reminders and the warning in the head.
            models.Index(fields=["remind_on"], name="file_by_reminder", condition=Q(remind_on__isnull=False)),
            models.Index(
                fields=["party", "valid_until"],
                name="file_by_validity",
                condition=Q(valid_until__isnull=False, deleted_at__isnull=True),
            ),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="file_search_trgm"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("documents:file_detail", self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_text", "remind_on", "updated_at"}
        super().save(*args, **kwargs)

    def fill_derived(self) -> None:
        """Fill the search text and the day of the reminder; bulk writers call it for themselves."""
        self.search_text = " ".join(fold(text) for text in (self.name, self.description) if text)
        self.remind_on = None
        if self.valid_until is not None and self.remind_days is not None:
            self.remind_on = self.valid_until - dt.timedelta(days=self.remind_days)

    def clean(self) -> None:
        super().clean()
        if self.remind_days is not None and self.valid_until is None:
            raise ValidationError({"valid_until": _("A reminder needs the day until which the file is valid.")})
        if self.valid_until is not None and self.valid_until.year not in SENSIBLE_YEARS:
            raise ValidationError({"valid_until": _("Look at the year: this day cannot be meant.")})
        if (self.remind_days or 0) > LONGEST_REMINDER:
            words = _("At most %(limit)d days before the end.") % {"limit": LONGEST_REMINDER}
            raise ValidationError({"remind_days": words})

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_private(self) -> bool:
        return self.audience is not None

    def has_ended(self, on: dt.date | None = None) -> bool:
        return self.valid_until is not None and self.valid_until < (on or today())

    def ends_soon(self, on: dt.date | None = None) -> bool:
        """Still valid, but for no more than a month (or than the days before which to remind of it)."""
        on = on or today()
        days = max(SOON_DAYS, self.remind_days or 0)
        return self.valid_until is not None and on <= self.valid_until <= on + dt.timedelta(days=days)

    # -- Deeds -----------------------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def file_away(cls, upload: UploadedFile, *, party: Any, by: Any, **fields: Any) -> File:
        """Put an uploaded file into a party's dossier as its first version.

        `fields` are the model's own (category, description, valid_until, origin, audience…). Raises ValidationError in
        words when the file is refused; then nothing is stored.
        """
        content = FileContent.objects.keep(upload)
        return cls.file_content(content, fields.pop("name", "") or upload.name or "", party=party, by=by, **fields)

    @classmethod
    @transaction.atomic
    def file_content(cls, content: FileContent, name: str, *, party: Any, by: Any, **fields: Any) -> File:
        """File what is stored already, as the first version of a new file."""
        name = uploads.safe_name(name)
        made = cls(party=party, name=name, content=content, added_by=by, **fields)
        made.save()
        FileVersion.objects.create(file=made, number=1, content=content, name=name, added_by=by)
        return made

    @transaction.atomic
    def add_version(self, upload: UploadedFile, *, by: Any, note: str = "") -> FileVersion:
        """Make the upload the newest version. Raises ValidationError when it is refused or is the present one."""
        content = FileContent.objects.keep(upload)
        return self._put_on_top(content, uploads.safe_name(upload.name or self.name), by, note)

    @transaction.atomic
    def restore_version(self, number: int, *, by: Any) -> FileVersion:
        """Make an earlier version the newest again, as a new one: the chain only grows."""
        earlier = self.versions.get(number=number)
        note = str(_("restored from version %(number)d") % {"number": number})
        return self._put_on_top(earlier.content, earlier.name, by, note)

    def _put_on_top(self, content: FileContent, name: str, by: Any, note: str) -> FileVersion:
        # Two at once must not both become the same number.
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update())
        if self.is_deleted:
            raise ValidationError(_("The file is deleted. Restore it first."))
        if content.pk == self.content_id:
            raise ValidationError(_("This is the same content as the newest version."))
        self.version, self.content, self.name = self.version + 1, content, name
        self.save(update_fields=["version", "content", "name"])
        return FileVersion.objects.create(
            file=self, number=self.version, content=content, name=name, note=note, added_by=by
        )

    @transaction.atomic
    def delete_softly(self, by: Any) -> None:
        """Take the file out of the lists; it can be restored. Raises ValidationError when it is deleted already."""
        # Two at once: the second must not take the deed over from the first.
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update())
        if self.is_deleted:
            raise ValidationError(_("The file is already deleted."))
        self.deleted_at, self.deleted_by = timezone.now(), by
        self.save(update_fields=["deleted_at", "deleted_by"])

    def undelete(self) -> None:
        self.deleted_at, self.deleted_by = None, None
        self.save(update_fields=["deleted_at", "deleted_by"])


class FileVersion(models.Model):
    """One version of a file; never changed, never taken out of the chain. The history is the file's own."""

    file = models.ForeignKey(File, verbose_name=_("file"), on_delete=models.CASCADE, related_name="versions")
    # The file's own, kept here so that the timeline of a dossier finds new versions by an index; `save` fills it.
    party = models.ForeignKey("counterparties.Counterparty", on_delete=models.PROTECT, related_name="+", editable=False)
    number = models.PositiveIntegerField(_("version"))
    content = models.ForeignKey(FileContent, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(_("file name"), max_length=200)
    note = models.CharField(_("note"), max_length=300, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("added by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("added at"), default=timezone.now)

    class Meta:
        verbose_name = _("version of a file")
        verbose_name_plural = _("versions of files")
        ordering = ["-number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="file_version_unique")]
        indexes = [
            models.Index(fields=["party", "-added_at", "-id"], name="file_version_newest", condition=Q(number__gt=1)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.party_id = self.file.party_id
        super().save(*args, **kwargs)
