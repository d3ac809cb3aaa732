"""Looking at a stored file without fetching it: small pictures, and pictures and PDFs within our own page."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from common import file_types as t
from common.previews import preview_text
from common.uploads import INLINE_TYPES, OFFICE_TYPES, inline, preview_png
from tests.common.files import EML, PDF, SVG, XML, archive, ooxml, picture, release


def drawn(content: bytes, kind: str, width: int = 200) -> Image.Image:
    png = preview_png(io.BytesIO(content), kind, width)
    assert png is not None
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image


@pytest.mark.parametrize("kind", t.PICTURES)
def test_a_picture_becomes_a_small_png(kind):
    assert drawn(picture(t.PICTURES[kind], (800, 600)), kind).size == (200, 150)


def test_a_small_picture_is_not_blown_up():
    assert drawn(picture(size=(64, 48)), "image/png").size == (64, 48)


def test_a_pdf_shows_its_first_page():
    assert drawn(PDF, t.PDF, 180).size == (180, 240)


@pytest.mark.parametrize("box", ["0 0 10 100000", "0 0 100000 10", "0 0 14400 14400", "0 0 1 1"])
def test_a_page_of_any_shape_stays_within_bounds(box):
    image = drawn(PDF.replace(b"0 0 90 120", box.encode()), t.PDF, 300)

    assert image.width <= 301
    assert image.height <= 901


def test_a_tall_picture_stays_within_bounds():
    assert drawn(picture(size=(10, 5000)), "image/png", 100).height == 300


def test_the_width_itself_is_bounded():
    assert drawn(PDF, t.PDF, 10**9).width == 1600
    assert drawn(PDF, t.PDF, -5).width == 16


def test_a_turned_photograph_is_turned_back_and_loses_what_the_camera_wrote():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "тайно място"
    buffer = io.BytesIO()
    Image.new("RGB", (400, 200), "red").save(buffer, "JPEG", exif=exif)

    image = drawn(buffer.getvalue(), "image/jpeg", 100)

    assert image.size == (100, 200)
    assert not image.getexif()


def test_transparency_stays():
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(buffer, "PNG")

    assert drawn(buffer.getvalue(), "image/png").mode == "RGBA"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (EML, t.EML),
        (XML, t.XML),
        (SVG, t.SVG),
        (archive({"а": b"1"}), t.ZIP),
        (ooxml("word/document.xml"), t.DOCX),
        (b"", t.PDF),
        (b"", "image/png"),
        (SVG, "image/png"),
        (picture("GIF"), "image/png"),
        (picture("JPEG", (300, 300))[:2000], "image/jpeg"),
        (PDF.replace(b"0 0 90 120", b"0 0 0 0")[:40], t.PDF),
    ],
)
def test_what_cannot_be_drawn_has_no_preview(content, kind):
    assert preview_png(io.BytesIO(content), kind, 100) is None


def shown(kind: str):
    return inline(default_storage.open(default_storage.save("files/а.bin", ContentFile(PDF))), "Договор.pdf", kind)


@pytest.mark.parametrize("kind", INLINE_TYPES)
def test_a_picture_or_pdf_is_shown_within_our_page_alone_and_runs_nothing(kind):
    answer = shown(kind)

    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith("inline; filename")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'self'"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"
    release(answer)


@pytest.mark.parametrize("kind", [*sorted(set(OFFICE_TYPES) - set(INLINE_TYPES)), t.HTML, t.SVG, "", "няма/такъв"])
def test_anything_else_is_a_download(kind):
    answer = shown(kind)

    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Type"] != t.HTML
    release(answer)


@pytest.mark.parametrize(
    ("content", "text", "is_cut"),
    [
        ("Бележки\r\nред".encode(), "Бележки\nред", False),
        ("Бележки;ред".encode("cp1251"), "Бележки;ред", False),
        ("\ufeffБележки".encode(), "Бележки", False),
        ("Бележки".encode("utf-16"), "Бележки", False),
        (b"a\n" * 300, "a\n" * 199 + "a", True),
        ("й".encode() * 20_000, "й" * (10 * 1024), True),
        (b"x" + "й".encode() * 20_000, "x" + "й" * (10 * 1024 - 1), True),
    ],
)
def test_the_beginning_of_a_text_is_read(content, text, is_cut):
    assert preview_text(io.BytesIO(content)) == (text, is_cut)


@pytest.mark.parametrize("content", [b"a\0b", b"\x98\xff", "\ud83d".encode("utf-16", "surrogatepass"), b"\x01\x02"])
def test_what_is_no_text_is_not_shown(content):
    assert preview_text(io.BytesIO(content)) is None
