"""What a file is, told by its bytes, and whether it can be opened. Names and browsers' claims are not asked."""

from __future__ import annotations

import base64
import re
import threading
import zipfile
from contextlib import suppress
from email.parser import BytesHeaderParser
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any
from xml.parsers import expat

import magic
import olefile
import pypdfium2
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image

from common import file_types as t

# PDFium may be asked by one thread at a time.
pdfium_lock = threading.Lock()

HEAD = 64 * 1024
UNSURE = ("application/octet-stream", "application/csv", "application/json", "application/x-ndjson")
PROGRAMS = (
    "application/x-dosexec",
    "application/x-executable",
    "application/x-pie-executable",
    "application/x-sharedlib",
    "application/x-mach-binary",
    "application/x-msdownload",
    "application/vnd.microsoft.portable-executable",
)
SIGNED_OR_SEALED = (bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010703"))
OF_MAIL = frozenset([
    "from", "to", "cc", "subject", "date", "message-id", "received", "return-path", "delivered-to", "reply-to",
    "mime-version", "content-type",
])  # fmt: skip
OF_WEB_PAGES = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg")
OPEN_DOCUMENTS = (t.ODT, t.ODS, t.ODP)
OOXML_PARTS = {"xl/workbook.xml": t.XLSX, "word/document.xml": t.DOCX, "ppt/presentation.xml": t.PPTX}
OLE_STREAMS = {
    "WordDocument": t.DOC,
    "Workbook": t.XLS,
    "Book": t.XLS,
    "PowerPoint Document": t.PPT,
    "__properties_version1.0": t.MSG,
    "EncryptedPackage": t.LOCKED,
}


def content_type_of(file: IO[bytes]) -> str:
    """Return the content type that the file's bytes show. The file is rewound."""
    file.seek(0)
    head = file.read(HEAD)
    try:
        return _type_of(file, head)
    finally:
        file.seek(0)


def _type_of(file: IO[bytes], head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return _zip_type(file)
    if head.startswith(olefile.MAGIC):
        return _ole_type(file)
    if _is_cms(head):
        return t.CMS
    found = magic.from_buffer(head, mime=True)
    if found in PROGRAMS or (head.startswith((b"MZ", b"\x7fELF")) and b"\0" in head):
        return t.PROGRAM
    if found == t.SVG:
        return found
    # Tables with few commas, or in cp1251, are "text" or "unknown" to libmagic: what decodes without NULs is text.
    if found.startswith(("text/", "message/")) or found == t.RTF or (found in UNSURE and _is_text(head)):
        found = _text_type(head, found)
    if found == "text/plain" and b"\0" in head and not _is_utf16(head):
        found = "application/octet-stream"  # libmagic takes some programs for text; only UTF-16 has NULs in its letters
    return found


# -- Texts -------------------------------------------------------------------------------------------
def _is_utf16(head: bytes) -> bool:
    return head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and sum(byte < 9 or 13 < byte < 32 for byte in head) == 0


def _looks_like_markup(head: bytes) -> bool:
    if _is_utf16(head):
        head = head.decode("utf-16", "replace").encode()
    return any(mark in head[:2048].lower() for mark in (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml"))


def holds_markup(file: IO[bytes]) -> bool:
    """Whether the text begins with what a browser might take for a page. The file is rewound."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    return _looks_like_markup(head)


def _text_type(head: bytes, found: str) -> str:
    if head.startswith(b"{\\rtf"):
        return t.RTF
    if _looks_like_mail(head):
        return t.EML
    if root := _root_of_xml(head):
        return {"html": t.HTML, "svg": t.SVG}.get(root, t.XML)
    if _looks_like_markup(head):
        return t.HTML
    return "text/csv" if found == "text/csv" else "text/plain"


def _looks_like_mail(head: bytes) -> bool:
    if not re.match(rb"(\xef\xbb\xbf)?[A-Za-z][A-Za-z0-9-]*:|From ", head):
        return False
    letter = BytesHeaderParser().parsebytes(head.removeprefix(b"\xef\xbb\xbf"))
    return len(OF_MAIL & {name.lower() for name in letter}) >= 2


def _root_of_xml(head: bytes) -> str:
    """The local name of the first element, in small letters; empty when this is no XML. HTML's doctype is "html"."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip() if not _is_utf16(head) else head
    if not _is_utf16(head) and not re.match(rb"<[?!A-Za-z_\xc0-\xff]", start):
        return ""
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = lambda name, *rest: found.append(name) if name.lower() in ("html", "svg") else None
    parser.StartElementHandler = lambda name, attributes: found.append(name)
    with suppress(expat.ExpatError, ValueError):  # cut, or not quite XML: what has been seen before counts
        parser.Parse(start, False)
    return found[0].rpartition(" ")[2].lower() if found else ""


def _is_cms(head: bytes) -> bool:
    """Signed or sealed data (.p7m, .p7s), in DER or as text."""
    if head.startswith((b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----")):
        lines = head.splitlines()[1:20]
        try:
            head = base64.b64decode(b"".join(lines).partition(b"-")[0][:64])
        except ValueError:
            return False
    return head.startswith(b"0") and any(mark in head[:20] for mark in SIGNED_OR_SEALED)


# -- Containers --------------------------------------------------------------------------------------
def _zip_type(file: IO[bytes]) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = {info.filename for info in islice(archive.infolist(), t.MAX_ENTRIES)}
            if kind := next((kind for part, kind in OOXML_PARTS.items() if part in names), ""):
                return t.MACRO if _has_macros(archive, names) else kind
            if "mimetype" in names:
                with archive.open("mimetype") as entry:
                    told = entry.read(100).decode("ascii", "replace").strip()
                if told in OPEN_DOCUMENTS and any(re.match("(Basic|Scripts)/.", name) for name in names):
                    return t.MACRO
                if told in (*OPEN_DOCUMENTS, t.ASICE):
                    return told
            if "AndroidManifest.xml" in names or "META-INF/MANIFEST.MF" in names:
                return t.PROGRAM
    except Exception:  # broken or locked in any of a dozen ways; opening it will say so
        return t.ZIP
    return t.ZIP


def _has_macros(archive: zipfile.ZipFile, names: set[str]) -> bool:
    small = {name.lower() for name in names}
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in small):
        return True
    if "[Content_Types].xml" not in names:
        return False
    with archive.open("[Content_Types].xml") as entry:
        told = entry.read(1024 * 1024).lower()
    return b"macroenabled" in told or b"vbaproject" in told


def _ole_type(file: IO[bytes]) -> str:
    try:
        file.seek(0)
        with olefile.OleFileIO(file) as container:
            paths = container.listdir(streams=True, storages=True)
    except Exception:  # olefile raises whatever the damage leads to
        return "application/x-ole-storage"
    if any(part.upper() in ("VBA", "_VBA_PROJECT_CUR", "_VBA_PROJECT") for path in paths for part in path):
        return t.MACRO
    top = {path[0] for path in paths}
    return next((kind for stream, kind in OLE_STREAMS.items() if stream in top), "application/x-ole-storage")


# -- Opening -----------------------------------------------------------------------------------------
def open_as(file: IO[bytes], content_type: str) -> None:
    """Open the file as what it is. Raises ValidationError on what is dangerous, anything else on what is broken."""
    file.seek(0)
    if content_type in t.PICTURES:
        _open_picture(file, content_type)
    elif content_type == t.PDF:
        _open_pdf(file)
    elif content_type in (t.XLSX, t.DOCX, t.PPTX, t.ZIP, t.ASICE, *OPEN_DOCUMENTS):
        _open_archive(file, content_type)
    elif content_type == t.XML:
        read_xml(file)
    elif content_type == t.CMS:
        _open_cms(file.read())


def _open_picture(file: IO[bytes], content_type: str) -> None:
    too_large = ValidationError(_("The picture has too many pixels."), code="too_large")
    kind = t.PICTURES[content_type]
    try:
        with Image.open(file, formats=[kind]) as image:
            pixels = image.width * image.height
            if pixels > t.MAX_PIXELS:
                raise too_large
            image.verify()
    except Image.DecompressionBombError:
        raise too_large from None
    if kind == "JPEG" or (kind != "PNG" and pixels <= t.MAX_DECODED_PIXELS):  # of PNG, verify() has seen the end
        file.seek(0)
        with Image.open(file, formats=[kind]) as image:
            image.draft(None, (max(1, image.width // 8), max(1, image.height // 8)))
            image.load()


def _open_pdf(file: IO[bytes]) -> None:
    with pdfium_lock:
        try:
            document = pypdfium2.PdfDocument(file.read())
        except pypdfium2.PdfiumError as error:
            if "password" not in str(error).lower():  # locked ones are PDFs all the same
                raise
        else:
            document.close()


def _open_archive(file: IO[bytes], content_type: str) -> None:
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if len(entries) > t.MAX_ENTRIES:
            raise ValidationError(_("The file holds too many entries."), code="too_large")
        unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
        if unpacked > t.MAX_UNPACKED or (unpacked > t.RATIO_FROM and unpacked > t.MAX_RATIO * max(packed, 1)):
            raise ValidationError(_("The file unpacks to too much."), code="too_large")
        for entry in entries:
            _look_at_name(entry.filename)
        if content_type in (t.XLSX, t.DOCX, t.PPTX):
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    with archive.open(entry) as part:
                        read_xml(part, only_start=True)
        elif content_type in OPEN_DOCUMENTS:
            with archive.open("content.xml") as part:
                read_xml(part, only_start=True)


def _look_at_name(name: str) -> None:
    path = name.replace("\\", "/")
    if path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in path.split("/") or "\0" in path:
        raise ValidationError(_("The file holds an entry that leads out of its folder."), code="path")
    if not path.endswith("/") and PurePosixPath(path.rstrip(". ")).suffix.lower() in t.PROGRAM_ENDINGS:
        raise ValidationError(
            _("The archive holds a program (%(name)s); programs are not accepted.")
            % {"name": PurePosixPath(path).name[:80]},
            code="program",
        )


class _Seen(Exception):
    """The first element has come: no DTD can follow."""


def read_xml(file: IO[bytes], *, only_start: bool = False) -> None:
    """Read XML, refusing a DTD (and with it every entity) and elements that a browser would run as a web page."""

    def refuse(*_rest: Any) -> None:
        raise ValidationError(_("XML with a document type or entities is not accepted."), code="dtd")

    def element(name: str, _attributes: Any) -> None:
        if only_start:
            raise _Seen
        if name.rpartition(" ")[0] in OF_WEB_PAGES:
            raise ValidationError(t.REFUSALS[t.HTML], code="type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = element
    try:
        while chunk := file.read(HEAD):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except _Seen:
        pass


def _open_cms(content: bytes) -> None:
    """The outer length must be that of the file: a signature that is cut is none."""
    if content.startswith(b"-----"):
        content = base64.b64decode(b"".join(content.split(b"-----")[2].split()), validate=True)
    first = content[1]
    if first == 0x80:  # of indefinite length, closed by two NULs
        whole = content.rstrip(b"\r\n").endswith(b"\0\0")
    elif first < 0x80:
        whole = len(content) == 2 + first
    else:
        size = first & 0x7F
        whole = len(content) == 2 + size + int.from_bytes(content[2 : 2 + size], "big")
    if not whole:
        raise ValueError("cut")
