"""MT940, the bank statement of SWIFT, with the structured details that Bulgarian and German banks put in :86:."""

from __future__ import annotations

import datetime as dt
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import DecimalException
from itertools import pairwise
from typing import Any

import mt940
from django.utils.translation import gettext as _

from finance.statements.records import (
    MOST_PAGES,
    Entry,
    Statement,
    StatementError,
    account_of,
    currency_of,
    entry_of,
    money,
    refuse_many_movements,
    tidy,
    too_many_statements,
)

# The library writes the lines it cannot read, with the names in them, into the log.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)

_BALANCE_LINE = re.compile(r"^:6[02][FM]?:", re.MULTILINE)
_BLOCK_LINE = re.compile(r"^:20:", re.MULTILINE)
_MOVEMENT_LINE = re.compile(r"^:61:", re.MULTILINE)
_ENVELOPE = re.compile(r"^\{[1235]:.*$|^-\}.*$|^\{4:[ \t]*$", re.MULTILINE)
_NOT_GIVEN = frozenset({"", "NONREF", "NOTPROVIDED", "//"})
_LINE = 65
# What no bank writes takes up too much when it is read.
_LONGEST = re.compile(r"[^\n]{10000}")
_PURPOSE = 27
# A sign before two digits parts the details only if these are a known field: +359 may well be a telephone.
_FIELDS = "00|10|2[0-9]|3[0-4]|6[0-3]"
_STRUCTURED = re.compile(rf"([0-9]{{3}}|[A-Z][A-Z0-9]{{2,3}}(?=\?))?([?+~^&|<>@#])(?={_FIELDS})")
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC |PURP|COAM|OAMT|MDAT|SQTP)[+:]")


# The library derives from a class's name, without what is all capitals, where its results go.
class StatementBG(mt940.tags.Statement):
    """A line :61: with references and additions of any length; an amount that is cut short does not pass for one."""

    pattern = r"""^
    (?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})
    (?P<entry_month>\d{2}|\s{2})?(?P<entry_day>\d{2}|\s{2})?
    (?P<status>R?[DC])(?P<funds_code>[A-Z])?[\n ]?
    (?P<amount>[0-9.,]{1,18})
    (?P<id>[A-Z][A-Z0-9 ]{3})
    (?P<customer_reference>(?:(?!//)[^\n])*)
    (?://(?P<bank_reference>[^\n]*))?
    (?:\n(?P<extra_details>[\s\S]*))?
    $"""


class StatementNumberBG(mt940.tags.StatementNumber):
    """Number and page; some banks put the year or letters into the number."""

    pattern = r"(?P<statement_number>[^/\n]{1,35})(?:/(?P<sequence_number>.*))?$"


def is_mt940(text: str) -> bool:
    return bool(_BLOCK_LINE.search(text)) and bool(_BALANCE_LINE.search(text))


def read_mt940(text: str) -> list[Statement]:
    """The statements of an MT940 file. Raises StatementError."""
    text = re.sub(r"\{4:\s*(?=:20:)", "\n", text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", ""))
    if _LONGEST.search(text):
        raise _unreadable(ValueError())
    if len(_BLOCK_LINE.findall(text)) > MOST_PAGES:
        raise too_many_statements()
    refuse_many_movements(len(_MOVEMENT_LINE.findall(text)))
    try:
        blocks = mt940.parse_statements(
            # A handle: a plain text could be taken for the name of a file.
            io.StringIO(_ENVELOPE.sub("", text)),
            processors={"post_transaction_details": [_details_of_entry]},
            tags={61: StatementBG(), 28: StatementNumberBG()},
            options=mt940.Options.all(),
        )
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError, DecimalException, OverflowError) as error:
        raise _unreadable(error) from error
    pages = [_page(block) for block in blocks]
    _count_lines(text, pages)
    if not pages:
        raise StatementError(_("The file has no statement in it."), "kind")
    return [_statement(group) for group in _grouped(pages)]


def _details_of_entry(
    transactions: Any, _tag: Any, tag_dict: dict[str, Any], _result: dict[str, Any]
) -> dict[str, Any]:
    """The text of :86: as it stands. After the closing balance it is about the statement, not its last entry."""
    closed = {"final_closing_balance", "intermediate_closing_balance", "closing_balance"} & set(transactions.data)
    return {} if closed else {"details": tag_dict["transaction_details"] or ""}


