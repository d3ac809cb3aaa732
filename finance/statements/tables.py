"""Statements as tables (CSV, XLSX): which column is what, and how its rows become movements."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dates import parse_date
from common.text import fold
from contacts.importing.reading import ENDINGS, RawRow, Table, UnreadableFile, read_table
from finance.statements.headings import accounts_in, amount_in, currency_in, field_of_heading, is_total, known_headings
from finance.statements.numbers import decimal_sign_of, read_amount
from finance.statements.records import (
    Entry,
    Statement,
    StatementError,
    Told,
    account_of,
    currency_of,
    entry_of,
    mixed_currencies,
    money,
    not_a_statement,
    refuse_large,
    refuse_many_movements,
)

SAMPLE_ROWS = 5

FIELDS = {
    "booked_on": gettext_lazy("Date"),
    "value_on": gettext_lazy("Value date"),
    "amount": gettext_lazy("Amount, with a minus for what went out"),
    "debit": gettext_lazy("Debit (out)"),
    "credit": gettext_lazy("Credit (in)"),
    "direction": gettext_lazy("Debit or credit (D/C)"),
    "currency": gettext_lazy("Currency"),
    "name": gettext_lazy("Counterparty"),
    "iban": gettext_lazy("IBAN of the counterparty"),
    "bic": gettext_lazy("BIC of the counterparty"),
    "details": gettext_lazy("Reason for payment"),
    "reference": gettext_lazy("Bank reference"),
    "end_to_end": gettext_lazy("Payer's reference"),
    "kind": gettext_lazy("Kind of movement"),
    "balance": gettext_lazy("Balance after the movement"),
}
# Several columns may make up one text.
_JOINED = frozenset({"details", "name", "kind"})
_NUMBERS = ("amount", "debit", "credit", "balance")
_OUT = frozenset({"d", "db", "dt", "dr", "debit", "dbit", "out", "razhod", "izhodyasht", "izhodiasht"})
_IN = frozenset(
    {"c", "cr", "ct", "k", "kt", "kr", "credit", "crdt", "kredit", "in", "prihod", "vhodyasht", "vhodiasht"}
)
_BINARY_TAIL = re.compile(r"-?[0-9]+\.[0-9]{7,}")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a table shows before it is read: its columns, some rows, and what we take them for."""

    headers: list[str]
    samples: list[list[str]]
    mapping: dict[int, str]
    told: Told


def sniff_columns(data: bytes, file_name: str) -> Sniffed:
    """The columns of a CSV or XLSX with a proposal what each is. Raises StatementError."""
    table = _table(data, file_name, limit=SAMPLE_ROWS)
    mapping = propose(table.header)
    return Sniffed(table.header, [row.cells for row in table.rows], mapping, _told_above(table, mapping))


def propose(headers: Sequence[str]) -> dict[int, str]:
    """The field of each column whose heading is known; a single one keeps what may stand but once."""
    mapping: dict[int, str] = {}
    for index, heading in enumerate(headers):
        name = field_of_heading(heading)
        if name and (name in _JOINED or name not in mapping.values()):
            mapping[index] = name
    if "booked_on" not in mapping.values():
        mapping = {index: "booked_on" if name == "value_on" else name for index, name in mapping.items()}
    # Beside debit and credit an amount is the same once more, or the one in another currency.
    if {"debit", "credit"} <= set(mapping.values()):
        mapping = {index: name for index, name in mapping.items() if name not in ("amount", "direction")}
    return mapping


def read_table_statement(
    data: bytes, file_name: str, mapping: Mapping[int, str] | None, told: Told | None
) -> list[Statement]:
    """The one statement of a table. Raises StatementError."""
    table = _table(data, file_name)
    columns = _checked_mapping(propose(table.header) if mapping is None else mapping, len(table.header))
    told = told or Told()
    _refuse_contradiction(table, columns, told)
    told = _filled(told, _told_above(table, columns))
    refuse_many_movements(len(table.rows))
    rows = [row for row in table.rows if not _is_footer(row, columns)]
    if not rows:
        raise StatementError(_("The file has no movements in it."), "kind")
    for row in rows:
        if row.problem:
            raise StatementError(_("Row %(row)d: %(problem)s"), "damaged", {"row": row.number, "problem": row.problem})
    return [_statement(_Rows(rows, columns, table), told)]


