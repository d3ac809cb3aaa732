"""Printing fetches static files of ours and nothing else."""

import pytest
from django.template import engines
from PIL import ImageFile

from common import printing
from common.printing import pdf_response, read_static


def test_static_files_of_ours_can_be_printed():
    content, kind = read_static("static://img/logo.svg")

    assert b"<svg" in content
    assert kind == "image/svg+xml"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/a.png",
        "https://example.com/a.css",
        "file:///etc/passwd",
        "static://../../../etc/passwd",
        "static://%2e%2e/config/settings.py",
        "static:///etc/passwd",
        "ftp://example.com/",
        "data:text/html,x",
        "",
    ],
)
def test_any_other_address_is_refused(address):
    with pytest.raises(ValueError, match="nothing but static files"):
        read_static(address)


def test_a_picture_from_elsewhere_is_left_out_and_the_sheet_is_printed(monkeypatch):
    asked = []

    def watch(url):
        asked.append(url)
        return read_static(url)

    monkeypatch.setattr(printing, "read_static", watch)
    pictures = '<img src="http://127.0.0.1:1/x.png"><img src="file:///etc/passwd"><img src="static://img/logo.svg">'
    template = engines["django"].from_string(f"<p>Здравей</p>{pictures}")
    monkeypatch.setattr(printing, "render_to_string", lambda name, context: template.render(context))

    assert printing.render_pdf("any", {}).startswith(b"%PDF-")
    assert {"http://127.0.0.1:1/x.png", "file:///etc/passwd", "static://img/logo.svg"} <= set(asked)


def test_a_pdf_is_shown_in_the_browser_and_kept_by_no_cache():
    answer = pdf_response(b"%PDF-", "a.pdf")

    assert answer.headers["Content-Disposition"] == 'inline; filename="a.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_printing_does_not_make_broken_pictures_whole():
    """WeasyPrint turns Pillow's check off for the whole process when it is imported."""
    printing.engine()

    assert not ImageFile.LOAD_TRUNCATED_IMAGES
