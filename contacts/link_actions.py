"""The door of a contact: deeds that apps above add to a person's link to a party, in lists and on the person's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.columns import Action
from common.registry import Registry
from contacts.models import ContactLink


@dataclass(frozen=True)
class LinkAction:
    """A deed with a person at a party. `action(link, user)` gives None when it does not fit.

    It is asked for every row of a list, which has brought the person's phones and e-mails: it must ask nothing further.
    """

    slug: str
    action: Callable[[ContactLink, Any], Action | None]
    permission: str = ""
    order: int = 100


link_actions: Registry[LinkAction] = Registry("deed with a contact")


def actions_for(link: ContactLink, user: Any) -> list[Action]:
    """What the door offers this user for a link in force."""
    if not link.is_in_force() or link.person.is_archived:
        return []
    offered = (one.action(link, user) for one in link_actions if not one.permission or user.has_perm(one.permission))
    return [action for action in offered if action is not None]
