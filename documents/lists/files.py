"""The list of files: the tab of a dossier, and the same across all parties."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.dates import SOFIA, format_date
from common.lists import Action, BulkAction, Column, Empty
from common.templatetags.icons import icon
from contacts.cells import party_link, tone
from counterparties.party_rows import PartyRowsList
from documents.file_actions import actions_for
from documents.file_kinds import PREVIEWED, TEXTS, kind_of
from documents.forms.files import limits
from documents.lists.file_filter import FileFilter
from documents.models import File, FileCategory


def draw_name(file: File) -> SafeString:
    """The name with what its content is, and marks: of several versions, private, deleted."""
    kind = kind_of(file.content.content_type)
    marks = []
    if file.version > 1:
        marks.append(tone("blue", _("version %(number)d") % {"number": file.version}))
    if file.is_private:
        marks.append(tone("violet", _("private")))
    if file.is_deleted:
        marks.append(tone("grey", _("deleted")))
    return format_html(
        '{} <span class="visually-hidden">{}: </span>{} {}',
        icon(kind.icon),
        kind.label,
        file.name,
        SafeString(" ".join(marks)),
    )


def draw_validity(file: File) -> SafeString | str:
    if file.valid_until is None:
        return ""
    day = format_date(file.valid_until)
    if file.has_ended():
        return tone("red", together(_("ended %(day)s") % {"day": day}))
    return tone("amber", together(_("ends %(day)s") % {"day": day})) if file.ends_soon() else day


def together(words: str) -> str:
    """Words that no line breaks apart."""
    return words.replace(" ", "\xa0")


def set_category(request: HttpRequest, files: QuerySet[Any]) -> str:
    """Give all chosen files one category."""
    key = request.POST.get("category", "")
    category = FileCategory.objects.filter(pk=key, is_active=True).first() if key.isdecimal() and len(key) < 9 else None
    if category is None:
        raise ValidationError(_("Choose the category."))
    count = File.objects.filter(pk__in=files.current().values("pk")).update(  # type: ignore[attr-defined]
        category=category, updated_at=timezone.now()
    )
    words = ngettext("%(count)d file is now: %(name)s.", "%(count)d files are now: %(name)s.", count)
    return words % {"count": count, "name": category}


def delete_many(request: HttpRequest, files: QuerySet[Any]) -> str:
    count = File.objects.filter(pk__in=files.current().values("pk")).update(  # type: ignore[attr-defined]
        deleted_at=timezone.now(), deleted_by=request.user, updated_at=timezone.now()
    )
    words = ngettext(
        "%(count)d file is deleted. It can be restored: choose “only deleted” in the filter.",
        "%(count)d files are deleted. They can be restored: choose “only deleted” in the filter.",
        count,
    )
    return words % {"count": count}


class FileList(PartyRowsList):
    """Files; in a dossier those of one party, with the place to upload others."""

    model = File
    filterset_class = FileFilter
    permission_required = "documents.view_file"
    export_permission = "documents.export_file"
    page_title = gettext_lazy("Files")
    default_sort = "-added"
    tie_break = ("pk",)
    add_label = gettext_lazy("Upload files")
    empty = Empty(
        gettext_lazy("No files yet"),
        gettext_lazy("Contracts, certificates, price lists, letters: whatever belongs to the dossier."),
    )
    columns = [
        Column("name", gettext_lazy("Name"), "name", sort=["name"], html=draw_name),
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"],
               html=party_link),
        Column("category", gettext_lazy("Category"), "category", sort=["category__order", "category__name"]),
        Column("description", gettext_lazy("Description"), "description", sort=["description"], css="is-phrase"),
        Column("kind", gettext_lazy("Type"), lambda file: str(kind_of(file.content.content_type).label), default=False),
        Column("size", gettext_lazy("Size"), lambda file: filesizeformat(file.content.size), sort=["content__size"],
               numeric=True, export=lambda file: file.content.size),
        Column("added", gettext_lazy("Added"), "created_at", sort=["created_at"],
               export=lambda file: file.created_at.astimezone(SOFIA).date()),
        Column("added_by", gettext_lazy("Added by"), "added_by"),
        Column("valid_until", gettext_lazy("Valid until"), "valid_until", sort=["valid_until"], html=draw_validity),
        Column("origin", gettext_lazy("Origin"), "get_origin_display", sort=["origin"], default=False),
        Column("versions", gettext_lazy("Versions"), "version", sort=["version"], numeric=True, default=False),
    ]  # fmt: skip

    @classmethod
    def counted_rows(cls, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.current()  # type: ignore[attr-defined]

    def get_page_title(self) -> Any:
        return super().get_page_title() if self.across else _("Files and documents")

    def get_template_names(self) -> list[str]:
        usual = super().get_template_names()
        if self.frame is not None and usual == [self.frame.template_name] and self.may("add"):
            return ["documents/files_tab.html"]
        return usual

    def may(self, deed: str) -> bool:
        return self.request.user.has_perm(f"documents.{deed}_file")

    def get_add_url(self) -> str:
        if not self.may("add"):
            return ""
        address = reverse("documents:file_upload")
        return f"{address}?party={self.frame.party.pk}" if self.frame is not None else address

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"upload": limits()}

    def row_css(self, obj: File) -> str:
        return "is-archived" if obj.is_deleted else ""

    def row_actions(self, obj: File) -> list[Action]:
        return deeds(obj, self.request.user, self.request.get_full_path())

    def get_bulk_actions(self) -> list[BulkAction]:
        actions = []
        if self.may("change"):
            actions.append(
                BulkAction(
                    "category",
                    _("Set category"),
                    set_category,
                    icon="tag",
                    template="documents/_bulk_category.html",
                    context=lambda request: {"categories": FileCategory.objects.filter(is_active=True)},
                )
            )
        if self.may("delete"):
            question = _("Delete the chosen files? They can be restored.")
            actions.append(BulkAction("delete", _("Delete"), delete_many, icon="trash", confirm=question))
        return actions


def deeds(file: File, user: Any, here: str) -> list[Action]:
    """What the user may do with a file; `here` is the page to come back to."""

    def to(name: str, **query: str) -> str:
        address = reverse(f"documents:{name}", args=[file.pk])
        return f"{address}?{urlencode(query)}" if query else address

    if file.is_deleted:
        if not user.has_perm("documents.delete_file"):
            return []
        restore = Action(_("Restore"), to("file_restore", next=here), icon="arrow-counterclockwise", method="post")
        return [restore, Action(_("Download"), to("file_download"), icon="download")]
    actions = [Action(_("Download"), to("file_download"), icon="download")]
    if file.content.content_type in (*PREVIEWED, *TEXTS):
        actions.append(Action(_("Preview"), to("file_preview"), icon="eye", htmx=True))
    if user.has_perm("documents.change_file"):
        actions.append(Action(_("Edit"), to("file_edit", next=here), icon="pencil", htmx=True))
        actions.append(Action(_("New version"), to("fileversion_add", next=here), icon="layers", htmx=True))
    actions += actions_for(file, user)
    if user.has_perm("documents.delete_file"):
        question = _("Delete “%s”? It can be restored.") % file
        actions.append(Action(_("Delete"), to("file_delete", next=here), icon="trash", method="post", confirm=question))
    return actions
