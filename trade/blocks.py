"""The door of an article's page: blocks that apps above add below what the article itself says."""

from __future__ import annotations

from typing import Any

from common.blocks import Block, shown_blocks
from common.registry import Registry


class ArticleBlock(Block):
    """A card on the page of an article."""


article_blocks: Registry[ArticleBlock] = Registry("block of an article")


def blocks_for(article: Any, user: Any) -> list[dict[str, Any]]:
    return shown_blocks(article_blocks, article, user)
