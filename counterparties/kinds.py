"""What a counterparty is to us. One record may be several kinds at once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    CLIENT = "client", _("client")
    SUPPLIER = "supplier", _("supplier")
    BANK = "bank", _("bank")
    STATE_BODY = "state_body", _("state body")
    OWN_FIRM = "own_firm", _("own firm")
    HOLDING = "holding", _("holding")

    @property
    def flag(self) -> str:
        """Name of the Counterparty's column that says it is of this kind."""
        return f"is_{self.value}"

    @property
    def slug(self) -> str:
        """The kind in an address: `/counterparties/state-bodies/`."""
        return FACTS[self].slug

    @property
    def plural(self) -> Promise:
        return FACTS[self].plural

    @property
    def icon(self) -> str:
        return FACTS[self].icon

    @property
    def is_scoped(self) -> bool:
        """Whether a role's scope narrows this kind; banks, state bodies, own firms and holdings stand outside it."""
        return self in (Kind.CLIENT, Kind.SUPPLIER)

    def permission(self, deed: str) -> str:
        """Full name of the permission for a deed (view, add, change, archive, export, balance) on this kind."""
        return f"counterparties.{deed}_{self.value}"

    @classmethod
    def from_slug(cls, slug: str) -> Kind | None:
        return next((kind for kind in cls if kind.slug == slug), None)


@dataclass(frozen=True)
class KindFacts:
    """How a kind is called in an address and in a menu."""

    slug: str
    plural: Promise
    icon: str


FACTS = {
    Kind.CLIENT: KindFacts("clients", _("Clients"), icon="person-badge"),
    Kind.SUPPLIER: KindFacts("suppliers", _("Suppliers"), icon="truck"),
    Kind.BANK: KindFacts("banks", _("Banks"), icon="bank"),
    Kind.STATE_BODY: KindFacts("state-bodies", _("State bodies"), icon="building-check"),
    Kind.OWN_FIRM: KindFacts("own-firms", _("Own firms"), icon="house-door"),
    Kind.HOLDING: KindFacts("holdings", _("Holdings"), icon="diagram-3"),
}

# What may be done with a party of a kind, in the words of a permission's name.
DEEDS = {
    "view": "view a",
    "add": "add a",
    "change": "change a",
    "archive": "archive and restore a",
    "export": "export a",
    "balance": "see the balance of a",
}


def kind_permissions() -> list[tuple[str, str]]:
    """One permission per deed and kind, for Meta.permissions; the names stay English, for they go into migrations."""
    return [
        (f"{deed}_{kind.value}", f"Can {words} {kind.value.replace('_', ' ')}")
        for kind in Kind
        for deed, words in DEEDS.items()
    ]
