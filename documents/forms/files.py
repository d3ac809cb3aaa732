"""Forms of files: upload of several, what is said of a file, a new version."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.file_types import ENDINGS
from common.forms import PlainForm
from contacts.forms.base import OfPartyForm
from documents.models import File, FileCategory
from documents.models.files import SOON_DAYS

# For the browser's own window of files; what is accepted is decided by content.
ACCEPT = ",".join(sorted({ending for endings in ENDINGS.values() for ending in endings}))


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class UploadsField(forms.FileField):
    """Several uploaded files. What each of them is, is looked at when it is filed, so that the others go through."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        uploads = [one for one in (data if isinstance(data, (list, tuple)) else [data]) if one]
        if not uploads and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return uploads


class WithValidity(OfPartyForm):
    """What may be said of a file: its category, what it is, until when it holds."""

    ruled = ("party",)
    fieldsets = [
        ("", ["uploads", "category", "description", ("valid_until", "remind_days"), "anyway"]),
    ]

    class Meta:
        model = File
        fields = ["category", "description", "valid_until", "remind_days"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category: Any = self.fields["category"]
        category.queryset = FileCategory.objects.filter(Q(is_active=True) | Q(pk=self.instance.category_id))
        self.fields["remind_days"].widget.attrs |= {"min": 0, "placeholder": str(SOON_DAYS)}


class FileForm(WithValidity):
    """What is said of a file that is filed already."""

    def save(self, commit: bool = True) -> Any:
        # Only what is asked for here: a version that was added meanwhile stays the newest.
        self.instance.save(update_fields=self.Meta.fields)
        return self.instance


class UploadForm(WithValidity):
    """Several files at once; what is said counts for each of them."""

    uploads = UploadsField(label=_("Files"), widget=FilesInput(attrs={"accept": ACCEPT}))
    anyway = forms.BooleanField(label=_("File it even if the same content is in this dossier already"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"].help_text = limit_in_words()

    def said(self) -> dict[str, Any]:
        """The fields of the model, for each file."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class VersionForm(PlainForm):
    """A new version of a file."""

    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ACCEPT}), allow_empty_file=True)
    note = forms.CharField(
        label=_("What is new in it"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = limit_in_words()


def limit_in_words() -> str:
    words = gettext("Up to %(size)s each: PDF, pictures, Office documents, text, tables, e-mails, archives.")
    return words % {"size": filesizeformat(settings.UPLOAD_MAX_BYTES)}


def limits() -> dict[str, Any]:
    """What the place for dropping files tells the browser beforehand."""
    return {"max_bytes": settings.UPLOAD_MAX_BYTES, "accept": ACCEPT, "words": limit_in_words()}