def _unreadable(error: Exception) -> StatementError:
    """The line that could not be read, when the library tells it."""
    line = error.args[2] if len(error.args) == 3 and isinstance(error.args[2], str) else ""
    if not line:
        return StatementError(_("The file is damaged: a line of it cannot be read as MT940."), "damaged")
    return StatementError(
        _("The file is damaged: the line “%(line)s” cannot be read as MT940."),
        "damaged",
        {"line": tidy(line.split("\n")[0], 60)},
    )


def _count_lines(text: str, pages: list[_Page]) -> None:
    """Every movement of the file must have been read: none may get lost in a text above it."""
    lines = len(_MOVEMENT_LINE.findall(text))
    if lines != sum(len(page.lines) for page in pages):
        raise StatementError(_("The file is damaged: some of its movements cannot be read."), "damaged")


# -- Blocks are pages of statements ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Page:
    account: str
    number: str
    opening: Any
    closing: Any
    begins: bool
    ends: bool
    lines: list[dict[str, Any]]


def _page(block: Any) -> _Page:
    data = block.data
    account = account_of(str(data.get("account_identification") or ""))
    number = str(data.get("statement_number") or "").lstrip("0")
    where = _("Statement %(number)s") % {"number": number or "–"}
    opening = data.get("final_opening_balance") or data.get("opening_balance")
    closing = data.get("final_closing_balance") or data.get("closing_balance")
    page = _Page(
        account=account,
        number=number,
        opening=opening or data.get("intermediate_opening_balance"),
        closing=closing or data.get("intermediate_closing_balance"),
        begins=opening is not None,
        ends=closing is not None,
        lines=[entry.data for entry in block.transactions if entry.data.get("amount") is not None],
    )
    if page.opening is None:
        raise StatementError(_("%(where)s: there is no opening balance."), "balance", {"where": where})
    if page.closing is None:
        raise StatementError(_("%(where)s: there is no closing balance."), "balance", {"where": where})
    return page


def _grouped(pages: list[_Page]) -> Iterator[list[_Page]]:
    """From an opening balance to the final closing one; :60M: and :62M: stand between pages."""
    open_groups: dict[tuple[str, str], list[_Page]] = {}
    for page in pages:
        key = page.account, page.opening.amount.currency
        group = open_groups.pop(key, [])
        if page.begins == bool(group):
            raise _pages_missing(page)
        group.append(page)
        if page.ends:
            yield group
        else:
            open_groups[key] = group
    for group in open_groups.values():
        raise _pages_missing(group[0])


def _pages_missing(page: _Page) -> StatementError:
    return StatementError(
        _("The file has not all the pages of statement %(number)s: take the whole of it from the bank."),
        "pages",
        {"number": page.number or "–"},
    )


def _statement(pages: list[_Page]) -> Statement:
    first, last = pages[0], pages[-1]
    where = _("Statement %(number)s") % {"number": first.number or "–"}
    opening, closing = first.opening, last.closing
    currency = currency_of(opening.amount.currency)
    lines = [line for page in pages for line in page.lines]
    entries = tuple(
        _entry(line, currency, _("Movement %(number)d") % {"number": number})
        for number, line in enumerate(lines, start=1)
        if line["amount"].amount
    )
    # A closing balance of another currency would add up by chance only.
    if currency_of(closing.amount.currency) != currency:
        raise StatementError(_("%(where)s: the balances are of different currencies."), "currency", {"where": where})
    iban, account = _account(first.account)
    to_on = _plain(closing.date)
    return Statement(
        iban=iban,
        account_number=account,
        currency=currency,
        number=first.number,
        from_on=_begun(_plain(opening.date), entries, to_on),
        to_on=to_on,
        opening=money(opening.amount.amount, currency, where),
        closing=money(closing.amount.amount, currency, where),
        entries=entries,
    )


def _account(text: str) -> tuple[str, str]:
    """An IBAN, also with the bank or the currency beside it (BANKBGSF/BG80…, BG80…EUR), or another number."""
    for part in (text, *text.split("/")):
        if match := re.fullmatch(r"(BG[0-9]{2}[A-Z]{4}[0-9]{6}[A-Z0-9]{8})(?:[A-Z]{3})?", part):
            return match[1], ""
        if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", part):
            return part, ""
    return "", text


