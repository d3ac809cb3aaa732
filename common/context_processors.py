"""What the frame of every page shows: menus, theme, language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from common.notifications import COUNT_CAP
from common.registry import Registry


@dataclass(frozen=True)
class MenuEntry:
    """An entry of the sidebar (or of the "New" menu). `visible(user)` says who sees it."""

    slug: str
    label: Any
    url: str
    icon: str
    visible: Callable[[Any], bool] = lambda user: True
    order: int = 100
    parent: str = ""


menu: Registry[MenuEntry] = Registry("menu")
new_menu: Registry[MenuEntry] = Registry("menu of new things")


@dataclass
class ShownEntry:
    label: Any
    url: str
    icon: str
    active: bool
    children: list[ShownEntry] = field(default_factory=list)


def shown(entries: Registry[MenuEntry], request: HttpRequest) -> list[ShownEntry]:
    made: dict[str, ShownEntry] = {}
    top: list[ShownEntry] = []
    for entry in sorted(entries, key=lambda entry: bool(entry.parent)):
        if not entry.visible(request.user):
            continue
        one = ShownEntry(entry.label, entry.url, entry.icon, is_active(entry.url, request.path))
        made[entry.slug] = one
        if not entry.parent:
            top.append(one)
        elif entry.parent in made:
            made[entry.parent].children.append(one)
    return top


def is_active(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


@dataclass(frozen=True)
class Bell:
    """The bell in the top bar: how many notifications are unread."""

    count: int

    @property
    def number(self) -> str:
        return f"{COUNT_CAP}+" if self.count > COUNT_CAP else str(self.count)


def bell_of(user: Any) -> Bell | None:
    """The user's bell; None while his role waits for a second factor, without which he cannot open it."""
    rights = user.rights
    if rights.second_factor_required and not rights.second_factor_set:
        return None
    return Bell(user.unread_notifications)


def frame(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "menu": shown(menu, request) if signed_in else [],
        "new_menu": shown(new_menu, request) if signed_in else [],
        "bell": bell_of(user) if signed_in else None,
        "ui_theme": getattr(user, "theme", "auto") if signed_in else "auto",
        "ui_language": get_language(),
        "product_version": settings.VERSION,
    }
