"""CAMT.053 in its versions: who paid, what was booked, what a batch holds, and where a statement begins and ends."""

from decimal import Decimal

import pytest

from finance.statements import StatementError, read_statements
from tests.finance.statements.files import (
    IVAN,
    MARIA,
    NOV3,
    NOV4,
    OWN,
    balance,
    camt,
    details,
    ntry,
    stmt,
    tx,
    whole,
)


def only(content: bytes):
    (statement,) = read_statements(content, "statement.xml")
    return statement


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08", "11"])
def test_a_payment_in_and_one_out_in_every_version(version):
    new = version in ("08", "11")
    status = "<Sts><Cd>BOOK</Cd></Sts>" if version != "02" else "<Sts>BOOK</Sts>"
    came = ntry(
        "250.50",
        details(tx("Dbtr", "Мария Иванова", MARIA, "ABCDBGSF", "Фактура 0000000123", "E2E-1", pty=new)),
        status=status,
        ref="FT2611030001",
        value=NOV4,
    )
    went = ntry("-50.50", details(tx("Cdtr", "Ivan & Co", IVAN, "XYZZBGSF", "Наем", pty=new)), status=status, ref="FT2")

    statement = only(camt(whole(came, went, closing="300.00"), version=version))

    assert (statement.iban, statement.currency, statement.number) == (OWN, "EUR", "17")
    assert (statement.from_on, statement.to_on) == (NOV3, NOV4)
    assert (statement.opening, statement.closing) == (Decimal("100.00"), Decimal("300.00"))
    first, second = statement.entries
    assert (first.amount, first.booked_on, first.value_on) == (Decimal("250.50"), NOV3, NOV4)
    assert (first.counterparty_name, first.counterparty_iban) == ("Мария Иванова", MARIA)
    assert (first.counterparty_bic, first.details, first.reference) == (
        "ABCDBGSF",
        "Фактура 0000000123",
        "FT2611030001",
    )
    assert (first.reference, first.end_to_end, first.position) == ("FT2611030001", "E2E-1", 1)
    assert (second.amount, second.counterparty_name, second.position) == (Decimal("-50.50"), "Ivan & Co", 2)


def test_a_prefix_and_an_envelope_make_no_difference():
    plain = camt(whole(ntry("1.00"), closing="101.00")).decode()
    prefixed = plain.replace('<?xml version="1.0" encoding="UTF-8"?>', "")
    enveloped = f'<?xml version="1.0"?><e:Envelope xmlns:e="urn:bank"><e:Body>{prefixed}</e:Body></e:Envelope>'

    assert read_statements(enveloped.encode(), "x.xml") == read_statements(plain.encode(), "x.xml")


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1251", "utf-8-sig"])
def test_other_encodings_are_read(encoding):
    text = camt(whole(ntry("1.00", details(tx(name="Мария"))), closing="101.00")).decode()
    declared = {"utf-16": "UTF-16", "windows-1251": "windows-1251", "utf-8-sig": "UTF-8"}[encoding]

    statement = only(text.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding))

    assert statement.entries[0].counterparty_name == "Мария"


def test_what_is_only_pending_or_told_moves_nothing():
    pending = [ntry("9.00", status=f"<Sts>{code}</Sts>") for code in ("PDNG", "INFO")]
    pending.append(ntry("9.00", status="<Sts><Cd>PDNG</Cd></Sts>"))

    assert only(camt(whole(*pending))).entries == ()


def test_a_batch_is_split_when_its_amounts_make_up_the_entry():
    batch = details(
        tx(name="Мария", account=MARIA, text="Ф. 1", amount="30.00", end_to_end="A"),
        tx(name="Иван", account=IVAN, text="Ф. 2", amount="20.00", end_to_end="B"),
    )

    statement = only(camt(whole(ntry("50.00", batch, ref="BATCH"), closing="150.00"), version="04"))

    assert [(entry.amount, entry.counterparty_name, entry.details) for entry in statement.entries] == [
        (Decimal("30.00"), "Мария", "Ф. 1"),
        (Decimal("20.00"), "Иван", "Ф. 2"),
    ]
    assert {entry.reference for entry in statement.entries} == {"BATCH"}


@pytest.mark.parametrize("amounts", [("30.00", "19.99"), ("30.00", ""), ("", "")])
def test_a_batch_that_does_not_add_up_stays_one(amounts):
    batch = details(*(tx(name=f"N{number}", text=f"T{number}", amount=a) for number, a in enumerate(amounts)))

    (entry,) = only(camt(whole(ntry("50.00", batch), closing="150.00"))).entries

    assert (entry.amount, entry.counterparty_name, entry.details) == (Decimal("50.00"), "", "T0 T1")


def test_a_batch_in_the_oldest_version_has_its_amounts_elsewhere():
    part = "<TxDtls><AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls></TxDtls>"

    statement = only(camt(whole(ntry("-5.00", details(part.format("2"), part.format("3.00"))), closing="95.00")))

    assert [entry.amount for entry in statement.entries] == [Decimal("-2.00"), Decimal("-3.00")]


def test_a_reversal_keeps_the_sign_of_its_movement_and_the_party_of_the_first_payment():
    # We paid Ivan; the bank gives the money back: it comes in, and Ivan is still the creditor.
    back = ntry("40.00", details(tx("Cdtr", "Иван", IVAN)), more="<RvslInd>true</RvslInd>")

    (entry,) = only(camt(whole(back, closing="140.00"))).entries

    assert (entry.amount, entry.is_reversal, entry.counterparty_iban) == (Decimal("40.00"), True, IVAN)


