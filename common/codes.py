"""QR codes and bar codes as inline SVG, for pages under the strict CSP and for prints.

The drawing is one path on a white field, black in both themes, with the quiet zone that scanners need; it has neither
style attributes nor scripts.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

import segno
from barcode import EAN8, EAN13
from barcode.charsets import code128
from django.utils.html import format_html
from django.utils.safestring import SafeString
from stdnum import bic as stdnum_bic
from stdnum import ean as stdnum_ean
from stdnum import iban as stdnum_iban
from stdnum import iso11649

from common.money import round_money

QR_QUIET = 4  # modules of white around, as ISO/IEC 18004 asks
BARCODE_QUIET = 11  # the widest that any of our bar codes asks, left of EAN-13
BARCODE_TOP = 3  # white above the bars, for pages in the dark theme

EPC_LARGEST = Decimal("999999999.99")
EPC_MAX_BYTES = 331

# -- QR ----------------------------------------------------------------------------------------


def qr_svg(text: str, *, size_mm: float = 30, title: str = "") -> SafeString:
    """Draw a QR code; `size_mm` is its side with the white around. Without a title screen readers pass it over.

    Raises ValueError for an empty text and for one that does not fit.
    """
    if not text:
        raise ValueError("There is nothing to put into the QR code.")
    # Said outright: Cyrillic would otherwise be written as Japanese, which not every scanner reads.
    encoding = None if text.isascii() else "utf-8"
    return _qr_drawing(segno.make_qr(text, error="m", encoding=encoding), size_mm, title)


def _qr_drawing(code: segno.QRCode, size_mm: float, title: str) -> SafeString:
    rows = list(code.matrix_iter(border=QR_QUIET))
    path = "".join(f"M{x} {y}h{width}v1h-{width}z" for y, row in enumerate(rows) for x, width in _runs(row))
    side = len(rows)
    drawing = format_html('<path d="{}"></path>', path)
    return _svg("code-qr", side, side, size_mm, size_mm, title, drawing)


# -- QR of a transfer in euro ------------------------------------------------------------------


def sepa_qr_text(
    *,
    name: str,
    iban: str,
    amount: Decimal,
    bic: str = "",
    reference: str = "",
    remittance: str = "",
    currency: str = "EUR",
) -> str:
    """What the QR code of a transfer says to a banking app: EPC069-12, version 2, in UTF-8.

    `reference` is a creditor reference (RF…, ISO 11649), `remittance` free words; a transfer has one of them or none.
    Raises ValueError, and TypeError for an amount that is no Decimal, when no such code can be: another currency than
    the euro, an amount below a cent or above 999 999 999.99, a name over 70 characters, words over 140, a wrong IBAN,
    BIC or reference, more than 331 bytes in all (a Cyrillic letter is two).
    """
    if currency != "EUR":
        raise ValueError(f"The QR code of a transfer is for euro alone, not for {currency}.")
    if round_money(amount) != amount or not 0 < amount <= EPC_LARGEST:
        raise ValueError(f"The QR code of a transfer cannot carry the amount {amount}.")
    name, remittance = (" ".join(text.split()) for text in (name, remittance))
    if not 0 < len(name) <= 70:
        raise ValueError(f"The name of the payee has from 1 to 70 characters, not {len(name)}.")
    if len(remittance) > 140:
        raise ValueError(f"The words of a transfer have up to 140 characters, not {len(remittance)}.")
    if reference and remittance:
        raise ValueError("A transfer has a creditor reference or free words, not both.")
    lines = [
        *("BCD", "002", "1", "SCT"),
        stdnum_bic.validate(bic) if bic else "",
        name,
        stdnum_iban.validate(iban),
        f"EUR{amount:.2f}",
        "",  # the purpose, which nobody asks for
        iso11649.validate(reference) if reference else "",
        remittance,
    ]
    text = "\n".join(lines).rstrip("\n")
    if len(text.encode()) > EPC_MAX_BYTES:
        raise ValueError(f"The QR code of a transfer has up to {EPC_MAX_BYTES} bytes, not {len(text.encode())}.")
    return text


def sepa_qr_svg(
    *,
    name: str,
    iban: str,
    amount: Decimal,
    bic: str = "",
    reference: str = "",
    remittance: str = "",
    currency: str = "EUR",
    size_mm: float = 30,
    title: str = "",
) -> SafeString:
    """Draw the QR code with which a banking app fills a transfer in. Raises what `sepa_qr_text` raises."""
    text = sepa_qr_text(
        name=name,
        iban=iban,
        amount=amount,
        bic=bic,
        reference=reference,
        remittance=remittance,
        currency=currency,
    )
    # The standard fixes the level of error correction, and so many bytes at that level need no more than its version.
    code = segno.make_qr(text, error="m", boost_error=False, encoding="utf-8")
    return _qr_drawing(code, size_mm, title)


# -- Bar codes ---------------------------------------------------------------------------------

_CODE128_SWITCH = {"B": code128.C["TO_B"], "C": code128.B["TO_C"]}


def ean13_check_digit(digits: str) -> str:
    """The thirteenth digit of an EAN-13 from its first twelve. Raises ValueError for anything but twelve digits."""
    if not re.fullmatch("[0-9]{12}", digits):
        raise ValueError("The check digit of an EAN-13 is worked out from twelve digits.")
    return str(stdnum_ean.calc_check_digit(digits))


def is_valid_ean(code: str) -> bool:
    """Whether the code is an EAN-13 or an EAN-8: as many digits without spaces, the last of which checks the rest."""
    return bool(re.fullmatch("[0-9]{13}|[0-9]{8}", code)) and stdnum_ean.calc_check_digit(code[:-1]) == code[-1]


def barcode_svg(code: str, *, height_mm: float = 15, module_mm: float = 0.33, title: str = "") -> SafeString:
    """Draw EAN-13 or EAN-8 when the code is one, otherwise Code 128, with the code in letters below the bars.

    `height_mm` is that of the whole drawing, `module_mm` the width of the narrowest bar. Raises ValueError for an empty
    code and for signs other than those of ASCII, which Code 128 does not have.
    """
    if not re.fullmatch("[ -~]{1,80}", code):
        raise ValueError("A bar code has from 1 to 80 Latin letters, digits and signs.")
    if is_valid_ean(code):
        modules = (EAN13 if len(code) == 13 else EAN8)(code).build()[0]
    else:
        modules = _code128_modules(code)
    width = len(modules) + 2 * BARCODE_QUIET
    height = round(height_mm / module_mm, 2)
    letters = min(10.0, round(height / 4, 2), round(width / len(code), 2))
    bars = round(height - BARCODE_TOP - 1.3 * letters, 2)
    if bars <= 0:
        raise ValueError(f"Bars do not fit into a height of {height_mm} mm.")
    black = _runs(bit == "1" for bit in modules)
    path = "".join(f"M{x + BARCODE_QUIET} {BARCODE_TOP}h{run}v{bars}h-{run}z" for x, run in black)
    drawing = format_html(
        '<path d="{}"></path>'
        '<text x="{}" y="{}" font-size="{}" font-family="Noto Sans, sans-serif" text-anchor="middle">{}</text>',
        path,
        width / 2,
        round(height - 0.25 * letters, 2),
        letters,
        code,
    )
    return _svg("code-bars", width, height, round(width * module_mm, 2), height_mm, title, drawing)


def _code128_modules(code: str) -> str:
    """Bars and gaps of Code 128 as ones and zeros: runs of four digits and more in pairs (set C), the rest in set B.

    Built here from the patterns of python-barcode, whose own way loses the first pair of a code that begins with 99.
    """
    values: list[int] = []
    current = ""
    for run in re.findall("(?:[0-9]{2}){2,}|.", code):
        wanted = "C" if len(run) > 1 else "B"
        if wanted != current:
            values.append(_CODE128_SWITCH[wanted] if values else code128.START_CODES[wanted])
            current = wanted
        values.extend(map(int, re.findall("..", run)) if wanted == "C" else [code128.B[run]])
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    return "".join(code128.CODES[value] for value in (*values, check)) + code128.STOP + "11"


# -- Drawing -----------------------------------------------------------------------------------


def _runs(bits: Iterable[object]) -> list[tuple[int, int]]:
    """Where each run of dark modules begins and how long it is."""
    line = "".join("1" if bit else "0" for bit in bits)
    return [(run.start(), len(run[0])) for run in re.finditer("1+", line)]


def _svg(
    name: str, width: float, height: float, width_mm: float, height_mm: float, title: str, drawing: SafeString
) -> SafeString:
    """The frame of a drawing: its size in millimetres, a white field under it, its name for screen readers."""
    label = format_html('role="img" aria-label="{}"', title) if title else SafeString('aria-hidden="true"')
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="{}" viewBox="0 0 {} {}" width="{}mm" height="{}mm" {} '
        'shape-rendering="crispEdges"><rect width="{}" height="{}" fill="#fff"></rect><g fill="#000">{}</g></svg>',
        name,
        width,
        height,
        width_mm,
        height_mm,
        label,
        width,
        height,
        drawing,
    )
