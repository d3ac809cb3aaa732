"""What is warned of and never blocks: terms of the law, what looks like a mistake, what the party's record lacks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.dates import format_date, today
from common.money import format_money
from contacts.models import Address, ContactLink
from counterparties.models import StatusEffect
from counterparties.models.details import ViesCheck
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument, FirmSettings
from finance.models.periods import month_of
from finance.remaining import NOTES
from finance.rules import parties
from finance.shaping import printed_difference
from trade.models import VatCategory

INVOICES = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)
DAYS_FOR_INVOICE = 5
DAYS_FOR_PROTOCOL = 15
PERIODS_FOR_CREDIT = 12


def warnings_for(document: Any) -> list[str]:
    """Sentences for who is about to issue or enter the document, or looks at it; nothing when all is well."""
    if document.is_cancelled:
        return []
    return [str(words) for part in PARTS for words in part(document)]


def about_the_party(document: Any) -> Iterator[str]:
    party = document.party
    if not document.is_draft:
        return
    if party.is_archived:
        yield _("The counterparty is archived.")
    if party.insolvency:
        yield _("The counterparty: %(what)s, as of %(day)s.") % {
            "what": party.get_insolvency_display(),
            "day": format_date(party.insolvency_on) if party.insolvency_on else "—",
        }
    effects = parties.effects_of(party)
    is_sale = document.direction == Direction.INCOME and not document.received
    if StatusEffect.WARN in effects:
        yield _("The status of the counterparty is “%s”: be careful.") % party.status
    advance_only = StatusEffect.ADVANCE_ONLY in effects and is_sale and document.kind == DocumentKind.INVOICE
    if advance_only and not deducts_or_is_paid(document):
        yield _("The status of the counterparty is “%s”: only against advance payment.") % party.status
    if StatusEffect.STOP_ORDERS in effects and document.received and document.kind in INVOICES:
        yield _("The status of the counterparty is “%s”: orders are stopped.") % party.status


def deducts_or_is_paid(document: Any) -> bool:
    """Whether an advance stands against the invoice: deducted in it, or money that came and is not settled."""
    from finance.models import Payment

    if document.pk and document.lines.filter(deducts__isnull=False).exists():
        return True
    came = Payment.objects.open().filter(party=document.party_id, own_firm=document.own_firm_id, direction="in")
    return sum((payment.open_eur for payment in came), 0) >= document.gross_eur > 0


def about_requisites(document: Any) -> Iterator[str]:
    """What a tax document of ours must show of the buyer and the record does not have (ЗДДС чл. 114, ЗСч чл. 6)."""
    if document.received or not document.is_draft or not (document.is_tax_document or document.kind == "proforma"):
        return
    party = document.party
    if not Address.objects.in_force(document.date).filter(party=party).exists():
        yield _("The counterparty has no address: an invoice shows one.")
    if not (party.registration_number or party.personal_number or party.vat_number):
        yield _("The counterparty has no EIK, EGN or other number: an invoice shows one.")
    roles = ("mol", "representative", "procurator")
    if party.is_legal and not party.is_foreign:
        if not ContactLink.objects.in_force(document.date).filter(party=party, role__code__in=roles).exists():
            yield _("The counterparty has no МОЛ or representative.")
        if party.vat_in_force(document.date) and not party.vat_number:
            yield _("The counterparty is registered for VAT, but its VAT number is not known.")


def about_vat(document: Any) -> Iterator[str]:
    if not document.pk or document.kind == DocumentKind.OFFSET:
        return
    categories = {line.vat_category for line in document.lines.all()}
    party = document.party
    if not document.received and document.direction == Direction.INCOME:
        if VatCategory.INTRA_COMMUNITY in categories or (
            VatCategory.REVERSE_CHARGE in categories and parties.is_in_eu(party)
        ):
            yield from about_vies(document)
        if VatCategory.EXPORT in categories and not parties.is_outside_eu(party):
            yield _("An export is charged to a counterparty in the EU; the goods must leave it (чл. 28 ЗДДС).")
        if VatCategory.STANDARD in categories and parties.is_in_eu(party) and party.vat_number:
            yield _("Bulgarian VAT is charged to a business registered for VAT in another member state.")
    if document.received and document.is_tax_document and document.kind != DocumentKind.CUSTOMS_DEBT:
        if VatCategory.STANDARD in categories and not party.vat_in_force(document.date):
            yield _("VAT is charged by a supplier who is not registered for it in the record.")
        elif not party.is_foreign or not document.is_issued or document.kind not in INVOICES:
            return
        elif VatCategory.STANDARD not in categories and not document.corrected_by.filter(
            kind=DocumentKind.PROTOCOL
        ).exclude(state="cancelled"):
            yield _("A foreign invoice without VAT: make the protocol by чл. 117.")


def about_vies(document: Any) -> Iterator[str]:
    number = document.party.vat_number
    check = ViesCheck.objects.filter(party=document.party_id, vat_number=number).order_by("-asked_at").first()
    if not number:
        yield _("The VAT number of the counterparty is not known.")
    elif check is None:
        yield _("The VAT number of the counterparty was never asked of VIES.")
    elif not check.is_valid:
        yield _("By VIES the VAT number of the counterparty is not valid (asked on %s).") % format_date(check.asked_at)


def about_terms(document: Any) -> Iterator[str]:
    """Terms of the law: told when they are over on the document's own day."""
    if not document.is_tax_document or document.received or not document.date:
        return
    event = document.tax_event_date or document.date
    if document.kind == DocumentKind.PROTOCOL:
        if document.date > event + dt.timedelta(days=DAYS_FOR_PROTOCOL):
            by = format_date(event + dt.timedelta(days=DAYS_FOR_PROTOCOL))
            yield _("A protocol is made within 15 days of the day on which the tax fell due, here by %s.") % by
        return
    last = last_day_for_invoice(document, event)
    if document.date > last:
        if document.kind in NOTES:
            yield _("A note is issued within 5 days of what it is for, here by %s.") % format_date(last)
        elif last.day == 15 and last > event + dt.timedelta(days=DAYS_FOR_INVOICE):
            yield _("An intra-Community supply is invoiced by the 15th of the next month: %s.") % format_date(last)
        else:
            yield _("An invoice is issued within 5 days of the tax event or the advance payment, here by %s.") % (
                format_date(last)
            )
    if event > document.date + dt.timedelta(days=DAYS_FOR_INVOICE):
        yield _("The tax event is after the date of the document: is it an advance invoice?")


