"""What a line of a bank statement is likely to be: whose money, for which documents. Proposals; the user confirms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.text import fold_name
from contacts.models import BankAccount
from counterparties.models import Counterparty
from finance.kinds import Direction, DocumentKind
from finance.models import BankStatementLine, FinancialDocument, FinancialDocumentLine, Payment, Settlement
from finance.models.choices import Side
from finance.models.settlements import lock_items
from trade import announcements
from trade.errors import DocumentError
from trade.models import VatCategory, VatGround, VatRate

# Runs of digits in the text that may be a number of a document or of a company.
NUMBERS = re.compile(r"(?<![0-9])[0-9]{4,13}(?![0-9])")
# How far apart the day of a payment entered by hand and the bank's day may lie.
NEARBY_DAYS = 7
MOST_DOCUMENTS = 20


@dataclass
class Proposal:
    """What a line may be. `strength` 3: IBAN, number and amount agree; 2: two of them; 1: something speaks for it."""

    party: Counterparty | None = None
    pairs: list[tuple[FinancialDocument, Decimal]] = field(default_factory=list)
    payment: Payment | None = None  # one entered already, to be tied to the line
    own_account: BankAccount | None = None  # the other end is ours: a transfer
    reasons: list[str] = field(default_factory=list)
    strength: int = 0

    @property
    def is_sure(self) -> bool:
        """Whether IBAN, number and amount agree and nothing was entered by hand: it may be booked among others."""
        return self.strength >= 3 and bool(self.pairs) and self.payment is None


def side_paid(line: BankStatementLine) -> str:
    """On which side the documents stand that the line's money pays."""
    return str(Side.DEBIT if line.amount > 0 else Side.CREDIT)


def propose(lines: Sequence[BankStatementLine], user: Any) -> dict[int, Proposal]:
    """A proposal for each line, by its key. Asks the database a fixed number of questions, however many lines."""
    lines = list(lines)
    if not lines:
        return {}
    firm = lines[0].statement.own_firm_id
    accounts = accounts_by_iban({line.iban for line in lines if line.iban}, user)
    numbers = {line.pk: numbers_in(line) for line in lines}
    mentioned = documents_by_number(firm, {number for found in numbers.values() for number in found}, user)
    by_eik = parties_by_eik({number for found in numbers.values() for number in found}, user)
    parties = {account.party_id for account in accounts.values()} | {party.pk for party in by_eik.values()}
    open_of = open_documents(firm, parties, user)
    entered = payments_waiting(lines, user)
    found: dict[int, Proposal] = {}
    for line in lines:
        account = accounts.get(line.iban)
        if account is not None and account.party.is_own_firm:
            found[line.pk] = transfer(line, account, entered)
            continue
        by_number = [
            document
            for number in numbers[line.pk]
            for document in mentioned.get(number.lstrip("0"), ())
            if document.side == side_paid(line)
        ]
        party = account.party if account is not None else None
        found[line.pk] = one_proposal(line, party, by_number, by_eik, numbers[line.pk], open_of, entered)
    return found


def one_proposal(
    line: BankStatementLine,
    party: Counterparty | None,
    by_number: list[FinancialDocument],
    by_eik: dict[str, Counterparty],
    numbers: Iterable[str],
    open_of: dict[int, list[FinancialDocument]],
    entered: list[Payment],
) -> Proposal:
    proposal = Proposal(party=party)
    if party is not None:
        proposal.reasons.append(_("the IBAN is that of %s") % party.display_name)
        proposal.strength += 1
        by_number = [document for document in by_number if document.party_id == party.pk]
    elif by_number and len({document.party_id for document in by_number}) == 1:
        proposal.party = by_number[0].party
    else:
        by_number = []
        proposal.party = next((by_eik[number] for number in numbers if number in by_eik), None)
        if proposal.party is not None:
            proposal.reasons.append(_("the EIK stands in the text"))
            proposal.strength += 1
    amount = abs(line.amount)
    in_currency = [d for d in by_number if d.currency == line.statement.currency]
    if in_currency:
        names = ", ".join(document.number for document in in_currency[:5])
        proposal.reasons.append(_("the text names %s") % names)
        proposal.strength += 1
        proposal.pairs = filled(in_currency, amount)
    elif proposal.party is not None:
        here = [
            document
            for document in open_of.get(proposal.party.pk, ())
            if document.side == side_paid(line) and document.currency == line.statement.currency
        ]
        alike = [document for document in here if document.open == amount]
        proposal.pairs = [(alike[0], amount)] if len(alike) == 1 else filled(here, amount) if not alike else []
    if proposal.pairs and sum(document.open for document, _part in proposal.pairs) == amount:
        proposal.reasons.append(_("the amount is exactly what is open"))
        proposal.strength += 1
    proposal.payment = entered_already(line, proposal.party, entered)
    if proposal.payment is not None:
        proposal.reasons.append(_("a payment of this amount is entered already"))
    return proposal


