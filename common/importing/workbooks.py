"""What a workbook would take up once it is opened, found out before: a small file may hold a very large one.

The reader spreads the cells of a sheet out from the first to the last, so two of them far apart would take up all
memory. It tells a cell by a tag in any file of the archive, wherever the archive says that the sheet is, and unpacks
to the end, whatever size is stated: so does this.
"""

from __future__ import annotations

import io
import re
import zipfile

from django.utils.translation import gettext as _

MAX_COLUMNS = 200
MAX_UNPACKED = 200 * 1024 * 1024
# From the first to the last cell of a sheet, and the texts that they share.
MAX_CELLS = 4_000_000
# Cells that are written in an unusual way have to be looked at one by one.
MAX_UNUSUAL = 2_000_000
CHUNK = 1 << 20

_BEGUN = re.compile(rb"<(?:[^\s<>/\"'=]*:)?(?:row|c)[\s/>]")
_TAG = re.compile(rb"<(?:[^\s<>/\"'=]*:)?(row|c)(?=[\s/>])((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>")
_PLACE = re.compile(rb"(?<![^\s\"'])r\s*=\s*[\"']([A-Za-z]*)([0-9]*)[\"']")
# As nearly all programs write them: read in one go.
_PLAIN_ROW = re.compile(rb"<(?:x:)?row r=\"([0-9]{1,6})\"(?: [\w:.]+=\"[^\"<>]*\")*/?>")
_PLAIN_CELL = re.compile(rb"<(?:x:)?c r=\"([A-Z]{1,2}[0-9]{1,6})\"(?: [st]=\"[A-Za-z0-9]*\")*/?>")
_DIGITS, _LETTERS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the message says why."""


def too_many_columns() -> UnreadableFile:
    return UnreadableFile(_("The file has more than %(count)d columns.") % {"count": MAX_COLUMNS})


def too_much() -> UnreadableFile:
    return UnreadableFile(_("The file unpacks to too much."))


def highest_row(content: bytes, last_row: int) -> int:
    """The number of the last row in which something stands; not read beyond `last_row`, which is then exceeded.

    Raises UnreadableFile for what would take up too much, zipfile.BadZipFile and the like for what is damaged.
    """
    highest = unpacked = texts = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if "xl/workbook.xml" not in {entry.filename for entry in entries}:
            raise UnreadableFile(_("The file is an archive, no XLSX workbook."))
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise too_much()
        for entry in entries:
            entry.file_size = MAX_UNPACKED + 1  # what is stated may be wrong: unpacked is what is there
            sheet, rest = _Sheet(), b""
            with archive.open(entry) as unpacking:
                while chunk := unpacking.read(CHUNK):
                    unpacked += len(chunk)
                    if unpacked > MAX_UNPACKED:
                        raise too_much()
                    data = rest + chunk
                    cut = max(data.rfind(b"<"), 0)
                    data, rest = data[:cut], data[cut:]
                    # No tag in so long a stretch: a cell of so much text is none that anybody wrote.
                    if len(rest) > CHUNK and _is_markup(entry.filename):
                        raise too_much()
                    rest = rest[-CHUNK:]
                    texts += data.count(b"<si") + data.count(b":si")
                    sheet.look(data)
                    if texts > MAX_CELLS or sheet.area > MAX_CELLS:
                        raise too_much()
                    highest = max(highest, sheet.height)
                    if highest > last_row:
                        return highest
            sheet.look(rest)
            highest = max(highest, sheet.height)
            if sheet.area > MAX_CELLS:
                raise too_much()
    return highest


def _is_markup(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


class _Sheet:
    """How far the cells of a sheet reach, as the reader counts them: by what they say, else one after the other."""

    def __init__(self) -> None:
        self.is_begun = False
        self.row = self.column = self.height = self.width = self.cells = self.unusual = 0

    @property
    def area(self) -> int:
        return max(self.height * self.width, self.cells)

    def look(self, data: bytes) -> None:
        """Count what stands in a piece that begins and ends between two tags."""
        if not self.is_begun:
            self.is_begun = b"sheetData" in data
            if not self.is_begun:
                return
        rows, places = _PLAIN_ROW.findall(data), _PLAIN_CELL.findall(data)
        begun = sum(map(data.count, (b"<c", b"<row", b":c", b":row")))
        if begun != len(rows) + len(places) or not self._take(rows, places):
            self._look_closely(data, len(_BEGUN.findall(data)))

    def _take(self, rows: list[bytes], places: list[bytes]) -> bool:
        """Count plain cells, all as if something stood in them; False when they may be too many."""
        text = b" ".join(places)
        widest = max(map(column_number, set(text.translate(None, _DIGITS).split())), default=0)
        highest = max(map(int, set(text.translate(None, _LETTERS).split())), default=0)
        height, width, cells = max(self.height, highest), max(self.width, widest), self.cells + len(places)
        if width > MAX_COLUMNS or max(height * width, cells) > MAX_CELLS:
            return False
        self.height, self.width, self.cells = height, width, cells
        self.row, self.column = int(rows[-1]) if rows else self.row, width
        return True

    def _look_closely(self, data: bytes, begun: int) -> None:
        found = _TAG.findall(data)
        self.unusual += begun
        if self.unusual > MAX_UNUSUAL:
            raise too_much()
        if len(found) != begun:
            raise UnreadableFile(
                _("The file is no XLSX workbook that can be opened: it is damaged or of another kind.")
            )
        for name, attributes in found:
            place = _PLACE.search(attributes)
            if name == b"row":
                self.row = int(place[2][:9] or 0) if place else self.row + 1
                self.column = 0
                continue
            if place:
                self.column, self.row = column_number(place[1]), int(place[2][:9] or 0)
            else:
                self.column += 1
            # A cell that is only coloured takes up nothing.
            if not attributes.endswith(b"/"):
                if self.column > MAX_COLUMNS:
                    raise too_many_columns()
                self.cells += 1
                self.height, self.width = max(self.height, self.row), max(self.width, self.column)


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:7]:
        number = number * 26 + letter - 64
    return number
