"""A statement that was read becomes rows: once, however often it is read."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.file_types import XLSX, XML
from contacts.iban import format_iban
from contacts.models import BankAccount
from counterparties.models import Counterparty
from documents.models import FileContent
from finance.models import BankStatement, BankStatementLine
from finance.statements import Entry, Statement
from trade.errors import DocumentError

KEPT_AS = ("text/plain", "text/csv", XML, XLSX)


class Filed(NamedTuple):
    """What became of a read statement: its row, and how many of its lines are new and were here already."""

    statement: BankStatement
    new: int
    known: int


def keep_file(data: bytes, file_name: str) -> FileContent:
    """Store the bytes once. Raises ValidationError for what is no text, XML or spreadsheet."""
    stem, _dot, ending = file_name.rpartition(".")
    # Banks call their texts .sta, .940, .swi…; what a file is, is decided by its content anyway.
    if ending.lower() not in ("xml", "xlsx", "csv", "txt"):
        ending = "xml" if data.lstrip()[:1] == b"<" else "txt"
    upload = SimpleUploadedFile(f"{stem or 'statement'}.{ending}", data)
    return FileContent.objects.keep(upload, KEPT_AS)


def own_account(statement: Statement, user: Any) -> BankAccount:
    """The account of an own firm of the user's that the statement is of. Raises DocumentError when there is none."""
    accounts = BankAccount.objects.filter(party__in=Counterparty.objects.own_firms_of(user)).select_related("party")
    if statement.iban:
        accounts = accounts.filter(iban=statement.iban)
    else:
        accounts = accounts.filter(account_number=statement.account_number).exclude(account_number="")
    found = accounts.order_by("archived_at", "pk").first()
    if found is None:
        number = format_iban(statement.iban) if statement.iban else statement.account_number
        raise DocumentError(
            _("The account %(number)s is not among the accounts of your own firms. Add it to the firm's dossier first.")
            % {"number": number or "—"},
            code="account",
        )
    if found.currency != statement.currency:
        raise DocumentError(
            _("The account is kept in %(known)s, the statement is in %(said)s.")
            % {"known": found.currency, "said": statement.currency},
            code="currency",
        )
    return found


@transaction.atomic
def file_statement(statement: Statement, user: Any, content: FileContent | None = None, file_name: str = "") -> Filed:
    """Store a statement with its lines. The same one read again changes nothing, nor does a movement that is known.

    Raises DocumentError when the account is none of the user's own firms, ValidationError when it cannot be stored.
    """
    account = own_account(statement, user)
    # Two who read the same file at once wait for each other here.
    BankAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    same = BankStatement.objects.filter(
        account=account,
        from_on=statement.from_on,
        to_on=statement.to_on,
        number=statement.number[:40],
        opening=statement.opening,
        closing=statement.closing,
    ).first()
    if same is not None:
        return Filed(same, 0, len(statement.entries))
    row = BankStatement(
        own_firm=account.party,
        account=account,
        number=statement.number[:40],
        from_on=statement.from_on,
        to_on=statement.to_on,
        currency=statement.currency,
        opening=statement.opening,
        closing=statement.closing,
        file_name=file_name[:200],
        content=content,
        read_by=user,
    )
    row.full_clean(exclude=["content", "read_by"])
    row.save()
    lines = [line_of(row, entry, key) for entry, key in new_entries(row, statement.entries)]
    BankStatementLine.objects.bulk_create(lines)
    return Filed(row, len(lines), len(statement.entries) - len(lines))


def new_entries(row: BankStatement, entries: tuple[Entry, ...]) -> list[tuple[Entry, str]]:
    """The movements that are not here yet, each with its key on the account.

    A movement is known when another statement over its day holds it. Where the other statement ends where this one
    begins, or the other way round, the two follow on each other and share nothing: then it is a movement just like it.
    """
    keys = [entry.key for entry in entries]
    stored = BankStatementLine.objects.filter(account=row.account_id, key__in=keys).select_related("statement")
    known = {line.key: line.statement for line in stored}
    kept = []
    for entry in entries:
        other, key = known.get(entry.key), entry.key
        if other is not None:
            if not follow_on_each_other(row, other):
                continue
            key = f"{key}-{row.pk}"
        kept.append((entry, key))
    return kept


def follow_on_each_other(one: BankStatement, other: BankStatement) -> bool:
    """Whether one begins with what the other ended with, on the same day: a morning's and an afternoon's statement."""
    after = one.from_on == other.to_on and one.opening == other.closing
    before = other.from_on == one.to_on and other.opening == one.closing
    return after or before


def line_of(row: BankStatement, entry: Entry, key: str) -> BankStatementLine:
    return BankStatementLine(
        statement=row,
        account=row.account,
        position=entry.position,
        key=key,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        amount=entry.amount,
        name=entry.counterparty_name[:200],
        iban=entry.counterparty_iban[:34],
        bic=entry.counterparty_bic[:11],
        details=entry.details[:1000],
        reference=entry.reference[:100],
        end_to_end=entry.end_to_end[:100],
        kind=entry.kind[:100],
    )
