"""Demonstration data of files: a few small real papers, filed again and again; the bytes are stored once."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pghistory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook
from PIL import Image, ImageDraw

from common.dates import today
from common.demo import DemoPart, parts
from common.printing import render_pdf
from counterparties.models import Counterparty
from documents.models import File, FileCategory, FileVersion
from users.models import User

SAMPLE = "Образец от демонстрационните данни: страните, предметът и сроковете са измислени."


def paper(title: str, *lines: str) -> bytes:
    return render_pdf("documents/print/demo_paper.html", {"paper": {"title": title, "lines": [*lines, SAMPLE]}})


GOODS = (
    ("A-101", "Лист стоманен 2 мм", "м²", 1450),
    ("A-205", "Винт М8 × 40", "бр.", 12),
    ("B-310", "Боя за метал", "кг", 690),
)


def prices(rise: int) -> bytes:
    """A price list; a new one is dearer by the per cent."""
    book, output = Workbook(), io.BytesIO()
    sheet: Any = book.active
    sheet.title = "Ценова листа"
    sheet.append(["Код", "Артикул", "Мярка", "Цена без ДДС, €"])
    goods = [
        ("A-101", "Лист стоманен 2 мм", "м²", 1450),
        ("A-205", "Винт М8 × 40", "бр.", 12),
        ("B-310", "Боя", "кг", 690),
    ]
    for code, name, unit, cents in goods:
        sheet.append([code, name, unit, round(cents * (100 + rise) / 100) / 100])
    book.save(output)
    return output.getvalue()


WORD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
)
TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def word(*lines: str) -> bytes:
    output = io.BytesIO()
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in (*lines, SAMPLE))
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", WORD.format(body))
    return output.getvalue()


def shelves() -> bytes:
    """A drawing that stands for a photo of a store."""
    image, output = Image.new("RGB", (640, 420), "#dfe6e4"), io.BytesIO()
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 330, 640, 420), fill="#b9b4a6")
    for across in range(40, 600, 140):
        draw.rectangle((across, 60, across + 110, 340), outline="#4b5b60", width=5)
        for down in (130, 200, 270):
            draw.line((across, down, across + 110, down), fill="#4b5b60", width=5)
            draw.rectangle((across + 14, down - 46, across + 60, down - 4), fill="#c98b4a")
            draw.rectangle((across + 66, down - 34, across + 98, down - 4), fill="#8fa8ad")
    image.save(output, "PNG", optimize=True)
    return output.getvalue()


NOTES = """Уговорено по телефона:
- доставка до края на седмицата;
- фактурата се изпраща по имейл;
- цените важат три месеца.
"""


class Sample(NamedTuple):
    """A file as it is filed: days are counted from today."""

    name: str
    category: str
    description: str
    make: Callable[[], bytes]
    later: Callable[[], bytes] | None = None
    note: str = ""
    ends: int | None = None
    remind: int | None = None


CONTRACT = Sample(
    "Договор за доставка.pdf", "contract", "Рамков договор за доставка, подписан от двете страни",
    partial(paper, "Договор за доставка", "Доставчикът доставя, а възложителят приема и заплаща стоки по заявка."),
)  # fmt: skip
CERTIFICATE = Sample(
    "Сертификат ISO 9001.pdf", "certificate", "Сертификат за управление на качеството",
    partial(paper, "Сертификат", "Системата за управление на качеството отговаря на EN ISO 9001:2015."),
)  # fmt: skip
PRICES = Sample(
    "Ценова листа.xlsx", "price-list", "Цени на едро без ДДС", partial(prices, 0), partial(prices, 4),
    "цените са с 4% по-високи",
)  # fmt: skip
DECLARATION = Sample(
    "Декларация за произход.docx", "declaration", "Декларация за произход на стоките",
    partial(word, "Декларация", "Стоките са с произход от Европейския съюз."),
)  # fmt: skip
PHOTO = Sample("Склад.png", "photo", "Рампата и стелажите на склада", shelves)
NOTE = Sample("Бележки от разговор.txt", "correspondence", "", NOTES.encode)
LETTER = Sample(
    "Пълномощно.docx", "authorisation", "Пълномощно за получаване на стока",
    partial(word, "Пълномощно", "Упълномощеното лице може да получава стока и да подписва протоколи."),
)  # fmt: skip
USUAL = (CONTRACT, PRICES, DECLARATION, PHOTO, NOTE, LETTER, CERTIFICATE)


class Filling:
    """The data while it is being written; the same each time."""

    def __init__(self) -> None:
        self.rng = random.Random(2027)
        self.made: dict[Any, bytes] = {}
        self.categories = {category.code: category for category in FileCategory.objects.all()}
        users = {user.username: user for user in User.objects.all()}
        spare: User | None = next(iter(users.values()), None)
        self.authors = [users.get(name, spare) for name in ("seller", "buyer", "accountant", "manager")]

    def upload(self, sample: Sample, make: Callable[[], bytes]) -> SimpleUploadedFile:
        if make not in self.made:
            self.made[make] = make()
        return SimpleUploadedFile(sample.name, self.made[make])

    def file(self, party: Counterparty, sample: Sample, days_ago: int) -> File:
        by, at = self.rng.choice(self.authors), timezone.now() - dt.timedelta(days=days_ago, minutes=days_ago * 7)
        filed = File.file_away(
            self.upload(sample, sample.make),
            party=party,
            by=by,
            category=self.categories.get(sample.category),
            description=sample.description,
            created_at=at,
            valid_until=None if sample.ends is None else today() + dt.timedelta(days=sample.ends),
            remind_days=sample.remind,
        )
        FileVersion.objects.filter(file=filed).update(added_at=at)
        if sample.later is not None:
            version = filed.add_version(self.upload(sample, sample.later), by=by, note=sample.note)
            FileVersion.objects.filter(pk=version.pk).update(added_at=at + dt.timedelta(days=days_ago // 2))
        return filed

    def fill(self) -> None:
        dealt_with = Counterparty.objects.current().order_by("pk")
        parties = list((dealt_with.filter(is_client=True) | dealt_with.filter(is_supplier=True)).distinct())
        for number, party in enumerate(parties):
            if number % 3 == 2:
                continue
            for sample in self.rng.sample(USUAL, k=self.rng.choice((2, 2, 3, 4))):
                self.file(party, sample, self.rng.randint(2, 400))
        ends = (-12, 14, 75)
        for party, days in zip(parties[::4], ends, strict=False):
            self.file(party, CERTIFICATE._replace(ends=days, remind=30), 340)
        if parties:
            by_mistake = self.file(parties[0], NOTE._replace(name="Качен по погрешка.txt"), 5)
            by_mistake.delete_softly(self.authors[0])


def fill() -> None:
    filling = Filling()
    author = filling.authors[0]
    with pghistory.context(user=author.pk if author else None, on=str(today())):
        filling.fill()


parts.register(DemoPart("documents.files", 40, fill, lambda: File.objects.exists()))