def _begun(opened_on: dt.date, entries: tuple[Entry, ...], to_on: dt.date) -> dt.date:
    """The opening balance bears the day of the statement before, unless something was booked on that day."""
    first = min((entry.booked_on for entry in entries), default=to_on)
    if first <= opened_on or opened_on >= to_on:
        return min(first, opened_on, to_on)
    return opened_on + dt.timedelta(days=1)


def _plain(day: dt.date) -> dt.date:
    """A day of Python's own, not of the library's class."""
    return dt.date.fromordinal(day.toordinal())


# -- Entries --------------------------------------------------------------------------------------


def _entry(line: dict[str, Any], currency: str, where: str) -> Entry:
    customer = (line.get("customer_reference") or "").strip()
    bank = (line.get("bank_reference") or "").strip()
    ours = "" if customer.upper() in _NOT_GIVEN else customer
    texts = _details(line.get("details") or "")
    texts["details"] = texts["details"] or (line.get("extra_details") or "")
    texts["end_to_end"] = texts["end_to_end"] or (ours if bank else "")
    return entry_of(
        booked_on=_plain(line.get("entry_date") or line["date"]),
        value_on=_plain(line["date"]),
        amount=line["amount"].amount,
        currency=currency,
        where=where,
        reference="" if bank.upper() in _NOT_GIVEN and not ours else (bank or ours),
        is_reversal=(line.get("status") or "").upper().startswith("R"),
        **{**texts, "kind": texts["kind"] or (line.get("id") or "")},
    )


def _details(text: str) -> dict[str, str]:
    """What :86: says: by its fields (?20…, +31…) when it has them, otherwise as free text."""
    text = _joined(text)
    told = {"name": "", "iban": "", "bic": "", "details": "", "end_to_end": "", "kind": ""}
    head = _STRUCTURED.match(text)
    if not head:
        return told | {"details": text}
    kind, sign = head[1] or "", head[2]
    parts = re.split(rf"{re.escape(sign)}(?={_FIELDS})", text[head.end() :])
    if not kind and len(parts) < 2:
        return told | {"details": text}
    fields = [(part[:2], part[2:]) for part in parts]
    purpose, end_to_end, sepa = _purpose([value for code, value in fields if code[0] in "26"])
    posting = tidy(" ".join(value for code, value in fields if code == "00"))
    return told | {
        "kind": " ".join(part for part in (kind, posting) if part),
        "details": purpose,
        "end_to_end": end_to_end,
        "bic": _of(fields, "30") or sepa.get("BIC ", ""),
        "iban": _of(fields, "31") or sepa.get("IBAN", ""),
        "name": _run([value for code, value in fields if code in ("32", "33")]) or sepa.get("ABWA", ""),
    }


def _of(fields: list[tuple[str, str]], code: str) -> str:
    return "".join(value for found, value in fields if found == code).strip()


def _joined(text: str) -> str:
    """The lines of :86: as one. A full line is cut where it may be, in the midst of a word too; a shorter one ended."""
    lines = text.split("\n")
    whole = lines[0]
    for before, line in pairwise(lines):
        whole += line if len(before) >= _LINE else f" {line}"
    return whole


def _run(values: list[str]) -> str:
    """The pieces of one text. A full field is cut anywhere, a shorter one ends with a word."""
    whole = ""
    for before, value in pairwise(["", *values]):
        whole += value if len(before) in (_PURPOSE, _LINE) else f" {value}"
    return whole.strip()


def _purpose(values: list[str]) -> tuple[str, str, dict[str, str]]:
    """The text of the payment, the payer's own reference, and all that SEPA names (EREF+, SVWZ+, IBAN+)."""
    named: dict[str, list[str]] = {"": []}
    current = ""
    for value in values:
        if match := _SEPA.match(value):
            current = match[1]
            named.setdefault(current, []).append(value[match.end() :])
        else:
            named[current].append(value)
    texts = {name: _run(parts) for name, parts in named.items()}
    end_to_end = texts.get("EREF", "")
    details = texts.get("SVWZ") or texts[""]
    return details, "" if end_to_end.upper() in _NOT_GIVEN else end_to_end, texts
