"""People of the tests: a user with just the rights that the test names, and a browser that works for him."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from counterparties.kinds import Kind
from tests.factories.users import GroupFactory, UserFactory
from users.models import User

SEE_ALL = tuple(kind.permission("view") for kind in Kind)
CHANGE_ALL = tuple(kind.permission("change") for kind in Kind)


def fresh(user: User) -> User:
    """The user as a request would load it, with rights that know of what happened meanwhile."""
    return User.objects.with_rights().get(pk=user.pk)


def give(user: User, *names: str, parties: str = "all", firms: str = "all") -> None:
    """Give the user one more group: permissions by full name, and its scopes."""
    group = GroupFactory(role__parties_scope=parties, role__firms_scope=firms)
    for name in names:
        app, codename = name.split(".")
        group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    user.groups.add(group)


def worker(*names: str, parties: str = "all", firms: str = "all", **fields: Any) -> User:
    """A user with these permissions in one group of these scopes; speaks English, so that tests read words."""
    user = UserFactory(language="en", **fields)
    give(user, *names, parties=parties, firms=firms)
    return fresh(user)


def signed_in(user: User) -> Client:
    """A browser in which the user is logged in."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def browser_of(*names: str, **fields: Any) -> Client:
    """The browser of a new user with these permissions."""
    return signed_in(worker(*names, **fields))


def superuser() -> User:
    return fresh(UserFactory(language="en", is_superuser=True, is_staff=True))
