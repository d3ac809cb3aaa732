"""Icons from the one sprite that set-up copies out of bootstrap-icons (only the icons in use)."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

SPRITE = "vendor/icons.svg"


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Give the `<svg>` that shows one icon of the sprite; nothing for an empty name.

    An icon never carries meaning alone: it is hidden from screen readers, the word stands beside it.
    """
    return drawn(name, css, static(SPRITE)) if name else SafeString("")


@lru_cache(maxsize=500)
def drawn(name: str, css: str, sprite: str) -> SafeString:
    """One icon; a list shows the same few hundreds of times."""
    return format_html(
        '<svg class="{}" width="16" height="16" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f"icon {css}".rstrip(),
        sprite,
        name,
    )
