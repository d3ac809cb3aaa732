"""Words of a file that stand for something of ours: kinds, persons, countries, legal forms; and lists in one cell."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_countries import countries

from common.text import fold
from counterparties.kinds import Kind
from counterparties.models import LegalForm, PersonKind

_KINDS: dict[Kind, tuple[str, ...]] = {
    Kind.CLIENT: ("client", "clients", "customer", "customers", "клиент", "клиенти", "купувач", "купувачи"),
    Kind.SUPPLIER: ("supplier", "suppliers", "vendor", "vendors", "доставчик", "доставчици"),
    Kind.BANK: ("bank", "banks", "банка", "банки"),
    Kind.STATE_BODY: (
        *("state body", "state bodies", "държавна организация", "държавни организации", "държавен орган"),
        *("държавни органи", "държавна институция", "държавни институции", "институция", "институции"),
    ),
    Kind.OWN_FIRM: ("own firm", "own firms", "наша фирма", "наши фирми", "собствена фирма", "собствени фирми"),
    Kind.HOLDING: ("holding", "holdings", "холдинг", "холдинги"),
}
_PERSONS: dict[PersonKind, tuple[str, ...]] = {
    PersonKind.LEGAL: ("legal", "legal person", "company", "юридическо", "юридическо лице", "ЮЛ", "фирма"),
    PersonKind.NATURAL: ("natural", "natural person", "person", "физическо", "физическо лице", "ФЛ"),
}
# The long names of the legal forms, as registers and accounting programs write them.
_LONG_FORMS = {
    "дружество с ограничена отговорност": "ООД",
    "еднолично дружество с ограничена отговорност": "ЕООД",
    "акционерно дружество": "АД",
    "еднолично акционерно дружество": "ЕАД",
    "едноличен търговец": "ЕТ",
    "събирателно дружество": "СД",
    "командитно дружество": "КД",
    "командитно дружество с акции": "КДА",
    "дружество с променлив капитал": "ДПК",
    "клон на чуждестранен търговец": "КЧТ",
    "дружество по ЗЗД": "ДЗЗД",
}
_COUNTRY_ALIASES = {
    "бг": "BG",
    "р българия": "BG",
    "република българия": "BG",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "великобритания": "GB",
    "англия": "GB",
    "el": "GR",
    "usa": "US",
    "сащ": "US",
    "holland": "NL",
    "холандия": "NL",
    "чехия": "CZ",
    "czech republic": "CZ",
    "македония": "MK",
    "turkey": "TR",
    "оае": "AE",
}
_KIND_OF = {fold(word): kind for kind, words in _KINDS.items() for word in words}
_PERSON_OF = {fold(word): kind for kind, words in _PERSONS.items() for word in words}


def kinds_of(text: str) -> list[Kind]:
    """The kinds that a cell names, in our own order. Raises ValidationError that repeats the word not understood."""
    found: set[Kind] = set()
    for word in re.split(r"[;|,/\n]", text):
        if not word.strip():
            continue
        kind = _KIND_OF.get(fold(word))
        if kind is None:
            raise ValidationError(
                _("“%(word)s” is no kind; the kinds are: %(kinds)s.")
                % {"word": word.strip()[:40], "kinds": ", ".join(str(kind.label) for kind in Kind)}
            )
        found.add(kind)
    return [kind for kind in Kind if kind in found]


def person_of(text: str) -> PersonKind:
    """Legal or natural; legal when the cell is empty. Raises ValidationError."""
    if not text:
        return PersonKind.LEGAL
    person = _PERSON_OF.get(fold(text))
    if person is None:
        raise ValidationError(
            _("“%(word)s” is neither a legal nor a natural person: write “legal” or “natural”.") % {"word": text[:40]}
        )
    return person


@cache
def country_codes() -> dict[str, str]:
    """Folded names of countries in Bulgarian and English, and their codes, to ISO codes of two letters."""
    known = {fold(code): code for code in countries.countries}
    for language in ("bg", "en"):
        for code, name in Locale(language).territories.items():
            if code in countries.countries:
                known.setdefault(fold(name), code)
    for code in countries.countries:
        if alpha3 := countries.alpha3(code):
            known.setdefault(fold(alpha3), code)
    known |= {fold(name): code for name, code in _COUNTRY_ALIASES.items()}
    return known


def country_of(text: str) -> str:
    """The ISO code of a country written as code or name; Bulgaria when the cell is empty. Raises ValidationError."""
    if not text:
        return "BG"
    code = country_codes().get(fold(text))
    if code is None:
        raise ValidationError(
            _("“%(word)s” is no country: write its two-letter code or its name.") % {"word": text[:40]}
        )
    return code


class LegalForms:
    """The legal forms there are, found by their short, English or long names without asking the database again."""

    def __init__(self) -> None:
        self.forms = list(LegalForm.objects.order_by("order", "pk"))
        self.by_name: dict[str, LegalForm] = {}
        for form in self.forms:
            self.by_name.setdefault(self.key(form.name), form)
        for form in self.forms:
            for other in (form.name_en, form.name_en.partition(" (")[0]):
                if other:
                    self.by_name.setdefault(self.key(other), form)
        for long, short in _LONG_FORMS.items():
            if (known := self.by_name.get(self.key(short))) is not None:
                self.by_name.setdefault(self.key(long), known)
        self.places = {
            place: {form.name.casefold(): form for form in self.forms if form.place == place}
            for place in LegalForm.Place
        }

    @staticmethod
    def key(text: str) -> str:
        return fold(text).replace(" ", "")

    def named(self, text: str) -> LegalForm | None:
        return self.by_name.get(self.key(text))

    def split(self, name: str) -> tuple[str, LegalForm | None]:
        """A name parted from the legal form at its place: „Алфа“ ООД, ЕТ Иван Петров."""
        first, _space, after = name.partition(" ")
        before, _space, last = name.rpartition(" ")
        if before and (form := self.places[LegalForm.Place.AFTER].get(last.casefold())):
            return before.strip(" ,"), form
        if after and (form := self.places[LegalForm.Place.BEFORE].get(first.casefold())):
            return after.strip(), form
        return name, None


def split_person_name(name: str) -> tuple[str, str, str]:
    """Given name, what stands between, and family name."""
    parts = name.split()
    if len(parts) < 2:
        return name, "", ""
    return parts[0], " ".join(parts[1:-1]), parts[-1]


def several(text: str) -> list[str]:
    """The entries of a cell that holds more than one e-mail or phone."""
    return [part.strip() for part in re.split(r"[;,\n|]", text) if part.strip()]
