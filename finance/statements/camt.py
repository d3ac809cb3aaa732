"""CAMT.053, the bank statement of ISO 20022, in any of its versions: elements are found by name, whatever namespace."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from xml.parsers import expat

from django.utils.translation import gettext as _
from lxml import etree

from common.dates import SOFIA
from finance.statements.records import (
    MOST_PAGES,
    Entry,
    Statement,
    StatementError,
    account_of,
    currency_of,
    entry_of,
    mixed_currencies,
    money,
    refuse_many_movements,
    tidy,
    too_many_statements,
)

_AMOUNT = re.compile(r"[0-9]{0,18}(?:\.[0-9]{0,10})?")
# Only what is booked moves money; some early versions leave the status out.
_BOOKED = ("", "BOOK")
_NOT_GIVEN = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NOTPROVD", "NONREF"})
_RELATED = {"BkToCstmrAcctRpt": "CAMT.052", "BkToCstmrDbtCdtNtfctn": "CAMT.054"}
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)


def is_xml(data: bytes) -> bool:
    """Whether the bytes begin as XML does, in UTF-8 or UTF-16."""
    head = data[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith(b"<") and not head[:20].lower().startswith((b"<!doctype html", b"<html", b"<table"))


def read_camt(data: bytes) -> list[Statement]:
    """The statements of a CAMT.053 file. Raises StatementError."""
    _refuse_declarations(data)
    root = _parse(data)
    for name, kind in _RELATED.items():
        if _deep(root, name) is not None:
            raise StatementError(
                _("This is no bank statement but another report of the bank (%(kind)s): ask for CAMT.053."),
                "kind",
                {"kind": kind},
            )
    message = _deep(root, "BkToCstmrStmt")
    if message is None:
        raise StatementError(_("This XML file is no bank statement: it is not CAMT.053."), "kind")
    elements = list(_all(message, "Stmt"))
    if len(elements) > MOST_PAGES:
        raise too_many_statements()
    for name in ("Ntry", "TxDtls"):
        refuse_many_movements(sum(1 for _element in message.iter(f"{{*}}{name}")))
    pages = [_page(element, _one(message, "GrpHdr")) for element in elements]
    if not pages:
        raise StatementError(_("The file has no statement in it."), "kind")
    return [_statement(group) for group in _grouped(pages)]


class _Seen(Exception):
    """The root element was reached without meeting a declaration."""


def _refuse_declarations(data: bytes) -> None:
    """Stop before anything is expanded: a statement needs no DTD, and entities only serve to do harm."""
    parser = expat.ParserCreate()

    def declared(*_args: object) -> None:
        raise StatementError(
            _("The file declares entities or a DTD, which no bank statement does: it is refused."), "xml"
        )

    def reached(*_args: object) -> None:
        raise _Seen

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = reached
    try:
        parser.Parse(data, True)
    except _Seen:
        return
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _damaged() from error


def _parse(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise _damaged() from error
    if root.getroottree().docinfo.doctype:
        raise StatementError(
            _("The file declares entities or a DTD, which no bank statement does: it is refused."), "xml"
        )
    return root


def _damaged() -> StatementError:
    return StatementError(
        _("The file is damaged: it is no well-formed XML. Download it from the bank again."), "damaged"
    )


# -- Elements by their bare names -----------------------------------------------------------------


def _all(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    if element is not None:
        yield from element.iterchildren(f"{{*}}{name}")


def _one(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first element at a path like "Acct/Id/IBAN"."""
    for name in path.split("/"):
        element = next(_all(element, name), None)
    return element


def _deep(root: etree._Element, name: str) -> etree._Element | None:
    """The message itself or one in an envelope, which banks put around it."""
    return next(root.iter(f"{{*}}{name}"), None)


def _text(element: etree._Element | None, *paths: str) -> str:
    """The first text found at one of the paths."""
    for path in paths:
        found = _one(element, path)
        if found is not None and (text := (found.text or "").strip()):
            return text
    return ""


def _day(element: etree._Element | None, path: str, where: str) -> dt.date | None:
    """A day given as a date, or as a moment, which is then the day in Sofia."""
    text = _text(element, f"{path}/Dt", f"{path}/DtTm", path)
    if not text:
        return None
    try:
        if "T" in text:
            moment = dt.datetime.fromisoformat(text)
            return (moment.astimezone(SOFIA) if moment.tzinfo else moment).date()
        # xs:date may carry a time zone, which changes nothing in a booking day.
        return dt.date.fromisoformat(text[:10])
    except (ValueError, OverflowError) as error:
        raise StatementError(
            _("%(where)s: “%(text)s” is no date."), "date", {"where": where, "text": text[:40]}
        ) from error


