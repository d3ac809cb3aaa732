"""What a counterparty is to us. One record may be several kinds at once."""

from __future__ import annotations

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
        return SLUGS[self]

    @property
    def plural(self) -> Promise:
        return PLURALS[self]

    @property
    def icon(self) -> str:
        return ICONS[self]

    @property
    def is_scoped(self) -> bool:
        """Whether a role's scope narrows this kind; banks, state bodies, own firms and holdings stand outside it."""
        return self in (Kind.CLIENT, Kind.SUPPLIER)

    def permission(self, deed: str) -> str:
        """Full name of the permission for a deed (view, add, change, archive, export, balance) on this kind."""
        return f"counterparties.{deed}_{self.value}"

    @classmethod
    def from_slug(cls, slug: str) -> Kind | None:
        return next((kind for kind, its_slug in SLUGS.items() if its_slug == slug), None)


SLUGS = {
    Kind.CLIENT: "clients",
    Kind.SUPPLIER: "suppliers",
    Kind.BANK: "banks",
    Kind.STATE_BODY: "state-bodies",
    Kind.OWN_FIRM: "own-firms",
    Kind.HOLDING: "holdings",
}
PLURALS = {
    Kind.CLIENT: _("Clients"),
    Kind.SUPPLIER: _("Suppliers"),
    Kind.BANK: _("Banks"),
    Kind.STATE_BODY: _("State bodies"),
    Kind.OWN_FIRM: _("Own firms"),
    Kind.HOLDING: _("Holdings"),
}
ICONS = {
    Kind.CLIENT: "person-badge",
    Kind.SUPPLIER: "truck",
    Kind.BANK: "bank",
    Kind.STATE_BODY: "building-check",
    Kind.OWN_FIRM: "house-door",
    Kind.HOLDING: "diagram-3",
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