def _table(data: bytes, file_name: str, limit: int | None = None) -> Table:
    refuse_large(data)
    # A name of no meaning (извлечение.dat) says nothing against the content.
    name = file_name if file_name.rpartition(".")[2].lower() in ENDINGS else ""
    try:
        table = read_table(data, name, limit, known_headings)
    except UnreadableFile as refusal:
        raise StatementError(str(refusal), "damaged") from refusal
    # A date and an amount are the least; a text without columns is something else.
    if len(table.header) < 2:
        raise not_a_statement()
    return table


def _checked_mapping(mapping: Mapping[int, str], width: int) -> dict[int, str]:
    columns = {index: name for index, name in mapping.items() if name}
    if any(name not in FIELDS for name in columns.values()) or any(not 0 <= index < width for index in columns):
        raise StatementError(_("The chosen columns do not fit this file."), "mapping")
    names = list(columns.values())
    for name in names:
        if names.count(name) > 1 and name not in _JOINED:
            raise StatementError(
                _("“%(field)s” is chosen for more than one column."), "mapping", {"field": FIELDS[name]}
            )
    if "booked_on" not in names:
        raise StatementError(_("Choose the column of the date."), "mapping")
    if "amount" not in names and not {"debit", "credit"} <= set(names):
        raise StatementError(_("Choose the column of the amount, or those of debit and credit."), "mapping")
    if "amount" in names and {"debit", "credit"} & set(names):
        raise StatementError(_("Choose either the amount or debit and credit, not both."), "mapping")
    return columns


def _told_above(table: Table, columns: Mapping[int, str]) -> Told:
    """What the headings and the titles over them tell: the account, its currency, the balances."""
    told = Told(currency="".join(_currencies_of_columns(table, columns)[:1]))
    for text in _titles(table):
        folded = fold(text)
        told = _filled(told, Told(iban="".join(accounts_in(text)[:1]), currency=currency_in(text)))
        if any(word in folded for word in ("nachalno saldo", "nachalen balans", "opening balance")):
            told = _filled(told, Told(opening=amount_in(text)))
        elif any(word in folded for word in ("krayno saldo", "kraen balans", "kraino saldo", "closing balance")):
            told = _filled(told, Told(closing=amount_in(text)))
    return told


def _titles(table: Table) -> list[str]:
    return [" ".join(cell.strip() for cell in cells if cell.strip()) for cells in table.above]


def _currencies_of_columns(table: Table, columns: Mapping[int, str]) -> list[str]:
    """The currencies that the headings of amounts name („Дебит BGN“)."""
    named = (currency_in(table.header[index]) for index, name in sorted(columns.items()) if name in _NUMBERS)
    return list(dict.fromkeys(code for code in named if code))


def _refuse_contradiction(table: Table, columns: Mapping[int, str], told: Told) -> None:
    """What was told must not be what the file says otherwise: another account's statement, or another currency."""
    accounts = [account for text in _titles(table) for account in accounts_in(text)]
    if told.iban and accounts and account_of(told.iban) not in accounts:
        raise StatementError(
            _("The file is of the account %(found)s, not of %(told)s."),
            "mapping",
            {"found": accounts[0], "told": account_of(told.iban)},
        )
    named = {*_currencies_of_columns(table, columns), *([currency_of(told.currency)] if told.currency else [])}
    if len(named) > 1:
        raise mixed_currencies(named)


def _filled(told: Told, found: Told) -> Told:
    """What was told, and where nothing was, what was found."""
    missing = {name: getattr(found, name) for name in Told.__dataclass_fields__ if getattr(told, name) in ("", None)}
    return replace(told, **missing)


def _is_footer(row: RawRow, columns: Mapping[int, str]) -> bool:
    """A line of totals or balances among the movements: it has no date, and says what it is."""
    cells = [cell.strip() for cell in row.cells]
    dated = any(
        cells[index] and any(char.isdigit() for char in cells[index])
        for index, name in columns.items()
        if name == "booked_on" and index < len(cells)
    )
    return not dated and any(is_total(cell) for cell in cells)


