"""What a bank statement holds, whatever format it came in, and what makes it one that can be believed."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.core import get_global
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from common.dates import format_date
from common.money import format_money, round_money
from common.text import compact_number
from contacts.currencies import in_use

# More than any account moves in one go; beyond it a separator was misread.
AMOUNT_LIMIT = Decimal(10) ** 12
FIRST_YEAR, LAST_YEAR = 1990, 2099
# A year of daily statements fits into a file; each is stored by itself.
MOST_STATEMENTS = 500
MOST_PAGES = 10_000
# So many are read and stored within a few seconds.
MOST_MOVEMENTS = 20_000
NAME_LENGTH = 255
ACCOUNT_LENGTH = 34
BIC_LENGTH = 11
DETAILS_LENGTH = 2000
REFERENCE_LENGTH = 140


class StatementError(ValidationError):
    """The file cannot be taken as a statement; the message tells the user why.

    Codes: empty, size, kind (not a statement), damaged, xml (DTD or entities), mapping (the columns or what the file
    does not say must be told), number, date, entry (a movement without date or amount), currency, pages, balance.
    """


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement: what came in is positive, what went out negative.

    `counterparty_iban` is the other account as the bank writes it, which outside of Europe is no IBAN. `key` is the
    same whenever the same movement is read again, and differs between movements that are alike in everything.
    `is_reversal` tells that the bank takes back an earlier movement; the sign is already the right one.
    """

    booked_on: dt.date
    value_on: dt.date | None
    amount: Decimal
    currency: str
    counterparty_name: str = ""
    counterparty_iban: str = ""
    counterparty_bic: str = ""
    details: str = ""
    reference: str = ""
    end_to_end: str = ""
    kind: str = ""
    position: int = 0
    key: str = ""
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """An account's movements over some days, from the opening balance to the closing one."""

    iban: str
    account_number: str
    currency: str
    number: str
    from_on: dt.date
    to_on: dt.date
    opening: Decimal
    closing: Decimal
    entries: tuple[Entry, ...]

    @property
    def total(self) -> Decimal:
        return sum((entry.amount for entry in self.entries), Decimal(0))


@dataclass(frozen=True, slots=True)
class Told:
    """What the user tells of a table that does not say it itself; a balance column goes before told balances."""

    iban: str = ""
    account_number: str = ""
    currency: str = ""
    number: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    from_on: dt.date | None = None
    to_on: dt.date | None = None


def not_a_statement() -> StatementError:
    return StatementError(_("The file is no bank statement: CAMT.053, MT940, CSV and XLSX are taken."), "kind")


def refuse_large(data: bytes) -> None:
    if len(data) > settings.UPLOAD_MAX_BYTES:
        raise StatementError(
            _("The file is too large: at most %(size)s are taken."),
            "size",
            {"size": filesizeformat(settings.UPLOAD_MAX_BYTES)},
        )
    if not data.strip():
        raise StatementError(_("The file is empty."), "empty")


# -- Putting an entry together --------------------------------------------------------------------


def entry_of(
    *, booked_on: dt.date, amount: Decimal, currency: str, value_on: dt.date | None = None, where: str, **texts: Any
) -> Entry:
    """An entry with its texts tidied; `where` names it in messages. Raises StatementError."""
    currency = currency_of(currency)
    return Entry(
        booked_on=checked_day(booked_on, where),
        value_on=checked_day(value_on, where) if value_on else None,
        amount=money(amount, currency, where),
        currency=currency,
        counterparty_name=tidy(texts.get("name", ""), NAME_LENGTH),
        counterparty_iban=account_of(texts.get("iban", "")),
        counterparty_bic=compact_number(tidy(texts.get("bic", "")))[:BIC_LENGTH],
        details=tidy(texts.get("details", ""), DETAILS_LENGTH),
        reference=tidy(texts.get("reference", ""), REFERENCE_LENGTH),
        end_to_end=tidy(texts.get("end_to_end", ""), REFERENCE_LENGTH),
        kind=tidy(texts.get("kind", ""), NAME_LENGTH),
        is_reversal=bool(texts.get("is_reversal", False)),
    )


def money(amount: Decimal, currency: str, where: str) -> Decimal:
    """The amount in the currency's units. A fraction of a cent, or more than anybody has, was misread."""
    try:
        exact = round_money(amount, currency)
    except (ValueError, InvalidOperation):
        exact = None
    if exact is None or exact != amount or abs(amount) >= AMOUNT_LIMIT:
        raise StatementError(
            _("%(where)s: %(amount)s is no amount of money in %(currency)s."),
            "number",
            {"where": where, "amount": f"{amount}"[:40], "currency": currency},
        )
    return exact


