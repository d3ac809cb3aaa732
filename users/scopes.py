"""How wide a role sees. A user with several roles gets the widest of each."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartiesScope(models.TextChoices):
    """Which counterparties a role sees, from the narrowest to the widest."""

    MINE = "mine", _("mine: I am the responsible trader")
    TEAM = "team", _("my team's: the responsible trader is in my team")
    FIRMS = "firms", _("my firms': served by one of my own firms")
    ALL = "all", _("all")


class FirmsScope(models.TextChoices):
    """Which own firms a role sees: those assigned to the user (none assigned means all) or all."""

    ASSIGNED = "assigned", _("the own firms assigned to the user (none assigned: all)")
    ALL = "all", _("all")


def widest(scope: type[models.TextChoices], values: list[str]) -> str:
    """Return the widest of the given values; the narrowest there is when none is given."""
    order = scope.values
    return max((value for value in values if value in order), key=order.index, default=order[0])
