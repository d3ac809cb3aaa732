"""What an office keeps and sends is accepted, each for what it is."""

import email
import io
import zipfile
from contextlib import suppress

import openpyxl
import pypdfium2
import pytest
from django.core.exceptions import ValidationError

from common import file_types as t
from common.uploads import DOCUMENT_TYPES, ENDINGS, OFFICE_TYPES, check_upload, content_type_of, stored_path
from tests.common.files import EML, PDF, XML, archive, asice, cms, ole, ooxml, opendocument, picture, upload


def workbook() -> bytes:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


def locked_zip() -> bytes:
    """As accountants send them: the entries are enciphered, only their names can be read."""
    content = bytearray(archive({"ведомост.xlsx": b"x" * 50}))
    content[6] |= 1
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    return bytes(content)


HONEST = [
    ("а.pdf", PDF, t.PDF),
    ("а.png", picture(), "image/png"),
    ("а.jpg", picture("JPEG"), "image/jpeg"),
    ("а.gif", picture("GIF"), "image/gif"),
    ("а.webp", picture("WEBP"), "image/webp"),
    ("а.tif", picture("TIFF"), "image/tiff"),
    ("а.txt", "Здравей".encode(), "text/plain"),
    ("а.txt", "Здравей".encode("utf-16"), "text/plain"),
    ("а.txt", EML, "text/plain"),
    ("а.csv", "име,число\nАлфа,1\nБета,2\nГама,3\n".encode(), "text/csv"),
    ("а.xlsx", workbook(), t.XLSX),
    ("а.docx", ooxml("word/document.xml"), t.DOCX),
    ("а.pptx", ooxml("ppt/presentation.xml"), t.PPTX),
    ("а.odt", opendocument("text"), t.ODT),
    ("а.ods", opendocument("spreadsheet"), t.ODS),
    ("а.odp", opendocument("presentation"), t.ODP),
    ("а.doc", ole("WordDocument", "1Table"), t.DOC),
    ("а.xls", ole("Workbook"), t.XLS),
    ("а.xls", ole("Book"), t.XLS),
    ("а.ppt", ole("PowerPoint Document", "Current User"), t.PPT),
    ("а.msg", ole("__properties_version1.0", "__nameid_version1.0/__properties_version1.0"), t.MSG),
    ("а.rtf", rb"{\rtf1\ansi Hello}", t.RTF),
    ("а.doc", rb"{\rtf1\ansi Hello}", t.RTF),
    ("а.eml", EML, t.EML),
    ("а.eml", b"X-Mozilla-Status: 0001\r\nDate: Mon, 2 Mar 2026 10:00:00 +0200\r\n" + EML, t.EML),
    ("а.eml", EML.replace(b"\n\n", b"\nContent-Type: text/html\n\n<html><body>", 1), t.EML),
    ("а.xml", XML, t.XML),
    ("а.xml", XML.decode().replace("UTF-8", "UTF-16").encode("utf-16"), t.XML),
    ("а.xml", b"\xef\xbb\xbf" + XML, t.XML),
    ("а.xml", b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>', t.XML),
    ("а.zip", archive({"договор/а.pdf": PDF, "site.com/б.txt": "б".encode(), "празна.sh/": b""}), t.ZIP),
    ("а.zip", locked_zip(), t.ZIP),
    ("а.p7m", cms(), t.CMS),
    ("а.p7s", cms(), t.CMS),
    ("а.asice", asice(), t.ASICE),
]


@pytest.mark.parametrize(("name", "content", "kind"), HONEST)
def test_what_an_office_keeps_is_accepted_for_what_it_is(name, content, kind):
    file = upload(name, content)

    assert check_upload(file, OFFICE_TYPES) == kind
    assert file.read() == content


def test_every_accepted_type_is_tried_here():
    assert {kind for _name, _content, kind in HONEST} == set(OFFICE_TYPES)


@pytest.mark.parametrize(("name", "content", "kind"), HONEST)
def test_what_is_accepted_is_not_accepted_under_another_kinds_name(name, content, kind):
    others = {endings[0] for other, endings in ENDINGS.items() if other != kind} - set(ENDINGS[kind])
    if kind in (t.EML, t.XML):
        others -= {".txt", ".csv"}  # below
    if kind == "text/plain" and content == EML:
        others -= {".eml"}

    for ending in others:
        with pytest.raises(ValidationError):
            check_upload(upload(f"а{ending}", content), OFFICE_TYPES)


def test_elsewhere_no_more_is_accepted_than_before():
    assert {t.ZIP, t.EML, t.XML, t.DOC}.isdisjoint(DOCUMENT_TYPES)
    with pytest.raises(ValidationError, match="not accepted"):
        check_upload(upload("а.zip", archive({"а.pdf": PDF})))


def test_a_letter_made_by_python_is_a_letter():
    letter = email.message.EmailMessage()
    letter["Subject"], letter["From"] = "Оферта", "ivan@example.org"
    letter.set_content("Здравейте")
    letter.add_attachment(PDF, maintype="application", subtype="pdf", filename="оферта.pdf")

    assert content_type_of(io.BytesIO(letter.as_bytes())) == t.EML


def test_a_pdf_locked_with_a_password_is_still_a_pdf():
    document = pypdfium2.PdfDocument(PDF)
    document.close()
    locked = PDF.replace(
        b"trailer<</Root 1 0 R>>",
        b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[(a)(a)]>>",
    )

    assert check_upload(upload("извлечение.pdf", locked), OFFICE_TYPES) == t.PDF


@pytest.mark.parametrize("note", [EML, "<Иван> ще дойде".encode(), b"<list> 1;2"])
def test_a_note_that_begins_as_a_letter_or_an_element_is_a_note(note):
    assert check_upload(upload("бележка.txt", note)) == "text/plain"


@pytest.mark.parametrize("content", [XML, EML.replace(b"\n\n", b"\nContent-Type: text/html\n\n<html><body>", 1)])
def test_a_letter_with_a_page_in_it_and_whole_xml_are_no_notes(content):
    for name in ("бележка.txt", "бележка.csv"):
        with pytest.raises(ValidationError):
            check_upload(upload(name, content), OFFICE_TYPES)


@pytest.mark.parametrize(("name", "content", "kind"), HONEST)
def test_damage_anywhere_is_refused_in_words_or_does_no_harm(name, content, kind):
    """Nothing but a refusal comes out, whatever the readers of each format raise."""
    for place in range(0, 100, 4):
        at = len(content) * place // 100
        for damaged in (
            content[:at],
            content[:at] + b"\xff" + content[at + 1 :],
            content[:at] + bytes(8) + content[at:],
        ):
            with suppress(ValidationError):
                assert check_upload(upload(name, damaged), OFFICE_TYPES)


@pytest.mark.parametrize("kind", OFFICE_TYPES)
def test_a_stored_file_has_the_ending_of_its_type(kind):
    assert stored_path("files", kind).endswith(ENDINGS[kind][0])


def test_an_archive_of_many_files_that_hardly_shrink_is_accepted():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for number in range(500):
            file.writestr(f"снимки/{number}.txt", b"x" * 100)

    assert check_upload(upload("снимки.zip", buffer.getvalue()), OFFICE_TYPES) == t.ZIP
