"""MT940 of Bulgarian and German banks: details by fields or free, pages, several statements, encodings."""

from decimal import Decimal

import pytest

from finance.statements import StatementError, read_statements
from tests.finance.statements.files import IVAN, MARIA, NOV3, NOV4, OWN, block, line, mt940, swift_balance, wrapped


def only(content: bytes):
    (statement,) = read_statements(content, "statement.sta")
    return statement


def entry_with(details: str, **options):
    (entry,) = only(mt940(block(line("10.00", **options), wrapped(details), closing="110.00"))).entries
    return entry


def test_a_statement_with_its_movements():
    content = mt940(
        block(
            line("1250.5", ref="INV-1", bank="FT26110300001", value=NOV4),
            wrapped(f"051?00Получен превод?20Фактура 123?30ABCDBGSF?31{MARIA}?32МАРИЯ ИВАНОВА"),
            line("-50.00"),
            wrapped("Такса"),
            closing="1300.50",
        )
    )

    statement = only(content)

    assert (statement.iban, statement.number, statement.currency) == (OWN, "17", "EUR")
    assert (statement.from_on, statement.to_on) == (NOV3, NOV4)
    first, second = statement.entries
    assert (first.amount, first.booked_on, first.value_on) == (Decimal("1250.50"), NOV3, NOV4)
    assert (first.counterparty_name, first.counterparty_iban) == ("МАРИЯ ИВАНОВА", MARIA)
    assert (first.counterparty_bic, first.details) == ("ABCDBGSF", "Фактура 123")
    assert (first.kind, first.reference, first.end_to_end) == ("051 Получен превод", "FT26110300001", "INV-1")
    assert (second.amount, second.details, second.reference) == (Decimal("-50.00"), "Такса", "")


@pytest.mark.parametrize("sign", ["?", "+", "~", "^"])
def test_banks_part_the_fields_by_different_signs(sign):
    fields = ["051", "00Превод", "21Плащане", "22по договор", "30XYZZBGSF", f"31{IVAN}", "32ИВАН", "33ПЕТРОВ"]

    entry = entry_with(sign.join(fields))

    assert (entry.details, entry.counterparty_name, entry.counterparty_iban) == (
        "Плащане по договор",
        "ИВАН ПЕТРОВ",
        IVAN,
    )


def test_a_full_line_is_cut_in_the_midst_of_a_number():
    text = f"051?00Вътрешнобанков превод FC?20FOREIGN EXCHANGE?30UNCRBGSF?31{IVAN}?32COMPANY"
    assert text[:65].endswith("?31BG")

    assert entry_with(text).counterparty_iban == IVAN


def test_a_full_field_is_cut_in_the_midst_of_a_word():
    entry = entry_with("166?20Zahlung fuer die Rechnung N?21ummer 5 vom?22November")

    assert entry.details == "Zahlung fuer die Rechnung Nummer 5 vom November"


def test_the_names_of_sepa_within_the_details():
    entry = entry_with("166?00GUTSCHRIFT?20EREF+A-77?21KREF+K1?22SVWZ+Rechnung 5?23vom Mai?32MAX MUSTER")

    assert (entry.end_to_end, entry.details, entry.counterparty_name) == ("A-77", "Rechnung 5 vom Mai", "MAX MUSTER")


@pytest.mark.parametrize(
    "text",
    [
        "Плащане по фактура 20+30",
        "+359888123456 Иван",
        "Фактура #2026001",
        "INV+2026",
        "Наем: 10.2026?",
        "A?B?C",
        "/EREF/1",
    ],
)
def test_a_free_text_is_left_as_it_is(text):
    entry = entry_with(text)

    assert (entry.details, entry.counterparty_name) == (text, "")


def test_a_telephone_among_the_fields_is_text():
    assert entry_with("051+00Превод+20Обадете се +359888123456+32ИВАН").details == "Обадете се +359888123456"


def test_short_lines_of_free_text_are_parted_by_spaces():
    (entry,) = only(mt940(block(line("1.00"), ":86:Плащане по\r\nфактура\r\n", closing="101.00"))).entries

    assert entry.details == "Плащане по фактура"


def test_what_stands_under_the_line_tells_when_nothing_else_does():
    (entry,) = only(mt940(block(line("1.00"), "ТАКСА ПРЕВОД", closing="101.00"))).entries

    assert entry.details == "ТАКСА ПРЕВОД"


def test_the_text_of_the_whole_statement_is_not_the_last_entrys():
    content = mt940([*block(line("1.00"), wrapped("Едно"), closing="101.00"), ":86:Общи условия"])

    assert only(content).entries[0].details == "Едно"


