"""Likely duplicates of a party, shown while a new one is typed; and the refusal when a number is already taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.registry import Registry
from common.text import fold_name
from counterparties import identifiers
from counterparties.models import Counterparty

LIMIT = 5
SIMILAR = 0.55


@dataclass(frozen=True)
class DuplicateHint:
    """A way in which two records may be the same.

    `find(typed, parties)` gets the typed values by field name and the parties that the user may see, archived ones
    included, and returns those that look the same.
    """

    slug: str
    reason: Any
    find: Callable[[dict[str, str], QuerySet[Counterparty]], Iterable[Counterparty]]
    permission: str = ""
    order: int = 100


hints: Registry[DuplicateHint] = Registry("duplicate hint")


@dataclass(frozen=True)
class Likely:
    party: Counterparty
    reason: Any


def likely_duplicates(typed: dict[str, str], user: Any, exclude: int | None = None) -> list[Likely]:
    """Return the parties within the user's scope that the typed values may stand for, the surest first."""
    parties = Counterparty.objects.visible_to(user).exclude(pk=exclude).select_related("legal_form")
    found: dict[int, Likely] = {}
    for hint in hints:
        if hint.permission and not user.has_perm(hint.permission):
            continue
        for party in hint.find(typed, parties):
            found.setdefault(party.pk, Likely(party, hint.reason))
            if len(found) >= LIMIT:
                return list(found.values())
    return list(found.values())


def _by_number(typed: dict[str, str], parties: QuerySet[Counterparty]) -> Iterable[Counterparty]:
    typed_number = typed.get("registration_number", "").strip()
    number = identifiers.normalise(typed_number)
    vat = identifiers.normalise(typed.get("vat_number", "")).upper()
    condition = Q()
    if len(number) >= 5:
        condition |= Q(registration_number=number) | Q(registration_number__iexact=typed_number)
        if len(number) == 9:
            condition |= Q(vat_number=f"BG{number}")
    if len(vat) >= 5:
        condition |= Q(vat_number=vat)
        if vat.startswith("BG"):
            condition |= Q(registration_number=vat[2:], country="BG")
    return parties.filter(condition)[:LIMIT] if condition else []


def _by_name(typed: dict[str, str], parties: QuerySet[Counterparty]) -> Iterable[Counterparty]:
    name = typed.get("name") or " ".join(
        typed.get(part, "") for part in ("given_name", "fathers_name", "family_name") if typed.get(part)
    )
    folded = fold_name(name[:255])
    if len(folded) < 4:
        return []
    # The trigram operator lets the index choose; the similarity then orders what it found.
    similar = parties.filter(folded_name__trigram_similar=folded).annotate(
        likeness=TrigramSimilarity("folded_name", folded)
    )
    return similar.filter(likeness__gte=SIMILAR).order_by("-likeness", "pk")[:LIMIT]


def _by_email(typed: dict[str, str], parties: QuerySet[Counterparty]) -> Iterable[Counterparty]:
    email = typed.get("email", "").strip().lower()
    return parties.filter(email__iexact=email)[:LIMIT] if "@" in email and len(email) < 255 else []


def _by_phone(typed: dict[str, str], parties: QuerySet[Counterparty]) -> Iterable[Counterparty]:
    from phonenumber_field.phonenumber import to_python

    number = to_python(typed.get("phone", "")[:40], region="BG")
    if not number or not number.is_valid():
        return []
    return parties.filter(phone=number.as_e164)[:LIMIT]


hints.register(DuplicateHint("number", _("same number"), _by_number, order=10))
hints.register(DuplicateHint("name", _("similar name"), _by_name, order=40))
hints.register(DuplicateHint("email", _("same e-mail"), _by_email, order=20))
hints.register(DuplicateHint("phone", _("same phone"), _by_phone, order=30))
