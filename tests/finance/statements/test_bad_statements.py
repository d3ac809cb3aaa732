"""Files that are no statement, do harm, or do not add up: each is told, none is taken; and keys of movements."""

import gzip
from decimal import Decimal

import pytest

from finance.statements import StatementError, read_statements, sniff_columns
from tests.finance.statements.files import (
    OWN,
    balance,
    block,
    camt,
    csv,
    details,
    line,
    mt940,
    ntry,
    stmt,
    tx,
    whole,
    wrapped,
)

BOMB = "<!DOCTYPE d [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(97 + at)} '{'&' + chr(96 + at) + ';'}{'&' + chr(96 + at) + ';'}'>" for at in range(1, 25)
)
GOOD = whole(ntry("1.00"), closing="101.00")


def code_of(content: bytes, name: str = "statement.xml") -> str:
    with pytest.raises(StatementError) as refused:
        read_statements(content, name)
    assert refused.value.messages[0]
    return refused.value.code or ""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"Hello", "kind"),
        (b"%PDF-1.7 ...", "kind"),
        (b"\x89PNG\r\n\x1a\n", "kind"),
        (b"\x00\x01\x02\x03" * 50, "kind"),
        (gzip.compress(b"x"), "kind"),
        (b"PK\x03\x04 no archive", "damaged"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "damaged"),
        (b"<!DOCTYPE html><html></html>", "kind"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "kind"),
        (b"<?xml version='1.0'?><Invoice/>", "kind"),
        (b"<?xml version='1.0'?><Document><BkToCstmrStmt/></Document>", "kind"),
        (b"<Document><BkToCstmrAcctRpt/></Document>", "kind"),
        (b"<Document><BkToCstmrDbtCdtNtfctn/></Document>", "kind"),
        (b"<Document><BkToCstmrStmt>", "damaged"),
        (b"<?xml version='1.0' encoding='nonsense'?><Document/>", "damaged"),
        (b"<", "damaged"),
        (camt(GOOD)[:-40], "damaged"),
        (camt(GOOD).replace(b"</Amt>", b"", 1), "damaged"),
        (camt(GOOD).replace(b"1.00", b"\xff1.00", 1), "damaged"),
        (camt(GOOD, prolog="<!DOCTYPE Document>"), "xml"),
        (camt(GOOD, prolog="<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"), "xml"),
        (camt(GOOD, prolog="<!DOCTYPE d SYSTEM 'http://example.com/x.dtd'>"), "xml"),
        (camt(GOOD, prolog=f"{BOMB}]>"), "xml"),
        (camt(GOOD, prolog=f"{BOMB}]>").decode().replace("UTF-8", "UTF-16").encode("utf-16"), "xml"),
        (camt(GOOD).replace(b"<MsgId>M1", b"<MsgId>&x;"), "damaged"),
        (b"<a>" * 100_000, "damaged"),
    ],
)
def test_files_that_are_no_statement(content, code):
    assert code_of(content) == code


def test_an_entity_in_another_encoding_is_refused_before_it_is_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("тайна")
    text = camt(GOOD, prolog=f"<!DOCTYPE d [<!ENTITY x SYSTEM 'file://{secret}'>]>").decode().replace("M1", "&x;")

    assert code_of(text.encode()) == "xml"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (whole(ntry("1.00"), closing="102.00"), "balance"),
        (whole(ntry("1.00"), closing="-101.00"), "balance"),
        (stmt(balance("CLBD", "1.00")), "balance"),
        (stmt(balance("OPBD", "1.00")), "balance"),
        (whole(ntry("1.00", day=None), closing="101.00"), "entry"),
        (whole(ntry("1.00").replace('<Amt Ccy="EUR">1.00</Amt>', ""), closing="101.00"), "entry"),
        (whole(ntry("1.00").replace(">1.00<", "><"), closing="101.00"), "entry"),
        (whole(ntry("1.00").replace("CRDT", "IN"), closing="101.00"), "entry"),
        (whole(ntry("1.00").replace(">1.00<", ">1,00<"), closing="101.00"), "number"),
        (whole(ntry("1.00").replace(">1.00<", ">NaN<"), closing="101.00"), "number"),
        (whole(ntry("1.00").replace(">1.00<", ">1e2<"), closing="200.00"), "number"),
        (whole(ntry("1.00").replace(">1.00<", ">-1.00<"), closing="99.00"), "number"),
        (whole(ntry("1.005"), closing="101.005"), "number"),
        (whole(ntry("9999999999999"), closing="10000000000099"), "number"),
        (whole(ntry("1.00", currency="USD"), closing="101.00"), "currency"),
        (whole(ntry("1.00", currency="QQQ"), closing="101.00"), "currency"),
        (whole(ntry("1.00"), closing="101.00", currency="USD"), "currency"),
        (whole(ntry("1.00"), closing="101.00", acct="<Acct/>"), "mapping"),
        (whole(ntry("1.00", day="2026-13-01"), closing="101.00"), "date"),
        (whole(ntry("1.00", day="03.11.2026"), closing="101.00"), "date"),
        (whole(ntry("1.00", day="0001-01-01"), closing="101.00"), "date"),
        (whole(period=("2026-11-04", "2026-11-03")), "date"),
    ],
)
def test_statements_that_cannot_be_believed(statement, code):
    assert code_of(camt(statement)) == code