def filled(documents: Iterable[FinancialDocument], amount: Decimal) -> list[tuple[FinancialDocument, Decimal]]:
    """The amount put to the documents in their order, until it is used up."""
    pairs: list[tuple[FinancialDocument, Decimal]] = []
    for document in documents:
        part = min(amount, document.open)
        if part > 0 and len(pairs) < MOST_DOCUMENTS:
            pairs.append((document, part))
            amount -= part
    return pairs


def numbers_in(line: BankStatementLine) -> list[str]:
    """Runs of digits in the text of a line, once each, in their order."""
    return list(dict.fromkeys(NUMBERS.findall(f"{line.details} {line.end_to_end}")))[:30]


def accounts_by_iban(ibans: set[str], user: Any) -> dict[str, BankAccount]:
    """Accounts that the user may see, by IBAN; only where one party alone has it. Own firms' stand before others'."""
    rows = BankAccount.objects.visible_to(user).filter(iban__in=ibans).select_related("party__legal_form")
    found: dict[str, list[BankAccount]] = {}
    for account in rows.order_by("archived_at", "pk"):
        found.setdefault(account.iban, []).append(account)
    single = {}
    for iban, accounts in found.items():
        ours = [account for account in accounts if account.party.is_own_firm]
        if ours or len({account.party_id for account in accounts}) == 1:
            single[iban] = (ours or accounts)[0]
    return single


def documents_by_number(own_firm: int, numbers: set[str], user: Any) -> dict[str, list[FinancialDocument]]:
    """Open documents of the firm by the number as it may stand in a text: with its zeros or without them."""
    padded = {number.zfill(10) for number in numbers} | numbers
    rows = FinancialDocument.objects.visible_to(user).open().filter(own_firm=own_firm, number__in=padded)
    found: dict[str, list[FinancialDocument]] = {}
    for document in rows.select_related("party__legal_form").order_by("date", "pk"):
        found.setdefault(document.number.lstrip("0"), []).append(document)
    return found


def parties_by_eik(numbers: set[str], user: Any) -> dict[str, Counterparty]:
    eiks = {number for number in numbers if len(number) in (9, 13)}
    parties = Counterparty.objects.visible_to(user).current().filter(country="BG", registration_number__in=eiks)
    return {party.registration_number: party for party in parties.select_related("legal_form")}


def open_documents(own_firm: int, parties: set[int], user: Any) -> dict[int, list[FinancialDocument]]:
    """What is open between the firm and the parties, the oldest due first."""
    rows = FinancialDocument.objects.visible_to(user).open().filter(own_firm=own_firm, party__in=parties)
    found: dict[int, list[FinancialDocument]] = {}
    for document in rows.exclude(kind=DocumentKind.CREDIT_NOTE).order_by("payable_by", "date", "pk"):
        found.setdefault(document.party_id, []).append(document)
    return found


def payments_waiting(lines: Sequence[BankStatementLine], user: Any) -> list[Payment]:
    """Posted bank payments through the account that no line of a statement stands for yet."""
    days = [line.booked_on for line in lines]
    nearby = dt.timedelta(days=NEARBY_DAYS)
    through = Payment.objects.visible_to(user).issued().filter(date__range=(min(days) - nearby, max(days) + nearby))
    account = lines[0].statement.account_id
    one_end = through.filter(account=account, statement_line__isnull=True, method="bank")
    # A transfer stands on two statements; the line of the other end is tied when it is booked.
    other_end = through.filter(other_account=account)
    return list(one_end.select_related("party")) + list(other_end.select_related("party"))


def entered_already(line: BankStatementLine, party: Counterparty | None, entered: list[Payment]) -> Payment | None:
    """The payment entered by hand that this line is, when just one fits."""
    way = "in" if line.amount > 0 else "out"
    fits = [
        payment
        for payment in entered
        if payment.direction == way
        and payment.amount == abs(line.amount)
        and abs((payment.date - line.booked_on).days) <= NEARBY_DAYS
        and (party is None or payment.party_id == party.pk)
        and (party is not None or fold_name(payment.party.name) in fold_name(line.name) or not line.name)
    ]
    return fits[0] if len(fits) == 1 else None


