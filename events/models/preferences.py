"""What each user chose about being reminded."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EventPreferences(models.Model):
    """How a user wants to be reminded beyond the page. Who never chose has no row."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="event_preferences")
    reminders_by_email = models.BooleanField(
        _("remind me of all my events by e-mail too"),
        default=False,
        help_text=_("Otherwise only of those for which an e-mail was asked."),
    )
    summary_by_email = models.BooleanField(
        _("send me my day by e-mail every morning"),
        default=False,
        help_text=_(
            "At half past seven: what is overdue, what is today, which answers are due. Not when there is nothing."
        ),
    )

    class Meta:
        verbose_name = _("preferences of reminders")
        verbose_name_plural = _("preferences of reminders")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def of(cls, user: Any) -> EventPreferences:
        """The user's choice; when he made none, what holds for everybody, not stored."""
        return cls.objects.filter(user=user).first() or cls(user=user)
