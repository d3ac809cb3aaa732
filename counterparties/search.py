"""The one search box: each app tells how to find parties by what it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.registry import Registry
from common.text import without_nul
from counterparties import identifiers
from counterparties.models import Counterparty, PersonalNumberAccess

LIMIT = 50


@dataclass(frozen=True)
class Hit:
    """A found thing: the party's dossier, a row in it, or what belongs to no party."""

    party: Counterparty | None
    title: str
    detail: str
    url: str
    icon: str = ""


@dataclass(frozen=True)
class SearchSource:
    """A place to look in. `find(text, user, limit)` returns at most `limit` hits, through the user's own rights."""

    slug: str
    title: Any
    find: Callable[[str, Any, int], list[Hit]]
    permission: str = ""
    order: int = 100


sources: Registry[SearchSource] = Registry("search source")


@dataclass(frozen=True)
class Group:
    title: Any
    hits: list[Hit]
    more: bool


def search(text: str, user: Any, limit: int = LIMIT) -> list[Group]:
    """Return what every source finds, in groups; nothing for less than two characters."""
    text = without_nul(text).strip()
    if len(text) < 2:
        return []
    groups = []
    for source in sources:
        if source.permission and not user.has_perm(source.permission):
            continue
        hits = source.find(text, user, limit + 1)
        if hits:
            groups.append(Group(source.title, hits[:limit], len(hits) > limit))
    return groups


def describe(party: Counterparty) -> str:
    """A party in one line: numbers, kinds, and that it is archived."""
    from django.utils.translation import gettext as _

    parts = [", ".join(str(kind.label) for kind in party.kinds)]
    if party.number:
        parts.append(f"{party.identifier_label} {party.number}")
    if party.is_archived:
        parts.append(_("archived"))
    return " · ".join(parts)


def find_parties(text: str, user: Any, limit: int) -> list[Hit]:
    parties = Counterparty.objects.visible_to(user).matching(text).select_related("legal_form")
    return [party_hit(party) for party in parties.order_by("sort_name", "pk")[:limit]]


def party_hit(party: Counterparty, detail: str = "") -> Hit:
    icon = party.kinds[0].icon if party.kinds else ""
    return Hit(party, party.full_name, detail or describe(party), party.get_absolute_url(), icon)


def find_personal_number(text: str, user: Any, limit: int) -> list[Hit]:
    """A whole EGN or LNCh finds its bearer for those who may reveal it; each find is logged."""
    number = identifiers.normalise(text)
    if len(number) != 10 or not number.isdecimal():
        return []
    parties = list(Counterparty.objects.visible_to(user).with_personal_number(number)[:limit])
    PersonalNumberAccess.objects.bulk_create(
        PersonalNumberAccess(user=user, party=party, way=PersonalNumberAccess.Way.SEARCH) for party in parties
    )
    return [party_hit(party) for party in parties]
