"""Files of every make are read; a broken row is told apart and the others go on."""

import datetime as dt
import io
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
