"""How Bulgarian banks, and English exports, head the columns of a statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from common.text import fold
from contacts.currencies import OLD, USUAL
from contacts.iban import normalise
from finance.statements.numbers import read_amount
from finance.statements.records import StatementError

_ALIASES: dict[str, tuple[str, ...]] = {
    "booked_on": (
        *("дата", "дата на операцията", "дата на транзакция", "дата на транзакцията", "дата на осчетоводяване"),
        *("счетоводна дата", "дата на движение", "дата на движението", "осчетоводено на", "дата и час", "дата/час"),
        *("date", "booking date", "booked", "booked on", "post date", "postdate", "posting date", "transaction date"),
        *("date posted", "entry date", "account date", "date completed", "completed date", "operation date"),
    ),
    "value_on": ("вальор", "дата на вальор", "дата вальор", "value date", "valuedate", "date value", "valuta", "value"),
    "amount": (
        *("сума", "сума на операцията", "сума на транзакцията", "сума на транзакция", "сума по сметката"),
        *("сума във валутата на сметката", "размер", "стойност", "amount", "transaction amount", "sum"),
        *("amount in account currency", "booked amount"),
    ),
    "debit": (
        *("дебит", "дебитен оборот", "сума дебит", "дебит сума", "обороти дебит", "оборот дебит", "задължена сума"),
        *("разход", "разходи", "изходящи", "debit", "debits", "debit amount", "amount debit", "withdrawal"),
        *("withdrawals", "paid out", "money out", "out"),
    ),
    "credit": (
        *("кредит", "кредитен оборот", "сума кредит", "кредит сума", "обороти кредит", "оборот кредит"),
        *("заверена сума", "приход", "приходи", "входящи", "credit", "credits", "credit amount", "amount credit"),
        *("deposit", "deposits", "paid in", "money in", "in"),
    ),
    "direction": (
        *("дт/кт", "д/к", "дт кт", "дебит/кредит", "знак", "посока", "тип дк", "d/c", "dr/cr", "c/d", "cr/dr"),
        *("debit/credit", "credit/debit", "debit credit indicator", "sign", "direction"),
    ),
    "currency": ("валута", "вал.", "валута на сметката", "currency", "ccy", "curr.", "currency code"),
    "name": (
        *("контрагент", "име на контрагент", "име на контрагента", "наименование на контрагента", "име"),
        *("наредител/получател", "наредител / получател", "получател/наредител", "кореспондент", "насрещна страна"),
        *("име на наредителя/получателя", "име на наредител/получател", "контрагент име", "получател", "наредител"),
        *("counterparty", "counterparty name", "name", "beneficiary", "payee", "payer", "sender/recipient", "partner"),
        *("beneficiary/ordering party", "beneficiary name", "party", "partner name", "correspondent"),
    ),
    "iban": (
        *("iban", "сметка на контрагента", "iban на контрагента", "iban на контрагент", "сметка контрагент"),
        *("контрагент iban", "номер сметка на наредителя / получателя", "сметка на наредителя/получателя"),
        *("сметка (iban)", "сметка", "насрещна сметка", "кореспондираща сметка", "counterparty iban"),
        *("counterparty account", "account of counterparty", "beneficiary account", "partner iban", "iban r"),
        *("counterparty account number", "beneficiary iban", "payee account"),
    ),
    "bic": (
        *("bic", "swift", "bic код", "bic на контрагента", "банка на контрагента bic", "bic/swift", "swift/bic"),
        *("counterparty bic", "beneficiary bic", "bic code", "swift code", "bic r"),
    ),
    "details": (
        *("основание", "основание за плащане", "още пояснения", "пояснения", "пояснение", "описание", "детайли"),
        *("основание 1", "основание 2", "детайли за плащането", "допълнителни пояснения", "текст", "обяснение"),
        *("details", "payment details", "description", "reason", "remittance information", "purpose", "narrative"),
        *("additional info", "additional information", "more details", "details of payment", "memo", "rem i", "rem ii"),
        *("payment reason", "reason for payment", "transaction details", "notes"),
    ),
    "reference": (
        *("референция", "реф.", "референтен номер", "референция на банката", "свързваща референция", "реф. номер"),
        *(
            "номер на документ",
            "документ №",
            "номер на транзакция",
            "номер на операция",
            "транзакция №",
            "уникален номер",
        ),
        *("reference", "bank reference", "ref", "ref.", "reference number", "document reference", "transaction id"),
        *("transaction number", "transaction reference", "reference no"),
    ),
    "end_to_end": (
        *("референция на наредителя", "референция на клиента", "клиентска референция", "end to end", "end to end id"),
        *("end-to-end reference", "endtoendid", "customer reference", "your reference"),
    ),
    "kind": (
        *("вид операция", "вид на операцията", "вид транзакция", "вид на трансакцията", "вид на транзакцията"),
        *("тип операция", "тип транзакция", "тип", "вид", "операция", "транзакция", "вид движение", "вид плащане"),
        *("transaction type", "type", "kind", "transaction name", "operation", "tr name", "transaction"),
    ),
    "balance": (
        *("салдо", "баланс", "салдо след операцията", "салдо след", "баланс след", "наличност", "текущо салдо"),
        *("крайно салдо", "крайна наличност", "разполагаемост след", "balance", "running balance", "balance after"),
        *("closing balance", "account balance", "new balance"),
    ),
}
_MARKS = re.compile(r"\b(?:eur|bgn|usd|gbp|chf|ron|try|lv|leva|evro)\b")
_TOTALS = (
    *("общо", "всичко", "оборот", "обороти", "начално салдо", "крайно салдо", "начален баланс", "краен баланс"),
    *("начална наличност", "крайна наличност", "total", "totals", "turnover", "opening balance", "closing balance"),
    *("салдо към", "balance as of", "брой", "number of"),
)
_USUAL = frozenset({*USUAL, *OLD})
_MONEY_FIELDS = frozenset({"amount", "debit", "credit"})


def _bare(heading: str) -> str:
    """A heading without currencies, spaces and punctuation, in small Latin letters."""
    return _MARKS.sub(" ", fold(heading[:200])).replace(" ", "")


_KNOWN = {_bare(alias): name for name, aliases in _ALIASES.items() for alias in aliases}
_FOLDED_TOTALS = tuple(fold(word) for word in _TOTALS)


def field_of_heading(heading: str) -> str:
    """The field that a heading stands for, "" when it is not known."""
    # In brackets stands the currency or a translation: „Дата (Date)“, „Дебит (лв.)“.
    without = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", heading)
    return next((name for text in (heading, without) if (name := _KNOWN.get(_bare(text), ""))), "")


def known_headings(row: Sequence[str]) -> int:
    """How many columns of a row, taken for a header, are known: none unless there are a date and an amount."""
    fields = {field_of_heading(cell) for cell in row} - {""}
    return len(fields) if fields & {"booked_on", "value_on"} and fields & _MONEY_FIELDS else 0


def is_total(cell: str) -> bool:
    """Whether a cell begins a line of totals or balances."""
    return bool(cell) and fold(cell[:80]).startswith(_FOLDED_TOTALS)


def accounts_in(text: str) -> list[str]:
    """The Bulgarian IBANs in a title over the table."""
    return [normalise(found) for found in re.findall(r"\bBG\s?[0-9]{2}\s?[A-Z]{4}(?:\s?[0-9A-Z]){14}\b", text)]


def currency_in(text: str) -> str:
    """The first of the usual currencies in a title or a heading („Дебит BGN“); ALL and TOP are words as well."""
    codes = re.findall(r"(?<![A-Za-z0-9])[A-Z]{3}(?![A-Za-z0-9])", text)
    return next((code for code in codes if code in _USUAL), "")


def amount_in(text: str) -> Decimal | None:
    """The last amount in a title („Начално салдо: 1 234,56 EUR“); None when it cannot be told."""
    # A date may stand there too: „Начално салдо към 01.11.2026 г.: 1 234,56“.
    bare = re.sub(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}", " ; ", text)
    numbers = re.findall(r"-?[0-9][0-9 .,\u00a0]*", bare)
    try:
        return read_amount(numbers[-1].strip(" .,\u00a0")) if numbers else None
    except StatementError:
        return None