def last_day_for_invoice(document: Any, event: dt.date) -> dt.date:
    """The last day on which the law lets it be issued: five days, or the 15th of the next month for goods to the EU."""
    last = event + dt.timedelta(days=DAYS_FOR_INVOICE)
    if document.pk and document.lines.filter(vat_category=VatCategory.INTRA_COMMUNITY).exists():
        following = (month_of(event) + dt.timedelta(days=32)).replace(day=15)
        last = max(last, following)
    return last


def about_credit(document: Any) -> Iterator[str]:
    """VAT of what is received is deducted within the next 12 periods (ЗДДС чл. 72)."""
    if not document.received or not document.is_tax_document or document.credit_right == "none":
        return
    event = document.tax_event_date or document.date
    period = document.vat_period or month_of(document.received_on or today())
    months = (period.year - event.year) * 12 + period.month - event.month
    if months > PERIODS_FOR_CREDIT:
        yield ngettext(
            "The VAT period is %(count)d month after the tax event; tax credit may be used within 12.",
            "The VAT period is %(count)d months after the tax event; tax credit may be used within 12.",
            months,
        ) % {"count": months}


def about_printed(document: Any) -> Iterator[str]:
    """What the printed totals differ by from those of the lines."""
    if not document.received or not document.pk or (document.printed_net is None and document.printed_vat is None):
        return
    amounts = document.compute_plainly()
    for difference, words in zip(
        printed_difference(document, amounts),
        (
            _("The base as printed differs from that of the lines by %s."),
            _("The VAT as printed differs from that of the lines by %s."),
        ),
        strict=True,
    ):
        if difference:
            yield words % format_money(difference, document.currency)
    if max(abs(one) for one in printed_difference(document, amounts)) > FirmSettings.of(document.own_firm_id).tolerance:
        yield _("The difference is above what is tolerated: the document cannot be entered so.")


def about_likeness(document: Any) -> Iterator[str]:
    """The same day and total of the same party and kind, once more."""
    if not document.is_draft or not document.gross:
        return
    like = FinancialDocument.objects.issued().filter(
        own_firm=document.own_firm_id,
        party=document.party_id,
        kind=document.kind,
        date=document.date,
        gross=document.gross,
        currency=document.currency,
        received=document.received,
    )
    if other := like.exclude(pk=document.pk).first():
        yield _("%(document)s is of the same day and the same total: is this one the same deal?") % {"document": other}


def about_advances(document: Any) -> Iterator[str]:
    """Advance invoices that this invoice could deduct and does not."""
    if not document.is_draft or document.kind != DocumentKind.INVOICE or not document.pk:
        return
    from finance.advances import open_advances

    taken = set(document.deducted_keys())
    for advance in open_advances(
        document.party_id, document.own_firm_id, document.direction, currency=document.currency
    ):
        if advance.pk not in taken and advance.received == document.received:
            yield _("%s is not fully deducted yet: does this invoice deduct it?") % advance


def about_rate(document: Any) -> Iterator[str]:
    """No exchange rate of the day."""
    if not document.is_draft or document.currency in ("EUR", "BGN") or document.rate_on is not None:
        return
    from trade.models import ExchangeRate

    try:
        ExchangeRate.objects.rate_of(document.currency, document.rate_day)
    except ValidationError as refusal:
        yield from refusal.messages


PARTS = (
    about_the_party,
    about_requisites,
    about_vat,
    about_terms,
    about_credit,
    about_printed,
    about_likeness,
    about_advances,
    about_rate,
)


def advances_without_invoice(user: Any, on: dt.date | None = None) -> Any:
    """Money that came and no invoice covers, whose fifth day is by the day given (today): an invoice is due."""
    from finance import settling

    return settling.advances_without_invoice(user, on or today())
