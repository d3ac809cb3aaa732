"""Placeholders of forms and letters: {{ party.name }}. Which there are is a registry; a text is data, never a template.

Only what the pattern finds is replaced, once, by plain text: a value that itself holds {{ … }}, a tag or markup stays
just these characters. Nothing here evaluates anything.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.dates import today
from common.registry import Registry

PATTERN = re.compile(r"\{\{\s*([^{}\s][^{}]{0,80}?)\s*\}\}")
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
FIELD = "field."


@dataclass
class FillContext:
    """All that placeholders are filled from. `language` is that of the text, not of the reader."""

    party: Any
    own_firm: Any = None
    contact: Any = None
    user: Any = None
    language: str = "bg"
    on: dt.date = field(default_factory=today)
    # Values of the form's own fields, as they are written, by code.
    fields: dict[str, str] = field(default_factory=dict)
    # What placeholders have fetched for this text.
    fetched: dict[str, Any] = field(default_factory=dict, repr=False)

    def once(self, key: str, fetch: Callable[[], Any]) -> Any:
        """What `fetch` gives, asked of the database once however many placeholders read it."""
        if key not in self.fetched:
            self.fetched[key] = fetch()
        return self.fetched[key]


@dataclass(frozen=True)
class Placeholder:
    """`value(context)` gives the text, "" when there is none. `needs` is the part of the context that it reads.

    `permission` is what the context's user needs to read it; without it the place stays empty.
    """

    slug: str
    label: Any
    value: Callable[[FillContext], str]
    needs: str = "party"
    order: int = 100
    example: str = ""
    permission: str = ""


placeholders: Registry[Placeholder] = Registry("placeholder")

# What the first word of a placeholder means, as lists of them are headed.
PARTS = {
    "party": gettext_lazy("The counterparty"),
    "own_firm": gettext_lazy("Our own firm"),
    "contact": gettext_lazy("The contact person"),
    "user": gettext_lazy("The one who fills it in"),
    "date": gettext_lazy("The day"),
}
PERSONAL = re.compile(r"egn|lnch|lnc|personal|identifier")
NO_PERSONAL_NUMBERS = gettext_lazy(
    "Personal numbers (EGN, LNCh) are put into no text: leave a gap (…………) where one is to be written by hand."
)


def codes_in(text: str) -> list[str]:
    """What stands between double braces in the text, each once, in order of appearance."""
    return list(dict.fromkeys(match[1] for match in PATTERN.finditer(text)))


def check_text(text: str, field_codes: Iterable[str] = ()) -> None:
    """Raise ValidationError that names every placeholder of the text that is not known.

    `field_codes` are the codes of the form's own fields. Braces that no placeholder closes are told too.
    """
    own = {f"{FIELD}{code}" for code in field_codes}
    unknown = [code for code in codes_in(text) if code not in own and placeholders.get(code) is None]
    if unknown:
        names = ", ".join(f"{{{{ {code} }}}}" for code in unknown)
        words = ngettext(
            "There is no such placeholder: %(names)s.", "There are no such placeholders: %(names)s.", len(unknown)
        ) % {"names": names}
        if any(PERSONAL.search(code) for code in unknown):
            words = f"{words} {NO_PERSONAL_NUMBERS}"
        raise ValidationError(words, code="placeholder")
    rest = PATTERN.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise ValidationError(_("A placeholder is not closed: it is written {{ name }}."), code="placeholder")
    if "{%" in rest or "{#" in rest:
        raise ValidationError(
            _("Only placeholders {{ name }} are filled; {% … %} means nothing here."), code="placeholder"
        )


def value_of(code: str, context: FillContext) -> str:
    """The text that stands in a placeholder's place; "" for what is not known or not there."""
    if code.startswith(FIELD):
        return context.fields.get(code.removeprefix(FIELD), "")
    found = placeholders.get(code)
    if found is None or getattr(context, found.needs, None) is None:
        return ""
    if found.permission and context.user is not None and not context.user.has_perm(found.permission):
        return ""
    with translation.override(context.language):
        return found.value(context)


def fill(text: str, context: FillContext) -> str:
    """The text with each placeholder replaced, once; what was put in is not looked at again."""
    return PATTERN.sub(lambda match: value_of(match[1], context), text)


def values_in(text: str, context: FillContext) -> dict[str, str]:
    """What every placeholder of the text is filled with, by code; shows what is still empty."""
    return {code: value_of(code, context) for code in codes_in(text)}
