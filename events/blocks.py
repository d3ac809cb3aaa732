"""The door of an event's page: blocks that other parts add below what the event itself says."""

from __future__ import annotations

from typing import Any

from common.blocks import Block, shown_blocks
from common.registry import Registry


class EventBlock(Block):
    """A card on the page of an event."""


event_blocks: Registry[EventBlock] = Registry("block of an event")


def blocks_for(event: Any, user: Any) -> list[dict[str, Any]]:
    return shown_blocks(event_blocks, event, user)