def test_our_own_side_is_not_taken_for_the_counterparty():
    both = (
        "<TxDtls><RltdPties>"
        f"<Dbtr><Nm>Мария</Nm></Dbtr><DbtrAcct><Id><IBAN>{MARIA}</IBAN></Id></DbtrAcct>"
        f"<Cdtr><Nm>Ние</Nm></Cdtr><CdtrAcct><Id><IBAN>{OWN}</IBAN></Id></CdtrAcct></RltdPties></TxDtls>"
    )
    ours = tx("Dbtr", "Ние", OWN)

    statement = only(camt(whole(ntry("1.00", details(both)), ntry("2.00", details(ours)), closing="103")))

    first, second = statement.entries
    assert first.counterparty_name == "Мария"
    assert (second.counterparty_name, second.counterparty_iban) == ("", "")


def test_the_creditors_reference_and_the_free_text_are_joined_once():
    strd = "<Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd>"
    apart = ntry("1.00", details(tx(text="Плащане", strd=strd)))
    within = ntry("1.00", details(tx(text="RF18539007547034 Плащане", strd=strd)))

    statement = only(camt(whole(apart, within, closing="102.00")))

    assert [entry.details for entry in statement.entries] == ["RF18539007547034 Плащане"] * 2


def test_what_the_bank_says_of_the_entry_stands_in_for_a_missing_text():
    (entry,) = only(
        camt(whole(ntry("-3.00", "<AddtlNtryInf>Такса обслужване</AddtlNtryInf>"), closing="97.00"))
    ).entries

    assert entry.details == "Такса обслужване"


def test_the_code_of_the_movement_and_an_end_to_end_reference_that_is_none():
    code = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"

    (entry,) = only(camt(whole(ntry("1.00", code + details(tx(end_to_end="NOTPROVIDED"))), closing="101.00"))).entries

    assert (entry.kind, entry.end_to_end) == ("PMNT-RCDT-ESCT", "")


def test_the_balance_of_the_day_before_opens_too():
    content = camt(stmt(balance("PRCD", "5.00", NOV3), balance("CLBD", "6.00", NOV4), ntry("1", day=NOV4), period=None))

    statement = only(content)

    assert (statement.opening, statement.from_on, statement.to_on) == (Decimal("5.00"), NOV4, NOV4)


def test_an_overdrawn_account_has_negative_balances():
    statement = only(camt(whole(ntry("-10.00"), opening="-5.00", closing="-15.00")))

    assert (statement.opening, statement.closing) == (Decimal("-5.00"), Decimal("-15.00"))


def test_a_moment_is_a_day_in_sofia():
    entry = ntry("1.00", day=NOV3).replace(f"<Dt>{NOV3}</Dt>", "<DtTm>2026-11-02T22:30:00Z</DtTm>")

    assert only(camt(whole(entry, closing="101.00"))).entries[0].booked_on == NOV3


def test_a_period_that_ends_at_midnight_ends_the_day_before():
    content = camt(whole()).replace(b"2026-11-04T23:59:59", b"2026-11-05T00:00:00")

    assert only(content).to_on == NOV4


def test_an_account_without_iban():
    acct = "<Acct><Id><Othr><Id>40702 810-1</Id></Othr></Id><Ccy>EUR</Ccy></Acct>"

    statement = only(camt(whole(acct=acct)))

    assert (statement.iban, statement.account_number) == ("", "407028101")


def test_several_statements_in_a_file_and_the_same_one_twice():
    first, second = whole(ntry("1.00"), closing="101.00"), whole(account=IVAN, number="9")

    statements = read_statements(camt(first, second, first), "x.xml")

    assert [statement.iban for statement in statements] == [OWN, IVAN]


def paging(page: int, last: bool) -> str:
    return f"<StmtPgntn><PgNb>{page}</PgNb><LastPgInd>{str(last).lower()}</LastPgInd></StmtPgntn>"


ONE = stmt(
    balance("OPBD", "100.00"), balance("CLBD", "110.00", sub="INTM"), ntry("10.00"), paging=paging(1, last=False)
)
TWO = stmt(
    balance("OPBD", "110.00", sub="INTM"), balance("CLBD", "115.00", NOV4), ntry("5.00"), paging=paging(2, last=True)
)


@pytest.mark.parametrize("pages", [(ONE, TWO), (TWO, ONE)])
def test_the_pages_of_a_statement_are_one(pages):
    statement = only(camt(*pages, version="08"))

    assert [entry.amount for entry in statement.entries] == [Decimal("10.00"), Decimal("5.00")]
    assert (statement.opening, statement.closing) == (Decimal("100.00"), Decimal("115.00"))


@pytest.mark.parametrize("page", [ONE, TWO])
def test_a_missing_page_is_told(page):
    with pytest.raises(StatementError) as refused:
        read_statements(camt(page, version="08"), "x.xml")

    assert refused.value.code == "pages"


def test_a_message_of_several_pages_may_hold_whole_statements():
    header = "<MsgPgntn><PgNb>2</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>"

    assert len(read_statements(camt(whole(), whole(account=IVAN), header=header), "x.xml")) == 2


def test_a_day_with_a_time_zone():
    day, zoned = b"<Dt>2026-11-03</Dt></BookgDt>", b"<Dt>2026-11-03+02:00</Dt></BookgDt>"

    statement = only(camt(whole(ntry("1.00"), closing="101.00")).replace(day, zoned))

    assert statement.entries[0].booked_on == NOV3