def _amount(element: etree._Element | None, where: str) -> tuple[Decimal, str] | None:
    """The unsigned amount and its currency; None when there is none."""
    text = (element.text or "").strip() if element is not None else ""
    if element is None or not text:
        return None
    if not _AMOUNT.fullmatch(text.removeprefix("+")) or not any(char.isdigit() for char in text):
        raise StatementError(_("%(where)s: “%(text)s” is no amount."), "number", {"where": where, "text": text[:40]})
    return Decimal(text), element.get("Ccy", "")


def _sign(element: etree._Element, where: str) -> int:
    mark = _text(element, "CdtDbtInd")
    if mark not in ("CRDT", "DBIT"):
        raise StatementError(
            _("%(where)s: the file does not say whether the money came in or went out."), "entry", {"where": where}
        )
    return 1 if mark == "CRDT" else -1


# -- Pages and balances ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Balance:
    code: str
    amount: Decimal
    currency: str
    day: dt.date | None
    is_interim: bool


@dataclass(slots=True)
class _Page:
    """One Stmt element: a whole statement or a page of it."""

    account: str
    is_iban: bool
    currency: str
    number: str
    page: int
    is_last: bool | None
    is_own_paging: bool
    from_on: dt.date | None
    to_on: dt.date | None
    balances: list[_Balance]
    element: etree._Element
    identity: tuple[str, ...] = field(default=())