def transfer(line: BankStatementLine, account: BankAccount, entered: list[Payment]) -> Proposal:
    """The other end is an account of ours: a transfer, perhaps entered already with the other account's statement."""
    proposal = Proposal(party=account.party, own_account=account, strength=3)
    proposal.reasons.append(_("the IBAN is an account of our own"))
    this, other = line.statement.account_id, account.pk
    for payment in entered:
        ends = (payment.account_id, payment.other_account_id)
        going = (this, other) if line.amount < 0 else (other, this)
        arrived = payment.other_amount or payment.amount
        amount = payment.amount if line.amount < 0 else arrived
        near = abs((payment.date - line.booked_on).days) <= NEARBY_DAYS
        if payment.direction == "internal" and ends == going and amount == abs(line.amount) and near:
            proposal.payment = payment
            proposal.reasons.append(_("the transfer is entered already"))
            break
    return proposal


# -- Booking -----------------------------------------------------------------------------------------


def locked(line: BankStatementLine) -> BankStatementLine:
    """The line read anew and locked. Raises DocumentError when it is booked or set aside already."""
    rows = BankStatementLine.objects.select_related("statement__own_firm", "statement__account")
    fresh: BankStatementLine = rows.select_for_update(of=("self",)).get(pk=line.pk)
    if fresh.state != BankStatementLine.State.WAITING:
        raise DocumentError(_("This line is done already."))
    return fresh


def finish(line: BankStatementLine, by: Any, state: str = BankStatementLine.State.BOOKED, reason: str = "") -> None:
    line.state, line.done_by, line.done_at, line.ignored_reason = state, by, timezone.now(), reason[:300]
    line.save(update_fields=["state", "done_by", "done_at", "ignored_reason"])


@transaction.atomic
def book(
    line: BankStatementLine, by: Any, party: Counterparty, pairs: Iterable[tuple[FinancialDocument, Decimal]] = ()
) -> Payment:
    """Post the payment that the line is and settle it with the documents; the rest is an advance.

    Raises DocumentError (a ValidationError) in words, and then nothing is changed.
    """
    line, pairs = locked(line), list(pairs)
    # Before the number, as everywhere: who posts a payment at the same time would wait for us, and we for him.
    lock_items(*(document for document, _amount in pairs))
    payment = payment_of(line, by, party)
    payment.direction = "in" if line.amount > 0 else "out"
    payment.save()
    payment.issue(by)
    for document, amount in sorted(pairs, key=lambda pair: pair[0].pk):
        Settlement.settle(payment, document, by=by, amount=amount)
    finish(line, by)
    return payment


def book_sure(lines: Sequence[BankStatementLine], by: Any) -> tuple[int, list[str]]:
    """Book each of the lines of which all agrees, as proposed; the others stay as they are.

    Returns how many were booked, and in words why others were not. Each stands for itself: a refusal stops no other.
    """
    booked, refused = 0, []
    paid: set[int] = set()
    proposals = propose(lines, by)
    for line in lines:
        proposal = proposals[line.pk]
        documents = {document.pk for document, _amount in proposal.pairs}
        if not proposal.is_sure or proposal.party is None:
            continue
        if documents & paid:
            refused.append(_("%(line)s: another line already pays the same document.") % {"line": line})
            continue
        try:
            book(line, by, proposal.party, proposal.pairs)
        except ValidationError as refusal:
            refused.append(f"{line}: {' '.join(str(message) for message in refusal.messages)}")
        else:
            booked += 1
            paid |= documents
    return booked, refused


@transaction.atomic
def book_transfer(line: BankStatementLine, by: Any, other: BankAccount, arrived: Decimal | None = None) -> Payment:
    """Post the transfer between two accounts of ours. `arrived` is what came at the other end, in its currency."""
    line = locked(line)
    payment = payment_of(line, by, line.statement.own_firm)
    payment.direction = "internal"
    if other.currency != line.statement.currency and arrived is None:
        raise DocumentError({"arrived": _("Say what the other account moved, in its own currency.")})
    if line.amount < 0:
        payment.other_account, payment.other_amount = other, arrived or abs(line.amount)
    else:
        payment.account, payment.other_account = other, line.statement.account
        payment.currency, payment.other_amount = other.currency, abs(line.amount)
        payment.amount = arrived or abs(line.amount)
    payment.save()
    payment.issue(by)
    finish(line, by)
    return payment


