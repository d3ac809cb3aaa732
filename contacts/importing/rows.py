"""A row of cells made into a checked record: every rule of the models holds, and each refusal says what and why.

Nothing here asks the database; what is compared with the records that are here stands in `planning`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.text import clean_text
from contacts.iban import validate_iban
from contacts.importing import words
from contacts.importing.columns import FIELDS, IGNORED
from contacts.importing.places import Places, town_in_address
from contacts.importing.reading import BROKEN_CHARACTER, RawRow
from contacts.models import Address, BankAccount, ContactPerson
from counterparties import identifiers
from counterparties.kinds import Kind
from counterparties.models import Counterparty, IdentifierType, PersonKind
from counterparties.models.numbers import PERSONAL_TYPES

Key = tuple[str, str, str]
EMPTY_SIGNS = frozenset(["-", "–", "—", "n/a", "#n/a"])
# What a cell of a workbook that holds a day comes to.
_DAY = re.compile(r"(0[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])\.(19|20)\d\d|(19|20)\d\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
_PERSONAL = re.compile(r"(?<!\d)\d{10}(?!\d)")


def keys_of(party: Counterparty) -> list[Key]:
    """All that a record is known by: (kind of number, country or scheme, number), the surest first.

    A Bulgarian VAT number of nine digits is an EIK as well.
    """
    keys: list[Key] = []
    if party.registration_number:
        keys.append(("number", str(party.country), party.registration_number))
    if party.personal_number:
        keys.append(("person", party.identifier_type, party.personal_number))
    if party.vat_number:
        keys.append(("vat", "", party.vat_number))
        if not party.registration_number and party.vat_number.startswith("BG") and len(party.vat_number) == 11:
            keys.append(("number", "BG", party.vat_number[2:]))
    return keys


@dataclass
class ParsedRow:
    """A row's record. `problems` say why it cannot be taken; `remarks` what was decided about it."""

    number: int
    title: str = ""
    party: Counterparty | None = None
    address: Address | None = None
    account: BankAccount | None = None
    contact: ContactPerson | None = None
    given: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @cached_property
    def keys(self) -> list[Key]:
        return keys_of(self.party) if self.party is not None else []

    @property
    def content(self) -> tuple[Any, ...]:
        """All that the row says, to tell a row given twice from two rows that disagree."""
        party, address = self.party, self.address
        return (
            *(
                (party.full_name, party.kinds, party.name_latin, party.email, str(party.phone), party.note)
                if party
                else ()
            ),
            address.one_line if address else "",
            self.account.iban if self.account else "",
            self.contact.name if self.contact else "",
            *self.keys,
        )


