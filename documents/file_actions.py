"""The doors of a file: deeds that apps above add to it, and what of theirs refers to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from common.columns import Action
from common.registry import Registry
from documents.models import File


@dataclass(frozen=True)
class FileAction:
    """A deed in the menu of a file, in lists and on its page. `action(file, user)` gives None when it does not fit.

    It is asked for every row of a list: it must not ask the database.
    """

    slug: str
    action: Callable[[File, Any], Action | None]
    permission: str = ""
    order: int = 100


class Use(NamedTuple):
    """One thing that refers to a file: "attached to", then the thing with its address."""

    how: Any
    title: str
    url: str = ""


@dataclass(frozen=True)
class FileUse:
    """Rows that refer to a file. `find(file, user, limit)` gives at most `limit`, only such as the user may see."""

    slug: str
    find: Callable[[File, Any, int], Iterable[Use]]
    permission: str = ""
    order: int = 100


file_actions: Registry[FileAction] = Registry("deed on a file")
file_uses: Registry[FileUse] = Registry("use of a file")


def actions_for(file: File, user: Any) -> list[Action]:
    """What the doors offer this user for this file."""
    offered = (one.action(file, user) for one in file_actions if not one.permission or user.has_perm(one.permission))
    return [action for action in offered if action is not None]


def uses_of(file: File, user: Any, limit: int = 20) -> list[Use]:
    """What refers to the file, as far as the user may see it."""
    return [
        use
        for source in file_uses
        if not source.permission or user.has_perm(source.permission)
        for use in source.find(file, user, limit)
    ]