def currency_of(code: str) -> str:
    """The code in capitals. Raises StatementError for what is no currency."""
    bare = tidy(code).upper()
    if bare not in known_currencies():
        raise StatementError(
            _("“%(code)s” is no currency: three letters as in EUR, USD or GBP are expected."),
            "currency",
            {"code": bare[:20]},
        )
    return bare


def known_currencies() -> frozenset[str]:
    """Those in use today and those that old statements are in."""
    return in_use() & frozenset(get_global("all_currencies"))


def checked_day(day: dt.date, where: str) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise StatementError(
            _("%(where)s: %(day)s is no day of a bank statement."), "date", {"where": where, "day": format_date(day)}
        )
    return day


def account_of(text: str) -> str:
    """An IBAN or another account number, without spaces."""
    return compact_number(tidy(text))[:ACCOUNT_LENGTH]


def tidy(text: str, limit: int = 0) -> str:
    """One line of what a bank sent. The user cannot mend it, so what could hurt a page is left out, not refused."""
    kept = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    line = " ".join("".join(char for char in kept if unicodedata.category(char)[0] != "C").split())
    return line[:limit].rstrip() if limit else line


# -- A statement that holds together --------------------------------------------------------------


def finished(statements: Iterable[Statement]) -> list[Statement]:
    """The statements checked, their entries numbered and given keys; one that comes twice in a file is taken once."""
    statements = list(statements)
    if len(statements) > MOST_STATEMENTS:
        raise too_many_statements()
    taken: list[Statement] = []
    kept: list[Statement] = []
    alike: Counter[str] = Counter()
    for statement in statements:
        check(statement)
        # Without a number, only a statement that changes the balance cannot come twice.
        if statement in taken and (statement.number or statement.opening != statement.closing):
            continue
        taken.append(statement)
        entries = []
        for position, entry in enumerate(statement.entries, start=1):
            face = _face(statement, entry)
            alike[face] += 1
            key = hashlib.sha256(f"{face}\x1f{alike[face]}".encode()).hexdigest()[:40]
            entries.append(replace(entry, position=position, key=key))
        kept.append(replace(statement, entries=tuple(entries)))
    return kept


def refuse_many_movements(count: int) -> None:
    most = min(MOST_MOVEMENTS, settings.IMPORT_MAX_ROWS)
    if count > most:
        raise StatementError(
            _("The file has more than %(count)d movements: take a shorter period."), "size", {"count": most}
        )


def too_many_statements() -> StatementError:
    return StatementError(
        _("The file has more than %(count)d statements: take a shorter period."), "size", {"count": MOST_STATEMENTS}
    )


def check(statement: Statement) -> None:
    """One currency, and opening + movements = closing. Raises StatementError."""
    if not statement.iban and not statement.account_number:
        raise StatementError(_("The file does not say which account the statement is of."), "mapping")
    if statement.from_on > statement.to_on:
        raise StatementError(_("The statement ends before it begins."), "date")
    currencies = sorted({statement.currency, *(entry.currency for entry in statement.entries)})
    if len(currencies) > 1:
        raise mixed_currencies(currencies)
    if statement.opening + statement.total != statement.closing:
        raise StatementError(
            _(
                "The statement does not add up: the opening balance %(opening)s and the movements %(total)s do not "
                "make the closing balance %(closing)s."
            ),
            "balance",
            {
                "opening": format_money(statement.opening, statement.currency),
                "total": format_money(statement.total, statement.currency),
                "closing": format_money(statement.closing, statement.currency),
            },
        )


def mixed_currencies(codes: Iterable[str]) -> StatementError:
    return StatementError(
        _("A statement is of one currency; this one mixes %(currencies)s."),
        "currency",
        {"currencies": ", ".join(sorted(codes))},
    )


def _face(statement: Statement, entry: Entry) -> str:
    """What two movements that are told apart only by their count have in common."""
    parts = (
        statement.iban or statement.account_number,
        statement.currency,
        entry.booked_on.isoformat(),
        f"{entry.amount:f}",
        entry.reference,
        entry.counterparty_iban,
        entry.end_to_end,
        entry.details,
    )
    return "\x1f".join(" ".join(part.split()).casefold() for part in parts)
