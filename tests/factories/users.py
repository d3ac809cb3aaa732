"""Users, teams and roles: the smallest valid ones, named after people of the tests when the test says so."""

from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from users.models import RoleProfile, Team, User
from users.roles import ROLES

PASSWORD = "a long enough password"


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Екип {n}")


class UserFactory(DjangoModelFactory):
    """A user without any right. Pass `role="seller"` (or several, `roles=["seller", "buyer"]`) to give rights."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        role, roles = kwargs.pop("role", None), kwargs.pop("roles", ())
        password = kwargs.pop("password", PASSWORD)
        user = model_class(*args, **kwargs)
        user.set_password(password)
        user.save()
        codes = [*roles, role] if role else list(roles)
        user.groups.add(*(role_group(code) for code in codes))
        return user


def role_group(code: str) -> Group:
    """The group of a delivered role; the roles are in every migrated database."""
    assert code in ROLES
    return Group.objects.get(role__code=code)


class GroupFactory(DjangoModelFactory):
    """A group that an administrator added, with its scope."""

    class Meta:
        model = Group

    name = factory.Sequence(lambda n: f"Група {n}")
    role = factory.RelatedFactory("tests.factories.users.RoleProfileFactory", factory_related_name="group")


class RoleProfileFactory(DjangoModelFactory):
    class Meta:
        model = RoleProfile

    group = factory.SubFactory(GroupFactory, role=None)
