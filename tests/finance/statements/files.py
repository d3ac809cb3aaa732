"""Statements as banks write them, made for the tests: the people and their accounts are invented."""

import datetime as dt
from decimal import Decimal
from xml.sax.saxutils import escape

from stdnum import iban as stdnum_iban

NOV3 = dt.date(2026, 11, 3)
NOV4 = dt.date(2026, 11, 4)


def iban(bban: str, country: str = "BG") -> str:
    """A number with right check digits."""
    return f"{country}{stdnum_iban.calc_check_digits(f'{country}00{bban}')}{bban}"


OWN = iban("TEST90001012345678")
MARIA = iban("ABCD80011020003000")
IVAN = iban("XYZZ70001000000042")


def signed(amount) -> tuple[str, str]:
    amount = Decimal(amount)
    return ("DBIT" if amount < 0 else "CRDT"), f"{abs(amount):f}"


# -- CAMT.053 -------------------------------------------------------------------------------------


def balance(code, amount, day=NOV3, currency="EUR", sub="") -> str:
    mark, number = signed(amount)
    subtype = f"<SubTp><Cd>{sub}</Cd></SubTp>" if sub else ""
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry>{subtype}</Tp>"
        f'<Amt Ccy="{currency}">{number}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'
    )


def ntry(amount, details="", *, day=NOV3, value=None, status="<Sts>BOOK</Sts>", currency="EUR", more="", ref="") -> str:
    mark, number = signed(amount)
    value_on = f"<ValDt><Dt>{value or day}</Dt></ValDt>" if day else ""
    booked_on = f"<BookgDt><Dt>{day}</Dt></BookgDt>" if day else ""
    reference = f"<AcctSvcrRef>{escape(ref)}</AcctSvcrRef>" if ref else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{number}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{more}{status}'
        f"{booked_on}{value_on}{reference}{details}</Ntry>"
    )


def tx(side="Dbtr", name="", account="", bic="", text="", end_to_end="", amount="", strd="", pty=False) -> str:
    amt = f'<Amt Ccy="EUR">{amount}</Amt>' if amount else ""
    refs = f"<Refs><EndToEndId>{escape(end_to_end)}</EndToEndId></Refs>" if end_to_end else ""
    naming = f"<Nm>{escape(name)}</Nm>"
    party = f"<{side}>{f'<Pty>{naming}</Pty>' if pty else naming}</{side}>" if name else ""
    acct = f"<{side}Acct><Id><IBAN>{account}</IBAN></Id></{side}Acct>" if account else ""
    element = "BICFI" if pty else "BIC"
    agent = f"<{side}Agt><FinInstnId><{element}>{bic}</{element}></FinInstnId></{side}Agt>" if bic else ""
    ustrd = f"<Ustrd>{escape(text)}</Ustrd>" if text else ""
    return (
        f"<TxDtls>{refs}{amt}<RltdPties>{party}{acct}</RltdPties><RltdAgts>{agent}</RltdAgts>"
        f"<RmtInf>{ustrd}{strd}</RmtInf></TxDtls>"
    )


def details(*transactions: str) -> str:
    return f"<NtryDtls>{''.join(transactions)}</NtryDtls>"


def stmt(*parts: str, account=OWN, currency="EUR", number="17", paging="", period=(NOV3, NOV4), acct="") -> str:
    named = acct or f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
    days = (
        f"<FrToDt><FrDtTm>{period[0]}T00:00:00</FrDtTm><ToDtTm>{period[1]}T23:59:59</ToDtTm></FrToDt>" if period else ""
    )
    return (
        f"<Stmt><Id>ID{number}</Id>{paging}<ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<CreDtTm>2026-11-05T07:00:00</CreDtTm>{days}{named}{''.join(parts)}</Stmt>"
    )


def camt(*statements: str, version="02", prolog="", header="") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M1</MsgId>{header}</GrpHdr>{''.join(statements)}</BkToCstmrStmt></Document>"
    ).encode()


def whole(*entries: str, opening="100.00", closing="100.00", **options) -> str:
    """A statement of one page around its entries."""
    return stmt(balance("OPBD", opening), balance("CLBD", closing, NOV4), *entries, **options)


# -- MT940 ----------------------------------------------------------------------------------------


def swift_amount(amount) -> str:
    text = f"{abs(Decimal(amount)):f}".replace(".", ",")
    return text if "," in text else f"{text},"


def swift_balance(tag, amount, day=NOV3, currency="EUR") -> str:
    return f":{tag}:{'D' if Decimal(amount) < 0 else 'C'}{day:%y%m%d}{currency}{swift_amount(amount)}"


def line(amount, *, day=NOV3, value=None, mark="", ref="NONREF", bank="", code="NTRF") -> str:
    mark = mark or ("D" if Decimal(amount) < 0 else "C")
    return f":61:{value or day:%y%m%d}{day:%m%d}{mark}R{swift_amount(amount)}{code}{ref}{f'//{bank}' if bank else ''}"


def wrapped(text: str) -> str:
    return ":86:" + "\r\n".join(text[at : at + 65] for at in range(0, max(len(text), 1), 65))


def mt940(*blocks: list[str]) -> bytes:
    return "\r\n".join("\r\n".join([*block, "-"]) for block in blocks).encode()


def block(*lines, opening="100.00", closing="100.00", account=OWN, number="17/1", tags="FF", days=(NOV3, NOV4)):
    return [
        ":20:STARTUMS",
        f":25:{account}",
        f":28C:{number}",
        swift_balance(f"60{tags[0]}", opening, days[0]),
        *lines,
        swift_balance(f"62{tags[1]}", closing, days[1]),
    ]


# -- Tables ---------------------------------------------------------------------------------------


def csv(*rows: list[str], delimiter=";", encoding="utf-8") -> bytes:
    return "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
