"""The text of a form as HTML, the same for preview and PDF. What administrators may write is told in docs/forms.md.

Markdown is parsed first, with a mark in each placeholder's place, and the values are put into the parsed text
afterwards: a value can bring neither markup nor HTML nor another placeholder. There are no links and no pictures, so
nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from documents.placeholders import PATTERN

GAP = "…………"
# A placeholder in the text that is parsed: private-use signs around its number, which no typed text holds.
OPEN, CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"{OPEN}([0-9]+){CLOSE}")

PAGE_BREAK = re.compile(r"={3,}\s*")
BLOCK = re.compile(r":::\s*(.*)")
SIGNATURES = ("signatures", "подписи")
# What numbers a clause, as lawyers do: Чл. 5. or Art. 5., 5. and 5.1., (1), а).
CLAUSE = re.compile(
    r"(?P<article>(?:Чл|Art)\.[ ]?[0-9]+[а-яa-z]?\.?)[ ]+(?=\S)"
    r"|(?P<section>[0-9]{1,3}\.)[ ]+(?=\S)"
    r"|(?P<clause>[0-9]{1,3}(?:\.[0-9]{1,3})+\.?)[ ]+(?=\S)"
    r"|(?P<paragraph>\([0-9]{1,3}\))[ ]+(?=\S)"
    r"|(?P<letter>[а-яa-z]\))[ ]+(?=\S)"
)
AT_RIGHT = "-> "
# What no line may end with: „чл.“, „ал.“, „№“ before their numbers.
KEPT_TOGETHER = re.compile(r"(?<!\w)([Чч]л\.|[Аа]л\.|т\.|стр\.|№|[Aa]rt\.) (?=[0-9])")


@dataclass
class Rendered:
    """The HTML, and the codes of the placeholders that had nothing to put in their places."""

    html: SafeString
    gaps: list[str]


class Renderer(RendererHTML):
    """Puts values into text. `env` holds the codes of the marks, the values, and the gaps that were met."""

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return filled(tokens[idx].content, env)

    def clause_number(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f'<span class="clause-number">{escape(tokens[idx].content)}</span> '


def filled(text: str, env: Any) -> str:
    """Plain text as HTML, each mark in it replaced by its value."""
    text = KEPT_TOGETHER.sub("\\1\u00a0", text).replace(" %", "\u00a0%")
    parts = MARK.split(text)
    return "".join(
        value_html(env["codes"][int(part)], env) if place % 2 else str(escape(part)) for place, part in enumerate(parts)
    )


def value_html(code: str, env: Any) -> str:
    value = env["values"].get(code, "")
    if not value.strip():
        if code not in env["gaps"]:
            env["gaps"].append(code)
        return f'<span class="gap">{GAP}</span>'
    html = str(escape(value)).replace("\n", "<br>")
    return f'<span class="value">{html}</span>'


def dress(state: StateCore) -> None:
    """Number clauses, set lines to the right, headings one level down, and no style attributes, which pages forbid."""
    for place, token in enumerate(state.tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
        elif token.type in ("th_open", "td_open"):
            align = str(token.attrs.pop("style", "")).removeprefix("text-align:")
            if align:
                token.attrSet("class", f"align-{align}")
        elif token.type == "paragraph_open":
            dress_paragraph(token, state.tokens[place + 1].children or [])


def dress_paragraph(paragraph: Token, children: list[Token]) -> None:
    if not children or children[0].type != "text":
        return
    first = children[0]
    if match := CLAUSE.match(first.content):
        first.content = first.content[match.end() :]
        paragraph.attrSet("class", f"clause clause-{match.lastgroup}")
        children.insert(0, Token("clause_number", "", 0, content=match[0].strip()))
    elif first.content.startswith(AT_RIGHT):
        first.content = first.content.removeprefix(AT_RIGHT)
        paragraph.attrSet("class", "at-right")


@cache
def parser() -> MarkdownIt:
    """Paragraphs, headings, bold and italic, lists, quotations, rules and tables; nothing else of Markdown."""
    unwanted = ["link", "image", "autolink", "html_inline", "html_block", "reference", "code", "fence", "backticks"]
    made = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=Renderer)
    made.enable("table").disable([*unwanted, "lheading", "entity"])
    made.core.ruler.after("text_join", "dress", dress)
    return made


def blocks_of(text: str) -> Iterator[tuple[str, list[str]]]:
    """The text in blocks: ("text", lines), ("break", []), ("signatures", lines), ("unknown", [name])."""
    lines: list[str] = []
    inside = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        bare = line.strip()
        if inside:
            if bare == ":::":
                yield inside, lines
                inside, lines = "", []
            elif bare:
                lines.append(bare)
        elif match := BLOCK.fullmatch(bare):
            yield "text", lines
            lines, name = [], match[1].strip().lower()
            if name in SIGNATURES:
                inside = "signatures"
            else:
                yield "unknown", [match[1].strip()]
        elif PAGE_BREAK.fullmatch(bare):
            yield "text", lines
            yield "break", []
            lines = []
        else:
            lines.append(line)
    yield (f"open {inside}" if inside else "text"), lines


def check_markup(text: str) -> None:
    """Raise ValidationError for a block that is not known or not closed."""
    for kind, lines in blocks_of(text):
        if kind == "unknown":
            raise ValidationError(
                _("“::: %(name)s” is not known; there is ::: signatures, closed by a line with ::: alone.")
                % {"name": lines[0]},
                code="markup",
            )
        if kind.startswith("open "):
            raise ValidationError(_("The block ::: signatures is not closed by a line with ::: alone."), code="markup")


def apart(lines: list[str]) -> str:
    """Lines as Markdown: a clause or a line set to the right is a paragraph of its own, without blank lines."""
    made: list[str] = []
    for line in lines:
        bare = line.strip()
        match = CLAUSE.match(bare)
        if match or bare.startswith(AT_RIGHT):
            made.append("")
            if match and match["section"]:
                bare = bare.replace(".", "\\.", 1)  # a number with a dot would begin a list
            line = bare
        made.append(line)
        if bare.startswith(AT_RIGHT):
            made.append("")
    return "\n".join(made)


def signatures(lines: list[str], env: Any) -> str:
    """Who signs, side by side: the first line above the place for the signature, the others under it."""
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    columns = max((len(row) for row in rows), default=0)
    html = []
    for column in range(columns):
        cells = [row[column] if column < len(row) else "" for row in rows]
        inner = [parser().renderInline(cell, env) for cell in cells]
        under = "".join(f"<p>{cell}</p>" for cell in inner[1:] if cell)
        html.append(f'<div class="signer"><p class="signer-for">{inner[0]}</p><p class="signer-line"></p>{under}</div>')
    return f'<div class="signers">{"".join(html)}</div>'


def render(text: str, values: Mapping[str, str]) -> Rendered:
    """The text as HTML with the values, by code, in their placeholders' places."""
    codes: list[str] = []

    def mark(match: re.Match[str]) -> str:
        codes.append(match[1])
        return f"{OPEN}{len(codes) - 1}{CLOSE}"

    marked = PATTERN.sub(mark, text.replace(OPEN, "").replace(CLOSE, ""))
    gaps: list[str] = []
    env: dict[str, Any] = {"codes": codes, "values": values, "gaps": gaps}
    html = []
    for kind, lines in blocks_of(marked):
        if kind == "break":
            html.append('<div class="page-break"></div>')
        elif kind.endswith("signatures"):
            html.append(signatures(lines, env))
        elif kind == "text":
            html.append(parser().render(apart(lines), env))
        else:
            html.append(f"<p>{filled(f'::: {lines[0]}', env)}</p>")
    return Rendered(mark_safe("".join(html)), gaps)  # noqa: S308  (every text and value above is escaped)
