"""What documents a party may be given or may give us, and what each begins with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from counterparties.kinds import Kind as PartyKind
from counterparties.models import Counterparty
from documents.own_firms import usual_own_firm
from finance.drafting import untaxed
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument
from trade.models import VatGround, VatRate
from trade.models.vat import VatCategory

# These are not begun with an empty form: each is drafted from other documents.
DRAFTED_ONLY = (DocumentKind.PROTOCOL, DocumentKind.OFFSET)
# What is owed to the state by law is no matter of VAT.
WITHOUT_VAT = (DocumentKind.OBLIGATION,)
NOT_REGISTERED = "чл. 113, ал. 9"


@dataclass(frozen=True)
class Offer:
    """A kind of document that can be begun with a party."""

    kind: DocumentKind
    direction: Direction
    received: bool

    @property
    def label(self) -> str:
        words = capfirst(str(self.kind.label))
        both = self.kind.facts.ours and self.kind.facts.theirs
        return _("%(kind)s from them") % {"kind": words} if self.received and both else words

    def url(self, **more: Any) -> str:
        asked = {"kind": self.kind.value} | ({"direction": self.direction.value} if self.is_second else {}) | more
        return f"{reverse('finance:financialdocument_add')}?{urlencode(asked)}"

    @property
    def is_second(self) -> bool:
        """Whether the kind alone would mean another direction."""
        facts = self.kind.facts
        return self.direction != (*facts.ours, *facts.theirs)[0]


def offers(party: Counterparty | None = None) -> list[Offer]:
    """All that can be begun with the party, what is usual with it first."""
    found = []
    for kind in DocumentKind:
        if kind in DRAFTED_ONLY or (party is not None and not set(kind.facts.parties) & set(party.kinds)):
            continue
        found += [Offer(kind, way, False) for way in kind.facts.ours]
        found += [Offer(kind, way, True) for way in kind.facts.theirs[:1]]
    if party is not None and not party.is_client:
        found.sort(key=lambda offer: (not offer.received, len(offer.kind.facts.parties)))
    return found


def offer_of(party: Counterparty, kind: str, direction: str = "") -> Offer | None:
    """The offer that an address names, when the party may have it."""
    fitting = [one for one in offers(party) if one.kind == kind and direction in ("", one.direction)]
    if not direction and PartyKind.CLIENT not in party.kinds and not party.is_own_firm:
        fitting.sort(key=lambda offer: not offer.received)
    return fitting[0] if fitting else None


def usual_firm(party: Counterparty, user: Any, *, else_first: bool = True) -> Counterparty | None:
    """The own firm to propose: in force or serving the party, else that of its last document, else as for letters."""
    firms = Counterparty.objects.own_firms_of(user)
    settled = user.firm_in_force is not None or party.is_own_firm or firms.filter(served_parties=party).exists()
    if not settled:
        documents = FinancialDocument.objects.filter(party=party, own_firm__in=firms.order_by())
        last = documents.select_related("own_firm__legal_form").order_by("-date", "-pk").first()
        if last is not None:
            return last.own_firm
    return usual_own_firm(party, user, else_first=else_first)


def ground_like(category: str, words: str) -> VatGround | None:
    return VatGround.objects.filter(category=category, is_active=True, text__contains=words).first()


def usual_vat(document: Any, on: dt.date) -> tuple[VatRate | None, VatGround | None]:
    """The rate and the ground with which a line begins; who is not registered charges no VAT (чл. 113, ал. 9)."""
    if document.kind in (DocumentKind.OBLIGATION, DocumentKind.BANK_ADVICE):
        return untaxed()
    rates = VatRate.objects.in_force(on)
    outside = rates.filter(category=VatCategory.OUTSIDE).first()
    issuer = document.party if document.received else document.own_firm
    if outside is not None and not issuer.vat_in_force(on):
        return outside, ground_like(VatCategory.OUTSIDE, NOT_REGISTERED)
    return rates.usual(on), None
