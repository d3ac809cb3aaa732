"""Codes are read back from what is drawn: from the path, and from the print."""

import re
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pypdfium2
import pytest
import segno
from barcode import EAN8, EAN13
from barcode.charsets import code128
from hypothesis import example, given
from hypothesis import strategies as st

from common.codes import (
    BARCODE_QUIET,
    QR_QUIET,
    barcode_svg,
    ean13_check_digit,
    is_valid_ean,
    qr_svg,
    sepa_qr_svg,
    sepa_qr_text,
)
from common.printing import engine, static_only

SVG = "{http://www.w3.org/2000/svg}"
TRANSFER: dict[str, Any] = {
    "name": "Дружество за пример ООД",
    "iban": "BG80BNBG96611020345678",
    "amount": Decimal("1234.5"),
}


def parts_of(svg):
    """The frame, the path and the words of a drawing: well-formed, with nothing that the CSP would refuse."""
    root = ElementTree.fromstring(svg)
    assert {element.tag for element in root.iter()} <= {f"{SVG}{name}" for name in ("svg", "rect", "g", "path", "text")}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or name == "style" or "href" in name}
    return root, next(root.iter(f"{SVG}path")).get("d"), root.findtext(f".//{SVG}text")


def matrix_of(svg):
    """The dark modules of a drawn QR code."""
    root, path, _ = parts_of(svg)
    side = int(root.get("viewBox").split()[2])
    dark = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        dark |= {(int(x) + i, int(y)) for i in range(int(width))}
    return [[int((x, y) in dark) for x in range(side)] for y in range(side)]


def modules_of(svg):
    """The bars and gaps of a drawn bar code between its white margins."""
    root, path, _ = parts_of(svg)
    line = ["0"] * int(root.get("viewBox").split()[2])
    for x, width in re.findall(r"M(\d+) 3h(\d+)v", path):
        line[int(x) : int(x) + int(width)] = "1" * int(width)
    text = "".join(line)
    assert text.startswith("0" * BARCODE_QUIET + "1")
    assert text.endswith("1" + "0" * BARCODE_QUIET)
    return text.strip("0")


# -- QR ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["https://example.com/3?a=1&b=<2>", "Български", "HELLO 123", "a" * 2000, "漢字 и €"])
def test_what_is_drawn_is_the_matrix_of_the_text(text):
    code = segno.make_qr(text.encode(), error="m") if not text.isascii() else segno.make_qr(text, error="m")

    assert matrix_of(qr_svg(text)) == [list(map(int, row)) for row in code.matrix_iter(border=QR_QUIET)]


def test_the_drawing_says_its_size_and_its_title():
    root, *_ = parts_of(qr_svg("x", size_mm=25, title='Плащане по "фактура" <1>'))

    assert (root.get("width"), root.get("height")) == ("25mm", "25mm")
    assert (root.get("role"), root.get("aria-label")) == ("img", 'Плащане по "фактура" <1>')
    assert parts_of(qr_svg("x"))[0].get("aria-hidden") == "true"


def test_no_drawing_has_a_style_or_a_script():
    for svg in (qr_svg("x"), sepa_qr_svg(**TRANSFER), barcode_svg("3800123456787"), barcode_svg("C-0042")):
        assert not re.search("style|script|href|url", svg)


@pytest.mark.parametrize("text", ["", "a" * 2400])
def test_nothing_and_too_much_are_refused(text):
    with pytest.raises(ValueError):
        qr_svg(text)


# -- QR of a transfer in euro ------------------------------------------------------------------


def test_a_transfer_is_written_as_the_standard_says():
    assert sepa_qr_text(**TRANSFER, bic="BNBGBGSD", remittance="Фактура 0000000123\nот 1.10.2026").split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "BNBGBGSD",
        "Дружество за пример ООД",
        "BG80BNBG96611020345678",
        "EUR1234.50",
        "",
        "",
        "Фактура 0000000123 от 1.10.2026",
    ]


