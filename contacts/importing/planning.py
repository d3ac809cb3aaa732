"""Every row of a file against what is here: created, updated, skipped or failed, and why. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.dates import format_date
from common.text import fold, sort_key
from contacts.importing import matching
from contacts.importing.columns import FIELDS
from contacts.importing.matching import Known
from contacts.importing.plans import Change, Outcome, PlannedRow, Powers, understood
from contacts.importing.reading import Table
from contacts.importing.rows import Key, ParsedRow, RowParser
from contacts.models import Address
from contacts.models.addresses import BULGARIAN_FIELDS
from counterparties.kinds import Kind
from counterparties.models import Counterparty, VatRegistration

Progress = Callable[[int, int], None]
ADDRESS_FIELDS = (
    *("country", "district", "municipality", "settlement", "postal_code", "foreign_text"),
    *BULGARIAN_FIELDS,
)


def parse(
    table: Table, mapping: Sequence[str], kinds: Sequence[Kind] = (), progress: Progress | None = None
) -> list[ParsedRow]:
    """The table's rows as checked records."""
    parser = RowParser(mapping, kinds)
    rows = []
    every = max(500, len(table.rows) // 20)
    for index, raw in enumerate(table.rows, 1):
        rows.append(parser.parse(raw))
        if progress is not None and index % every == 0:
            progress(index, len(table.rows))
    return rows


def plan(rows: Sequence[ParsedRow], powers: Powers, *, update: bool, lock: bool = False) -> list[PlannedRow]:
    """What becomes of each row. With `lock` the matched records stay as they are until the transaction ends."""
    known = matching.load(rows, powers.user, whole=update, lock=lock)
    planner = Planner(known, powers, update)
    return [planner.plan(row) for row in rows]


class Planner:
    """Decides row by row; remembers the numbers of the rows above."""

    def __init__(self, known: Known, powers: Powers, update: bool) -> None:
        self.known = known
        self.powers = powers
        self.update = update
        self.seen: dict[Key, ParsedRow] = {}
        self.met: dict[int, ParsedRow] = {}
        self.names: dict[str, int] = {}
        self.ibans: dict[str, int] = {}

    def plan(self, row: ParsedRow) -> PlannedRow:
        planned = PlannedRow(row)
        if row.problems or row.party is None:
            planned.reasons = list(row.problems)
            return planned
        keys = row.keys
        if (above := next((self.seen[key] for key in keys if key in self.seen), None)) is not None:
            return self.repeated(planned, above)
        match self.known.matches(row):
            case []:
                self.create(planned, row.party)
            case [party]:
                self.meet(planned, row.party, party)
            case _:
                planned.fail(_("The EIK and the VAT number belong to two different records."))
        if planned.outcome != Outcome.FAILED:
            self.seen |= dict.fromkeys(keys, row)
        if planned.outcome in (Outcome.CREATED, Outcome.UPDATED):
            planned.reasons += [*row.remarks, *self.notices(planned)]
        return planned

    @staticmethod
    def repeated(planned: PlannedRow, above: ParsedRow) -> PlannedRow:
        if planned.row.content == above.content:
            return planned.skip(_("The same as row %d of this file.") % above.number)
        return planned.fail(
            _("Row %d of this file has the same number and other data: only the first of them is taken.") % above.number
        )

    # -- A new record ----------------------------------------------------------------------------

    def create(self, planned: PlannedRow, party: Counterparty) -> None:
        row = planned.row
        refusal = self.powers.refusal("add", party.kinds) or self.powers.refusal_of_parts(
            address="add" if row.address else "", account=row.account is not None, contact=row.contact is not None
        )
        if refusal:
            planned.fail(refusal)
            return
        planned.outcome, planned.party, planned.address = Outcome.CREATED, party, row.address
        planned.adds_account, planned.adds_contact = row.account is not None, row.contact is not None
        planned.changes = understood(row)

    def notices(self, planned: PlannedRow) -> list[str]:
        """What is worth a look and no reason to refuse."""
        row, party, found = planned.row, planned.party, []
        if planned.outcome == Outcome.CREATED and party is not None and not row.keys:
            name = fold(party.full_name)
            if (first := self.names.setdefault(name, row.number)) != row.number:
                found.append(_("Row %d has the same name; without a number they cannot be told apart.") % first)
        if planned.adds_account and row.account is not None:
            iban = row.account.iban
            if self.known.holders.get(iban, set()) - {party.pk if party else None}:
                found.append(_("Another counterparty has the same IBAN."))
            if (first := self.ibans.setdefault(iban, row.number)) != row.number:
                found.append(_("Row %d has the same IBAN.") % first)
        return found

    # -- A record that is here -------------------------------------------------------------------

    def meet(self, planned: PlannedRow, new: Counterparty, party: Counterparty) -> None:
        if party.pk not in self.known.visible:
            planned.fail(_("The number is taken by a record that you may not see: ask an administrator."))
            return
        if (above := self.met.setdefault(party.pk, planned.row)) is not planned.row:
            self.repeated(planned, above)
            return
        planned.party = party
        if party.archived_at is not None:
            planned.skip(
                _("Exists and is archived (%(day)s: %(reason)s): restore it first.")
                % {"day": format_date(party.archived_at), "reason": party.archive_reason or "—"}
            )
        elif not self.update:
            planned.skip(_("Exists already."))
        else:
            self.compare(planned, new, party)

    def compare(self, planned: PlannedRow, new: Counterparty, party: Counterparty) -> None:
        """Bring the row's values into the record; say what changes. Empty cells change nothing."""
        if refusal := self.refusal_to_compare(new, party):
            planned.fail(refusal)
            return
        planned.before["party"] = {}
        kinds_before = party.kinds
        self.compare_party(planned, new, party)
        self.compare_address(planned, party)
        self.compare_account(planned, party)
        self.compare_contact(planned, party)
        refusal = self.powers.refusal("change", [*kinds_before, *(k for k in party.kinds if k not in kinds_before)])
        address_deed = "" if planned.address is None else "change" if planned.address.pk else "add"
        refusal = refusal or self.powers.refusal_of_parts(
            address=address_deed, account=planned.adds_account, contact=planned.adds_contact
        )
        if refusal:
            planned.fail(refusal)
        elif planned.changes:
            planned.outcome = Outcome.UPDATED
        else:
            planned.skip(_("Exists already with the same data."))

    @staticmethod
    def refusal_to_compare(new: Counterparty, party: Counterparty) -> str:
        if new.person_kind != party.person_kind:
            return _("The record that has this number is of another person: natural or legal.")
        if str(new.country) != str(party.country):
            return _("The record that has this VAT number is of another country.")
        if new.registration_number and party.registration_number:
            # Another EIK with the same VAT number is a mistake in one of the two.
            if new.registration_number != party.registration_number:
                return _("The record that has this VAT number has another EIK or national number.")
        elif (new.registration_number and party.personal_number) or (
            new.personal_number and new.personal_number != party.personal_number
        ):
            return _("The record that has this VAT number has another number, or none: enter it in the dossier.")
        return ""

    def compare_party(self, planned: PlannedRow, new: Counterparty, party: Counterparty) -> None:
        given = planned.row.given
        # A name without a legal form leaves the form that the record has.
        form = new.legal_form or party.legal_form
        before = party.full_name
        if (new.name, form) != (party.name, party.legal_form):
            values = {name: getattr(new, name) for name in ("name", "given_name", "fathers_name", "family_name")}
            self.take(planned, party, values | {"legal_form_id": form.pk if form else None})
            party.legal_form = form
            if party.full_name != before:
                planned.changes.append(Change(str(FIELDS["name"].label), before, party.full_name))
        added = [kind for kind in new.kinds if kind not in party.kinds] if "kinds" in given else []
        if added:
            before = self.kind_words(party.kinds)
            self.take(planned, party, {kind.flag: True for kind in added})
            planned.changes.append(Change(str(FIELDS["kinds"].label), before, self.kind_words(party.kinds)))
        if new.registration_number and not party.registration_number:
            values = {"registration_number": new.registration_number, "identifier_type": new.identifier_type}
            self.take(planned, party, values)
            planned.changes.append(Change(str(FIELDS["eik"].label), "", new.registration_number))
        self.compare_vat(planned, new, party)
        for name in ("name_latin", "email", "phone", "note"):
            before, after = str(getattr(party, name) or ""), str(getattr(new, name) or "")
            if after and after != before:
                self.take(planned, party, {name: getattr(new, name)})
                planned.changes.append(Change(str(FIELDS[name].label), before, after))

    def compare_vat(self, planned: PlannedRow, new: Counterparty, party: Counterparty) -> None:
        before = party.vat_number_shown
        values: dict[str, Any] = {}
        if new.vat_number and new.vat_number != party.vat_number:
            values = {"vat_number": new.vat_number, "vat_from_personal_number": False}
        elif new.vat_from_personal_number and not party.vat_from_personal_number:
            values = {"vat_number": "", "vat_from_personal_number": True}
        if values:
            if party.vat_registration == VatRegistration.NONE:
                values["vat_registration"] = VatRegistration.FULL
            self.take(planned, party, values)
            planned.changes.append(Change(str(FIELDS["vat_number"].label), before, party.vat_number_shown))

    @staticmethod
    def take(planned: PlannedRow, party: Counterparty, values: dict[str, Any]) -> None:
        for name, value in values.items():
            before = getattr(party, name)
            if before != value:
                planned.before["party"][name] = before
                setattr(party, name, value)
                planned.fields.append(name)

    @staticmethod
    def kind_words(kinds: list[Kind]) -> str:
        return ", ".join(str(kind.label) for kind in kinds)

    # -- What hangs on it ------------------------------------------------------------------------

    def compare_address(self, planned: PlannedRow, party: Counterparty) -> None:
        """An address that the party has stays alone; one of the same kind is corrected, else a new one is added."""
        new = planned.row.address
        if new is None:
            return
        present = self.known.addresses.get(party.pk, [])
        if any(same_address(new, one) for one in present):
            return
        old = next((one for one in present if one.kind == new.kind), None)
        if old is None:
            planned.address = new
            planned.changes.append(Change(str(FIELDS["address"].label), "", new.one_line))
            return
        before_line = old.one_line
        before: dict[str, Any] = {}
        for name in self.fields_to_take(planned.row, new):
            attname = Address._meta.get_field(name).attname  # type: ignore[union-attr]
            if getattr(old, attname) != getattr(new, attname):
                before[attname] = getattr(old, attname)
                setattr(old, name, getattr(new, name))
                planned.address_fields.append(name)
        if before and old.one_line != before_line:
            planned.address, planned.before["address"] = old, before
            planned.changes.append(Change(str(FIELDS["address"].label), before_line, old.one_line))
        else:
            planned.address_fields = []

    @staticmethod
    def fields_to_take(row: ParsedRow, new: Address) -> list[str]:
        """A row without an address line leaves street and number as they are, one without a settlement the town."""
        street = {"quarter", "street", "number", "block", "entrance", "floor", "apartment", "office", "po_box", "extra"}
        town = {"district", "municipality", "settlement", "municipality_name", "settlement_name", "city_district"}
        names = list(ADDRESS_FIELDS)
        if new.is_foreign:
            return names
        if "address" not in row.given:
            names = [name for name in names if name not in street]
        if not new.postal_code:
            names.remove("postal_code")
        if new.settlement is None and not new.settlement_name:
            names = [name for name in names if name not in town]
        return names

    def compare_account(self, planned: PlannedRow, party: Counterparty) -> None:
        account = planned.row.account
        if account is None or any(one.iban == account.iban for one in self.known.accounts.get(party.pk, [])):
            return
        planned.adds_account = True
        planned.changes.append(Change(str(FIELDS["iban"].label), "", account.number))

    def compare_contact(self, planned: PlannedRow, party: Counterparty) -> None:
        contact = planned.row.contact
        if contact is None:
            return
        name = sort_key(contact.name)
        if any(sort_key(link.person.name) == name for link in self.known.links.get(party.pk, [])):
            return
        planned.adds_contact = True
        planned.changes.append(Change(str(FIELDS["contact_name"].label), "", contact.name))


def same_address(one: Address, other: Address) -> bool:
    """Whether two addresses read the same, whichever of their fields hold the words."""
    return str(one.country) == str(other.country) and plain(one) == plain(other)


def plain(address: Address) -> str:
    text = address.foreign_text or f"{address.town} {address.street_line()}"
    return " ".join(sorted(fold(text).split()))
