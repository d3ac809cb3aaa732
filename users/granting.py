"""Who may give whom which rights: nobody gives, or takes over an account with, more than he has himself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from users.scopes import FirmsScope, PartiesScope

if TYPE_CHECKING:
    from users.models import User


def grantable_permissions(actor: User) -> QuerySet[Permission]:
    """The permissions that the actor may put into a group."""
    permissions = Permission.objects.select_related("content_type")
    if actor.is_superuser:
        return permissions
    full_name = Concat(F("content_type__app_label"), Value("."), F("codename"))
    return permissions.alias(full_name=full_name).filter(full_name__in=actor.rights.perms)


def grantable_groups(actor: User) -> QuerySet[Group]:
    """The groups that the actor may assign: none with a right, or a wider view, that the actor lacks."""
    groups = Group.objects.all()
    if actor.is_superuser:
        return groups
    beyond = Permission.objects.exclude(pk__in=grantable_permissions(actor).values("pk"))
    held = Group.permissions.through.objects.filter(group=OuterRef("pk"), permission__in=beyond.values("pk"))
    return groups.filter(
        ~Exists(held),
        Q(role__isnull=True)
        | Q(
            role__parties_scope__in=up_to(PartiesScope.values, actor.rights.parties_scope),
            role__firms_scope__in=up_to(FirmsScope.values, actor.rights.firms_scope),
        ),
    )


def up_to(order: list[str], widest: str) -> list[str]:
    """The scopes that are no wider than the given one, out of all in order of width."""
    return order[: order.index(widest) + 1]


def may_manage(actor: User, target: User) -> bool:
    """Whether the actor may change the target's account (password, roles…): only of users with no more rights."""
    if actor.is_superuser:
        return True
    return not target.is_superuser and target.rights.perms <= actor.rights.perms
