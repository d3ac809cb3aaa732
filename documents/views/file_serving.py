"""The bytes of files: as a download, beside our own page, as a small picture. Each asks first who may see the file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from common import uploads
from documents.access import seen_file
from documents.models import FileContent

WIDTHS = {"small": 320, "large": 960}


@login_required
def file_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    file = seen_file(request, pk)
    return served(file.content, file.name)


@login_required
def fileversion_download(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    file = seen_file(request, pk)
    version = get_object_or_404(file.versions.select_related("content"), number=number)
    return served(version.content, version.name)


@login_required
def file_inline(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture or a PDF as the browser shows it; of anything else a download."""
    file = seen_file(request, pk)
    try:
        return uploads.inline(file.content.file, file.name, file.content.content_type)
    except FileNotFoundError as gone:
        raise Http404 from gone


def served(content: FileContent, name: str) -> HttpResponseBase:
    try:
        return uploads.serve(content.file, name)
    except FileNotFoundError as gone:
        raise Http404 from gone


@login_required
def file_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """A PNG of the picture or of the first page; drawn anew each time, never larger than the largest width."""
    file = seen_file(request, pk)
    width = WIDTHS.get(request.GET.get("size", ""), WIDTHS["large"])
    try:
        with file.content.file.open("rb") as stored:
            drawn = uploads.preview_png(stored, file.content.content_type, width)
    except OSError:
        drawn = None
    if drawn is None:
        response = HttpResponse(_("No preview can be made of this file."), status=404, content_type="text/plain")
    else:
        response = HttpResponse(drawn, content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
