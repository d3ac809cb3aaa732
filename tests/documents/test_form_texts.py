"""From the text of a form to paper: the markup, and values that can bring nothing but characters."""

from io import BytesIO

import pypdfium2
import pytest
from django.core.exceptions import ValidationError

from common import printing
from documents import field_types
from documents.filling import Filling
from documents.placeholders import FillContext, values_in
from documents.rendering import GAP, check_markup, render
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.documents import FormFieldFactory, FormTemplateFactory
from tests.people import superuser

NASTY = [
    "{{ user.password }}",
    "{% load x %}",
    "{# no #}",
    "<script>alert(1)</script>",
    "**bold**",
    "# heading",
    "[x](javascript:alert(1))",
    "![](file:///etc/passwd)",
    "| a | b |",
    "::: signatures",
    "===",
    "Чл. 9. клауза",
    "\ue0000\ue001",
    "&lt;b&gt;",
]


def html_of(text, **values):
    return str(render(text, values).html)


@pytest.mark.parametrize("nasty", NASTY)
def test_a_value_stays_the_characters_that_it_is(nasty):
    name = "{{ party.name }}"
    template = f"# За {name}\n\n**{name}** и {name}\n\n| {name} |\n| --- |\n| x |"
    values = {"party.name": nasty, "user.password": "secret"}
    escaped = nasty.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    html = str(render(template, values).html)

    plain = html_of(template, **{"party.name": "Алфа"})
    assert html == plain.replace("Алфа", escaped)
    assert "secret" not in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![](file:///etc/passwd)",
        "<https://a.example>",
        "[a]: file:///etc/passwd",
        "{% include 'x' %}",
        "```html\n<b>\n```",
    ],
)
def test_the_text_itself_brings_no_html_no_link_no_picture(text):
    html = html_of(text)

    for tag in ("<script", "<img", "<a ", "<code", "<b>"):
        assert tag not in html


def test_clauses_are_numbered_as_they_are_written():
    html = html_of("Чл. 1. (1) Първа\nпродължава.\n(2) Втора.\nа) буква\n1. точка\n1.1. подточка")

    assert html.split("\n") == [
        '<p class="clause clause-article"><span class="clause-number">Чл. 1.</span> (1) Първа<br />',
        "продължава.</p>",
        '<p class="clause clause-paragraph"><span class="clause-number">(2)</span> Втора.</p>',
        '<p class="clause clause-letter"><span class="clause-number">а)</span> буква</p>',
        '<p class="clause clause-section"><span class="clause-number">1.</span> точка</p>',
        '<p class="clause clause-clause"><span class="clause-number">1.1.</span> подточка</p>',
        "",
    ]


def test_headings_lists_tables_and_lines_at_the_right():
    html = html_of("# Заглавие\n-> гр. София\nтекст\n\n- едно\n\n| А | Б |\n| --- | --: |\n| в | г |")

    assert "<h2>Заглавие</h2>" in html
    assert '<p class="at-right">гр. София</p>\n<p>текст</p>' in html
    assert "<li>едно</li>" in html
    assert '<td class="align-right">г</td>' in html
    assert "style=" not in html


def test_pages_break_and_signatures_stand_side_by_side():
    html = html_of("А\n===\nБ\n::: подписи\nЗа нас: | За тях:\n{{ a.b }} | {{ c.d }}\n:::\n", **{"a.b": "Иван | Петър"})

    assert html.count('<div class="page-break"></div>') == 1
    assert html.count('<div class="signer">') == 2
    assert '<p class="signer-for">За нас:</p><p class="signer-line"></p>' in html
    assert "Иван | Петър" in html


def test_gaps_are_shown_and_listed_once():
    rendered = render("{{ party.name }} {{ party.iban }} {{ party.iban }} {{ field.x }}", {"party.name": "Алфа"})

    assert rendered.gaps == ["party.iban", "field.x"]
    assert str(rendered.html).count(GAP) == 3


@pytest.mark.parametrize("text", ["::: signature\nА\n:::", "::: подписи\nА | Б"])
def test_blocks_that_are_not_known_or_not_closed_are_refused(text):
    with pytest.raises(ValidationError, match="signatures"):
        check_markup(text)


# -- Typed values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "shown"),
    [
        ("text", "  два   думи ", "два думи", "два думи"),
        ("long_text", "ред\r\nред", "ред\nред", "ред\nред"),
        ("number", "1 234,5", "1234.5", "1234,5"),
        ("number", "-3.25", "-3.25", "-3,25"),
        ("money", "1 234,5 €", "1234.50", "1\u00a0234,50\u00a0€"),
        ("money", "1234.50", "1234.50", "1\u00a0234,50\u00a0€"),
        ("date", "3.11.2026 г.", "2026-11-03", "03.11.2026 г."),
        ("boolean", "yes", "yes", "да"),
        ("choice", "втори", "втори", "втори"),
        ("date", "", "", ""),
    ],
)
def test_values_are_stored_in_one_way_and_written_in_another(kind, typed, stored, shown):
    assert field_types.canonical(kind, typed, ["първи", "втори"]) == stored
    assert field_types.canonical(kind, field_types.typed(kind, stored), ["първи", "втори"]) == stored
    assert field_types.written(kind, stored, "bg") == shown


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("number", "трийсет"),
        ("number", "1,234.50"),
        ("money", "12,345"),
        ("money", "лв."),
        ("date", "31.02.2026"),
        ("date", "утре"),
        ("boolean", "може би"),
        ("choice", "трети"),
        ("text", "а\u202eб"),
        ("text", "х" * 501),
        ("long_text", "х" * 30_000),
    ],
)
def test_wrong_values_are_refused(kind, typed):
    with pytest.raises(ValidationError):
        field_types.canonical(kind, typed, ["първи", "втори"])


@pytest.mark.parametrize("kind", ["number", "money", "date", "boolean"])
def test_a_value_from_before_the_type_was_changed_is_shown_as_it_is(kind):
    assert field_types.shown(kind, "по договаряне") == "по договаряне"


# -- The PDF ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_pdf_is_of_a4_pages_with_our_firm_in_the_foot_and_fetches_nothing(monkeypatch):
    fetched: list[str] = []
    read = printing.read_static

    def read_and_tell(url: str) -> tuple[bytes, str]:
        fetched.append(url)
        return read(url)

    monkeypatch.setattr(printing, "read_static", read_and_tell)
    party = ClientFactory(name="Щъркел {{ user.password }} <img src='http://a.example/x.png'>")
    firm = OwnFirmFactory(name="Орион", email="office@orion.example")
    template = FormTemplateFactory(text="# Договор\n\n{{ party.name }} {{ field.sum }}\n===\n![](file:///etc/passwd)")
    FormFieldFactory(template=template, code="sum", type="money")

    content = Filling(template, party, firm, None, {"sum": "1234.50"}, superuser()).pdf()

    document = pypdfium2.PdfDocument(BytesIO(content))
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    assert len(document) == 2
    assert "{{ user.password }} <img src='http://a.example/x.png'>" in text.replace("\r\n", " ")
    assert "1\u00a0234,50\u00a0€" in text or "1 234,50 €" in text
    assert "![](file:///etc/passwd)" in text
    assert "office@orion.example" in text
    assert "1 / 2" in text
    assert [url for url in fetched if not url.startswith("static:")] == []


@pytest.mark.django_db
def test_a_name_that_is_a_placeholder_is_not_filled_again():
    context = FillContext(ClientFactory(name="{{ date.today }}"))

    rendered = render("{{ party.name }}", values_in("{{ party.name }}", context))

    assert "{{ date.today }}" in rendered.html