class RowParser:
    """Makes records of the rows of one file.

    `mapping` names the field of each column; `kinds` are what rows without a word about it are.
    """

    def __init__(self, mapping: Sequence[str], kinds: Sequence[Kind] = ()) -> None:
        self.columns = [(index, name) for index, name in enumerate(mapping) if name not in ("", IGNORED)]
        self.kinds = list(kinds)
        self.forms = words.LegalForms()
        self.places = Places.load()

    def parse(self, raw: RawRow) -> ParsedRow:
        row = ParsedRow(raw.number)
        if raw.problem:
            row.problems.append(raw.problem)
            row.title = hide_personal(
                next((raw.cells[index] for index, name in self.columns if name == "name"), "")[:100]
            )
            return row
        values = {name: self.clean(name, raw.cells[index], row) for index, name in self.columns}
        row.given = frozenset(name for name, value in values.items() if value)
        row.title = hide_personal(values.get("name", "")[:200])

        def get(name: str) -> str:
            return values.get(name, "")

        party = Counterparty()
        row.party = party
        party.kinds = self.attempt(row, "kinds", lambda: words.kinds_of(get("kinds")) or self.kinds) or []
        if not party.kinds and "kinds" not in self.fields_refused(row):
            self.refuse(row, "kinds", _("Choose at least one kind."))
        party.person_kind = self.attempt(row, "person", lambda: words.person_of(get("person"))) or PersonKind.LEGAL
        # As text: each question to the record's own field would make an object of it again.
        country = self.attempt(row, "country", lambda: words.country_of(get("country"))) or "BG"
        party.country = country
        self.fill_name(row, party, get("name"), get("legal_form"), country)
        party.name_latin = self.limited(row, "name_latin", get("name_latin"), 255)
        self.fill_numbers(row, party, get("eik"), get("vat_number"), country)
        self.fill_reach(row, party, get("email"), get("phone"), get("note"))
        self.fill_address(row, country, get("district"), get("settlement"), get("postal_code"), get("address"))
        if iban := get("iban"):
            number = self.attempt(row, "iban", lambda: validate_iban(iban))
            row.account = BankAccount(iban=number) if number else None
        if contact := get("contact_name"):
            row.contact = self.contact(row, contact)
        if not row.problems:
            row.title = hide_personal(party.full_name[:200])
        return row

    # -- Cells -----------------------------------------------------------------------------------

    def clean(self, name: str, cell: str, row: ParsedRow) -> str:
        """A cell's text in NFC without what could deceive; "" where it is refused."""
        limit = FIELDS[name].max_length
        if len(cell) > limit * 4 + 1000:
            self.refuse(
                row,
                name,
                _("The text is too long: %(length)d characters, at most %(limit)d are allowed.")
                % {"length": len(cell), "limit": limit},
            )
            return ""
        if cell.isascii() and cell.isprintable() and "  " not in cell:
            text = cell.strip()
        else:
            if BROKEN_CHARACTER in cell:
                self.refuse(row, name, _("There is a character in it that cannot be read."))
                return ""
            try:
                text = clean_text(cell, multiline=name in ("note", "address", "phone", "email", "kinds"))
            except ValueError as refusal:
                self.refuse(row, name, str(refusal))
                return ""
        # Spreadsheets, our own files of errors among them, keep a text from being a formula by an apostrophe.
        if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
            text = text[1:]
        return "" if text.casefold() in EMPTY_SIGNS else text

    @staticmethod
    def refuse(row: ParsedRow, name: str, message: str) -> None:
        row.problems.append(f"{FIELDS[name].label}: {message}")

    @staticmethod
    def fields_refused(row: ParsedRow) -> set[str]:
        return {name for name, one in FIELDS.items() if any(text.startswith(f"{one.label}: ") for text in row.problems)}

    def attempt(self, row: ParsedRow, name: str, work: Callable[[], Any]) -> Any:
        """What the work gives; None and a problem of the row when it refuses."""
        try:
            return work()
        except ValidationError as refusal:
            self.refuse(row, name, " ".join(refusal.messages))
            return None

    def limited(self, row: ParsedRow, name: str, text: str, limit: int) -> str:
        if len(text) > limit:
            self.refuse(
                row,
                name,
                _("The text is too long: %(length)d characters, at most %(limit)d are allowed.")
                % {"length": len(text), "limit": limit},
            )
            return ""
        return text

    # -- The party -------------------------------------------------------------------------------

    def fill_name(self, row: ParsedRow, party: Counterparty, name: str, form_name: str, country: str) -> None:
        if not name:
            if "name" not in self.fields_refused(row):
                self.refuse(row, "name", _("Write the name."))
            return
        if not party.is_legal:
            parts = words.split_person_name(name)
            for field_name, text in zip(("given_name", "fathers_name", "family_name"), parts, strict=True):
                setattr(party, field_name, self.limited(row, "name", text, 100))
            party.compose_name()
            if form_name and form_name.casefold() not in ("физическо лице", "natural person"):
                self.refuse(row, "legal_form", _("A natural person has no legal form."))
            return
        bare, in_name = self.forms.split(name)
        form = in_name
        if form_name:
            form = self.forms.named(form_name)
            if form is None and country != "BG":
                # Forms of other countries are many: one that is not listed stays with the name.
                bare = name if name.casefold().endswith(form_name.casefold()) else f"{name} {form_name}"
            elif form is None:
                self.refuse(row, "legal_form", _("“%s” is no legal form that is known here.") % form_name[:40])
            elif in_name is not None and in_name != form:
                self.refuse(row, "legal_form", _("The name says %(one)s, the legal form is %(other)s.")
                            % {"one": in_name.name, "other": form.name})  # fmt: skip
        party.name, party.legal_form = self.limited(row, "name", bare, 255), form

    def fill_numbers(self, row: ParsedRow, party: Counterparty, number: str, vat: str, country: str) -> None:
        if number:
            try:
                scheme, canonical = self.identify(number, country, legal=party.is_legal)
            except ValidationError as refusal:
                self.refuse(row, "eik", " ".join(refusal.messages))
                # Without the number the VAT number of a person says nothing.
                return
            party.identifier_type = scheme
            setattr(party, "personal_number" if scheme in PERSONAL_TYPES else "registration_number", canonical)
        if vat:
            party.vat_number = vat
            for wrong in party.clean_vat_number().values():
                self.refuse(row, "vat_number", " ".join(getattr(wrong, "messages", [str(wrong)])))
            if party.vat_number and len(party.vat_number) > 16:
                self.limited(row, "vat_number", party.vat_number, 16)

    @staticmethod
    def identify(text: str, country: str, *, legal: bool) -> tuple[str, str]:
        """The kind of number and its canonical form. Raises ValidationError."""
        if _DAY.fullmatch(text):
            raise ValidationError(_("This is a date, not a number: the cell has the format of a date."))
        if country != "BG":
            return IdentifierType.FOREIGN, identifiers.validate_foreign_number(text)
        number = identifiers.normalise(text)
        lost = _("A leading zero may have been lost: spreadsheets drop it from a cell that is a number.")
        try:
            if legal:
                return IdentifierType.EIK, identifiers.validate_eik(number)
            schemes = identifiers.schemes_of(number) & {"egn", "lnch"}
            if len(schemes) == 2:
                raise ValidationError(
                    _("It is unclear whether this is an EGN or an LNCh: it may be both. Add this person by hand.")
                )
            if not schemes and len(number) == 10 and number.isascii() and number.isdigit():
                raise ValidationError(_("The ten digits are neither an EGN nor an LNCh: one of them is wrong."))
            if "lnch" in schemes:
                return IdentifierType.LNCH, number
            return IdentifierType.EGN, identifiers.validate_egn(number)
        except ValidationError as refusal:
            wanted = (8, 12) if legal else (9,)
            if len(number) in wanted and number.isascii() and number.isdigit():
                raise ValidationError([*refusal.messages, lost]) from None
            raise

    def fill_reach(self, row: ParsedRow, party: Counterparty, email: str, phone: str, note: str) -> None:
        """E-mail, phone and note; a second e-mail or phone has no place in the record and goes into the note."""
        lines = [note] if note else []
        if email:
            first, *others = words.several(email) or [email]
            party.email = self.attempt(row, "email", lambda: EMAIL.clean(first.removeprefix("mailto:"), party)) or ""
            lines += [f"{FIELDS['email'].label}: {other}" for other in others]
        if phone:
            whole = self.phone_of(phone)
            first, *others = [phone] if whole else words.several(phone) or [phone]
            number = whole or self.phone_of(first)
            if number is None:
                self.refuse(row, "phone", _("This is no phone number that can be dialled."))
            else:
                party.phone = number
            lines += [f"{FIELDS['phone'].label}: {other}" for other in others]
        if len(lines) > bool(note):
            row.remarks.append(_("The record has room for one e-mail and one phone: the others go into the note."))
        party.note = self.limited(row, "note", "\n".join(lines), 5000)

    @staticmethod
    def phone_of(text: str) -> Any:
        """A phone number that can be dialled; from a cell that is a number it comes without plus or leading zero."""
        from phonenumber_field.phonenumber import to_python

        digits = text if not text.isdigit() or not text.startswith("359") or len(text) < 11 else f"+{text}"
        number = to_python(digits[:60])
        # Asking whether it is true would write the number out first.
        return number if number is not None and number.is_valid() and not number.extension else None

    # -- What hangs on it ------------------------------------------------------------------------

    def fill_address(
        self, row: ParsedRow, country: str, district: str, settlement: str, postal_code: str, text: str
    ) -> None:
        party = row.party
        if party is None or not (district or settlement or postal_code or text):
            return
        kind = Address.Kind.REGISTERED if party.is_legal else Address.Kind.CURRENT
        address = Address(kind=kind, country=country)
        if country != "BG":
            town = " ".join(part for part in (postal_code, settlement) if part)
            lines = [line for line in (text, town, district) if line]
            address.foreign_text = self.limited(row, "address", "\n".join(lines), 500)
            row.address = address
            return
        text = " ".join(text.split())
        if not settlement and text:
            settlement, code, text = town_in_address(text)
            postal_code = postal_code or code
        if district and not self.places.districts_named(district):
            self.refuse(row, "district", _("“%s” is no district of Bulgaria.") % district[:40])
            return
        if not settlement:
            self.refuse(row, "settlement", _("Write the settlement: an address cannot be kept without it."))
            return
        address.settlement = self.places.find(settlement, district, postal_code)
        if address.settlement is None:
            address.settlement_name = self.limited(row, "settlement", settlement, 100)
            named = self.places.districts_named(district) if district else []
            address.district = named[0] if len(named) == 1 else None
            row.remarks.append(
                _("There are several settlements of this name: the name is kept as typed. Write the district, too.")
                if self.places.is_ambiguous(settlement) and not district
                else _("The settlement is not among the known ones: its name is kept as typed.")
            )
        address.postal_code = postal_code
        address.extra = self.limited(row, "address", text, 200)
        try:
            address.clean()
        except ValidationError as refusal:
            for name, messages in refusal.message_dict.items():
                self.refuse(row, name if name in FIELDS else "address", " ".join(messages))
        row.address = address

    def contact(self, row: ParsedRow, name: str) -> ContactPerson:
        parts = words.split_person_name(name)
        given, fathers, family = (self.limited(row, "contact_name", part, 100) for part in parts)
        person = ContactPerson(given_name=given, fathers_name=fathers, family_name=family)
        person.compose_name()
        return person


EMAIL = Counterparty._meta.get_field("email")


def hide_personal(text: str) -> str:
    """The text with every EGN in it masked: what is kept of a file must not repeat one written in a wrong column."""

    def masked(match: re.Match[str]) -> str:
        schemes = identifiers.schemes_of(match[0])
        return identifiers.mask(match[0]) if "egn" in schemes else match[0]

    return _PERSONAL.sub(masked, text)
