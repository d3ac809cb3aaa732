"""PDF from templates. Nothing is fetched from outside while printing."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template.loader import render_to_string

PRINT_CSS = "css/print.css"


def _fetch_static_only(url: str) -> Any:
    from weasyprint.urls import URLFetcherResponse

    parts = urlsplit(url)
    if parts.scheme == "static" and (found := finders.find(f"{parts.netloc}{parts.path}")):
        # Without its type a style sheet would be taken for plain text.
        kind = mimetypes.guess_type(str(found))[0] or "application/octet-stream"
        with open(str(found), "rb") as file:
            return URLFetcherResponse(url, file.read(), {"Content-Type": kind})
    raise ValueError(f"Printing fetches nothing but static files: {url[:100]}")


def render_pdf(template: str, context: dict[str, Any], css: Sequence[str] = ()) -> bytes:
    """Render a template to PDF with the sheet of all prints and, over it, the static style sheets named in `css`.

    `static:` addresses in the template name static files, any other is refused.
    """
    import weasyprint

    html = render_to_string(template, context)
    sheets = [
        weasyprint.CSS(filename=str(finders.find(name)), url_fetcher=_fetch_static_only) for name in (PRINT_CSS, *css)
    ]
    document = weasyprint.HTML(string=html, base_url="static://", url_fetcher=_fetch_static_only)
    return document.write_pdf(stylesheets=sheets) or b""


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Answer a PDF that opens in the browser under a plain name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
