"""What is sent to harm: each trick is refused with its reason, or made harmless."""

import io
import struct
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from common import file_types as t
from common.uploads import OFFICE_TYPES, check_upload, inline, safe_name, serve
from tests.common.files import HTML, PDF, SVG, XML, archive, ole, ooxml, opendocument, picture, release, upload


def refused(name: str, content: bytes) -> ValidationError:
    with pytest.raises(ValidationError) as refusal:
        check_upload(upload(name, content), OFFICE_TYPES)
    assert refusal.value.messages[0].endswith(".")
    return refusal.value


def said(name: str, content: bytes) -> str:
    return refused(name, content).messages[0]


# -- What a browser would run ------------------------------------------------------------------------
def test_html_named_as_a_pdf():
    assert "Web pages (HTML) are not accepted" in said("фактура.pdf", HTML)


@pytest.mark.parametrize("ending", [".html", ".htm", ".txt", ".csv", ".xml", ".eml", ".doc", ".xls", ".png"])
def test_html_under_any_name(ending):
    assert "HTML" in said(f"страница{ending}", HTML)


@pytest.mark.parametrize(
    "content",
    [
        b"  \r\n\t" + HTML,
        b"\xef\xbb\xbf" + HTML,
        HTML.decode().encode("utf-16"),
        b"<!-- \n -->" + HTML,
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
        b"<HTML><SCRIPT>alert(1)</SCRIPT>",
        b"some text <script>alert(1)</script>",
    ],
)
def test_html_in_disguise(content):
    assert "HTML" in said("бележка.txt", content)
    assert "HTML" in said("бележка.xml", content)


@pytest.mark.parametrize("name", ["рисунка.svg", "рисунка.png", "рисунка.xml", "рисунка.txt"])
def test_svg_with_a_script_under_any_name(name):
    assert "SVG" in said(name, SVG)


@pytest.mark.parametrize(
    "start", [b'<?xml version="1.0"?>\n', b"<!-- a -->", b'<!DOCTYPE svg PUBLIC "-//W3C" "svg11.dtd">']
)
def test_svg_that_begins_otherwise(start):
    assert refused("рисунка.xml", start + SVG).code == "type"


def test_a_page_within_xml():
    hidden = b'<data xmlns:h="http://www.w3.org/1999/xhtml"><h:script>alert(1)</h:script></data>'

    assert "HTML" in said("данни.xml", hidden)


def test_a_pdf_that_is_a_page_too_is_shown_only_in_a_sandbox():
    both = PDF.replace(b"%PDF-1.4\n", b"%PDF-1.4\n%" + HTML + b"\n")
    assert check_upload(upload("двуличен.pdf", both), OFFICE_TYPES) == t.PDF
    stored = default_storage.save("files/двуличен.pdf", ContentFile(both))

    for answer in (
        inline(default_storage.open(stored), "двуличен.pdf", t.PDF),
        serve(default_storage.open(stored), "двуличен.pdf"),
    ):
        assert answer["Content-Type"] == t.PDF
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        release(answer)


def test_a_page_that_is_a_pdf_too_is_a_page():
    assert "HTML" in said("двуличен.pdf", HTML + b"\n" + PDF)


# -- What bursts -------------------------------------------------------------------------------------
def test_a_zip_bomb_of_high_ratio():
    bomb = archive({"данни.txt": b"0" * 30_000_000})
    assert len(bomb) < 100_000

    assert "unpacks to too much" in said("архив.zip", bomb)


def test_a_zip_bomb_of_many_entries():
    bomb = archive({f"{number}": b"" for number in range(t.MAX_ENTRIES + 1)})
    assert len(bomb) < 2_000_000

    assert "too many entries" in said("архив.zip", bomb)


def test_a_zip_bomb_within_a_zip_is_not_opened():
    bomb = archive({"данни.txt": b"0" * 30_000_000})

    assert check_upload(upload("архив.zip", archive({"бомба.zip": bomb})), OFFICE_TYPES) == t.ZIP


def test_a_zip_that_lies_about_its_size_cannot_unpack_to_more(tmp_path):
    honest = archive({"word/document.xml": b"<w>" + b"0" * 30_000_000 + b"</w>", "[Content_Types].xml": b"<Types/>"})
    liar = honest.replace(struct.pack("<I", 30_000_007), struct.pack("<I", 10))

    assert liar != honest
    assert refused("договор.docx", liar).code == "damaged"


