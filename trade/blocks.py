"""The door of an article's page: blocks that apps above add below what the article itself says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.registry import Registry


@dataclass(frozen=True)
class ArticleBlock:
    """A card on the page of an article. `context(article, user)` gives None when there is nothing to show."""

    slug: str
    title: Any
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    permission: str = ""
    order: int = 100


article_blocks: Registry[ArticleBlock] = Registry("block of an article")


def blocks_for(article: Any, user: Any) -> list[dict[str, Any]]:
    shown = []
    for block in article_blocks:
        if block.permission and not user.has_perm(block.permission):
            continue
        context = block.context(article, user)
        if context is not None:
            shown.append({"slug": block.slug, "title": block.title, "template": block.template, "context": context})
    return shown