@pytest.mark.parametrize(("mark", "amount"), [("RC", "-10.00"), ("RD", "10.00"), ("C", "10.00"), ("D", "-10.00")])
def test_reversals_go_the_other_way(mark, amount):
    closing = Decimal("100.00") + Decimal(amount)

    (entry,) = only(mt940(block(line("10.00", mark=mark), closing=closing))).entries

    assert (entry.amount, entry.is_reversal) == (Decimal(amount), len(mark) == 2)


def test_a_booking_day_in_the_next_year():
    content = mt940(block(":61:2612310102C5,NTRFNONREF", closing="105.00"))

    (entry,) = only(content.replace(b":62F:C261104", b":62F:C270102")).entries

    assert (entry.value_on.isoformat(), entry.booked_on.isoformat()) == ("2026-12-31", "2027-01-02")


def test_the_opening_balance_bears_the_day_of_the_statement_before():
    statement = only(mt940(block(line("1.00", day=NOV4), closing="101.00")))

    assert (statement.from_on, statement.to_on) == (NOV4, NOV4)


def test_pages_between_intermediate_balances_are_one_statement():
    pages = (
        block(line("10.00"), closing="110.00", tags="FM", number="17/1"),
        block(line("5.00"), opening="110.00", closing="115.00", tags="MF", number="17/2"),
    )

    statement = only(mt940(*pages))

    assert [entry.amount for entry in statement.entries] == [Decimal("10.00"), Decimal("5.00")]
    assert (statement.opening, statement.closing) == (Decimal("100.00"), Decimal("115.00"))
    for page in pages:
        with pytest.raises(StatementError) as refused:
            read_statements(mt940(page), "x.sta")
        assert refused.value.code == "pages"


def test_several_statements_in_a_file():
    content = mt940(block(), block(account=IVAN, number="00003/001"), block(account=IVAN, number="4"))

    statements = read_statements(content, "x.sta")

    assert [(statement.iban, statement.number) for statement in statements] == [(OWN, "17"), (IVAN, "3"), (IVAN, "4")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "utf-8-sig"])
def test_cyrillic_in_either_encoding(encoding):
    content = mt940(block(line("1.00"), wrapped("Плащане на фактура"), closing="101.00")).decode().encode(encoding)

    assert only(content).entries[0].details == "Плащане на фактура"


def test_the_envelope_of_swift_is_let_go():
    inner = mt940(block(line("1.00"), wrapped("Текст"), closing="101.00")).decode().removesuffix("-")
    content = f"{{1:F01ABCDBGSFAXXX0000000000}}{{2:I940ABCDBGSFXXXXN}}{{4:\r\n{inner}-}}".encode()

    assert only(content).entries[0].details == "Текст"


@pytest.mark.parametrize(
    ("written", "account"), [(f"ABCDBGSF/{OWN}", OWN), (f"{OWN}EUR", OWN), (f"/{OWN}", OWN), (f"{OWN}/EUR", OWN)]
)
def test_the_account_with_something_beside_it(written, account):
    assert only(mt940(block(account=written))).iban == account


def test_a_long_number_of_a_statement():
    assert only(mt940(block(number="2026001/1"))).number == "2026001"


def test_bare_balances_and_amounts_without_decimals():
    content = mt940(block(":61:261103C7,NTRFNONREF", closing="107"))

    assert only(content.replace(b":60F:", b":60:").replace(b":62F:", b":62:")).entries[0].amount == Decimal("7.00")


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        (":61:garbage", "damaged"),
        (":61:2611031103C12,NTRFNONREF\r\n:61:2611031103XX", "damaged"),
        (":61:2611031103C1,2,3NTRFNONREF", "damaged"),
        (":61:2613031103C1,00NTRFNONREF", "damaged"),
        (":61:2611031103C12", "damaged"),
        (":61:2611031103C,NTRFNONREF", "damaged"),
        (":61:2611031103C1,001NTRFNONREF", "number"),
        (":61:2611031103C5,00NTRFNONREF", "balance"),
    ],
)
def test_damaged_lines_are_told(spoilt, code):
    with pytest.raises(StatementError) as refused:
        read_statements(mt940(block(spoilt)), "x.sta")

    assert refused.value.code == code


@pytest.mark.parametrize("missing", [":60F:", ":62F:", ":25:"])
def test_a_statement_without_balance_or_account_is_refused(missing):
    lines = [line for line in block() if not line.startswith(missing)]

    with pytest.raises(StatementError):
        read_statements(mt940(lines), "x.sta")


def test_balances_of_two_currencies_are_refused():
    lines = [*block()[:-1], swift_balance("62F", "100.00", NOV4, "USD")]

    with pytest.raises(StatementError) as refused:
        read_statements(mt940(lines), "x.sta")

    assert refused.value.code == "currency"
