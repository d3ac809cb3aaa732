"""What notifications are made of, beside their rows: kinds, words, and two statements that happen once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from common.registry import Registry

# A text, a lazily translated one, or a function that is called in the reader's language.
Words = str | Callable[[], Any]

COUNT_CAP = 99
KEPT_DAYS = 90
# What is older is not worth a notice on the page; it waits in the bell.
MOST_AGE_OF_NOTICE = dt.timedelta(days=1)
MOST_TAKEN = 100

TELL = """
INSERT INTO common_notification (kind, key, url, level, created_at, user_id, title, text)
SELECT %s, %s, %s, %s, %s, told.user_id, told.title, told.text
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS told(user_id, title, text)
ON CONFLICT (user_id, key) DO NOTHING
"""

# Of two requests at the same time one takes a row; the other passes it over without waiting.
TAKE = """
WITH taken AS MATERIALIZED (
    SELECT id FROM common_notification
    WHERE user_id = %s AND read_at IS NULL AND shown_at IS NULL AND created_at > %s AND (url = '' OR url <> %s)
    ORDER BY created_at DESC, id DESC
    LIMIT %s
    FOR UPDATE SKIP LOCKED
)
UPDATE common_notification SET shown_at = %s
FROM taken WHERE common_notification.id = taken.id
RETURNING common_notification.*
"""


@dataclass(frozen=True)
class NotificationKind:
    """A sort of notifications, in words for the list's filter."""

    slug: str
    label: Any
    icon: str = "bell"
    order: int = 100


kinds: Registry[NotificationKind] = Registry("kinds of notifications")
kinds.register(NotificationKind("job", _("Background task"), icon="gear", order=10))
kinds.register(NotificationKind("reminder", _("Reminder"), icon="alarm", order=20))


def said(words: Any, length: int) -> str:
    """The words in the language of the moment, as long as there is room for."""
    text = str(words() if callable(words) else words)
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def is_local(url: str) -> bool:
    """Whether an address is a path on this site."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