# -- Rows -----------------------------------------------------------------------------------------


class _Rows:
    """The rows of a table, read by the fields chosen for its columns."""

    def __init__(self, rows: list[RawRow], columns: dict[int, str], table: Table) -> None:
        self.rows = rows
        self.columns = columns
        self.is_workbook = table.form == "xlsx"
        self.has = frozenset(columns.values())
        self.decimal_sign = decimal_sign_of([self.text(row, name) for name in _NUMBERS for row in rows])
        self.debits_are_negative = self._all_negative("debit")
        self.marked_are_signed = "direction" in self.has and self._agree()

    def text(self, row: RawRow, name: str) -> str:
        cells = (row.cells[index].strip() for index, field in self.columns.items() if field == name)
        text = " ".join(cell for cell in cells if cell)
        # A workbook keeps binary fractions: 0.30000000000000004 was typed as 0.3.
        if self.is_workbook and name in _NUMBERS and _BINARY_TAIL.fullmatch(text):
            return f"{round(Decimal(text), 6).normalize():f}"
        return text

    def number(self, row: RawRow, name: str) -> Decimal | None:
        text = self.text(row, name)
        if not text or text in ("-", "–", "—"):
            return None
        try:
            return read_amount(text, self.decimal_sign)
        except StatementError as refusal:
            raise _in_row(row, refusal) from refusal

    def day(self, row: RawRow, name: str) -> dt.date | None:
        # A moment is cut to its day: 03.11.2026 14:05, 2026-11-03T14:05:00.
        text = re.split(r"(?<=[0-9])[T ]\s*[0-9]{1,2}:", self.text(row, name))[0]
        if not text:
            return None
        try:
            return parse_date(text)
        except ValueError:
            raise StatementError(
                _("Row %(row)d: “%(text)s” is no date."), "date", {"row": row.number, "text": text[:40]}
            ) from None

    def amount(self, row: RawRow) -> Decimal:
        """The signed amount, by whichever of the three ways the bank writes it."""
        if "amount" not in self.has:
            debit, credit = self.number(row, "debit"), self.number(row, "credit")
            if debit is None and credit is None:
                raise _no_amount(row)
            if debit and credit:
                raise StatementError(_("Row %(row)d has both a debit and a credit."), "entry", {"row": row.number})
            out = debit or Decimal(0)
            return (credit or Decimal(0)) - (-out if self.debits_are_negative else out)
        amount = self.number(row, "amount")
        if amount is None:
            raise _no_amount(row)
        if "direction" not in self.has or not amount:
            return amount
        sign = self.sign(row)
        return amount if self.marked_are_signed else sign * amount

    def sign(self, row: RawRow) -> int:
        mark = self.text(row, "direction")
        folded = fold(mark).replace(" ", "")
        # The Cyrillic „С“ stands for the Latin C.
        if mark.strip() in ("+", "-", "−"):
            return 1 if mark.strip() == "+" else -1
        if folded in _OUT:
            return -1
        if folded in _IN or mark.strip().upper() == "С":
            return 1
        raise StatementError(
            _("Row %(row)d: “%(text)s” is neither debit nor credit."), "entry", {"row": row.number, "text": mark[:40]}
        )

    def _all_negative(self, name: str) -> bool:
        numbers = [number for row in self.rows if name in self.has and (number := self.number(row, name))]
        return bool(numbers) and all(number < 0 for number in numbers)

    def _agree(self) -> bool:
        """Whether the amounts bear their signs already, beside the mark; one reversed movement alone does not."""
        pairs = [(self.sign(row), number) for row in self.rows if (number := self.number(row, "amount"))]
        out = [number for sign, number in pairs if sign < 0]
        return bool(out) and all((number > 0) == (sign > 0) for sign, number in pairs)


def _in_row(row: RawRow, refusal: StatementError) -> StatementError:
    return StatementError(
        _("Row %(row)d: %(problem)s"), refusal.code, {"row": row.number, "problem": refusal.messages[0]}
    )


def _no_amount(row: RawRow) -> StatementError:
    return StatementError(_("Row %(row)d has no amount."), "entry", {"row": row.number})


