"""Users, their teams, and what a role adds to a Django group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractUser, Group, Permission, UserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Coalesce, Concat, JSONObject, NullIf, Trim
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.expressions import CappedCount
from common.models import Notification
from common.notifications import COUNT_CAP
from users.brought import FirmAtHand, brought_along
from users.scopes import FirmsScope, PartiesScope, widest


@dataclass(frozen=True)
class Rights:
    """All that decides what one user may do and see, read in one query.

    `perms` holds full permission names (`app.codename`) from groups and from the user's own permissions.
    """

    perms: frozenset[str] = field(default_factory=frozenset)
    parties_scope: str = PartiesScope.MINE
    firms_scope: str = FirmsScope.ASSIGNED
    second_factor_required: bool = False
    second_factor_set: bool = False


class Team(models.Model):
    """A group of traders; the scope "my team's" asks for it."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def name_of_user(prefix: str = "") -> Any:
    """A user's name as an expression: first and last, else the log-in name. `prefix` leads to the user ("trader__")."""
    full = Trim(Concat(f"{prefix}first_name", Value(" "), f"{prefix}last_name"))
    return Coalesce(NullIf(full, Value("")), F(f"{prefix}username"))


class UserQuerySet(models.QuerySet["User"]):
    def with_rights(self) -> UserQuerySet:
        """Bring permissions, scopes, second factor and the bell's number along with the user, in the one query."""
        full_name = Concat(F("content_type__app_label"), Value("."), F("codename"))
        return self.annotate(
            own_permissions=ArraySubquery(Permission.objects.filter(user=OuterRef("pk")).values_list(full_name)),
            role_permissions=ArraySubquery(
                Permission.objects.filter(group__user=OuterRef("pk")).values_list(full_name)
            ),
            role_profiles=ArraySubquery(
                RoleProfile.objects.filter(group__user=OuterRef("pk")).values_list(
                    JSONObject(
                        parties_scope="parties_scope",
                        firms_scope="firms_scope",
                        second_factor="requires_second_factor",
                    )
                )
            ),
            unread_notifications=CappedCount(Notification.objects.filter(user=OuterRef("pk")).unread(), COUNT_CAP),
            has_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)),
            **{brought.slug: brought.expression() for brought in brought_along},
        )

    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)


class DossierUserManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's manager of users, with our questions."""


class User(AbstractUser):
    """A member of staff who works in the dossiers."""

    class Language(models.TextChoices):
        BROWSER = "", _("as the browser asks")
        BULGARIAN = "bg", "български"
        ENGLISH = "en", "English"

    class Theme(models.TextChoices):
        AUTO = "auto", _("as the system")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    class PageSize(models.IntegerChoices):
        SMALL = 25, "25"
        MIDDLE = 50, "50"
        LARGE = 100, "100"

    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True, default=Language.BROWSER)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    page_size = models.PositiveSmallIntegerField(_("rows per page"), choices=PageSize, default=PageSize.MIDDLE)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    # What the user chose: {"columns": {list key: [column names]}, "own_firm": key of the firm in force}.
    preferences = models.JSONField(default=dict, blank=True, editable=False)

    # How many the bell tells of, up to its cap; with_rights() brings it for the user of the session.
    unread_notifications: int = 0

    objects: ClassVar[DossierUserManager] = DossierUserManager()

    class Meta(AbstractUser.Meta):
        ordering = ["first_name", "last_name", "username"]
        constraints = [
            models.UniqueConstraint(
                "email",
                name="user_email_unique",
                condition=~models.Q(email=""),
                violation_error_message=_("Another user has this e-mail."),
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def clean_fields(self, exclude: Any = None) -> None:
        # The log-in and the password reset look for an e-mail in small letters.
        self.email = self.email.lower()
        super().clean_fields(exclude)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    @property
    def initials(self) -> str:
        letters = [part[0] for part in (self.first_name, self.last_name) if part]
        return "".join(letters).upper() or self.username[:2].upper()

    @cached_property
    def _with_rights(self) -> Any:
        """This user as the log-in backend loads him; costs a query only when he was loaded otherwise."""
        return self if hasattr(self, "role_permissions") else type(self).objects.with_rights().get(pk=self.pk)

    @cached_property
    def own_firms(self) -> list[FirmAtHand]:
        """The current own firms of this user's scope, by name."""
        row = self._with_rights
        firms = [FirmAtHand(**firm) for firm in getattr(row, "current_own_firms", ())]
        assigned = getattr(row, "firms_assigned", ())
        if self.rights.firms_scope == FirmsScope.ALL or not assigned:
            return firms
        return [firm for firm in firms if firm.pk in assigned]

    @property
    def firm_in_force(self) -> FirmAtHand | None:
        """The own firm that the user chose in the head of the page: a proposal for what is new, a preset of lists.

        It grants nothing and takes nothing away. None when he chose all, or one that is no longer his.
        """
        chosen = self.preferences.get("own_firm")
        return next((firm for firm in self.own_firms if firm.pk == chosen), None) if chosen else None

    @cached_property
    def rights(self) -> Rights:
        """What this user may do and see; costs a query only when the user was not loaded by the log-in backend."""
        row = self._with_rights
        profiles = row.role_profiles
        everything = self.is_superuser
        return Rights(
            perms=frozenset(row.own_permissions) | frozenset(row.role_permissions),
            parties_scope=PartiesScope.ALL
            if everything
            else widest(PartiesScope, [p["parties_scope"] for p in profiles]),
            firms_scope=FirmsScope.ALL if everything else widest(FirmsScope, [p["firms_scope"] for p in profiles]),
            second_factor_required=any(p["second_factor"] for p in profiles),
            second_factor_set=row.has_second_factor,
        )


class RoleProfile(models.Model):
    """What a role says beyond a Django group: how wide it sees, and whether it demands a second factor.

    Delivered roles carry a `code` and are kept equal to `users.roles.ROLES`; groups that administrators add have none.
    """

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="role", verbose_name=_("group"))
    code = models.SlugField(_("code"), blank=True, editable=False)
    parties_scope = models.CharField(
        _("which counterparties"), max_length=10, choices=PartiesScope, default=PartiesScope.MINE
    )
    firms_scope = models.CharField(_("which own firms"), max_length=10, choices=FirmsScope, default=FirmsScope.ASSIGNED)
    requires_second_factor = models.BooleanField(
        _("second factor required"),
        default=False,
        help_text=_("Users with this role must set up one-time codes before they can work."),
    )

    class Meta:
        verbose_name = _("scope of a role")
        verbose_name_plural = _("scopes of roles")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="role_code_unique", condition=~models.Q(code="")),
        ]

    def __str__(self) -> str:
        return str(self.group)

    @property
    def is_delivered(self) -> bool:
        return bool(self.code)
