"""Who works with which own firms, who opened which record, and who saw a personal number."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counterparties.kinds import Kind


class OwnFirmAccess(models.Model):
    """One own firm that a user works for; a user without any works for all of them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="own_firm_access"
    )
    own_firm = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("own firm"),
        on_delete=models.CASCADE,
        related_name="+",
        limit_choices_to={Kind.OWN_FIRM.flag: True},
    )

    class Meta:
        verbose_name = _("own firm of a user")
        verbose_name_plural = _("own firms of users")
        constraints = [models.UniqueConstraint(fields=["user", "own_firm"], name="own_firm_access_unique")]

    def __str__(self) -> str:
        return f"{self.user}: {self.own_firm}"


class RecentPartyManager(models.Manager["RecentParty"]):
    def note(self, user: Any, party: Any) -> None:
        """Remember that the user has opened the dossier now; one statement, for it comes with every dossier."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (user_id, party_id, opened_at) VALUES (%s, %s, %s) "  # noqa: S608
                "ON CONFLICT (user_id, party_id) DO UPDATE SET opened_at = excluded.opened_at",
                [user.pk, party.pk, timezone.now()],
            )


class RecentParty(models.Model):
    """The last time a user opened a dossier; feeds the list of recently opened ones."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recent_parties")
    party = models.ForeignKey("counterparties.Counterparty", on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()

    objects = RecentPartyManager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "party"], name="recent_party_unique")]
        # "What did I open last": twelve rows of one user.
        indexes = [models.Index(fields=["user", "-opened_at"], name="recent_party_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.party_id}"


class PersonalNumberAccessQuerySet(models.QuerySet["PersonalNumberAccess"]):
    def visible_to(self, user: Any) -> PersonalNumberAccessQuerySet:
        """The accesses to numbers of parties that the user may see; the right to read the log is asked apart."""
        parties = apps.get_model("counterparties", "Counterparty")._default_manager
        return self.filter(party__in=parties.visible_to(user))


class PersonalNumberAccess(models.Model):
    """A log of who saw or searched a personal number, of whom, when and why. Rows are never changed."""

    class Way(models.TextChoices):
        REVEAL = "reveal", _("revealed")
        SEARCH = "search", _("found by number")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.PROTECT, related_name="+"
    )
    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="personal_number_accesses",
    )
    way = models.CharField(_("way"), max_length=10, choices=Way)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = PersonalNumberAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access to a personal number")
        verbose_name_plural = _("accesses to personal numbers")
        ordering = ["-at", "-pk"]
        default_permissions = ()
        permissions = [("view_personal_number_log", "Can view the log of accesses to personal numbers")]
        indexes = [models.Index(fields=["-at", "-id"], name="personal_access_by_time")]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%d.%m.%Y %H:%M}"
