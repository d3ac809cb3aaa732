"""Cards that apps above add to the page of something below them: what such a card is, and which are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Block:
    """A card on the page of a subject. `context(subject, user)` gives None when there is nothing to show."""

    slug: str
    title: Any
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    permission: str = ""
    order: int = 100


def shown_blocks(blocks: Iterable[Block], subject: Any, user: Any) -> list[dict[str, Any]]:
    """The cards that the user may see and that have something to show, for the template."""
    shown = []
    for block in blocks:
        if block.permission and not user.has_perm(block.permission):
            continue
        context = block.context(subject, user)
        if context is not None:
            shown.append({"slug": block.slug, "title": block.title, "template": block.template, "context": context})
    return shown
