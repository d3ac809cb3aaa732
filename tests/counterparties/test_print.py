"""The dossier's sheet as PDF: Cyrillic that can be read and copied, its own fonts, nothing fetched while printing."""

import re
import socket

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from django.urls import reverse

from counterparties.dossier import BookletSection, booklet_sections
from counterparties.models import LegalForm
from tests.factories.counterparties import ClientFactory, ServingFirmFactory, StatusFactory
from tests.people import SEE_ALL, browser_of, signed_in, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def party():
    return ClientFactory(
        name="Щастливи дни – „Ябълка“",
        legal_form=LegalForm.objects.get(name="ООД"),
        identifier_type="eik",
        registration_number="175074752",
        vat_number="BG175074752",
        status=StatusFactory(name="добър"),
        payment_term_days=14,
    )


def printed(client, party) -> bytes:
    answer = client.get(reverse("counterparties:counterparty_print", args=[party.pk]))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    return answer.getvalue()


def text_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    return re.sub(r"\s+", " ", text)


def fonts_of(content: bytes) -> dict[str, bool]:
    """Names of the fonts of the text, and whether each is embedded."""
    found = {}
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
                font = pdfium.FPDFTextObj_GetFont(one.raw)
                length = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
                name = (
                    (pdfium.c_char * length)()
                    if hasattr(pdfium, "c_char")
                    else __import__("ctypes").create_string_buffer(length)
                )
                pdfium.FPDFFont_GetBaseFontName(font, name, length)
                found[name.value.decode()] = bool(pdfium.FPDFFont_GetIsEmbedded(font))
    return found


def test_the_sheet_holds_the_card_in_readable_cyrillic(party):
    user = worker(*SEE_ALL, first_name="Мария", last_name="Щерева")
    ServingFirmFactory(party=party, own_firm__name="Наша „Къща“")

    text = text_of(printed(signed_in(user), party))

    for words in (
        "Щастливи дни – „Ябълка“ ООД",
        "175074752",
        "BG175074752",
        "добър",
        "14 days",
        "Наша „Къща“",
        "Мария Щерева",
    ):
        assert words in text


def test_every_font_is_noto_and_embedded(party):
    fonts = fonts_of(printed(browser_of(*SEE_ALL), party))

    assert fonts
    assert all("Noto" in name for name in fonts), fonts
    assert all(fonts.values())


def test_printing_opens_no_connection_but_the_databases(party, monkeypatch):
    client = browser_of(*SEE_ALL)
    party.note = '<img src="http://127.0.0.1:1/x.png"><link rel=stylesheet href="file:///etc/passwd">'
    party.name = "<img src=http://127.0.0.1:1/x.png>"
    party.save()

    def refuse(*args):
        raise AssertionError(f"a connection was opened: {args}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)

    assert "<img src=" in text_of(printed(client, party))


def test_the_file_opens_in_the_browser_under_a_plain_name_and_is_kept_by_no_cache(party):
    answer = browser_of(*SEE_ALL).get(reverse("counterparties:counterparty_print", args=[party.pk]))

    assert re.fullmatch(
        rf'inline; filename="dossier-{party.pk}-\d{{4}}-\d\d-\d\d\.pdf"', answer.headers["Content-Disposition"]
    )
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_section_of_an_upper_app_is_printed_with_its_right(party):
    section = BookletSection(
        "test",
        "Раздел на приложение",
        "counterparties/print/_card.html",
        lambda party, user: {"facts": [("Поле", "Стойност", False)]},
        permission="counterparties.comment",
    )
    booklet_sections.register(section)
    try:
        with_right = text_of(printed(browser_of(*SEE_ALL, "counterparties.comment"), party))
        without = text_of(printed(browser_of(*SEE_ALL), party))
    finally:
        booklet_sections.unregister("test")

    assert "Раздел на приложение" in with_right
    assert "Поле Стойност" in with_right
    assert "Раздел" not in without


@pytest.mark.parametrize("name", ["שלום עולם", "A" * 255, "日本語", "Алфа 😀"])
def test_no_name_stops_the_printer(name):
    party = ClientFactory(name=name)

    assert printed(browser_of(*SEE_ALL), party).startswith(b"%PDF-")