def test_what_is_empty_at_the_end_is_left_out():
    assert sepa_qr_text(**TRANSFER).endswith("\nEUR1234.50")
    assert sepa_qr_text(**TRANSFER, reference="rf18 5390 0754 7034").endswith("\nEUR1234.50\n\nRF18539007547034")


def test_spaces_in_the_iban_are_no_part_of_it():
    assert "\nBG80BNBG96611020345678\n" in sepa_qr_text(**{**TRANSFER, "iban": "bg80 BNBG 9661 1020 3456 78"})


@pytest.mark.parametrize("amount", ["0.01", "999999999.99", "100", "1E+2"])
def test_the_least_and_the_greatest_amount(amount):
    text = sepa_qr_text(**{**TRANSFER, "amount": Decimal(amount)})

    assert Decimal(text.split("\n")[7].removeprefix("EUR")) == Decimal(amount)
    assert re.search(r"\nEUR\d+\.\d\d$", text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal(0)},
        {"amount": Decimal("-1")},
        {"amount": Decimal("0.009")},
        {"amount": Decimal("1.005")},
        {"amount": Decimal("1000000000")},
        {"amount": Decimal("NaN")},
        {"currency": "BGN"},
        {"currency": ""},
        {"name": ""},
        {"name": " \n "},
        {"name": "x" * 71},
        {"iban": "BG81BNBG96611020345678"},
        {"iban": ""},
        {"bic": "BNBG"},
        {"reference": "RF19539007547034"},
        {"reference": "0000000123"},
        {"remittance": "x" * 141},
        {"reference": "RF18539007547034", "remittance": "Фактура"},
        {"name": "Ж" * 70, "remittance": "Ж" * 140},
    ],
)
def test_a_transfer_that_the_standard_does_not_know_is_refused(wrong):
    with pytest.raises(ValueError):
        sepa_qr_text(**{**TRANSFER, **wrong})
    with pytest.raises(ValueError):
        sepa_qr_svg(**{**TRANSFER, **wrong})


def test_an_amount_that_is_not_exact_is_refused():
    with pytest.raises(TypeError):
        sepa_qr_text(**{**TRANSFER, "amount": 1.5})


def test_the_code_of_a_transfer_has_the_level_and_at_most_the_version_of_the_standard():
    # The longest that is allowed: 331 bytes.
    longest = {**TRANSFER, "name": "Ж" * 70, "remittance": "Ж" * 69 + "x"}
    text = sepa_qr_text(**longest)
    code = segno.make_qr(text.encode(), error="m", boost_error=False, mode="byte")

    assert (len(text.encode()), code.version, code.error) == (331, 13, "M")
    assert matrix_of(sepa_qr_svg(**longest)) == [list(map(int, row)) for row in code.matrix_iter(border=QR_QUIET)]


# -- Bar codes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["3800123456787", "4006381333931", "5901234123457", "96385074", "73513537"])
def test_an_ean_is_known_by_its_last_digit(code):
    assert is_valid_ean(code)
    assert not is_valid_ean(code[:-1] + str((int(code[-1]) + 1) % 10))
    assert not is_valid_ean(f" {code}")


@pytest.mark.parametrize("code", ["", "1", "036000291452", "10012345678902", "380012345678a", "٣٨٠٠١٢٣٤٥٦٧٨٦"])
def test_anything_else_is_no_ean(code):
    assert not is_valid_ean(code)


def test_the_check_digit_of_an_ean13():
    assert ean13_check_digit("380012345678") == "7"
    for wrong in ("", "38001234567", "3800123456787", "38001234567x"):
        with pytest.raises(ValueError):
            ean13_check_digit(wrong)


def test_a_valid_ean_is_drawn_as_one():
    assert modules_of(barcode_svg("3800123456787")) == EAN13("3800123456787").build()[0]
    assert modules_of(barcode_svg("96385074")) == EAN8("96385074").build()[0]
    assert parts_of(barcode_svg("3800123456787"))[2] == "3800123456787"


