"""Files of every kind, made in the test: honest ones, and what others need to deceive with."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any, cast

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from PIL import Image

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 120]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EML = "From: ivan@example.org\nTo: maria@example.org\nSubject: Оферта\n\nЗдравейте,\n".encode()
XML = '<?xml version="1.0" encoding="UTF-8"?>\n<Фактура номер="1"><Сума>10.00</Сума></Фактура>'.encode()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def release(answer: FileResponse) -> None:
    """Close the file that is answered. (Closing the answer would end a request, and with it database connections.)"""
    for close in cast(Any, answer)._resource_closers:
        close()


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


def archive(names: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in names.items():
            file.writestr(name, content, zipfile.ZIP_STORED if name in stored else None)
    return buffer.getvalue()


def ooxml(part: str, **more: bytes) -> bytes:
    """A document of Office of which this is the main part."""
    return archive({"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<r/>", part: b"<w/>", **more})


def opendocument(kind: str, **more: bytes) -> bytes:
    told = f"application/vnd.oasis.opendocument.{kind}".encode()
    return archive({"mimetype": told, "content.xml": b"<office/>", **more}, stored=("mimetype",))


def asice() -> bytes:
    signed = {"mimetype": b"application/vnd.etsi.asic-e+zip", "а.pdf": PDF, "META-INF/signatures0.xml": b"<s/>"}
    return archive(signed, stored=("mimetype",))


def cms() -> bytes:
    """The frame of signed data, in DER."""
    content = bytes.fromhex("06092a864886f70d010702") + b"\xa0\x82\x01\x00" + bytes(256)
    return b"\x30\x82" + struct.pack(">H", len(content)) + content


def ole(*paths: str) -> bytes:
    """A compound file (old Office, Outlook) with these empty streams; "a/b" is a stream in a storage."""
    none, end = 0xFFFFFFFF, 0xFFFFFFFE
    tree: dict[str, dict[str, dict]] = {}
    for path in paths:
        top, _slash, inner = path.partition("/")
        tree.setdefault(top, {})
        if inner:
            tree[top][inner] = {}
    entries: list[list] = [["Root Entry", 5, none, none]]  # name, kind, next beside it, first within

    def add(folder: dict[str, dict]) -> int:
        first = previous = none
        for name, inner in folder.items():
            index = len(entries)
            entries.append([name, 1 if inner else 2, none, none])
            if previous == none:
                first = index
            else:
                entries[previous][2] = index
            previous = index
            entries[index][3] = add(inner)
        return first

    entries[0][3] = add(tree)
    while len(entries) % 4:
        entries.append(["", 0, none, none])
    directory = b"".join(
        (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")[:64]
        + struct.pack("<HBBIII", len(name) * 2 + 2 if name else 0, kind, 1, none, beside, within)
        + bytes(36)
        + struct.pack("<IQ", end if kind != 1 else 0, 0)
        for name, kind, beside, within in entries
    )
    sectors = len(directory) // 512
    table = [0xFFFFFFFD, *range(2, sectors + 1), end]
    table += [none] * (128 - len(table))
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        *(bytes.fromhex("d0cf11e0a1b11ae1"), bytes(16), 0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, 1, 0, 4096, end, 0, end, 0, 0),
    )
    header = header.ljust(512, b"\xff")
    return header + struct.pack("<128I", *table) + directory + bytes(2048)