# -- The statement --------------------------------------------------------------------------------


def _statement(rows: _Rows, told: Told) -> Statement:
    currency = _currency(rows, told)
    read = [_entry(rows, row, currency) for row in rows.rows]
    steps: list[tuple[Entry, Decimal | None]] = [
        (entry, rows.number(row, "balance")) for entry, row in zip(read, rows.rows, strict=True)
    ]
    if "balance" in rows.has:
        steps, opening, closing = _by_balance(steps, rows)
    else:
        # Banks list the newest first, or the oldest.
        if steps[0][0].booked_on > steps[-1][0].booked_on:
            steps.reverse()
        opening, closing = _told_balances(told)
    entries = tuple(entry for entry, _balance in steps if entry.amount)
    days = [entry.booked_on for entry, _balance in steps]
    iban = account_of(told.iban)
    return Statement(
        iban=iban,
        account_number="" if iban else account_of(told.account_number),
        currency=currency,
        number=told.number.strip(),
        from_on=min([*days, *([told.from_on] if told.from_on else [])]),
        to_on=max([*days, *([told.to_on] if told.to_on else [])]),
        opening=money(opening, currency, _("Opening balance")),
        closing=money(closing, currency, _("Closing balance")),
        entries=entries,
    )


def _currency(rows: _Rows, told: Told) -> str:
    codes = {currency_of(text) for row in rows.rows if (text := rows.text(row, "currency"))}
    if len(codes) > 1:
        raise mixed_currencies(codes)
    if codes:
        found = codes.pop()
        if told.currency and currency_of(told.currency) != found:
            raise mixed_currencies({found, currency_of(told.currency)})
        return found
    if not told.currency:
        raise StatementError(_("The file does not say the currency: choose it."), "mapping")
    return currency_of(told.currency)


def _entry(rows: _Rows, row: RawRow, currency: str) -> Entry:
    booked_on = rows.day(row, "booked_on")
    if booked_on is None:
        raise StatementError(_("Row %(row)d has no date."), "entry", {"row": row.number})
    texts = {
        name: rows.text(row, name) for name in ("name", "iban", "bic", "details", "reference", "end_to_end", "kind")
    }
    return entry_of(
        booked_on=booked_on,
        value_on=rows.day(row, "value_on"),
        amount=rows.amount(row),
        currency=currency,
        where=_("Row %(row)d") % {"row": row.number},
        **texts,
    )


def _told_balances(told: Told) -> tuple[Decimal, Decimal]:
    if told.opening is None or told.closing is None:
        raise StatementError(
            _("The file does not say the balances: type the opening and the closing one, as the bank shows them."),
            "mapping",
        )
    return told.opening, told.closing


def _by_balance(
    steps: list[tuple[Entry, Decimal | None]], rows: _Rows
) -> tuple[list[tuple[Entry, Decimal | None]], Decimal, Decimal]:
    """Rows in the order in which the balance follows from the one before, with the first and the last balance."""
    for (_entry, balance), row in zip(steps, rows.rows, strict=True):
        if balance is None:
            raise StatementError(_("Row %(row)d has no balance."), "entry", {"row": row.number})
    backwards = steps[::-1]
    is_newest_first = steps[0][0].booked_on > steps[-1][0].booked_on
    for order in (backwards, steps) if is_newest_first else (steps, backwards):
        if _break_in(order) is None:
            entry, balance = order[0]
            return order, (balance or Decimal(0)) - entry.amount, order[-1][1] or Decimal(0)
    order = backwards if is_newest_first else steps
    at = _break_in(order) or 0
    row = rows.rows[len(steps) - 1 - at if is_newest_first else at]
    raise StatementError(
        _("Row %(row)d: the balance is not the one before it with the amount added."), "balance", {"row": row.number}
    )


def _break_in(order: list[tuple[Entry, Decimal | None]]) -> int | None:
    """The first place where the balance does not follow from the one before."""
    for at, ((_before, balance), (entry, after)) in enumerate(pairwise(order), start=1):
        if (balance or Decimal(0)) + entry.amount != (after or Decimal(0)):
            return at
    return None