@transaction.atomic
def book_charge(line: BankStatementLine, by: Any) -> Payment:
    """Enter what the bank took (or gave) as a bank advice, exempt of VAT (ЗДДС чл. 46), paid by the line itself.

    Raises DocumentError when the account names no bank that is here as a counterparty.
    """
    line = locked(line)
    bank = line.statement.account.bank
    if bank is None:
        raise DocumentError(_("The account does not say at which bank it is kept: choose the bank in the account."))
    exempt = VatRate.objects.in_force(line.booked_on).filter(category=VatCategory.EXEMPT).first()
    ground = VatGround.objects.filter(category=VatCategory.EXEMPT, text__contains="чл. 46", is_active=True).first()
    if exempt is None or ground is None:
        raise DocumentError(_("There is no exempt VAT rate with the ground of financial services (чл. 46)."))
    number = line.reference or f"{line.statement.number or line.statement.pk}/{line.position}"
    advice = FinancialDocument.objects.create(
        own_firm=line.statement.own_firm,
        party=bank,
        kind=DocumentKind.BANK_ADVICE,
        direction=Direction.EXPENSE if line.amount < 0 else Direction.INCOME,
        received=True,
        number=number[:40],
        date=line.booked_on,
        received_on=line.booked_on,
        due_date=line.booked_on,
        currency=line.statement.currency,
        created_by=by,
    )
    FinancialDocumentLine.objects.create(
        document=advice,
        description=(line.details or line.kind or _("Bank charge"))[:500],
        unit_price=abs(line.amount),
        vat_rate=exempt,
        vat_ground=ground,
    )
    advice.issue(by)
    return book(line, by, bank, [(advice, abs(line.amount))])


@transaction.atomic
def tie(line: BankStatementLine, by: Any, payment: Payment) -> None:
    """Say that a payment entered by hand is this line. Raises DocumentError when it is another's already."""
    line = locked(line)
    fresh = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if not fresh.is_issued:
        raise DocumentError(_("Only a posted payment can be tied to a line."))
    if fresh.direction == "internal":
        # The other end of a transfer: the line is done, the payment keeps the line that it was made from.
        if fresh.statement_line_id is None:
            Payment.objects.filter(pk=fresh.pk).update(statement_line=line)
    elif fresh.statement_line_id is not None:
        raise DocumentError(_("This payment stands for another line already."))
    else:
        if fresh.amount != abs(line.amount):
            raise DocumentError(_("The amounts differ."))
        Payment.objects.filter(pk=fresh.pk).update(statement_line=line)
    finish(line, by)


@transaction.atomic
def set_aside(line: BankStatementLine, by: Any, reason: str) -> None:
    """Leave the line unbooked, with the reason. Raises DocumentError without one."""
    if not reason.strip():
        raise DocumentError({"reason": _("Say why the line is set aside.")})
    finish(locked(line), by, BankStatementLine.State.IGNORED, reason.strip())


@transaction.atomic
def take_back(line: BankStatementLine) -> None:
    """Let a line wait again: one set aside, or one whose payment was cancelled."""
    fresh = BankStatementLine.objects.select_for_update().get(pk=line.pk)
    if fresh.payments.filter(state="issued").exists():
        raise DocumentError(_("A posted payment stands for this line: cancel the payment first."))
    fresh.state, fresh.ignored_reason, fresh.done_by, fresh.done_at = "waiting", "", None, None
    fresh.save(update_fields=["state", "ignored_reason", "done_by", "done_at"])


def payment_of(line: BankStatementLine, by: Any, party: Counterparty) -> Payment:
    """The draft of the payment that a line is, without direction."""
    statement = line.statement
    known = BankAccount.objects.filter(party=party, iban=line.iban).first() if line.iban else None
    return Payment(
        own_firm=statement.own_firm,
        party=party,
        method="bank",
        date=line.booked_on,
        currency=statement.currency,
        amount=abs(line.amount),
        account=statement.account,
        party_account=known,
        party_iban=line.iban,
        reason=line.details[:300],
        reference=line.reference,
        person=line.name[:150],
        statement_line=line,
        created_by=by,
    )


@announcements.cancelled.listen(Payment)
def line_waits_again(payment: Payment, by: Any) -> None:
    """The line of a statement that a cancelled payment stood for waits to be booked anew."""
    if payment.statement_line_id is not None:
        left = Payment.objects.filter(statement_line=payment.statement_line_id, state="issued").exclude(pk=payment.pk)
        if not left.exists():
            rows = BankStatementLine.objects.filter(pk=payment.statement_line_id)
            rows.update(state=BankStatementLine.State.WAITING, done_by=None, done_at=None)