def _page(element: etree._Element, header: etree._Element | None) -> _Page:
    number = _text(element, "ElctrncSeqNb", "LglSeqNb", "Id")
    where = _("Statement %(number)s") % {"number": number or "–"}
    iban = _text(element, "Acct/Id/IBAN")
    account = account_of(iban or _text(element, "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id", "Acct/Id/BBAN"))
    own = _one(element, "StmtPgntn")
    pagination = own if own is not None else _one(header, "MsgPgntn")
    number_of_page = _text(pagination, "PgNb")
    last = _text(pagination, "LastPgInd")
    return _Page(
        account=account,
        is_iban=bool(iban) or bool(re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", account)),
        currency=_text(element, "Acct/Ccy"),
        number=tidy(number, 35),
        page=int(number_of_page) if number_of_page.isdecimal() and len(number_of_page) < 6 else 0,
        is_last=last in ("true", "1") if last else None,
        is_own_paging=own is not None,
        from_on=_day(element, "FrToDt/FrDt", where) or _day(element, "FrToDt/FrDtTm", where),
        to_on=_day(element, "FrToDt/ToDt", where) or _last_day(element, where),
        balances=[_balance(balance, where) for balance in _all(element, "Bal")],
        element=element,
        identity=(account, number, _text(element, "LglSeqNb"), _text(element, "CreDtTm") if not number else ""),
    )


def _last_day(element: etree._Element, where: str) -> dt.date | None:
    """A period that ends at midnight ends with the day before."""
    day = _day(element, "FrToDt/ToDtTm", where)
    begun = _day(element, "FrToDt/FrDtTm", where)
    at_midnight = re.search(r"T00:00(:00(\.0+)?)?($|[+Z-])", _text(element, "FrToDt/ToDtTm"))
    return day - dt.timedelta(days=1) if day and begun and begun < day and at_midnight else day


def _balance(element: etree._Element, where: str) -> _Balance:
    found = _amount(_one(element, "Amt"), where)
    if found is None:
        raise StatementError(_("%(where)s: a balance has no amount."), "number", {"where": where})
    amount, currency = found
    return _Balance(
        code=_text(element, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry"),
        amount=amount * _sign(element, where) if amount else amount,
        currency=currency,
        day=_day(element, "Dt", where),
        is_interim=_text(element, "Tp/SubTp/Cd", "Tp/SubTp/Prtry") == "INTM",
    )


def _grouped(pages: list[_Page]) -> Iterator[list[_Page]]:
    """Pages of one statement together, in their order, each once."""
    groups: dict[tuple[object, ...], list[_Page]] = {}
    seen: set[tuple[object, ...]] = set()
    for index, page in enumerate(pages):
        paged = page.page > 1 or page.is_last is False
        own_key = ("alone", index)
        group = groups.get(page.identity) if paged else None
        if group and (page.identity, page.page) not in seen:
            group.append(page)
        else:
            groups[page.identity if paged and page.identity not in groups else own_key] = [page]
        if paged:
            seen.add((page.identity, page.page))
    for group in groups.values():
        yield sorted(group, key=lambda page: page.page)


def _statement(pages: list[_Page]) -> Statement:
    first, last = pages[0], pages[-1]
    opening = _chosen(first.balances, _OPENING)
    closing = _chosen(list(reversed(last.balances)), _CLOSING)
    numbers = [page.page for page in pages]
    gap = len(pages) > 1 and numbers != list(range(numbers[0], numbers[0] + len(pages)))
    # A message of several pages may well hold whole statements.
    is_begun = first.page <= 1 or bool(opening and not opening.is_interim and not first.is_own_paging)
    is_ended = last.is_last is not False or bool(closing and not closing.is_interim and not last.is_own_paging)
    if gap or not is_begun or not is_ended:
        raise StatementError(
            _("The file has not all the pages of statement %(number)s: take the whole of it from the bank."),
            "pages",
            {"number": first.number or "–"},
        )
    where = _("Statement %(number)s") % {"number": first.number or "–"}
    if opening is None:
        raise StatementError(_("%(where)s: there is no opening balance."), "balance", {"where": where})
    if closing is None:
        raise StatementError(_("%(where)s: there is no closing balance."), "balance", {"where": where})
    codes = {currency_of(code) for code in (first.currency, opening.currency, closing.currency) if code}
    if not codes:
        raise StatementError(_("%(where)s: the file does not say the currency."), "currency", {"where": where})
    if len(codes) > 1:
        raise mixed_currencies(codes)
    currency = codes.pop()
    entries = tuple(_entries(pages, currency))
    to_on = last.to_on or closing.day
    from_on = first.from_on or _begun(opening, entries, to_on)
    if to_on is None or from_on is None:
        raise StatementError(_("%(where)s: the file does not say of which days it is."), "date", {"where": where})
    return Statement(
        iban=first.account if first.is_iban else "",
        account_number="" if first.is_iban else first.account,
        currency=currency,
        number=first.number,
        from_on=from_on,
        to_on=to_on,
        opening=money(opening.amount, currency, where),
        closing=money(closing.amount, currency, where),
        entries=entries,
    )


def _chosen(balances: list[_Balance], codes: tuple[str, ...]) -> _Balance | None:
    """The first balance of the kind, the final one before those between pages."""
    for code in codes:
        of_kind = [balance for balance in balances if balance.code == code]
        if of_kind:
            return next((balance for balance in of_kind if not balance.is_interim), of_kind[0])
    return None


def _begun(opening: _Balance, entries: Iterable[Entry], to_on: dt.date | None) -> dt.date | None:
    """The first day when the file does not say it: a balance of the day before (PRCD) opens the next one."""
    days = [day for day in (opening.day if opening.code != "PRCD" else None, to_on) if day]
    return min((*days, *(entry.booked_on for entry in entries)), default=None)


# -- Entries --------------------------------------------------------------------------------------


def _entries(pages: list[_Page], currency: str) -> Iterator[Entry]:
    number = 0
    for page in pages:
        for element in _all(page.element, "Ntry"):
            number += 1
            where = _("Movement %(number)d") % {"number": number}
            if _text(element, "Sts/Cd", "Sts/Prtry", "Sts") in _BOOKED:
                yield from _entry(element, currency, page.account, where)


def _entry(element: etree._Element, currency: str, own: str, where: str) -> Iterator[Entry]:
    found = _amount(_one(element, "Amt"), where)
    if found is None:
        raise StatementError(_("%(where)s has no amount."), "entry", {"where": where})
    amount, code = found
    sign = _sign(element, where)
    value_on = _day(element, "ValDt", where)
    booked_on = _day(element, "BookgDt", where) or value_on
    if booked_on is None:
        raise StatementError(_("%(where)s has no date."), "entry", {"where": where})
    if not amount:
        return
    code = code or currency
    details = [one for group in _all(element, "NtryDtls") for one in _all(group, "TxDtls")]
    parts = _split(details, sign * amount, code, where)
    for signed, chosen in parts or [(sign * amount, details)]:
        yield entry_of(
            booked_on=booked_on,
            value_on=value_on,
            amount=signed,
            currency=code,
            where=where,
            is_reversal=_text(element, "RvslInd") in ("true", "1"),
            **_texts(element, chosen, own, signed > 0, is_part=bool(parts)),
        )


def _split(
    details: list[etree._Element], total: Decimal, currency: str, where: str
) -> list[tuple[Decimal, list[etree._Element]]]:
    """A batch as its several payments, only when their amounts make up the entry; otherwise nothing."""
    if len(details) < 2:
        return []
    parts = []
    for one in details:
        candidates = (_one(one, path) for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"))
        found = next((amount for element in candidates if (amount := _amount(element, where))), None)
        if found is None or not found[0] or (found[1] or currency) != currency:
            return []
        mark = _text(one, "CdtDbtInd")
        sign = {"CRDT": 1, "DBIT": -1}.get(mark, 1 if total > 0 else -1)
        parts.append((sign * found[0], [one]))
    return parts if sum(amount for amount, _details in parts) == total else []


def _texts(
    element: etree._Element, details: list[etree._Element], own: str, came_in: bool, *, is_part: bool
) -> dict[str, str]:
    """What an entry says beside its amount. Of several payments in one, only what they share is told."""
    reversed_ = _text(element, "RvslInd") in ("true", "1")
    parties = {_party(one, own, came_in != reversed_) for one in details}
    name, iban, bic = parties.pop() if len(parties) == 1 else ("", "", "")
    remittance = dict.fromkeys(text for one in details if (text := _remittance(one)))
    additional = _text(element, "AddtlNtryInf")
    own_references = [_text(one, "Refs/AcctSvcrRef") for one in details]
    shared = own_references[0] if len(set(own_references)) == 1 else ""
    whole = _text(element, "AcctSvcrRef")
    end_to_end = {_text(one, "Refs/EndToEndId") for one in details}
    ours = end_to_end.pop() if len(end_to_end) == 1 else ""
    return {
        "name": name,
        "iban": iban,
        "bic": bic,
        "details": " ".join(remittance) or additional,
        "reference": (shared or whole if is_part else whole or shared) or _text(element, "NtryRef"),
        "end_to_end": "" if ours.upper() in _NOT_GIVEN else ours,
        "kind": _kind(element, details),
    }


def _party(details: etree._Element, own: str, came_in: bool) -> tuple[str, str, str]:
    """Name, account and BIC of the other side: who paid what came in, who was paid what went out."""
    sides = ("Dbtr", "Cdtr") if came_in else ("Cdtr", "Dbtr")
    for side in sides:
        name = _text(
            details,
            f"RltdPties/{side}/Nm",
            f"RltdPties/{side}/Pty/Nm",
            f"RltdPties/Ultmt{side}/Nm",
            f"RltdPties/Ultmt{side}/Pty/Nm",
        )
        account = _text(details, f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id")
        # Some banks tell both sides, one of which are we: only an account shows that the far side is meant.
        if account_of(account) != own and (account or (name and side == sides[0])):
            agent = f"RltdAgts/{side}Agt/FinInstnId"
            return name, account, _text(details, f"{agent}/BICFI", f"{agent}/BIC")
    return "", "", ""


def _remittance(details: etree._Element) -> str:
    """The creditor's reference and the numbers of documents, then the free text; each told once."""
    texts: list[str] = []
    for info in _all(details, "RmtInf"):
        free = " ".join((one.text or "").strip() for one in _all(info, "Ustrd"))
        for structured in _all(info, "Strd"):
            named = [
                _text(structured, "CdtrRefInf/Ref", "CdtrRefInf/CdtrRef"),
                *(_text(document, "Nb") for document in _all(structured, "RfrdDocInf")),
                *((one.text or "").strip() for one in _all(structured, "AddtlRmtInf")),
            ]
            texts += [text for text in named if text and text not in free]
        texts.append(free)
    return " ".join(text for text in texts if text) or _text(details, "AddtlTxInf")


def _kind(element: etree._Element, details: list[etree._Element]) -> str:
    for one in (element, *details):
        code = _one(one, "BkTxCd")
        domain = [_text(code, "Domn/Cd"), _text(code, "Domn/Fmly/Cd"), _text(code, "Domn/Fmly/SubFmlyCd")]
        if any(domain):
            return "-".join(part for part in domain if part)
        if text := _text(code, "Prtry/Cd"):
            return text
    return ""
