"""CSV and XLSX: what the columns are, three ways of signs, balances told or found."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from finance.statements import StatementError, Told, read_statements, sniff_columns
from tests.finance.statements.files import IVAN, MARIA, NOV3, NOV4, OWN, csv

TOLD = Told(iban=OWN, currency="EUR", opening=Decimal("100.00"), closing=Decimal("150.00"))
HEAD = ["Дата", "Вальор", "Дебит", "Кредит", "Контрагент", "IBAN", "Основание", "Още пояснения", "Референция"]
PAID = ["03.11.2026", "04.11.2026", "", "1 050,00", "Мария Иванова", MARIA, "Фактура 5", "по договор", "FT1"]
RENT = ["04.11.2026", "", "1 000,00", "", "Иван Петров", IVAN, "Наем", "", "FT2"]


def only(content: bytes, mapping=None, told=TOLD, name="statement.csv"):
    (statement,) = read_statements(content, name, mapping, told)
    return statement


def amounts(statement) -> list[str]:
    return [f"{entry.amount:f}" for entry in statement.entries]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "utf-8-sig"])
def test_debit_and_credit_columns_by_their_usual_headings(delimiter, encoding):
    rows = [[cell.replace(",", ".") if delimiter == "," else cell for cell in row] for row in (PAID, RENT)]

    statement = only(csv(HEAD, *rows, delimiter=delimiter, encoding=encoding))

    assert (statement.iban, statement.from_on, statement.to_on) == (OWN, NOV3, NOV4)
    first, second = statement.entries
    assert (first.amount, first.value_on, first.counterparty_name) == (Decimal("1050.00"), NOV4, "Мария Иванова")
    assert (first.counterparty_iban, first.details, first.reference) == (MARIA, "Фактура 5 по договор", "FT1")
    assert (second.amount, second.value_on) == (Decimal("-1000.00"), None)


def test_the_columns_are_shown_with_a_proposal_before_reading():
    sniffed = sniff_columns(csv(HEAD, *[PAID] * 9), "statement.csv")

    assert sniffed.headers == HEAD
    assert len(sniffed.samples) == 5
    assert list(sniffed.mapping.values()) == [
        *("booked_on", "value_on", "debit", "credit", "name", "iban", "details", "details", "reference"),
    ]


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (
            ["Дата", "Основание", "Наредител/Получател", "Номер сметка на наредителя / получателя"],
            ["booked_on", "details", "name", "iban"],
        ),
        (
            ["Вид на трансакцията", "Свързваща референция", "Дебит BGN", "Кредит BGN", "Салдо"],
            ["kind", "reference", "debit", "credit", "balance"],
        ),
        (["Сметка (IBAN)", "ЕГН/БУЛСТАТ", "Баланс преди", "Баланс"], ["iban", "", "", "balance"]),
        (
            ["Date", "Value date", "Amount (EUR)", "D/C", "Counterparty", "Details", "Reference", "Balance"],
            ["booked_on", "value_on", "amount", "direction", "name", "details", "reference", "balance"],
        ),
        (["Postdate", "Debits", "Credits", "REM_I", "REM_II"], ["booked_on", "debit", "credit", "details", "details"]),
        (["Вальор", "Сума", "Дт/Кт"], ["booked_on", "amount", "direction"]),
        (["Дата", "Дебит", "Кредит", "Сума"], ["booked_on", "debit", "credit", ""]),
    ],
)
def test_headings_of_banks_are_known(headings, fields):
    mapping = sniff_columns(csv(headings, ["x"] * len(headings)), "x.csv").mapping

    assert [mapping.get(index, "") for index in range(len(headings))] == fields


def test_titles_above_the_header_tell_account_currency_and_balances():
    content = csv(
        ["Сметка", f"{OWN} EUR"],
        ["Период", "03.11.2026 - 04.11.2026"],
        ["Начално салдо към 03.11.2026: 1 100,00 EUR"],
        ["Крайно салдо: 1 150,00 EUR"],
        HEAD,
        PAID,
        RENT,
        encoding="cp1251",
    )

    statement = only(content, told=None)

    assert (statement.iban, statement.currency) == (OWN, "EUR")
    assert (statement.opening, statement.closing) == (Decimal("1100.00"), Decimal("1150.00"))


def test_what_is_told_must_not_contradict_the_file():
    above = csv(["Сметка", OWN], ["Дата", "Сума BGN"], ["03.11.2026", "50,00"])

    for told in (Told(iban=IVAN, currency="BGN"), Told(iban=OWN, currency="EUR")):
        with pytest.raises(StatementError):
            only(above, told=told)
    assert only(above, told=Told(opening=Decimal(0), closing=Decimal(50))).currency == "BGN"


def test_one_signed_column():
    content = csv(["Дата", "Сума"], ["03.11.2026", "80,00"], ["04.11.2026", "-30,00"])

    assert amounts(only(content)) == ["80.00", "-30.00"]


@pytest.mark.parametrize(("out", "came"), [("Дт", "Кт"), ("D", "C"), ("Д", "К"), ("DBIT", "CRDT"), ("-", "+")])
def test_an_amount_with_its_mark(out, came):
    content = csv(["Дата", "Сума", "Д/К"], ["03.11.2026", "80,00", came], ["04.11.2026", "30,00", out])

    assert amounts(only(content)) == ["80.00", "-30.00"]


def test_a_marked_amount_that_bears_its_sign_as_well():
    content = csv(["Дата", "Сума", "Д/К"], ["03.11.2026", "80,00", "К"], ["04.11.2026", "-30,00", "Д"])

    assert amounts(only(content)) == ["80.00", "-30.00"]


def test_debits_written_with_a_minus():
    content = csv(["Дата", "Дебит", "Кредит"], ["03.11.2026", "0,00", "80,00"], ["04.11.2026", "-30,00", "0,00"])

    assert amounts(only(content)) == ["80.00", "-30.00"]


def test_one_debit_taken_back_among_others():
    rows = (["03.11.2026", "-80,00", ""], ["04.11.2026", "30,00", ""])

    assert amounts(only(csv(["Дата", "Дебит", "Кредит"], *rows))) == ["80.00", "-30.00"]


BALANCED = [["03.11.2026", "80,00", "180,00"], ["03.11.2026", "-40,00", "140,00"], ["04.11.2026", "10,00", "150,00"]]


@pytest.mark.parametrize("rows", [BALANCED, BALANCED[::-1], BALANCED[:2], BALANCED[1::-1]])
def test_a_balance_column_gives_the_balances_whichever_way_the_rows_run(rows):
    told = Told(iban=OWN, currency="EUR")

    statement = only(csv(["Дата", "Сума", "Салдо"], *rows), told=told)

    assert statement.opening == Decimal("100.00")
    assert amounts(statement)[:2] == ["80.00", "-40.00"]
    assert statement.entries[0].position == 1


def test_a_balance_that_does_not_follow_is_told_by_its_row():
    rows = [*BALANCED[:2], ["04.11.2026", "10,00", "151,00"]]

    with pytest.raises(StatementError) as refused:
        only(csv(["Дата", "Сума", "Салдо"], *rows))

    assert refused.value.code == "balance"
    assert "4" in refused.value.messages[0]


def test_the_newest_first_is_turned_round():
    content = csv(["Дата", "Сума"], ["04.11.2026", "-30,00"], ["03.11.2026", "80,00"])

    assert amounts(only(content)) == ["80.00", "-30.00"]


def test_lines_of_totals_are_no_movements():
    content = csv(
        *(["Дата", "Основание", "Сума"], ["", "Начално салдо", "100,00"], ["03.11.2026", "Наем", "50,00"]),
        *(["", "Общо:", "50,00"], ["Крайно салдо", "", "150,00"]),
    )

    assert amounts(only(content)) == ["50.00"]


def test_rows_of_nothing_are_passed_over():
    content = csv(["Дата", "Сума"], ["03.11.2026", "50,00"], ["03.11.2026", "0,00"])

    assert amounts(only(content)) == ["50.00"]


def test_days_in_both_ways_and_with_the_time():
    rows = (["2026-11-03", "20,00"], ["03.11.2026 14:05:10", "20,00"], ["2026-11-03T10:00:00", "10,00"])

    assert {entry.booked_on for entry in only(csv(["Дата", "Сума"], *rows)).entries} == {NOV3}


def test_a_workbook_with_real_days_and_numbers():
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["Извлечение"])
    sheet.append(["Дата", "Дебит", "Кредит", "Основание"])
    sheet.append([dt.datetime(2026, 11, 3), None, 0.1 + 0.2, "Лихва"])
    sheet.append([dt.datetime(2026, 11, 4, 15, 30), 0.3, None, "Данък"])
    sheet.append([dt.date(2026, 11, 4), None, 1234.5, "Плащане"])
    out = io.BytesIO()
    book.save(out)
    told = Told(iban=OWN, currency="EUR", opening=Decimal(0), closing=Decimal("1234.50"))

    statement = only(out.getvalue(), told=told, name="statement.xlsx")

    assert amounts(statement) == ["0.30", "-0.30", "1234.50"]
    assert statement.entries[1].booked_on == NOV4


def test_a_mapping_of_ones_own():
    content = csv(["A", "B", "C"], ["Наем", "03.11.2026", "50,00"])

    statement = only(content, {1: "booked_on", 2: "amount", 0: "details"})

    assert (statement.entries[0].details, amounts(statement)) == ("Наем", ["50.00"])


@pytest.mark.parametrize(
    "mapping",
    [
        {},
        {0: "booked_on"},
        {1: "amount"},
        {0: "booked_on", 1: "debit"},
        {0: "booked_on", 1: "amount", 2: "debit"},
        {0: "booked_on", 1: "booked_on", 2: "amount"},
        {0: "booked_on", 9: "amount"},
        {0: "booked_on", 1: "nonsense"},
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(mapping):
    with pytest.raises(StatementError) as refused:
        only(csv(["A", "B", "C"], ["03.11.2026", "50,00", "x"]), mapping)

    assert refused.value.code == "mapping"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Told(iban=OWN, currency="EUR"), "mapping"),
        (Told(iban=OWN, opening=Decimal(0), closing=Decimal(50)), "mapping"),
        (Told(currency="EUR", opening=Decimal(0), closing=Decimal(50)), "mapping"),
        (Told(iban=OWN, currency="XXQ", opening=Decimal(0), closing=Decimal(50)), "currency"),
        (Told(iban=OWN, currency="EUR", opening=Decimal(0), closing=Decimal(49)), "balance"),
        (Told(iban=OWN, currency="EUR", opening=Decimal("0.001"), closing=Decimal(50)), "number"),
    ],
)
def test_what_the_file_does_not_say_must_be_told(told, code):
    with pytest.raises(StatementError) as refused:
        only(csv(["Дата", "Сума"], ["03.11.2026", "50,00"]), told=told)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["", "50,00", "D", "EUR"], "entry"),
        (["03.11.2026", "", "D", "EUR"], "entry"),
        (["31.02.2026", "50,00", "D", "EUR"], "date"),
        (["11/33/2026", "50,00", "D", "EUR"], "date"),
        (["03.11.1026", "50,00", "D", "EUR"], "date"),
        (["03.11.2026", "петдесет", "D", "EUR"], "number"),
        (["03.11.2026", "1.234", "D", "EUR"], "number"),
        (["03.11.2026", "0,505", "D", "EUR"], "number"),
        (["03.11.2026", "9999999999999,00", "D", "EUR"], "number"),
        (["03.11.2026", "50,00", "X", "EUR"], "entry"),
        (["03.11.2026", "50,00", "D", "USD"], "currency"),
        (["03.11.2026", "50,00", "D", "???"], "currency"),
        (["03.11.2026", "50,00", "D", "EUR", "more"], "damaged"),
    ],
)
def test_a_wrong_row_is_told(row, code):
    with pytest.raises(StatementError) as refused:
        only(csv(["Дата", "Сума", "Д/К", "Валута"], row))

    assert refused.value.code == code
    assert refused.value.messages[0]


def test_a_debit_and_a_credit_in_one_row_are_refused():
    with pytest.raises(StatementError) as refused:
        only(csv(["Дата", "Дебит", "Кредит"], ["03.11.2026", "1,00", "2,00"]))

    assert refused.value.code == "entry"


def test_currencies_that_differ_between_rows_are_refused():
    content = csv(["Дата", "Сума", "Валута"], ["03.11.2026", "1,00", "EUR"], ["03.11.2026", "1,00", "USD"])

    with pytest.raises(StatementError) as refused:
        only(content)

    assert refused.value.code == "currency"
    assert "EUR, USD" in refused.value.messages[0]


def test_a_table_without_movements_is_refused():
    with pytest.raises(StatementError):
        only(csv(["Дата", "Сума"]))