@pytest.mark.parametrize(
    ("name", "part"),
    [("а.docx", "word/document.xml"), ("а.xlsx", "xl/workbook.xml"), ("а.pptx", "ppt/presentation.xml")],
)
def test_a_document_that_is_a_bomb(name, part):
    bomb = ooxml(part, **{"media.bin": b"0" * 30_000_000})
    assert len(bomb) < 100_000

    assert "unpacks to too much" in said(name, bomb)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><l>&j;</l>"
)


def test_an_xml_bomb_of_entities():
    assert "document type or entities" in said("данни.xml", LAUGHS)


def test_xml_that_reads_files_of_the_server():
    assert refused("данни.xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>').code == "dtd"


def test_xml_with_nothing_but_a_doctype():
    assert (
        refused("данни.xml", b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>').code == "dtd"
    )


def test_a_document_with_an_xml_bomb_in_it():
    assert refused("договор.docx", ooxml("word/document.xml", **{"word/styles.xml": LAUGHS})).code == "dtd"


@pytest.mark.parametrize("content", [XML[:-5], XML.replace(b"10.00", b"<"), XML + XML])
def test_xml_that_is_not_well_formed(content):
    assert refused("данни.xml", content).code == "damaged"


def test_xml_of_great_depth_is_only_read():
    assert check_upload(upload("а.xml", b"<a>" * 200_000 + b"</a>" * 200_000), OFFICE_TYPES) == t.XML


def png_of(width: int, height: int) -> bytes:
    content = bytearray(picture())
    content[16:24] = struct.pack(">II", width, height)
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    return bytes(content)


@pytest.mark.parametrize("size", [(12_000, 12_000), (60_000, 60_000), (2_000_000_000, 2)])
def test_a_png_of_huge_dimensions(size):
    assert refused("снимка.png", png_of(*size)).code in ("too_large", "damaged")
    if size[0] < 2**20:
        assert "too many pixels" in said("снимка.png", png_of(*size))


# -- What is broken ----------------------------------------------------------------------------------
def test_an_empty_file():
    assert said("празен.pdf", b"") == "The file is empty."


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_truncated_picture(kind, share):
    whole = picture(kind, (400, 300))

    assert refused(f"снимка{t.ENDINGS[f'image/{kind.lower()}'][0]}", whole[: int(len(whole) * share)]).code == "damaged"


def test_a_truncated_jpeg_of_a_camera():
    whole = picture("JPEG", (2400, 1800))

    assert "damaged" in said("снимка.jpg", whole[: len(whole) // 2])
    assert check_upload(upload("снимка.jpg", whole), OFFICE_TYPES)


def test_a_truncated_signature():
    content = b"\x30\x82\x10\x00" + bytes.fromhex("06092a864886f70d010702") + bytes(300)

    assert refused("договор.p7m", content).code == "damaged"


@pytest.mark.parametrize("content", [ole(), ole("Something"), ole("WordDocument")[:600], ole("WordDocument")[:520]])
def test_a_compound_file_of_no_known_program(content):
    assert refused("договор.doc", content).code == "type"


# -- Sizes -------------------------------------------------------------------------------------------
def test_a_file_of_exactly_the_limit_is_accepted(settings):
    settings.UPLOAD_MAX_BYTES = len(PDF)

    assert check_upload(upload("а.pdf", PDF), OFFICE_TYPES) == t.PDF


def test_a_file_one_byte_over_the_limit(settings):
    settings.UPLOAD_MAX_BYTES = len(PDF) - 1

    assert refused("а.pdf", PDF).code == "too_large"


# -- What runs ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["договор.docx", "договор.docm"])
def test_a_document_with_macros(name):
    content = ooxml("word/document.xml", **{"word/vbaProject.bin": ole("VBA")})

    assert "macros" in said(name, content)


def test_a_document_that_hides_its_macros_under_another_name():
    content = archive(
        {
            "[Content_Types].xml": b'<Types><Override ContentType="application/vnd.ms-office.vbaProject"/></Types>',
            "word/document.xml": b"<w/>",
            "word/picture.bin": b"x",
        }
    )

    assert "macros" in said("договор.docx", content)


def test_a_workbook_of_the_kind_with_macros():
    told = b"<Types><O ContentType='application/vnd.ms-excel.sheet.macroEnabled.main+xml'/></Types>"

    assert "macros" in said("а.xlsx", archive({"[Content_Types].xml": told, "xl/workbook.xml": b"<w/>"}))


def test_a_workbook_with_macros_of_old():
    assert "macros" in said("а.xlsx", ooxml("xl/workbook.xml", **{"xl/macrosheets/sheet1.xml": b"<x/>"}))


def test_old_office_and_open_documents_with_macros():
    assert "macros" in said("а.doc", ole("WordDocument", "Macros/VBA"))
    assert "macros" in said("а.xls", ole("Workbook", "_VBA_PROJECT_CUR/VBA"))
    assert "macros" in said("а.odt", opendocument("text", **{"Basic/Standard/Module1.xml": b"<x/>"}))


def test_a_document_that_cannot_be_looked_into():
    assert "locked with a password" in said("а.docx", ole("EncryptionInfo", "EncryptedPackage"))


@pytest.mark.parametrize("name", ["договор.docx", "договор.pdf", "договор.exe", "договор.txt"])
@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00\x03" + b"\x00" * 300, b"\x7fELF\x02\x01\x01" + b"\x00" * 300, b"MZ" + bytes(range(256)) * 4],
)
def test_a_program_under_any_name(name, content):
    assert said(name, content) == "Programs are not accepted."


def test_a_java_archive_named_as_a_zip():
    assert "Programs" in said(
        "а.zip", archive({"META-INF/MANIFEST.MF": b"Main-Class: A", "A.class": b"\xca\xfe\xba\xbe"})
    )


@pytest.mark.parametrize("name", ["setup.exe", "Фактура.pdf.js", "папка/ФАКТУРА.SCR", "link.lnk", "a.exe. .", "a.bat "])
def test_an_archive_with_a_program_in_it(name):
    assert "holds a program" in said("архив.zip", archive({"добър.txt": b"1", name: b"MZ"}))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "а/../../б", "C:\\Windows\\x.dll", "..\\x", "\\\\server\\x", "C:x"]
)
def test_an_archive_that_would_write_elsewhere(name):
    content = archive({"x" * len(name.encode()): b"1"}).replace(b"x" * len(name.encode()), name.encode())
    if not name.isascii():  # the flag that says the name is UTF-8
        content = archive({name: b"1"})

    assert "leads out of its folder" in said("архив.zip", content)


def test_an_archive_with_a_path_trick_in_a_document():
    assert refused("а.docx", ooxml("word/document.xml", **{"../../evil.xml": b"<x/>"})).code == "path"


def test_an_archive_before_which_something_stands():
    inner = archive({"а.txt": b"1"})

    assert refused("архив.zip", b"MZ\x00\x00" + inner).code == "type"
    assert refused("архив.zip", HTML + inner).code == "type"


def test_a_broken_archive():
    content = archive({"а.txt": b"1"})
    for broken in (content[:-30], content[:20], content.replace(b"PK\x01\x02", b"PK\x09\x09")):
        assert refused("архив.zip", broken).code == "damaged"
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        assert whole.namelist() == ["а.txt"]


# -- Names -------------------------------------------------------------------------------------------
def test_a_name_of_three_hundred_characters_is_accepted_and_cut_before_its_ending():
    name = "Я" * 300 + ".pdf"

    assert check_upload(upload(name, PDF), OFFICE_TYPES) == t.PDF
    safe = safe_name(name)
    assert safe.endswith("Я.pdf")
    assert len(safe) <= 150
    assert len(safe.encode()) <= 240


def test_a_name_written_from_the_right():
    assert safe_name("фактура\u202efdp.exe") == "фактураfdp.exe"
    assert safe_name("\u2067фактура\u2069\u200f.pdf") == "фактура.pdf"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.pdf", "y.pdf"),
        ("\\\\server\\share\\y.pdf", "y.pdf"),
        ("а\x00б.pdf", "аб.pdf"),
        ("а.pdf\x00.exe", "а.pdf.exe"),
        (".", "file"),
        ("..", "file"),
        ("....", "file"),
        ("../..", "file"),
        (". . .", "file"),
        ("  .pdf", "file.pdf"),
        ("...pdf", "file.pdf"),
        ("а.pdf...", "а.pdf"),
        ("а.pdf ", "а.pdf"),
        ("CON", "_CON"),
        ("con.pdf", "_con.pdf"),
        ("NUL.tar.gz", "_NUL.tar.gz"),
        ("Lpt1 .txt", "_Lpt1.txt"),
        ("COM¹.pdf", "_COM¹.pdf"),
        ("контракт.pdf", "контракт.pdf"),
        ("console.pdf", "console.pdf"),
        ("а\n\rб.pdf", "аб.pdf"),
    ],
)
def test_a_name_that_tricks_is_made_harmless(name, safe):
    assert safe_name(name) == safe
    assert safe_name(safe) == safe
