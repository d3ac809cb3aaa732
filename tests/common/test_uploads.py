"""Uploaded files: what they are is told by their content; what deceives, bursts or is broken is refused in words."""

import io
import struct
import zipfile
import zlib

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from common import uploads
from common.uploads import DOCUMENT_TYPES, TABLE_TYPES, check_upload, safe_name, stored_path


def picture(kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, kind)
    return buffer.getvalue()


def workbook() -> bytes:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


def archive(**names: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in names.items():
            file.writestr(name, content)
    return buffer.getvalue()


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
DOCX = archive(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def upload(name: str, content: bytes, claimed: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, claimed)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("а.pdf", PDF, "application/pdf"),
        ("а.PNG", picture(), "image/png"),
        ("а.jpg", picture("JPEG"), "image/jpeg"),
        ("а.jpeg", picture("JPEG"), "image/jpeg"),
        ("а.xlsx", workbook(), uploads.XLSX),
        ("а.docx", DOCX, uploads.DOCX),
        ("а.txt", "Здравей".encode(), "text/plain"),
        ("а.txt", "Здравей, свят".encode("cp1251"), "text/plain"),
        ("а.csv", b"a;b\r\n1;2\r\n", "text/plain"),
        ("а.csv", "име,число\nАлфа,1\nБета,2\nГама,3\n".encode(), "text/csv"),
        ("а.csv", b'{"a": 1}', "text/plain"),
    ],
)
def test_an_honest_file_is_taken_for_what_it_is_whatever_the_browser_claims(name, content, kind):
    file = upload(name, content, "text/html")

    assert check_upload(file) == kind
    assert file.read() == content  # rewound


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("фактура.pdf", HTML, "type"),
        ("фактура.pdf", b"  \n\xef\xbb\xbf" + HTML, "type"),
        ("снимка.png", SVG, "type"),
        ("таблица.csv", HTML, "type"),
        ("таблица.txt", b"a;b\n<script>alert(1)</script>", "type"),
        ("снимка.svg", SVG, "type"),
        ("а.pdf", b"MZ\x90\x00" + b"\x00" * 200, "type"),
        ("а.pdf", b"\x7fELF" + b"\x00" * 200, "type"),
        ("а.pdf", archive(**{"evil.exe": b"MZ"}), "type"),
        ("а.xlsx", archive(**{"a.txt": b"a"}), "type"),
        ("а.pdf", b"", "empty"),
        ("а.pdf", picture(), "name"),
        ("а.exe", PDF, "name"),
        ("а", PDF, "name"),
        ("а.pdf.exe", PDF, "name"),
        ("а.png", picture()[:60], "damaged"),
        ("а.jpg", picture("JPEG")[:300], "damaged"),
        ("а.pdf", b"%PDF-1.4\n" + b"garbage" * 20, "damaged"),
        ("а.txt", b"\x00\x01\x02" * 50, "type"),
    ],
)
def test_a_file_that_deceives_or_is_broken_is_refused_with_the_reason(name, content, code):
    with pytest.raises(ValidationError) as refusal:
        check_upload(upload(name, content))

    assert refusal.value.code == code
    assert refusal.value.messages[0]


def test_a_zip_whose_directory_is_broken_is_refused_and_raises_nothing_else():
    content = workbook()
    broken = content.replace(b"PK\x01\x02", b"PK\x09\x09")  # the end of the directory is there, its entries are not
    cut = [content[:-40], content[: len(content) // 2], b"PK\x05\x06" + b"\x00" * 18, b"PK\x03\x04zz"]
    for damaged in (broken, b"\x01\x02" + broken, *cut):
        with pytest.raises(ValidationError):
            check_upload(upload("а.xlsx", damaged))


def test_a_workbook_that_unpacks_to_too_much_is_refused():
    bomb = archive(**{"xl/workbook.xml": b"0" * (uploads.MAX_UNPACKED + 1), "[Content_Types].xml": b"<Types/>"})
    assert len(bomb) < 1024 * 1024

    with pytest.raises(ValidationError, match="unpacks to too much"):
        check_upload(upload("а.xlsx", bomb))


def test_a_picture_of_too_many_pixels_is_refused_without_being_drawn():
    png = bytearray(picture())
    png[16:24] = struct.pack(">II", 12_000, 12_000)
    png[29:33] = struct.pack(">I", zlib.crc32(bytes(png[12:29])))

    with pytest.raises(ValidationError, match=r"too many pixels|damaged"):
        check_upload(upload("а.png", bytes(png)))


@pytest.mark.parametrize(("size", "accepted"), [(1024, True), (1025, False)])
def test_the_size_is_limited_to_the_byte(size, accepted, settings):
    settings.UPLOAD_MAX_BYTES = 1024
    file = upload("а.txt", b"a" * size)

    if accepted:
        assert check_upload(file)
    else:
        with pytest.raises(ValidationError, match="larger than"):
            check_upload(file)


def test_what_is_allowed_may_be_narrower():
    with pytest.raises(ValidationError, match="not accepted"):
        check_upload(upload("а.pdf", PDF), TABLE_TYPES)
    assert "application/pdf" in DOCUMENT_TYPES


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("договор.pdf", "договор.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/абсолютен/път.pdf", "път.pdf"),
        ("файл\u202efdp.exe", "файлfdp.exe"),
        ("ред\r\nSet-Cookie: a=b.pdf", "редSet-Cookie a=b.pdf"),
        ('"кавички"<>|?*;.pdf', "кавички.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("", "file"),
        ("/", "file"),
        (".pdf", "file.pdf"),
        ("שלום.pdf", "שלום.pdf"),
    ],
)
def test_a_name_loses_its_path_and_all_that_deceives(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["я" * 300 + ".pdf", "x." + "y" * 300, "я" * 300])
def test_a_long_name_is_cut_and_keeps_something_before_its_ending(name):
    safe = safe_name(name)

    assert 0 < len(safe) <= 160
    assert not safe.startswith(".")


def test_a_stored_path_says_nothing_of_the_name():
    first, second = stored_path("files", "application/pdf"), stored_path("files", "application/pdf")

    assert first != second
    assert first.startswith("files/")
    assert first.endswith(".pdf")
    assert stored_path("files", "няма/такъв").endswith(".bin")