def test_the_three_figures_are_told():
    with pytest.raises(StatementError) as refused:
        read_statements(camt(whole(ntry("1234.50"), closing="99.00")), "x.xml")

    message = refused.value.messages[0].replace("\u00a0", " ")
    assert all(figure in message for figure in ("100,00 €", "1 234,50 €", "99,00 €"))


def test_a_file_that_is_too_large(settings):
    settings.UPLOAD_MAX_BYTES = 1000

    assert code_of(camt(GOOD) + b" " * 1000) == "size"
    with pytest.raises(StatementError):
        sniff_columns(b"a;b\n" * 1000, "x.csv")


def test_more_movements_than_are_taken_at_once(settings):
    settings.IMPORT_MAX_ROWS = 2

    assert code_of(camt(whole(*[ntry("1.00")] * 3, closing="103.00"))) == "size"


def test_signs_that_could_hurt_a_page_are_left_out():
    text = "Фак\u202eтура\u0000 \u200b5\x07" + "x" * 3000
    content = mt940(block(line("1.00"), closing="101.00")).replace(b":62F:", f":86:{text}\r\n:62F:".encode())

    (entry,) = read_statements(content, "x.sta")[0].entries

    assert entry.details.startswith("Фактура 5x")
    assert len(entry.details) == 2000


# -- Keys -----------------------------------------------------------------------------------------


def keys(content: bytes) -> list[str]:
    return [entry.key for statement in read_statements(content, "x.xml") for entry in statement.entries]


def test_the_same_statement_has_the_same_keys_and_alike_movements_their_own():
    entries = [ntry("1.00", details(tx(text="Кафе"))), ntry("1.00", details(tx(text="Кафе"))), ntry("-2.00")]
    content = camt(whole(*entries, closing="100.00"))

    assert keys(content) == keys(content)
    assert len(set(keys(content))) == 3
    assert set(keys(camt(whole(*entries[::-1], closing="100.00")))) == set(keys(content))


def test_a_longer_statement_of_the_same_days_has_the_same_keys():
    day = camt(whole(ntry("1.00"), closing="101.00"))
    week = camt(whole(ntry("1.00"), ntry("5.00", day="2026-11-05"), closing="106.00"))

    assert keys(week)[0] == keys(day)[0]


@pytest.mark.parametrize(
    "other",
    [
        ntry("1.00", ref="B", details=details(tx(text="Т"))),
        ntry("1.00", ref="A", details=details(tx(text="Друг"))),
        ntry("1.00", ref="A", day="2026-11-04", details=details(tx(text="Т"))),
        ntry("-1.00", ref="A", details=details(tx(text="Т"))),
    ],
)
def test_another_movement_has_another_key(other):
    first = ntry("1.00", ref="A", details=details(tx(text="Т")))
    closing = "99.00" if "DBIT" in other else "101.00"

    assert keys(camt(whole(first, closing="101.00"))) != keys(camt(whole(other, closing=closing)))


def test_two_statements_of_a_day_keep_their_alike_movements_apart():
    content = mt940(
        block(line("1.00"), wrapped("Кафе"), closing="101.00", number="1"),
        block(line("1.00"), wrapped("Кафе"), opening="101.00", closing="102.00", number="2"),
    )

    assert len(set(keys(content))) == 2


def test_another_account_has_other_keys():
    first, second = whole(ntry("1.00"), closing="101.00"), whole(ntry("1.00"), closing="101.00", account=OWN[::-1])

    assert len(set(keys(camt(first, second)))) == 2


def test_the_message_can_be_shown_at_a_form():
    refusal = StatementError("x %(a)s", "kind", {"a": Decimal(1)})

    assert refusal.messages == ["x 1"]


def test_a_plain_table_asks_for_what_it_does_not_say():
    assert code_of(csv(["Име", "Адрес"], ["Мария", "София"]), "x.csv") == "mapping"


@pytest.mark.parametrize(
    "content",
    [
        ":20:A\n:25:A\n:60F:C261101EUR0,\n:62F:C261120EUR0,\n" * 600,
        ":20:A\n:25:A\n:60F:C261101EUR0,\n:62F:C261120EUR0,\n" * 10_100,
        "<Document><BkToCstmrStmt>" + "<Stmt><Id>1</Id></Stmt>" * 10_100 + "</BkToCstmrStmt></Document>",
    ],
    ids=["statements", "pages of MT940", "pages of CAMT"],
)
def test_more_statements_than_a_year_has_days_are_refused(content):
    with pytest.raises(StatementError, match="shorter period") as refusal:
        read_statements(content.encode(), "a.txt")

    assert refusal.value.code == "size"


def test_a_line_of_mt940_that_no_bank_writes_is_refused():
    text = ":20:A\n:25:A\n:60F:C261101EUR0,\n" + ":61:" * 5000 + "\n:62F:C261120EUR0,\n"

    with pytest.raises(StatementError) as refusal:
        read_statements(text.encode(), "a.sta")

    assert refusal.value.code == "damaged"


def test_more_payments_in_one_movement_than_are_taken_at_once(settings):
    settings.IMPORT_MAX_ROWS = 5
    batch = "<NtryDtls>" + '<TxDtls><Amt Ccy="EUR">1.00</Amt></TxDtls>' * 6 + "</NtryDtls>"

    assert code_of(camt(whole(ntry("6.00", batch), closing="106.00"))) == "size"
