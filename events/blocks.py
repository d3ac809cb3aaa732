"""The door of an event's page: blocks that other parts add below what the event itself says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.registry import Registry


@dataclass(frozen=True)
class EventBlock:
    """A card on the page of an event. `context(event, user)` gives None when there is nothing to show."""

    slug: str
    title: Any
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    permission: str = ""
    order: int = 100


event_blocks: Registry[EventBlock] = Registry("block of an event")


def blocks_for(event: Any, user: Any) -> list[dict[str, Any]]:
    shown = []
    for block in event_blocks:
        if block.permission and not user.has_perm(block.permission):
            continue
        context = block.context(event, user)
        if context is not None:
            shown.append({"slug": block.slug, "title": block.title, "template": block.template, "context": context})
    return shown
