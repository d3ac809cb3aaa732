"""A file's page and the deeds on it: what is said of it, its versions, delete and restore."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.file_types import INLINE_TYPES
from common.forms_view import done, in_panel, show_form
from common.previews import TextPreview, preview_text
from contacts.access import crumbs, tab_url, way_back
from documents.access import picture_url, seen_file
from documents.file_actions import uses_of
from documents.file_kinds import PREVIEWED, TEXTS, kind_of
from documents.forms.files import FileForm, VersionForm
from documents.lists.files import deeds
from documents.models import File

SLUG = "files"
SHOWN = 200  # versions on the page of a file


def facts(file: File) -> dict[str, Any]:
    """What pages of a file tell of it."""
    previewed = file.content.content_type in PREVIEWED
    return {
        "file": file,
        "kind": kind_of(file.content.content_type),
        "picture_url": picture_url(file) if previewed else "",
        "opens_inline": file.content.content_type in INLINE_TYPES,
        "page_title": file.name,
        "crumbs": crumbs(file.party, _("Files and documents"), SLUG),
    }


def text_of(file: File) -> TextPreview | None:
    """The beginning of a file that is a text; None for any other."""
    if file.content.content_type not in TEXTS:
        return None
    try:
        with file.content.file.open("rb") as stored:
            return preview_text(stored)
    except OSError:
        return None


@login_required
def file_detail(request: HttpRequest, pk: int) -> HttpResponse:
    file = seen_file(request, pk)
    actions = deeds(file, request.user, request.get_full_path())
    may_change = not file.is_deleted and request.user.has_perm("documents.change_file")
    context = facts(file) | {
        "text": text_of(file),
        "actions": [replace(action, primary=number == 0) for number, action in enumerate(actions)],
        "versions": file.versions.select_related("content", "added_by")[:SHOWN],
        "uses": uses_of(file, request.user),
        "may_change": may_change,
    }
    return render(request, "documents/file_detail.html", context)


@login_required
def file_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of a file in the side panel; without scripts its page, which shows it too."""
    file = seen_file(request, pk)
    if not in_panel(request):
        return redirect(file)
    return render(request, "documents/_file_preview_panel.html", facts(file) | {"text": text_of(file)})


@login_required
def file_edit(request: HttpRequest, pk: int) -> HttpResponse:
    file = seen_file(request, pk, "documents.change_file")
    if file.is_deleted:
        raise Http404
    form = FileForm(request.POST or None, instance=file, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("“%s” is saved.") % file)
        return done(request, way_back(request, file.party, SLUG))
    return show_form(request, facts(file) | {"form": form, "cancel_url": way_back(request, file.party, SLUG)})


@login_required
def fileversion_add(request: HttpRequest, pk: int) -> HttpResponse:
    file = seen_file(request, pk, "documents.change_file")
    sent = request.method == "POST"
    form = VersionForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            version = file.add_version(
                form.cleaned_data["file"], by=request.user, note=form.cleaned_data["note"].replace("\n", " ")
            )
        except ValidationError as refusal:
            form.add_error("file", refusal.messages)
        else:
            words = _("“%(name)s” is now version %(number)d.")
            messages.success(request, words % {"name": version.name, "number": version.number})
            return done(request, way_back(request, file.party, SLUG))
    context = facts(file) | {
        "form": form,
        "page_title": _("New version of “%s”") % file,
        "submit_label": _("Upload"),
        "cancel_url": way_back(request, file.party, SLUG),
    }
    return show_form(request, context)


@login_required
@require_POST
def fileversion_restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Make an earlier version the newest again."""
    file = seen_file(request, pk, "documents.change_file")
    if not file.versions.filter(number=number).exists():
        raise Http404
    try:
        made = file.restore_version(number, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        words = _("Version %(old)d is the newest again, as version %(new)d.")
        messages.success(request, words % {"old": number, "new": made.number})
    return redirect(file)


@login_required
@require_POST
def file_delete(request: HttpRequest, pk: int) -> HttpResponse:
    file = seen_file(request, pk, "documents.delete_file")
    try:
        file.delete_softly(request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        deleted = f"{tab_url(file.party, SLUG)}?deleted=only"
        words = format_html('{} <a href="{}">{}</a>', _("“%s” is deleted.") % file, deleted, _("Deleted files"))
        messages.success(request, words)
    return redirect(way_back(request, file.party, SLUG))


@login_required
@require_POST
def file_restore(request: HttpRequest, pk: int) -> HttpResponse:
    file = seen_file(request, pk, "documents.delete_file")
    file.undelete()
    messages.success(request, _("“%s” is restored.") % file)
    return redirect(way_back(request, file.party, SLUG))