def read_code128(modules):
    """Decode Code 128 by its patterns, with its check sum."""
    assert modules.endswith(code128.STOP + "11")
    body = modules.removesuffix(code128.STOP + "11")
    start, *values, check = [code128.CODES.index(body[i : i + 11]) for i in range(0, len(body), 11)]
    assert check == (start + sum(i * value for i, value in enumerate(values, start=1))) % 103
    letters = {value: char for char, value in code128.B.items() if len(char) == 1}
    kind = {104: "B", 105: "C"}[start]
    text = ""
    for value in values:
        if value > 98 and (kind, value) in {("B", 99), ("C", 100)}:
            kind = "C" if kind == "B" else "B"
        else:
            text += f"{value:02}" if kind == "C" else letters[value]
    return text


@given(st.from_regex(r"\A([0-9]{1,9}|[ -~]{1,5}){1,5}\Z"))
@example("9912")
@example("99")
@example("12345A")
@example("A123456")
@example("C-0042 <&>'\"")
@example("3800123456780")  # thirteen digits that are no EAN
def test_every_other_code_reads_back_from_its_bars(code):
    if is_valid_ean(code):
        return
    svg = barcode_svg(code)

    assert read_code128(modules_of(svg)) == code
    assert parts_of(svg)[2] == code


@pytest.mark.parametrize("code", ["", "Карта 1", "a\n", "a\x00", "x" * 81])
def test_a_code_that_has_no_bars_is_refused(code):
    with pytest.raises(ValueError):
        barcode_svg(code)


def test_a_height_without_room_for_bars_is_refused():
    with pytest.raises(ValueError, match="height"):
        barcode_svg("C-0042", height_mm=1)


def test_the_bar_code_says_its_size():
    root, *_ = parts_of(barcode_svg("3800123456787", height_mm=20, module_mm=0.5, title="Карта"))

    assert root.get("height") == "20mm"
    assert float(root.get("width").removesuffix("mm")) == pytest.approx((95 + 2 * BARCODE_QUIET) * 0.5)
    assert root.get("aria-label") == "Карта"


# -- In print ----------------------------------------------------------------------------------


def printed(svg):
    """The only page of a print that holds nothing but the drawing, 20 dots a millimetre, as a grey picture."""
    css = engine().CSS(string="@page { size: 100mm 60mm; margin: 0 } body { margin: 0 } svg { display: block }")
    html = engine().HTML(string=f"<!DOCTYPE html><body>{svg}</body>", url_fetcher=static_only())
    with pypdfium2.PdfDocument(html.write_pdf(stylesheets=[css])) as pdf:
        assert len(pdf) == 1
        return pdf[0].render(scale=20 * 25.4 / 72).to_pil().convert("L")


def test_a_qr_code_is_printed_in_its_size_module_by_module():
    svg = sepa_qr_svg(**TRANSFER, size_mm=40)
    matrix = matrix_of(svg)
    picture = printed(svg)
    module = 40 * 20 / len(matrix)

    found = [
        [int(picture.getpixel((int((x + 0.5) * module), int((y + 0.5) * module))) < 128) for x in range(len(matrix))]
        for y in range(len(matrix))
    ]
    assert found == matrix
    assert picture.getpixel((41 * 20, 20 * 20)) == 255


@pytest.mark.parametrize("code", ["3800123456787", "96385074", "C-0042"])
def test_a_bar_code_is_printed_bar_by_bar(code):
    svg = barcode_svg(code, height_mm=20, module_mm=0.4)
    modules = "0" * BARCODE_QUIET + modules_of(svg) + "0" * BARCODE_QUIET
    picture = printed(svg)

    found = "".join("1" if picture.getpixel((int((x + 0.5) * 8), 5 * 20)) < 128 else "0" for x in range(len(modules)))
    assert found == modules
