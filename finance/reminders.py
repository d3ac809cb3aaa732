"""Payment reminders: what of a party is overdue, with interest and costs when asked for; remembered once made.

A reminder is a letter: it changes nothing of what is owed. What is kept of it is its PDF in the dossier and an event of
a type of its own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from common.dates import format_date, today
from common.exports import file_name
from common.money import format_money
from counterparties.models import Counterparty
from documents.models import File
from events.models import Event, EventFile, EventParticipant, EventType
from finance.figures import RECEIVABLE, open_documents, overdue
from finance.interest import Rates, pieces
from finance.models import Settlement

ZERO = Decimal("0.00")
TYPE = "payment_reminder"
# ТЗ чл. 309а: at least 80 levs, told in euro at the fixed rate. What is proposed; the form takes any other sum.
RECOVERY_COSTS = Decimal("40.90")
DAYS = 7


def overdue_documents(party: Any, own_firm: Any, user: Any, on: dt.date | None = None) -> Any:
    """What the party has overdue with the firm, the oldest first; each with `left`."""
    on = on or today()
    rows = open_documents(party, own_firm, on, user).filter(RECEIVABLE & overdue(on))
    return rows.defer("search_text", "note", "internal_note").order_by("payable_by", "pk")


@dataclass
class Reminder:
    party: Counterparty
    own_firm: Counterparty
    documents: list[Any]
    with_interest: bool = False
    costs: Decimal = ZERO
    days: int = DAYS
    on: dt.date = field(default_factory=today)
    # Interest by the document's key.
    interest: dict[int, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.with_interest:
            self.interest = {row.document.pk: row.total for row in interest_rows(self.documents, self.on)}

    @property
    def pay_by(self) -> dt.date:
        return self.on + dt.timedelta(days=self.days)

    @property
    def sums(self) -> list[tuple[str, Decimal, Decimal, Decimal, Decimal]]:
        """Per currency: what is left, interest, costs, all together. Interest and costs are in euro."""
        made = []
        whole_interest = sum(self.interest.values(), ZERO)
        codes = {one.currency for one in self.documents} | ({"EUR"} if self.costs or whole_interest else set())
        for code in sorted(codes, key=lambda code: (code != "EUR", code)):
            mine = [one for one in self.documents if one.currency == code]
            left = sum((one.left for one in mine), ZERO)
            interest = whole_interest if code == "EUR" else ZERO
            costs = self.costs if code == "EUR" else ZERO
            made.append((code, left, interest, costs, left + interest + costs))
        return made

    @property
    def whole(self) -> str:
        return ", ".join(format_money(whole, code) for code, _left, _interest, _costs, whole in self.sums)

    @property
    def subject(self) -> str:
        return _("Payment reminder: %(sum)s") % {"sum": self.whole}

    @property
    def text(self) -> str:
        """What the event tells: each document and what of it is left."""
        lines = [
            f"{one}, {_('due %s') % format_date(one.due_date)}: {format_money(one.left, one.currency)}"
            for one in self.documents
        ]
        if self.with_interest:
            lines.append(_("With statutory interest."))
        if self.costs:
            lines.append(_("With costs of recovery %(sum)s.") % {"sum": format_money(self.costs, "EUR")})
        return "\n".join(lines)

    @property
    def letter_subject(self) -> str:
        """Of the e-mail, which is Bulgarian as the letter in it."""
        return f"Покана за плащане от {self.own_firm.display_name}"

    def letter_text(self, by: Any) -> str:
        return (
            "Уважаеми дами и господа,\n\n"
            "приложено Ви изпращаме покана за плащане на просрочени задължения. Ако междувременно сте платили, моля, "
            "приемете я за безпредметна.\n\n"
            f"С уважение,\n{by}\n{self.own_firm.full_name}\n"
        )

    @cached_property
    def audience(self) -> list[int] | None:
        """Who may read of it in the dossier: those who work for the own firm; None when everyone does."""
        from finance.mailing import readers_of_firm

        return readers_of_firm(self.own_firm.pk)

    def note(self, by: Any) -> Event:
        """An event, done: this party was reminded today. By it the last reminder is known."""
        now = timezone.now()
        event = Event.objects.create(
            type=reminder_type(),
            party=self.party,
            subject=self.subject[:200],
            text=self.text[:20_000],
            starts_at=now,
            is_private=self.audience is not None,
            author=by,
            done_at=now,
            done_by=by,
        )
        EventParticipant.objects.bulk_create(EventParticipant(event=event, user_id=key) for key in self.audience or ())
        event.settle()
        return event

    @transaction.atomic
    def remember(self, pdf: bytes, by: Any) -> Event:
        """Note the reminder, and keep its PDF in the dossier for those who may file."""
        event = self.note(by)
        if by.has_perm("documents.add_file"):
            upload = SimpleUploadedFile(file_name(f"pokana {self.party.display_name}", "pdf"), pdf, "application/pdf")
            file = File.file_away(
                upload, party=self.party, by=by, description=self.subject[:200], audience=self.audience
            )
            EventFile.objects.create(event=event, file=file)
            event.settle()
        return event


def reminder_type() -> EventType:
    """The type of event by which reminders are known; made when it is needed first."""
    found, _made = EventType.objects.get_or_create(
        code=TYPE,
        defaults={
            "name": "покана за плащане",
            "name_en": "payment reminder",
            "icon": "envelope-exclamation",
            "color": EventType.Color.RED,
            "order": 60,
        },
    )
    return found


def last_reminder(user: Any) -> Any:
    """The moment of a party's last reminder that the user may see, as an expression on parties."""
    events = Event.objects.visible_to(user).filter(party=OuterRef("pk"), type__code=TYPE, cancelled_at=None)
    return Subquery(events.order_by("-starts_at").values("starts_at")[:1])


# -- Statutory interest ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InterestRow:
    """A document and the pieces of its interest: what was paid in part counts less from the day of paying. In euro."""

    document: Any
    pieces: list[Any]

    @property
    def total(self) -> Decimal:
        return sum((piece.interest for piece in self.pieces), ZERO)


def interest_rows(documents: list[Any], on: dt.date) -> list[InterestRow]:
    """The interest on each of the documents, in two queries. Raises InterestRateMissing (a ValidationError)."""
    rates, keys = Rates(), [one.pk for one in documents]
    paid: dict[int, list[tuple[dt.date, Decimal]]] = {}
    for row in Settlement.objects.in_force(on).filter(debit_document__in=keys).order_by("on", "pk"):
        paid.setdefault(row.debit_document_id or 0, []).append((row.on, row.debit_eur))
    return [
        InterestRow(one, pieces(one.owed_eur, one.payable_by, on, paid.get(one.pk, []), rates)) for one in documents
    ]


@dataclass(frozen=True)
class InterestSheet:
    on: dt.date
    rows: list[InterestRow]

    @classmethod
    def of(cls, party: Any, own_firm: Any, on: dt.date, user: Any) -> InterestSheet:
        return cls(on, interest_rows(list(overdue_documents(party, own_firm, user, on)), on))

    @property
    def total(self) -> Decimal:
        return sum((row.total for row in self.rows), ZERO)
