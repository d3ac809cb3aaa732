"""Files of every make are read; a broken row is told apart and the others go on."""

import contextlib
import datetime as dt
import io
import time
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from contacts.importing import columns
from contacts.importing.reading import UnreadableFile, read_table

HEADER = "kinds;name;eik"


def cells(text: str, name: str = "parties.csv") -> list[list[str]]:
    return [row.cells for row in read_table(text.encode(), name).rows]


def workbook(*rows: list) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_delimiter_and_encoding_are_found_out(delimiter, encoding):
    lines = [["Вид", "Наименование", "ЕИК"], ["клиент", "Алфа Трейд ООД", "175074752"], ["банка", "Ямбол, Щит", "1"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' if "," in cell else cell for cell in line) for line in lines)

    table = read_table(text.encode(encoding), "parties.csv")

    assert table.header == lines[0]
    assert [row.cells for row in table.rows] == lines[1:]
    assert (table.delimiter, table.encoding) == (delimiter, encoding.removesuffix("-sig"))


def test_a_comma_in_a_file_of_one_column_parts_nothing():
    assert cells("name\nАлфа, Бета и Ко\nГама\n") == [["Алфа, Бета и Ко"], ["Гама"]]


def test_excel_may_name_its_delimiter_in_the_first_line():
    assert cells("sep=;\nkinds;name\nclient;a,b\n") == [["client", "a,b"]]


def test_a_title_above_the_header_is_passed_over():
    table = read_table(f"Списък на клиентите\n\n{HEADER}\nclient;Алфа;1\n".encode())

    assert table.header == ["kinds", "name", "eik"]
    assert [(row.number, row.cells) for row in table.rows] == [(4, ["client", "Алфа", "1"])]


def test_a_quoted_cell_may_hold_the_delimiter_quotation_marks_and_lines():
    assert cells(f'{HEADER}\nclient;"Алфа; ""Бета""\nи Ко";1\n') == [["client", 'Алфа; "Бета"\nи Ко', "1"]]


def test_quotation_marks_written_by_hand_stand_for_themselves():
    assert cells(f'{HEADER}\nclient;"Алфа" ООД;1\nclient;Фирма "Бета" ООД;2\n') == [
        ["client", '"Алфа" ООД', "1"],
        ["client", 'Фирма "Бета" ООД', "2"],
    ]


@pytest.mark.parametrize(
    "broken",
    ['client;"Отворена;1', "client;Алфа;1;излишна", "client;Алфа", 'client;"Отворена'],
    ids=["unclosed quote", "one cell more", "one cell less", "unclosed and short"],
)
def test_a_broken_row_stops_neither_the_rows_above_nor_those_below(broken):
    text = f'{HEADER}\nclient;Първа;1\n{broken}\nclient;"Трета";3\nclient;Четвърта;4\n'

    rows = read_table(text.encode()).rows

    assert [row.number for row in rows] == [2, 3, 4, 5]
    assert [bool(row.problem) for row in rows] == [False, True, False, False]
    assert all(len(row.cells) == 3 for row in rows)


def test_empty_cells_past_the_last_column_are_no_fault():
    assert cells(f"{HEADER}\nclient;Алфа;1;;\n") == [["client", "Алфа", "1"]]


def test_one_broken_byte_does_not_make_utf_8_into_cp1251():
    content = "kinds;name\nclient;Добре написано име\nclient;Друго име".encode() + b"\xff\n"

    table = read_table(content)

    assert table.encoding == "utf-8"
    assert table.rows[0].cells[1] == "Добре написано име"


def test_a_cell_of_a_megabyte_is_read_and_refused_later():
    assert len(cells(f"{HEADER}\nclient;{'а' * 1_000_000};1\n")[0][1]) == 1_000_000


def test_numbers_of_a_workbook_come_without_decimals_and_days_as_written():
    content = workbook(["ЕИК", "name", "note"], [175074752, "Алфа", dt.date(2026, 11, 3)], [1234.5, "Б", None])

    rows = read_table(content, "parties.xlsx").rows

    assert [row.cells for row in rows] == [["175074752", "Алфа", "03.11.2026"], ["1234.5", "Б", ""]]


def test_row_numbers_of_a_workbook_are_those_of_its_sheet():
    rows = read_table(workbook(["kinds", "name"], ["client", "a"], [None, None], ["client", "b"])).rows

    assert [row.number for row in rows] == [2, 4]


def far_cell() -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet["A1"] = "name"
    sheet["XFD1048576"] = "far"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.csv"),
        (b"  \r\n ", "a.csv"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a.csv"),
        (b"%PDF-1.7", "a.csv"),
        (b"<!DOCTYPE html><html></html>", "a.csv"),
        (b"kinds;name\nclient;x", "a.xlsx"),
        (b"PK\x03\x04 no archive", "a.xlsx"),
        (workbook(["name"]), "a.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls"),
        (bytes(range(32)) * 100, "a.csv"),
        (far_cell(), "a.xlsx"),
        (b"kinds;name\nclient;x", "a.py"),
        (workbook(["name"], ["x"]), "a.docx"),
    ],
    ids=[
        "empty",
        "blank",
        "png",
        "pdf",
        "html",
        "csv as xlsx",
        "bad zip",
        "xlsx as csv",
        "xls",
        "binary",
        "sparse",
        "py",
        "docx",
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_with_the_reason(content, name):
    with pytest.raises(UnreadableFile) as refusal:
        read_table(content, name)

    assert str(refusal.value)


def packed(body: str, *, at: str = "xl/worksheets/sheet1.xml", stated: int | None = None) -> bytes:
    """A workbook whose sheet is written by hand, wherever it likes; `stated` is what it claims to unpack to."""
    book = io.BytesIO(workbook(["name"], ["x"]))
    made = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/_rels/workbook.xml.rels":
                content = content.replace(b"/xl/worksheets/sheet1.xml", f"/{at}".encode())
            if entry.filename != "xl/worksheets/sheet1.xml":
                new.writestr(entry.filename, content)
        kept = '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        new.writestr(at, f'<worksheet xmlns="{main}"><sheetData>{kept}{body}</sheetData></worksheet>')
        size = new.getinfo(at).file_size
    data = made.getvalue()
    if stated is not None:
        place = data.rindex(b"PK\x01\x02")
        data = data[:place] + data[place:].replace(size.to_bytes(4, "little"), stated.to_bytes(4, "little"))
    return data


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "xl/elsewhere/one.xml"),
        ("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>", "xl/worksheets/sheet1.xml"),
        ('<row r="1048576"><c r = "XFD1048576"><v>1</v></c></row>', "xl/worksheets/sheet1.xml"),
        ('<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>', "xl/worksheets/sheet1.xml"),
        ('<row r="1"><c r="GR1"><v>1</v></c></row><row r="200900"><c><v>1</v></c></row>', "xl/worksheets/sheet1.xml"),
        ('<row r="2"><c t=">" r="XFD1048576"><v>1</v></c></row>', "xl/worksheets/sheet1.xml"),
        ('<row r="2"><c t="<" r="XFD1048576"><v>1</v></c></row>', "xl/worksheets/sheet1.xml"),
        (f"<row>{'<c><v>1</v></c>' * 201}</row>", "xl/worksheets/sheet1.xml"),
    ],
    ids=["elsewhere", "apostrophes", "spaces", "small", "by its row", "a bracket", "no markup", "one after the other"],
)
def test_however_far_cells_are_written_they_are_refused_before_they_take_up_memory(body, place):
    with pytest.raises(UnreadableFile):
        read_table(packed(body, at=place), "a.xlsx")


