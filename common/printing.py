"""PDF from templates. Nothing is fetched from outside while printing."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.http import HttpResponse
from django.template.loader import render_to_string

PRINT_CSS = "css/print.css"
# Pictures that are not static files, by the address that names them: content and type.
Pictures = Mapping[str, tuple[bytes, str]]


def read_static(url: str) -> tuple[bytes, str]:
    """Content and type of the static file that a `static:` address names. Raises ValueError on any other address."""
    parts = urlsplit(url)
    found = None
    if parts.scheme == "static":
        with suppress(SuspiciousFileOperation):  # a path that leads out of the static files
            found = finders.find(f"{parts.netloc}{parts.path}")
    if not found:
        raise ValueError(f"Printing fetches nothing but static files: {url[:100]}")
    with open(str(found), "rb") as file:
        # Without its type a style sheet would be taken for plain text.
        return file.read(), mimetypes.guess_type(str(found))[0] or "application/octet-stream"


@cache
def engine() -> Any:
    """WeasyPrint, which is imported when something is printed first.

    It tells Pillow to take broken pictures for whole ones, in the whole process; as uploads they must be refused.
    """
    import weasyprint
    from PIL import ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


def static_only(pictures: Pictures | None = None) -> Any:
    """WeasyPrint's way to fetch, closed to all but static files and the pictures given; the rest is left out."""
    return fetcher_class()(pictures or {})


@cache
def fetcher_class() -> Any:
    """Its class, which is made when WeasyPrint is imported."""
    engine()
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticOnly(URLFetcher):
        def __init__(self, pictures: Pictures) -> None:
            super().__init__()
            self.pictures = pictures

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            content, kind = self.pictures[url] if url in self.pictures else read_static(url)
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    return StaticOnly


def render_pdf(
    template: str, context: dict[str, Any], css: Sequence[str] = (), pictures: Pictures | None = None
) -> bytes:
    """Render a template to PDF with the sheet of all prints and, over it, the static style sheets named in `css`.

    `static:` addresses in the template name static files, `picture:` ones what is given in `pictures` by the whole
    address; any other is refused.
    """
    return html_to_pdf(render_to_string(template, context), css, pictures)


def html_to_pdf(html: str, css: Sequence[str] = (), pictures: Pictures | None = None) -> bytes:
    """The same from HTML that is rendered already."""
    weasyprint = engine()
    fetcher = static_only(pictures)
    sheets = [weasyprint.CSS(filename=str(finders.find(name)), url_fetcher=fetcher) for name in (PRINT_CSS, *css)]
    document = weasyprint.HTML(string=html, base_url="static://", url_fetcher=fetcher)
    return document.write_pdf(stylesheets=sheets) or b""


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Answer a PDF that opens in the browser under a plain name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
