"""Settings of personal documents: their types, and of which a scan may be kept. The documents are never here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin import CodedReferenceAdmin
from documents.models import PersonalDocument, PersonalDocumentType
from users.permission_words import describe

describe(
    {
        "documents.reveal_personaldocument": gettext_lazy("Open numbers and scans of personal documents"),
        "documents.erase_personaldocument": gettext_lazy("Erase personal documents before their time"),
        "documents.view_personaldocument_log": gettext_lazy("View the log of accesses to personal documents"),
    }
)


@admin.register(PersonalDocumentType)
class PersonalDocumentTypeAdmin(CodedReferenceAdmin):
    """A scan is the exception: the act that demands one has to be named, and taking it back says what is left over."""

    list_display = ["name", "name_en", "code", "number_format", "scan_allowed", "order", "is_active"]
    list_filter = ["is_active", "scan_allowed"]
    fieldsets = [
        (None, {"fields": ["name", "name_en", "code", "number_format", "order", "is_active"]}),
        (
            gettext_lazy("Scans"),
            {
                "fields": ["scan_allowed", "scan_ground", "stored_scans"],
                "description": gettext_lazy(
                    "An identity card, a driving licence and a residence document may be copied only where a law says"
                    " so (Personal Data Protection Act, art. 25g); the holder's consent does not replace it. As long"
                    " as a scan is allowed, the form of a document of this type has a place for one; scans are kept"
                    " encrypted, each opening is logged, and they are erased with the document. When you allow scans"
                    " no longer, the place disappears, those that are stored cannot be opened any more, and they are"
                    " listed to be erased."
                ),
            },
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "stored_scans"]

    @admin.display(description=gettext_lazy("stored scans"))
    def stored_scans(self, row: PersonalDocumentType) -> str:
        count = scans_of(row)
        if not count or row.scan_allowed:
            return str(count)
        return format_html('{} – <a href="{}">{}</a>', count, list_of_strays(row), _("erase them"))

    def save_model(self, request: HttpRequest, obj: PersonalDocumentType, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.scan_allowed or not (count := scans_of(obj)):
            return
        words = ngettext(
            "%d scan of such documents is still stored. Nobody can open it; it should be erased now:",
            "%d scans of such documents are still stored. Nobody can open them; they should be erased now:",
            count,
        )
        link = format_html('{} <a href="{}">{}</a>', words % count, list_of_strays(obj), _("Scans without a ground"))
        messages.warning(request, link)


def scans_of(row: PersonalDocumentType) -> int:
    return PersonalDocument.objects.filter(type=row.pk).exclude(scan="").count() if row.pk else 0


def list_of_strays(row: PersonalDocumentType) -> str:
    return f"{reverse('documents:strayscan_list')}?type={row.pk}"