def test_cells_written_in_an_unusual_way_are_read():
    body = "<row><c t='inlineStr'><is><t>Алфа</t></is></c></row><row r = '9'><c r='A9'><v>5</v></c></row>"

    assert [(row.number, row.cells) for row in read_table(packed(body), "a.xlsx").rows] == [(2, ["Алфа"]), (9, ["5"])]


def test_coloured_cells_without_a_value_may_reach_to_the_last_column_and_row():
    coloured = packed('<row r="2"><c r="A2"><v>7</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>')

    assert [row.cells for row in read_table(coloured, "a.xlsx").rows] == [["7"]]


def test_a_workbook_that_states_too_small_a_size_is_measured_by_what_it_unpacks_to(monkeypatch):
    monkeypatch.setattr("common.importing.workbooks.MAX_UNPACKED", 3 * 1024 * 1024)
    liar = packed(f'<row r="2">{"<c><v>1</v></c>" * 90}</row>' * 3000, stated=1000)

    with pytest.raises(UnreadableFile, match="unpacks to too much"):
        read_table(liar, "a.xlsx")


def test_a_cell_of_more_text_than_anybody_writes_is_refused():
    with pytest.raises(UnreadableFile, match="unpacks to too much"):
        read_table(packed(f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"a" * 3_000_000}</t></is></c></row>'), "a.xlsx")


@pytest.mark.parametrize(
    "content",
    [
        "\n" * 2_100_000 + HEADER,
        ";" * 3_000_000,
        f"{HEADER}\n" + '"a\n' * 90_000,
        f"{HEADER}\n" + ('"' + "a" * 2000 + "\n") * 5000,
    ],
    ids=["empty lines", "cells", "open quotation marks", "long lines with an open quotation mark"],
)
def test_a_text_that_is_made_to_take_long_does_not(content):
    began = time.process_time()
    with contextlib.suppress(UnreadableFile):
        read_table(content.encode(), "a.csv")

    assert time.process_time() - began < 20


def test_too_many_rows_are_refused(settings):
    settings.IMPORT_MAX_ROWS = 2

    with pytest.raises(UnreadableFile):
        read_table(f"{HEADER}\nclient;a;1\nclient;b;2\nclient;c;3\n".encode())


def test_a_file_of_a_header_alone_has_no_rows():
    assert cells(HEADER) == []


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Вид", "kinds"),
        ("ВИДОВЕ", "kinds"),
        ("Лице", "person"),
        ("Име", "name"),
        (" наименование ", "name"),
        ("Име на латиница", "name_latin"),
        ("ЕИК/Булстат", "eik"),
        ("ЕГН", "eik"),
        ("ДДС №", "vat_number"),
        ("ДДС номер", "vat_number"),
        ("Правна форма", "legal_form"),
        ("Държава", "country"),
        ("Област", "district"),
        ("Град", "settlement"),
        ("Населено място", "settlement"),
        ("Пощ. код", "postal_code"),
        ("Адрес", "address"),
        ("Е-поща", "email"),
        ("E-MAIL", "email"),
        ("тел.", "phone"),
        ("Банкова сметка", "iban"),
        ("МОЛ", "contact_name"),
        ("contact_name", "contact_name"),
        ("Contact Name", "contact_name"),
        ("Бележка:", "note"),
        ("Причина", "-"),
        ("Оборот", ""),
    ],
)
def test_headers_are_known_in_both_languages_in_any_case_and_punctuation(header, field):
    assert columns.field_of(header) == field


def test_the_second_column_of_a_field_is_left_for_the_user_to_settle():
    assert columns.guess(["Име", "Наименование", "kinds"]) == ["name", "", "kinds"]


def test_what_headers_are_remembered_by_does_not_repeat_them():
    key = columns.header_key(["8001010008", "Алфа"])

    assert len(key) == 64
    assert "8001010008" not in key


@pytest.mark.parametrize("header", ["Е-майл", "Е-mail", "E-mail", "е-мейл", "e-майл"])
def test_the_e_mail_column_is_known_in_either_alphabet(header):
    assert columns.field_of(header) == "email"
